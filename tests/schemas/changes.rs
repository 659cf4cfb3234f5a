//! Single changes of a schema, and pairs of texts that mean the same: each with what a diff must say.

use std::collections::BTreeMap;

use rev::catalog::Kind as ObjectKind;
use rev::catalog::Level;
use rev::diff::Difference;
use rev::diff::Options;
use rev::diff::Rename;
use rev::diff::differences;
use rev::diff::statements;
use serde::Deserialize;

use crate::mysql::is_mariadb;
use crate::reading::catalog;
use crate::reading::run;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::on_each_database;

#[derive(Deserialize)]
pub struct Case {
    id: String,
    expect: Expect,
    engines: BTreeMap<String, Texts>,
    /// Rows that are there before the change.
    rows: Option<String>,
    /// What must be there afterwards.
    keep: Option<Keep>,
    hint: Option<String>,
    /// Databases on which both mean the same, so that only a comparison at [`Level::Exact`] tells them apart.
    #[serde(default)]
    exact: Vec<String>,
    minver: Option<serde_json::Value>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Change,
    Equal,
}

#[derive(Deserialize)]
struct Texts {
    before: String,
    after: String,
}

#[derive(Deserialize)]
struct Keep {
    query: String,
    value: String,
}

/// Cases of MariaDB whose syntax MySQL does not know, or that speak of what is usual there.
const NOT_OF_MYSQL: [&str; 9] = [
    "table-engine",
    "col-compressed",
    "seq-add",
    "seq-drop",
    "versioning-add",
    "versioning-alter",
    "period-add",
    "eq-collate-default",
    "eq-options-my",
];

/// The role that grants name; a server has it for all databases, and tests run side by side.
const ROLE: &str = "DO $$ BEGIN CREATE ROLE app_reader;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

impl Case {
    /// What the schema is afterwards.
    pub fn after(&self, database: &TestDatabase) -> &str {
        &self.engines[engine(database.kind)].after
    }

    /// Whether users of other tools have reported it.
    pub fn is_reported(&self) -> bool {
        self.id.starts_with("reported-")
    }

    /// Whether only a comparison at [`Level::Exact`] tells the two apart.
    pub fn is_exact(&self, database: &TestDatabase) -> bool {
        self.level(database) == Level::Exact
    }

    /// Whether both mean the same.
    pub fn is_trap(&self) -> bool {
        self.expect == Expect::Equal
    }

    /// What a person would say of names.
    pub fn renames(&self, database: &TestDatabase) -> Vec<Rename> {
        renames(self, database)
    }

    fn level(&self, database: &TestDatabase) -> Level {
        let is_exact = self.exact.iter().any(|known| known == engine(database.kind));
        if is_exact { Level::Exact } else { Level::Logical }
    }
}

/// The word that the cases use for a kind of database.
fn engine(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "sqlite",
        Kind::Postgres => "postgres",
        Kind::Mariadb => "mariadb",
    }
}

fn cases(kind: Kind) -> Vec<Case> {
    // The second are those that users of other tools have reported.
    let lines = include_str!("changes.jsonl").lines().chain(include_str!("reported.jsonl").lines());
    let cases: Vec<Case> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let only = std::env::var("REV_TEST_CASE").ok();
    let wanted = |case: &Case| only.as_ref().is_none_or(|id| case.id.contains(id.as_str()));
    cases.into_iter().filter(|case| case.engines.contains_key(engine(kind)) && wanted(case)).collect()
}

/// Of how many cases one is run.
pub fn each(ordinary: usize) -> usize {
    std::env::var("REV_TEST_CHANGES").map_or(ordinary, |text| text.parse().expect("REV_TEST_CHANGES is a number"))
}

/// Runs every case, and fails with all that went wrong together.
fn check(database: &TestDatabase, judge: Judge) {
    check_each(each(1), database, judge);
}

/// What says whether a case went right, on a database as it is before, and one as it is afterwards.
type Judge = fn(&Case, &TestDatabase, &TestDatabase) -> Result<(), String>;

