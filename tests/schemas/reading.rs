//! Reading and changing a test's database through the library.

use std::path::Path;
use std::time::Duration;

use rev::catalog::Catalog;
use rev::config::Environment;
use rev::config::url::DatabaseUrl;
use rev::db::Access;
use rev::db::Asks;
use rev::db::Database;
use rev::diff::Step;
use rev::journal::Journal;

use crate::support::TestDatabase;

/// Reads the catalog of a database.
pub fn catalog(database: &TestDatabase) -> Catalog {
    with(database, async |connection, journal| connection.catalog(journal).await.unwrap())
}

/// Reads the catalog of a database by another URL.
pub fn catalog_at(database: &TestDatabase, url: &str) -> Catalog {
    at(database, url, async |connection, journal| connection.catalog(journal).await.unwrap())
}

/// Runs statements one after the other, as a script outside of transactions would.
pub fn run(database: &TestDatabase, steps: &[Step]) -> Result<(), String> {
    with(database, async |connection, _| {
        for step in steps {
            let done = connection.execute(&step.sql, Asks::Nothing).await;
            done.map_err(|failure| format!("{}\nfor: {}", failure.reason(), step.sql))?;
        }
        Ok(())
    })
}

fn with<T>(database: &TestDatabase, work: impl AsyncFnOnce(&mut Database, &Journal) -> T) -> T {
    at(database, &database.url, work)
}

fn at<T>(database: &TestDatabase, url: &str, work: impl AsyncFnOnce(&mut Database, &Journal) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = DatabaseUrl::parse(url, Path::new("."), &Environment::default()).unwrap();
        let mut connection = Database::connect(&url, Access::Write, Duration::ZERO).await.unwrap();
        let schema = match database.kind {
            crate::support::Kind::Postgres => "public",
            crate::support::Kind::Mariadb => database.name(),
            crate::support::Kind::Sqlite => "main",
        };
        let journal = Journal::new(url.dialect(), schema, "rev_version", "rev_");
        let result = work(&mut connection, &journal).await;
        connection.close().await;
        result
    })
}
