//! How often a server is asked for a catalog: not more often where there is more.
//!
//! Of SQLite there is nothing to count: its reader is one statement, and there is no server on the way to it.

use url::Url;

use crate::reading::at;
use crate::support::Kind;
use crate::support::Proxy;
use crate::support::TestDatabase;

/// How many messages a reading costs.
fn counted(database: &TestDatabase) -> usize {
    let mut url = Url::parse(&database.url).unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let proxy = match database.kind {
        Kind::Mariadb => Proxy::start_mysql(&address),
        Kind::Postgres | Kind::Sqlite => Proxy::start(&address),
    };
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(proxy.port())).unwrap();
    // Encrypted messages cannot be counted.
    url.set_query(Some(if database.kind == Kind::Mariadb { "ssl-mode=disabled" } else { "sslmode=disable" }));
    at(database, url.as_str(), async |connection, journal| {
        proxy.take_queries();
        connection.catalog(journal).await.unwrap();
        proxy.take_queries()
    })
}

fn tables(database: &TestDatabase, numbers: std::ops::Range<usize>) {
    let one = |n: usize| {
        format!(
            "CREATE TABLE t{n} (id int PRIMARY KEY, a int NOT NULL DEFAULT 1, b varchar(20) UNIQUE, CHECK (a > 0));
             CREATE INDEX i{n} ON t{n} (a); CREATE VIEW v{n} AS SELECT a FROM t{n};"
        )
    };
    database.execute(&numbers.map(one).collect::<String>());
}

#[test]
fn sixty_tables_cost_what_five_do_on_postgres() {
    let database = TestDatabase::new(Kind::Postgres);
    assert_eq!(counted(&database), 1);
    tables(&database, 0..5);
    assert_eq!(counted(&database), 1);
    tables(&database, 5..60);
    assert_eq!(counted(&database), 1);
}

/// Each table is a `SHOW CREATE`, but 500 of them are one message.
#[test]
fn sixty_tables_cost_what_five_do_on_mariadb() {
    let database = TestDatabase::new(Kind::Mariadb);
    tables(&database, 0..5);
    let few = counted(&database);
    tables(&database, 5..60);
    assert_eq!(counted(&database), few);
    let views: String = (120..501).map(|n| format!("CREATE VIEW w{n} AS SELECT {n};")).collect();
    database.execute(&views);
    assert_eq!(counted(&database), few + 1);
    assert!(few < 10, "{few}");
}
