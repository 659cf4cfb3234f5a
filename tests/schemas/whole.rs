//! A schema of every kind of PostgreSQL, written from nothing and read again.

use rev::catalog::Catalog;
use rev::catalog::Level;
use rev::diff::Options;
use rev::diff::differences;
use rev::diff::statements;

use crate::reading::catalog;
use crate::reading::run;
use crate::support::Kind;
use crate::support::TestDatabase;

pub const EVERY_KIND: &str = include_str!("every_kind.sql");

/// The role that grants name; a server has it for all databases, and tests run side by side.
pub(crate) const ROLE: &str = "DO $$ BEGIN CREATE ROLE app_reader;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

#[test]
fn a_schema_of_every_kind_is_the_same_when_it_is_written_and_read_again() {
    let (database, other) = (TestDatabase::new(Kind::Postgres), TestDatabase::new(Kind::Postgres));
    database.execute(ROLE);
    database.execute(EVERY_KIND);
    let wanted = catalog(&database);
    assert_eq!(wanted.unread, []);
    let options = Options { level: Level::Exact, ..Options::default() };
    let empty = Catalog::empty(wanted.dialect, &wanted.version);
    let steps = statements(&empty, &wanted, &differences(&empty, &wanted, Level::Exact), &options).unwrap();
    let texts: Vec<_> = steps.iter().map(|step| format!("{};", step.sql)).collect();
    run(&other, &steps).unwrap_or_else(|why| panic!("{why}\nof:\n{}", texts.join("\n")));
    let left = differences(&catalog(&other), &wanted, Level::Exact);
    assert!(left.is_empty(), "{left:#?}\nafter:\n{}", texts.join("\n"));
    assert_eq!(catalog(&other).fingerprint(Level::Exact), wanted.fingerprint(Level::Exact));
}
