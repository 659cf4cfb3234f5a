//! What loses rows or values without an error has a mark, and what loses nothing has none.

use rev::catalog::Level;
use rev::diff::Options;
use rev::diff::differences;
use rev::diff::statements;

use crate::reading::catalog;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::on_each_database;

/// A change, and whether it must have a mark.
type Changes = &'static [(&'static str, &'static str, bool)];

const EVERYWHERE: Changes = &[
    ("CREATE TABLE t (a TEXT, b INTEGER)", "CREATE TABLE t (a INTEGER, b INTEGER)", true),
    (
        "CREATE TABLE t (a INTEGER, b INTEGER)",
        "CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) STORED)",
        true,
    ),
    ("CREATE TABLE t (a INTEGER, b INTEGER)", "CREATE TABLE t (a BIGINT NOT NULL, b INTEGER)", false),
];

const SQLITE: Changes = &[
    ("CREATE TABLE t (a, b INTEGER)", "CREATE TABLE t (a REAL, b INTEGER)", true),
    ("CREATE TABLE t (a, b INTEGER)", "CREATE TABLE t (a, b INTEGER AS (a) VIRTUAL)", true),
    ("CREATE TABLE t (a, b INTEGER AS (a) VIRTUAL)", "CREATE TABLE t (a, b INTEGER)", false),
];

const POSTGRES: Changes = &[
    (
        "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood DEFAULT 'a')",
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood DEFAULT 'a')",
        true,
    ),
    (
        "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood)",
        "CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TABLE t (m mood)",
        false,
    ),
    (
        "CREATE DOMAIN word AS varchar(9); CREATE TABLE t (m word)",
        "CREATE DOMAIN word AS varchar(5); CREATE TABLE t (m word)",
        true,
    ),
    (
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a)",
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (b)",
        true,
    ),
    (
        "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (p pair)",
        "CREATE TYPE pair AS (a int); CREATE TABLE t (p pair)",
        true,
    ),
    ("CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t", "CREATE TABLE t (a int)", false),
];

const MARIADB: Changes = &[
    ("CREATE TABLE t (a int, b int)", "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)", true),
    ("CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)", "CREATE TABLE t (a int, b int)", true),
    ("CREATE TABLE t (a varchar(9))", "CREATE TABLE t (a decimal(9))", true),
    ("CREATE TABLE t (a enum('a','b'))", "CREATE TABLE t (a enum('b'))", true),
    ("CREATE TABLE t (a enum('a','b'))", "CREATE TABLE t (a enum('b','a'))", false),
];

fn what_loses_values_has_a_mark(database: &TestDatabase) {
    let own = match database.kind {
        Kind::Sqlite => SQLITE,
        Kind::Postgres => POSTGRES,
        Kind::Mariadb => MARIADB,
    };
    let at = |sql: &str| {
        database.clear();
        database.execute(sql);
        catalog(database)
    };
    for (before, after, is_lossy) in EVERYWHERE.iter().chain(own) {
        let (old, new) = (at(before), at(after));
        let found = differences(&old, &new, Level::Logical);
        let steps = statements(&old, &new, &found, &Options::default()).unwrap();
        let marks: Vec<_> = steps.iter().filter_map(|step| step.destroys.as_deref()).collect();
        assert_eq!(!marks.is_empty(), *is_lossy, "{before}\n{after}\n{marks:?}\n{steps:#?}");
    }
}

on_each_database!(what_loses_values_has_a_mark);
