//! What a session holds that a new one does not have, besides values: temporary objects, cursors and locks; pure.

use std::collections::BTreeMap;

use crate::dialect::Family;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::mentions;
use crate::sql::unquoted;

/// What the session of a run that stopped held, each with what to call it in a message.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// By their names in lower case: temporary tables and whatever else is temporary, cursors, databases in memory.
    names: BTreeMap<String, String>,
    /// Locks that no transaction ends, by the words that were said for them.
    locks: BTreeMap<String, String>,
    /// Settings that a function made, which are not made again.
    settings: BTreeMap<String, String>,
}

/// More words than stand before what is asked here.
const READ: usize = 64;

/// Functions that take a lock for the session, and those that give it back.
const LOCKS: [&str; 5] =
    ["pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared", "get_lock"];
const UNLOCKS: [&str; 5] =
    ["pg_advisory_unlock", "pg_advisory_unlock_shared", "pg_advisory_unlock_all", "release_lock", "release_all_locks"];

/// Words between `CREATE TEMPORARY` and a name.
const KINDS: [&str; 11] =
    ["table", "view", "sequence", "trigger", "recursive", "if", "not", "exists", "unlogged", "or", "replace"];

impl Held {
    /// Notes what a statement makes or gives back: one that ran in the session that is gone.
    pub(crate) fn passed(&mut self, statement: &Statement, family: Family) {
        let words = words(statement);
        if let Some((name, what)) = made(&words, family) {
            self.names.insert(name, what);
        }
        for (function, argument) in calls(&words) {
            let what = || format!("what `{function}({argument})` did");
            if LOCKS.contains(&function.as_str()) {
                self.locks.insert(argument.clone(), what());
            } else if function.ends_with("_all") || function.ends_with("_all_locks") {
                self.locks.clear();
            } else if UNLOCKS.contains(&function.as_str()) {
                self.locks.remove(&argument);
            } else if function == "set_config" && !argument.ends_with(", true") && !sets_by_function(statement) {
                self.settings.insert(argument.split(',').next().unwrap_or_default().to_owned(), what());
            }
        }
        self.forget_dropped(&words);
    }

    /// Notes what a statement makes that is going to run: it is there again for those behind it.
    pub(crate) fn runs(&mut self, statement: &Statement, family: Family) {
        let words = words(statement);
        if let Some((name, _)) = made(&words, family) {
            self.names.remove(&name);
        }
        for (function, argument) in calls(&words) {
            if LOCKS.contains(&function.as_str()) {
                self.locks.remove(&argument);
            } else if function == "set_config" {
                self.settings.remove(argument.split(',').next().unwrap_or_default());
            }
        }
    }

    /// Returns what a statement that is going to run needs, and the session does not have.
    pub(crate) fn lost(&self, statement: &Statement, family: Family) -> Option<String> {
        if self.names.is_empty() && self.locks.is_empty() && self.settings.is_empty() {
            return None;
        }
        let words = words(statement);
        let made = made(&words, family).map(|(name, _)| name);
        let has_function = calls(&words).any(|(function, _)| {
            LOCKS.contains(&function.as_str()) || UNLOCKS.contains(&function.as_str()) || function == "set_config"
        });
        // Whoever makes it again may say that it goes first; an unlock finds nothing to give back, and that is right.
        let is_drop = words.first().is_some_and(|word| word == "drop") && words.iter().any(|word| word == "if");
        let names = self.names.iter().filter(|(name, _)| made.as_ref() != Some(*name) && !is_drop);
        if let Some((_, what)) = names.into_iter().find(|(name, _)| mentions(statement.sql(), name)) {
            return Some(what.clone());
        }
        let does_something = !matches!(statement.kind, StatementKind::Session) && !has_function;
        let mut held = self.locks.values().chain(self.settings.values());
        held.next().filter(|_| does_something).cloned()
    }

    fn forget_dropped(&mut self, words: &[String]) {
        let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
        if is(0, "drop") || is(0, "close") || is(0, "detach") {
            for word in words.iter().skip(1) {
                self.names.remove(word);
            }
        }
        if is(0, "discard") || (is(0, "close") && is(1, "all")) {
            self.names.clear();
        }
    }
}