/// Runs each n-th case and all that were reported, and fails with all that went wrong together.
pub fn check_each(nth: usize, database: &TestDatabase, judge: Judge) -> Counts {
    let other = TestDatabase::quick(database.kind);
    let is_mysql = database.kind == Kind::Mariadb && !is_mariadb(database);
    if database.kind == Kind::Postgres {
        database.execute(ROLE);
    }
    let (mut wrong, mut right) = (Vec::new(), Counts::default());
    let mut cases = cases(database.kind);
    cases.retain(|case| !(is_mysql && NOT_OF_MYSQL.contains(&&*case.id)));
    let is_run = |(number, case): &(usize, &Case)| number % nth == 0 || case.is_reported();
    for (_, case) in cases.iter().enumerate().filter(is_run) {
        let texts = &case.engines[engine(database.kind)];
        let prepared = [(database, &texts.before), (&other, &texts.after)].into_iter().try_for_each(|(side, text)| {
            side.clear();
            side.try_query(text).map(drop)
        });
        match prepared {
            // A newer server's syntax.
            Err(_) if case.minver.is_some() => {}
            Err(error) => wrong.push(format!("{}: cannot be made: {error}", case.id)),
            Ok(()) => match judge(case, database, &other) {
                Ok(()) => right.add(case, database),
                Err(why) => wrong.push(format!("{}: {why}", case.id)),
            },
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}\n", wrong.len(), cases.len(), wrong.join("\n\n"));
    right
}

/// How many cases went right.
#[derive(Debug, Default)]
pub struct Counts {
    /// Changes of the schema.
    pub changes: usize,
    /// Pairs that mean the same.
    pub traps: usize,
}

impl Counts {
    /// What means the same there is a change of the spelling only, and is asked about elsewhere.
    fn add(&mut self, case: &Case, database: &TestDatabase) {
        match (case.is_trap(), case.is_exact(database)) {
            (true, _) => self.traps += 1,
            (false, true) => {}
            (false, false) => self.changes += 1,
        }
    }
}

fn listed(differences: &[Difference]) -> String {
    let lines: Vec<_> = differences.iter().map(|found| format!("  {}: {:?}", found.identity, found.change)).collect();
    lines.join("\n")
}

fn every_change_is_found_and_no_trap_is_one(database: &TestDatabase) {
    check(database, |case, before, after| {
        let found = differences(&catalog(before), &catalog(after), case.level(before));
        match (case.expect == Expect::Equal, found.is_empty()) {
            (true, false) => Err(format!("a false difference:\n{}", listed(&found))),
            (false, true) => Err("the change is not found".to_owned()),
            (true, true) | (false, false) => Ok(()),
        }
    });
}

/// `rename person to people`, `rename pt.a to x, rename pt.b to y`: what a person would answer.
fn renames(case: &Case, database: &TestDatabase) -> Vec<Rename> {
    let hint = case.hint.as_deref().unwrap_or_default();
    let schema = if database.kind == Kind::Postgres { "public." } else { "" };
    let rename = |words: &str| {
        let mut words = words.split([' ', ',']);
        let (Some(old), Some("to"), Some(new)) = (words.next(), words.next(), words.next()) else { return None };
        let (kind, new) = match (old.split_once('.'), new.contains('.')) {
            (Some((table, _)), _) => (ObjectKind::Column, format!("{schema}{table}.{new}")),
            (None, false) => (ObjectKind::Table, format!("{schema}{new}")),
            (None, true) => (ObjectKind::Table, new.to_owned()),
        };
        Some(Rename { kind, old: format!("{schema}{old}"), new })
    };
    hint.split("rename ").skip(1).filter_map(rename).collect()
}

fn the_statements_lead_there_and_back(database: &TestDatabase) {
    check(database, |case, before, after| {
        if case.expect == Expect::Equal {
            return Ok(());
        }
        if let Some(rows) = &case.rows {
            before.try_query(rows).map_err(|error| format!("{rows}: {error}"))?;
        }
        let level = case.level(before);
        let options = Options { renames: renames(case, before), level };
        let turned = |rename: &Rename| Rename { kind: rename.kind, old: rename.new.clone(), new: rename.old.clone() };
        let back = Options { renames: options.renames.iter().map(turned).collect(), level };
        let (first, wanted) = (catalog(before), catalog(after));
        let refused = |refusals: Vec<rev::diff::Refusal>| format!("refused: {refusals:?}");
        for (from, to, options) in [(&first, &wanted, &options), (&wanted, &first, &back)] {
            let found = differences(from, to, level);
            let steps = statements(from, to, &found, options).map_err(refused)?;
            let texts: Vec<_> = steps.iter().map(|step| format!("  {};", step.sql)).collect();
            let done = run(before, &steps).map_err(|why| format!("{why}\nof:\n{}", texts.join("\n")));
            // The rows are in the way, and the server says so.
            if done.is_err() && case.hint.as_deref().is_some_and(|hint| hint.contains("fails")) {
                return Ok(());
            }
            done?;
            let left = differences(&catalog(before), to, level);
            if !left.is_empty() {
                return Err(format!("still different:\n{}\nafter:\n{}", listed(&left), texts.join("\n")));
            }
            if let (Some(keep), true) = (&case.keep, std::ptr::eq(from, &first)) {
                let kept = before.try_query(&keep.query).map_err(|error| format!("{}: {error}", keep.query))?;
                if kept != [[keep.value.clone()]] {
                    return Err(format!("lost: {kept:?} is not {:?}\nafter:\n{}", keep.value, texts.join("\n")));
                }
            }
        }
        Ok(())
    });
}

on_each_database!(every_change_is_found_and_no_trap_is_one, the_statements_lead_there_and_back);
