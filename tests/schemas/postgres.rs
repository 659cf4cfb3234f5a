//! Single changes of every kind of PostgreSQL, and other spellings of what is there: each with what must be found.
//!
//! A file of `postgres/` is a schema and what happens to it. A line `-- ` begins a piece: `base` is the schema; `=` is a
//! spelling of what is there, so that nothing must be found; else it is all that must be found, joined by `; `. `[15+]`
//! before it is for that major version and newer, `[exact]` is not seen at the level `logical`.

use rev::catalog::Kind as ObjectKind;
use rev::catalog::Level;

use crate::reading::catalog;
use crate::reading::found;
use crate::reading::try_lead;
use crate::support::Kind;
use crate::support::TestDatabase;

/// The roles that grants name; a server has them for all databases, and tests run side by side.
pub const ROLES: &str = "DO $$ BEGIN CREATE ROLE app_reader;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE app_writer;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

const COLUMNS: &str = include_str!("postgres/columns.sql");
const CONSTRAINTS: &str = include_str!("postgres/constraints.sql");
const TABLES: &str = include_str!("postgres/tables.sql");
const INDEXES: &str = include_str!("postgres/indexes.sql");
const TYPES: &str = include_str!("postgres/types.sql");
const ROUTINES: &str = include_str!("postgres/routines.sql");
const VIEWS: &str = include_str!("postgres/views.sql");
const RIGHTS: &str = include_str!("postgres/rights.sql");
const OTHERS: &str = include_str!("postgres/others.sql");

/// All of them.
pub const FILES: [&str; 9] = [COLUMNS, CONSTRAINTS, TABLES, INDEXES, TYPES, ROUTINES, VIEWS, RIGHTS, OTHERS];

/// What happens to a schema.
struct Piece<'t> {
    /// What must be found.
    expected: Vec<&'t str>,
    level: Level,
    since: u32,
    sql: &'t str,
}

impl<'t> Piece<'t> {
    fn of(text: &'t str) -> Self {
        let (mut expected, sql) = text.split_once('\n').unwrap();
        let (mut level, mut since) = (Level::Logical, 0);
        while let Some((mark, rest)) = expected.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            match mark.strip_suffix('+') {
                Some(major) => since = major.parse().unwrap(),
                None if mark == "exact" => level = Level::Exact,
                None => panic!("`{mark}` is no mark"),
            }
            expected = rest;
        }
        let expected = if expected == "=" { Vec::new() } else { expected.split("; ").collect() };
        Self { expected, level, since, sql: sql.trim_end() }
    }
}

fn pieces(file: &str) -> Vec<Piece<'_>> {
    let text = file.strip_prefix("-- ").unwrap();
    text.split("\n-- ").map(Piece::of).collect()
}

fn major(database: &TestDatabase) -> u32 {
    database.query("SHOW server_version_num")[0][0].parse::<u32>().unwrap() / 10_000
}

/// The schema that a file begins with.
pub fn base(database: &TestDatabase, file: &str) -> String {
    let major = major(database);
    let bases = pieces(file).into_iter().filter(|piece| piece.expected == ["base"] && piece.since <= major);
    bases.map(|piece| piece.sql).collect::<Vec<_>>().join("\n")
}

/// Each change on its own: found as what it is, led back from, led to, and back again. All that is wrong is told together.
fn check(file: &str) {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(ROLES);
    let base_sql = base(&database, file);
    database.execute(&base_sql);
    let mut base = catalog(&database);
    assert_eq!(base.unread, []);
    let major = major(&database);
    let only = std::env::var("REV_TEST_CASE").unwrap_or_default();
    let mut wrong = Vec::new();
    for piece in pieces(file) {
        let Piece { expected, level, since, sql } = piece;
        if expected == ["base"] || since > major || !sql.contains(&only) {
            continue;
        }
        let judged = || {
            database.try_query(sql).map_err(|error| format!("the server refuses it: {error}"))?;
            let changed = catalog(&database);
            let told = found(&base, &changed, level);
            let is_seen = base.fingerprint(level) != changed.fingerprint(level);
            if told != expected || is_seen == expected.is_empty() || !changed.unread.is_empty() {
                return Err(format!("found: {}\n{:?}", told.join("; "), changed.unread));
            }
            if level == Level::Exact && base.fingerprint(Level::Logical) != changed.fingerprint(Level::Logical) {
                return Err("it is seen at the level `logical`".to_owned());
            }
            if expected.is_empty() {
                return Ok(changed);
            }
            let back = try_lead(&database, &changed, &base, level).map_err(|why| format!("back: {why}"))?;
            let there = try_lead(&database, &back, &changed, level).map_err(|why| format!("there: {why}"))?;
            try_lead(&database, &there, &base, level).map_err(|why| format!("back again: {why}"))
        };
        // Columns may have come back at the end.
        base = judged().unwrap_or_else(|why| {
            wrong.push(format!("{}\n{sql}\n{why}", expected.join("; ")));
            database.clear();
            database.execute(&base_sql);
            catalog(&database)
        });
    }
    assert!(wrong.is_empty(), "{} are wrong:\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}

/// Makes a test of each file; its name has `::postgres` in it.
macro_rules! changes_are_found_and_lead_back {
    ($($name:ident $file:ident,)+) => {
        $(
            mod $name {
                #[test]
                fn postgres() {
                    super::check(super::$file);
                }
            }
        )+
    };
}

changes_are_found_and_lead_back! {
    changes_of_columns_are_found_and_lead_back COLUMNS,
    changes_of_constraints_are_found_and_lead_back CONSTRAINTS,
    changes_of_tables_are_found_and_lead_back TABLES,
    changes_of_indexes_are_found_and_lead_back INDEXES,
    changes_of_types_are_found_and_lead_back TYPES,
    changes_of_routines_are_found_and_lead_back ROUTINES,
    changes_of_views_are_found_and_lead_back VIEWS,
    changes_of_rights_are_found_and_lead_back RIGHTS,
    changes_of_other_kinds_are_found_and_lead_back OTHERS,
}

#[test]
fn every_kind_comes_goes_and_changes() {
    let elsewhere = [ObjectKind::Database, ObjectKind::Package, ObjectKind::Event];
    let all: Vec<_> = FILES.iter().flat_map(|file| pieces(file)).flat_map(|piece| piece.expected).collect();
    let is_there = |sign: &str, kind: &ObjectKind| all.iter().any(|line| line.starts_with(&format!("{sign} {kind} ")));
    for kind in ObjectKind::ALL.iter().filter(|kind| !elsewhere.contains(kind)) {
        let missing: Vec<_> = ["+", "-", "~"].into_iter().filter(|sign| !is_there(sign, kind)).collect();
        assert!(missing.is_empty(), "of {kind} there is no {}", missing.join(" and no "));
    }
}