/// Returns whether a statement only makes a setting of PostgreSQL by its function, and makes the same whenever it is said:
/// `SELECT pg_catalog.set_config('search_path', '', false)`, which is in each dump.
pub(crate) fn sets_by_function(statement: &Statement) -> bool {
    if statement.kind != StatementKind::Query {
        return false;
    }
    let words: Vec<String> = statement.words().take(READ).map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match words.as_slice() {
        ["select", "pg_catalog", ".", "set_config", rest @ ..] | ["select", "set_config", rest @ ..] => rest,
        _ => return false,
    };
    let is_text = |word: &str| word.starts_with('\'');
    matches!(rest, ["(", name, ",", value, ",", "false", ")"] if is_text(name) && is_text(value))
}

/// The first words of a statement, in lower case and without quotes.
fn words(statement: &Statement) -> Vec<String> {
    statement.words().take(READ).map(unquoted).collect()
}

/// Returns the name of what a statement makes in the session, and what to call it.
fn made(words: &[String], family: Family) -> Option<(String, String)> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    let told = |name: &String, kind: &str| Some((name.clone(), format!("the {kind} `{name}`")));
    let named = |mut at: usize| {
        while words.get(at).is_some_and(|word| KINDS.contains(&word.as_str())) {
            at += 1;
        }
        words.get(if is(at + 1, ".") { at + 2 } else { at })
    };
    if is(0, "create") {
        let temporary = (1..5).find(|at| is(*at, "temp") || is(*at, "temporary"));
        let in_schema = (1..9).find(|at| (is(*at, "temp") || is(*at, "pg_temp")) && is(*at + 1, "."));
        return match (temporary, in_schema) {
            (_, Some(at)) => told(words.get(at + 2)?, "temporary table"),
            (Some(at), None) => {
                let kind = words[at + 1..]
                    .iter()
                    .find(|word| ["table", "view", "sequence", "trigger"].contains(&word.as_str()));
                told(named(at + 1)?, &format!("temporary {}", kind.map_or("table", String::as_str)))
            }
            (None, None) => None,
        };
    }
    match family {
        // `SELECT … INTO TEMP t`, and a cursor that outlives its transaction.
        Family::Postgres => {
            let into = (0..words.len()).find(|at| is(*at, "into") && (is(at + 1, "temp") || is(at + 1, "temporary")));
            let is_held = is(0, "declare") && (1..words.len()).any(|at| is(at, "with") && is(at + 1, "hold"));
            match into {
                Some(at) => told(named(at + 2)?, "temporary table"),
                None if is_held => told(words.get(1)?, "cursor"),
                None => None,
            }
        }
        // It is attached again, and is empty then.
        Family::Sqlite if is(0, "attach") => {
            let is_memory =
                words.iter().any(|word| word.is_empty() || word.contains(":memory:") || word.contains("mode=memory"));
            let name = (1..words.len()).find(|at| is(*at, "as")).and_then(|at| words.get(at + 1))?;
            if is_memory { told(name, "database in memory") } else { None }
        }
        Family::Mysql if is(0, "handler") && is(2, "open") => told(words.get(1)?, "handler"),
        Family::Sqlite | Family::Mysql => None,
    }
}

