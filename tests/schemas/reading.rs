//! Reading and changing a test's database through the library.

use std::path::Path;
use std::time::Duration;

use rev::catalog::Catalog;
use rev::catalog::Level;
use rev::config::Environment;
use rev::config::url::DatabaseUrl;
use rev::db::Access;
use rev::db::Asks;
use rev::db::Database;
use rev::diff::Change;
use rev::diff::Options;
use rev::diff::Step;
use rev::diff::differences;
use rev::diff::statements;
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

/// Runs what leads from one catalog to the other on a database that has the first, and returns what was reached.
pub fn try_lead(database: &TestDatabase, from: &Catalog, to: &Catalog, level: Level) -> Result<Catalog, String> {
    let options = Options { level, ..Options::default() };
    let refused = |refusals| format!("refused: {refusals:?}");
    let steps = statements(from, to, &differences(from, to, level), &options).map_err(refused)?;
    let texts = || steps.iter().map(|step| format!("{};", step.sql)).collect::<Vec<_>>().join("\n");
    run(database, &steps).map_err(|why| format!("{why}\nof:\n{}", texts()))?;
    let reached = catalog(database);
    let left = found(&reached, to, level);
    if left.is_empty() {
        assert_eq!(reached.fingerprint(level), to.fingerprint(level));
        return Ok(reached);
    }
    let found = differences(&reached, to, level);
    let left: Vec<_> = found.iter().map(|left| format!("{}: {:?}", left.identity, left.change)).collect();
    Err(format!("still different:\n{}\nafter:\n{}", left.join("\n"), texts()))
}

/// Runs what leads from one catalog to the other on a database that has the first; it must be reached.
#[track_caller]
pub fn lead(database: &TestDatabase, from: &Catalog, to: &Catalog, level: Level) {
    if let Err(why) = try_lead(database, from, to, level) {
        panic!("{why}");
    }
}

/// Fails with what differs.
#[track_caller]
pub fn assert_equal(one: &Catalog, other: &Catalog, level: Level) {
    let found = differences(one, other, level);
    let lines: Vec<_> = found.iter().map(|found| format!("{}: {:?}", found.identity, found.change)).collect();
    assert!(found.is_empty(), "{}", lines.join("\n"));
    assert_eq!(one.fingerprint(level), other.fingerprint(level));
}

/// Returns what differs, a line each: `+` came, `-` went, `~` changed, with kind and path.
pub fn found(one: &Catalog, other: &Catalog, level: Level) -> Vec<String> {
    let found = differences(one, other, level);
    let sign = |change: &Change| match change {
        Change::Added => "+",
        Change::Removed => "-",
        Change::Altered { .. } => "~",
    };
    found.iter().map(|found| format!("{} {}", sign(&found.change), found.identity)).collect()
}

fn with<T>(database: &TestDatabase, work: impl AsyncFnOnce(&mut Database, &Journal) -> T) -> T {
    at(database, &database.url, work)
}

/// Works on a connection to a database by a URL.
pub fn at<T>(database: &TestDatabase, url: &str, work: impl AsyncFnOnce(&mut Database, &Journal) -> T) -> T {
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
