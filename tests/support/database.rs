//! A database that belongs to one test, and is gone after it.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use sqlx::AssertSqlSafe;
use sqlx::ColumnIndex;
use sqlx::Connection;
use sqlx::Executor;
use sqlx::MySqlConnection;
use sqlx::PgConnection;
use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::ValueRef;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteRow;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

/// A password that PostgreSQL does not ask the tests for. It is in their URLs, so that no output can show it unseen.
pub const PASSWORD: &str = "s3cret-that-no-output-shows";

/// All schemas of a database, and what is in none.
const CLEAR_POSTGRES: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT format('EVENT TRIGGER %I', evtname) FROM pg_event_trigger
        UNION ALL SELECT format('PUBLICATION %I', pubname) FROM pg_publication
        UNION ALL SELECT format('EXTENSION %I', extname) FROM pg_extension WHERE extname <> 'plpgsql'
        UNION ALL SELECT format('FOREIGN DATA WRAPPER %I', fdwname) FROM pg_foreign_data_wrapper
        UNION ALL SELECT format('SCHEMA %I', nspname) FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE 'DROP ' || name || ' CASCADE'; END LOOP;
    CREATE SCHEMA public;
END $$";

/// The kinds of servers that the tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file in a folder of its own.
    Sqlite,
    /// The server of `REV_TEST_POSTGRES`.
    Postgres,
    /// The server of `REV_TEST_MARIADB`, which may be a MySQL.
    Mariadb,
}

impl Kind {
    /// Every kind, in the order of the macro's tests.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mariadb];

    /// Returns the URL of the server's administrator. A missing server is a failure, never a skipped test.
    pub fn admin_url(self) -> String {
        let variable = match self {
            Self::Sqlite => panic!("SQLite has no server"),
            Self::Postgres => "REV_TEST_POSTGRES",
            Self::Mariadb => "REV_TEST_MARIADB",
        };
        env::var(variable).unwrap_or_else(|_| {
            panic!(
                "{variable} names no server: run the tests with `scripts/test`, which starts what they need, \
                 or start servers with `eval \"$(scripts/servers start)\"`"
            )
        })
    }
}

/// An empty database, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    /// Which kind it is.
    pub kind: Kind,
    /// Where it is, as `rev --url` takes it.
    pub url: String,
    name: String,
    /// The server's administrator; nobody for a file.
    admin: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// Makes an empty database with a name that no other test has.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::file(tempfile::tempdir()),
            Kind::Postgres | Kind::Mariadb => Self::on(kind, kind.admin_url()),
        }
    }

    /// Makes an empty database where writing is quick: SQLite's file is kept in memory, if the system can do that.
    pub fn quick(kind: Kind) -> Self {
        let memory = Path::new("/dev/shm");
        match kind {
            Kind::Sqlite if memory.is_dir() => Self::file(tempfile::tempdir_in(memory)),
            _ => Self::new(kind),
        }
    }

    fn file(folder: io::Result<TempDir>) -> Self {
        let folder = folder.expect("a temporary folder can be made");
        let url = format!("sqlite:{}", folder.path().join("app.db").display());
        Self { kind: Kind::Sqlite, url, name: "app".to_owned(), admin: String::new(), folder: Some(folder) }
    }

    /// Makes an empty database on the two nodes of a cluster, and returns it with its URL on the second.
    pub fn on_galera() -> (Self, String) {
        let nodes = env::var("REV_TEST_GALERA").expect("REV_TEST_GALERA names no cluster: run `scripts/test`");
        let (first, second) = nodes.split_once(' ').expect("REV_TEST_GALERA holds two URLs");
        let database = Self::on(Kind::Mariadb, first.to_owned());
        let mut url = Url::parse(second).unwrap_or_else(|error| panic!("`{second}` is not a URL: {error}"));
        url.set_path(&database.name);
        (database, url.into())
    }

    /// Makes an empty database on a server of its own, given by the URL of its administrator.
    pub fn on(kind: Kind, admin: String) -> Self {
        let name = format!("rev_test_{}", Uuid::new_v4().simple());
        let mut url = Url::parse(&admin).unwrap_or_else(|error| panic!("`{admin}` is not a URL: {error}"));
        url.set_path(&name);
        if kind == Kind::Postgres && url.password().is_none() {
            url.set_password(Some(PASSWORD)).expect("a server has a host");
        }
        let sql = match kind {
            Kind::Mariadb => format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
            Kind::Sqlite | Kind::Postgres => format!("CREATE DATABASE {name}"),
        };
        run(kind, &admin, &sql).unwrap_or_else(|error| panic!("{sql} on {admin}: {error}"));
        Self { kind, url: url.into(), name, admin, folder: None }
    }

    /// Makes one database of each kind.
    pub fn all() -> Vec<Self> {
        Kind::ALL.map(Self::new).into()
    }

    /// Makes the database empty again, which is quicker than a new one.
    pub fn clear(&self) {
        match self.kind {
            Kind::Sqlite => {
                let folder = self.folder.as_ref().expect("a file is in a folder of its own").path();
                for entry in fs::read_dir(folder).expect("the folder can be read") {
                    fs::remove_file(entry.expect("the entry can be read").path()).expect("the file can be removed");
                }
            }
            Kind::Postgres => self.execute(CLEAR_POSTGRES),
            Kind::Mariadb => {
                let Self { name, .. } = self;
                let again = format!("DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4");
                run(self.kind, &self.admin, &again).unwrap_or_else(|error| panic!("{again}: {error}"));
            }
        }
    }

    /// Returns the name of the database on its server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL, which may be several statements, on a connection of its own.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.query(sql);
    }

    /// Runs SQL and returns the rows as the server writes them as text; NULL is `NULL`.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_query(sql).unwrap_or_else(|error| panic!("{:?}: {error}\n{sql}", self.kind))
    }

    /// Runs SQL that may fail.
    pub fn try_query(&self, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
        run(self.kind, &self.url, sql)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop_database = match self.kind {
            Kind::Sqlite => return,
            // A test that failed may have left a connection open.
            Kind::Postgres => format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
            Kind::Mariadb => format!("SET SESSION lock_wait_timeout = 5; DROP DATABASE IF EXISTS {}", self.name),
        };
        if let Err(error) = run(self.kind, &self.admin, &drop_database) {
            // A panic here would hide the failure of the test itself.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("database {} stays: {error}", self.name);
            }
        }
    }
}