/// Returns the functions that are called, with the words of their arguments.
fn calls(words: &[String]) -> impl Iterator<Item = (String, String)> {
    let known = |word: &str| LOCKS.contains(&word) || UNLOCKS.contains(&word) || word == "set_config";
    (0..words.len()).filter(move |at| known(&words[*at]) && words.get(at + 1).is_some_and(|word| word == "(")).map(
        |at| {
            let arguments = words[at + 2..].iter().take_while(|word| *word != ")").map(String::as_str);
            (words[at].clone(), arguments.collect::<Vec<_>>().join(" "))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::sql::split;

    /// `expected` is what the first waiting statement lacks that lacks something.
    #[track_caller]
    fn check(family: Family, done: &str, waiting: &str, expected: Option<&str>) {
        let statements = |sql: &str| split(&Source::new("a.sql", sql), 0..sql.len(), family).unwrap();
        let mut held = Held::default();
        statements(done).iter().for_each(|one| held.passed(one, family));
        let mut found = None;
        for statement in &statements(waiting) {
            found = found.or_else(|| held.lost(statement, family));
            held.runs(statement, family);
        }
        assert_eq!(found.as_deref(), expected, "{done} | {waiting}");
    }

    use Family::Mysql;
    use Family::Postgres;
    use Family::Sqlite;

    #[test]
    fn a_temporary_table_is_missed_by_whoever_names_it() {
        let lost = Some("the temporary table `keep`");
        for family in [Mysql, Postgres, Sqlite] {
            let made = "CREATE TEMPORARY TABLE keep AS SELECT 1 AS n";
            check(family, made, "INSERT INTO t SELECT n FROM keep", lost);
            check(family, made, "INSERT INTO t SELECT n FROM KEEP", lost);
            check(family, made, "UPDATE t SET n = 1; DROP TABLE keep", lost);
            check(family, made, "INSERT INTO t SELECT n FROM keeper", None);
            check(family, made, &format!("{made}; INSERT INTO t SELECT n FROM keep"), None);
            check(family, &format!("{made}; DROP TABLE keep"), "INSERT INTO t SELECT n FROM keep", None);
            check(family, made, &format!("DROP TABLE IF EXISTS keep; {made}; DELETE FROM keep"), None);
        }
        check(Mysql, "CREATE OR REPLACE TEMPORARY TABLE keep (n INT)", "DELETE FROM keep", lost);
        check(Mysql, "CREATE TEMPORARY TABLE IF NOT EXISTS keep (n INT)", "DELETE FROM keep", lost);
        check(Postgres, "CREATE TABLE pg_temp.keep (n int)", "DELETE FROM keep", lost);
        check(Postgres, "SELECT n INTO TEMP keep FROM t", "DELETE FROM keep", lost);
        check(Postgres, "CREATE LOCAL TEMP TABLE keep (n int)", "DELETE FROM keep", lost);
        check(Sqlite, "CREATE TABLE temp.keep (n)", "DELETE FROM keep", lost);
    }

    #[test]
    fn other_things_of_the_session_are_missed_too() {
        check(
            Postgres,
            "CREATE TEMP VIEW v AS SELECT 1",
            "INSERT INTO t SELECT * FROM v",
            Some("the temporary view `v`"),
        );
        check(Postgres, "CREATE TEMP SEQUENCE s", "SELECT nextval('s')", Some("the temporary sequence `s`"));
        check(Postgres, "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "FETCH 1 FROM c", Some("the cursor `c`"));
        check(Sqlite, "ATTACH ':memory:' AS m", "INSERT INTO t SELECT * FROM m.u", Some("the database in memory `m`"));
        check(Sqlite, "ATTACH 'other.db' AS m", "INSERT INTO t SELECT * FROM m.u", None);
    }

    #[test]
    fn a_lock_is_missed_by_whatever_changes_something() {
        let lost = Some("what `pg_advisory_lock(7)` did");
        check(Postgres, "SELECT pg_advisory_lock(7)", "UPDATE t SET n = 1", lost);
        check(Postgres, "SELECT pg_advisory_lock(7)", "SELECT pg_advisory_lock(7); UPDATE t SET n = 1", None);
        check(Postgres, "SELECT pg_advisory_lock(7); SELECT pg_advisory_unlock(7)", "UPDATE t SET n = 1", None);
        check(Postgres, "SELECT pg_advisory_lock(7)", "SELECT pg_advisory_unlock(7)", None);
        check(Postgres, "SELECT pg_advisory_xact_lock(7)", "UPDATE t SET n = 1", None);
        check(Mysql, "SELECT GET_LOCK('x', 1)", "UPDATE t SET n = 1", Some("what `get_lock(x , 1)` did"));
    }

    #[test]
    fn a_setting_by_a_function_is_made_again_where_it_is_always_the_same() {
        let set = "SELECT pg_catalog.set_config('search_path', '', false)";
        check(Postgres, set, "UPDATE t SET n = 1", None);
        check(
            Postgres,
            "SELECT set_config('app.id', max(n)::text, false) FROM t",
            "UPDATE t SET n = 1",
            Some("what `set_config(app.id , max ( n)` did"),
        );
        check(Postgres, "SELECT set_config('app.id', '1', true)", "UPDATE t SET n = 1", None);
    }
}