/// Runs SQL on a new connection, on a thread of its own so that it also works where a runtime is running already.
fn run(kind: Kind, url: &str, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
    let on_thread = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made")
            .block_on(fetch_whole(kind, url, sql))
    };
    thread::scope(|scope| scope.spawn(on_thread).join().expect("the database thread does not panic"))
}

/// Asks again while MySQL cannot read its list of connections, as another test runs a statement with an emoji.
async fn fetch_whole(kind: Kind, url: &str, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
    let cannot = |error: &sqlx::Error| {
        let number = error.as_database_error().and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>());
        number.is_some_and(|error| error.number() == 3854)
    };
    let ends = Instant::now() + Duration::from_secs(20);
    loop {
        match fetch(kind, url, sql).await {
            Err(error) if cannot(&error) && Instant::now() < ends => {
                tokio::time::sleep(Duration::from_millis(20)).await
            }
            result => return result,
        }
    }
}

async fn fetch(kind: Kind, url: &str, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    match kind {
        Kind::Sqlite => {
            let options: SqliteConnectOptions = url.parse()?;
            let mut connection = SqliteConnection::connect_with(&options.create_if_missing(true)).await?;
            let rows = connection.fetch_all(statement).await?;
            connection.close().await?;
            rows.iter().map(|row| cells(row, sqlite_text)).collect()
        }
        Kind::Postgres => {
            let mut connection = PgConnection::connect(url).await?;
            let rows = connection.fetch_all(statement).await?;
            connection.close().await?;
            rows.iter().map(|row| cells(row, postgres_text)).collect()
        }
        Kind::Mariadb => {
            let mut connection = MySqlConnection::connect(url).await?;
            let rows = connection.fetch_all(statement).await?;
            connection.close().await?;
            rows.iter().map(|row| cells(row, mysql_text)).collect()
        }
    }
}

fn cells<R>(row: &R, text: fn(&R, usize) -> Result<Option<String>, sqlx::Error>) -> Result<Vec<String>, sqlx::Error>
where
    R: Row,
    usize: ColumnIndex<R>,
{
    (0..row.len()).map(|index| Ok(text(row, index)?.unwrap_or_else(|| "NULL".to_owned()))).collect()
}

// The simple protocol sends every value as text, whatever its type; the checked `try_get` would refuse most types.

fn sqlite_text(row: &SqliteRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    row.try_get_unchecked(index)
}

fn postgres_text(row: &PgRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_str().map(|text| Some(text.to_owned())).map_err(sqlx::Error::Decode)
}

fn mysql_text(row: &MySqlRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let bytes: Option<Vec<u8>> = row.try_get_unchecked(index)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
