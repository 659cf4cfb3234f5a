//! An upgrade as it stopped half-way: what it made, what it found, and what it never came to; pure.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::program::condition::conditional_names;
use crate::program::condition::is_of_rows;
use crate::program::condition::replaces;
use crate::program::names::Names;
use crate::program::there::There;
use crate::sql::Change;
use crate::sql::DetailKind;
use crate::sql::ObjectKind;
use crate::sql::Statement;
use crate::sql::Touch;
use crate::sql::Touched;
use crate::sql::mentions;
use crate::sql::summary;

/// The upgrade as it stopped.
pub(crate) struct Stopped<'a> {
    revision: &'a RevisionId,
    /// What was touched, by the parts that ran and by the downgrade so far.
    ran: ByName<Touched>,
    /// What ran and is not undone yet, in order.
    left: BTreeMap<usize, (&'a Statement, Touched)>,
    left_by_name: ByName<usize>,
    /// What did not run, and what it would have touched.
    open: Vec<(&'a Statement, Touch)>,
    open_by_name: ByName<usize>,
    /// What a text may name that did not run, and the first of those of which nobody knows what they are about.
    open_names: Names,
    open_other: Option<usize>,
    /// What was not made, since it was there already.
    found: Vec<(&'a Statement, Touched)>,
    /// What was there already and was replaced, or may have been.
    replaced: Vec<(&'a Statement, Touched)>,
    /// Statements that add or make only what is not there, or replace it, and what they name.
    conditional: Vec<(&'a Statement, Vec<String>)>,
}

/// By the name of the object in lower case, since a revision may touch many.
type ByName<T> = HashMap<String, Vec<T>>;

fn of_name<'n, T>(list: &'n ByName<T>, one: &Touched) -> &'n [T] {
    list.get(&one.object.name.to_lowercase()).map_or(&[], Vec::as_slice)
}

fn note<T>(list: &mut ByName<T>, one: &Touched, value: T) {
    list.entry(one.object.name.to_lowercase()).or_default().push(value);
}

impl<'a> Stopped<'a> {
    /// Reads the statements that ran, each with what was there before its part, and those that did not.
    pub(crate) fn new<'t>(
        revision: &'a RevisionId,
        ran: impl Iterator<Item = (&'a Statement, &'t There)>,
        open: impl Iterator<Item = &'a Statement>,
    ) -> Self {
        let mut stopped = Self {
            revision,
            ran: ByName::new(),
            left: BTreeMap::new(),
            left_by_name: ByName::new(),
            open: Vec::new(),
            open_by_name: ByName::new(),
            open_names: Names::default(),
            open_other: None,
            found: Vec::new(),
            replaced: Vec::new(),
            conditional: Vec::new(),
        };
        for (statement, there) in ran {
            let touched = match Touch::of(statement) {
                Touch::Objects(touched) => touched,
                Touch::Other => {
                    let names = conditional_names(statement);
                    stopped.conditional.extend(names.map(|names| (statement, names)));
                    continue;
                }
                Touch::Nothing => continue,
            };
            for one in touched {
                if stopped.was_there(statement, &one, there) {
                    continue;
                }
                let is_undone = stopped.settle(&one);
                if !is_undone && !one.is_conditional && one.object.change != Change::Differs {
                    let number = stopped.left.last_key_value().map_or(0, |(last, _)| last + 1);
                    note(&mut stopped.left_by_name, &one, number);
                    stopped.left.insert(number, (statement, one.clone()));
                }
                note(&mut stopped.ran, &one.clone(), one);
            }
        }
        stopped.open = open.map(|statement| (statement, Touch::of(statement))).collect();
        for (index, (_, touch)) in stopped.open.iter().enumerate() {
            match touch {
                Touch::Nothing => {}
                Touch::Other => _ = stopped.open_other.get_or_insert(index),
                Touch::Objects(touched) => {
                    for one in touched {
                        stopped.open_names.note(one.name(), index);
                        if of_name(&stopped.open_by_name, one).last() != Some(&index) {
                            note(&mut stopped.open_by_name, one, index);
                        }
                    }
                }
            }
        }
        stopped
    }

    /// Notes what a statement did not make, since it was there before, or nobody knows that it was not; returns whether
    /// that is so.
    fn was_there(&mut self, statement: &'a Statement, one: &Touched, there: &There) -> bool {
        let is_it = |(_, known): &(&Statement, Touched)| known.is(one);
        if one.object.change != Change::Appears || !one.is_conditional {
            // What is dropped is not there any more, and what is made without a condition was not.
            if one.object.change != Change::Differs {
                self.found.retain(|known| !is_it(known));
                self.replaced.retain(|known| !is_it(known));
            }
            return false;
        }
        if of_name(&self.ran, one).iter().any(|ran| ran.is(one) && ran.object.change == Change::Appears) {
            return false; // the revision itself made it before
        }
        let list = match there.was_there(one) {
            Some(false) => return false,
            Some(true) if !replaces(statement) => &mut self.found,
            Some(true) | None => &mut self.replaced,
        };
        list.push((statement, one.clone()));
        true
    }

    /// Refuses what may change or drop what was there before the upgrade; returns whether the statement is about nothing
    /// else than what the upgrade found and left as it was.
    fn is_about_found(&self, statement: &Statement, touched: &[Touched]) -> Result<bool, Error> {
        let vanishes = |known: &Touched, one: &Touched| {
            one.object.change == Change::Vanishes
                && known.may_be_object(one)
                && match (&known.detail, &one.detail) {
                    (None, None) => true,
                    (Some(_), Some(_)) => known.may_be_detail(one),
                    _ => false,
                }
        };
        let drops = |list: &[(&'a Statement, Touched)], one: &Touched| {
            list.iter().find(|(_, known)| vanishes(known, one)).map(|(made, known)| (*made, known.is(one)))
        };
        let mut only_found = !touched.is_empty();
        for one in touched {
            if let Some((made, _)) = drops(&self.replaced, one) {
                return Err(self.refuse_there(statement, one.name(), made));
            }
            only_found &= drops(&self.found, one).is_some_and(|(_, is_same)| is_same);
        }
        let found = touched.iter().find_map(|one| drops(&self.found, one).map(|(made, _)| (one, made)));
        match found {
            Some((one, made)) if !only_found => Err(self.refuse_there(statement, one.name(), made)),
            _ => Ok(only_found),
        }
    }

    /// Refuses a statement that changes rows, or who knows what, if it may be about what was there before.
    fn spare_what_was_there(&self, statement: &Statement) -> Result<(), Error> {
        for (made, names) in &self.conditional {
            if let Some(name) = names.iter().find(|name| mentions(statement.sql(), name)) {
                return Err(self.refuse_there(statement, name, made));
            }
        }
        if is_of_rows(statement) {
            return Ok(()); // the rows that the upgrade added to a table that it found are its own
        }
        let mut known = self.found.iter().chain(&self.replaced);
        match known.find(|(_, known)| mentions(statement.sql(), known.name())) {
            Some((made, known)) => Err(self.refuse_there(statement, known.name(), made)),
            None => Ok(()),
        }
    }

    fn refuse_there(&self, statement: &Statement, name: &str, made: &Statement) -> Error {
        let made_text = summary(made.sql(), made.reading);
        let reason =
            format!(", but what it is about may have been there before (`{name}`): {made_text} ({})", made.span);
        self.refusal(statement, reason)
    }

    /// Takes away what a later change undoes; returns whether there was such a thing.
    fn settle(&mut self, one: &Touched) -> bool {
        let before = self.left.len();
        let goes_whole = one.detail.is_none() && one.object.change == Change::Vanishes;
        for number in of_name(&self.left_by_name, one) {
            let is_gone = self.left.get(number).is_some_and(|(_, left)| {
                let is_undone = left.is(one) && are_inverse(left, one);
                // What a table had goes with it.
                let goes_along = goes_whole && left.detail.is_some() && left.is_object(one);
                is_undone || goes_along
            });
            if is_gone {
                self.left.remove(number);
            }
        }
        let has_settled = self.left.len() < before;
        if has_settled && let Some(numbers) = self.left_by_name.get_mut(&one.object.name.to_lowercase()) {
            numbers.retain(|number| self.left.contains_key(number));
        }
        has_settled
    }

    /// Makes sure, after all statements of the downgrade, that nothing is left of what ran: the next upgrade would meet
    /// it.
    pub(crate) fn end(&self, down: &[Statement]) -> Result<(), Error> {
        let (mut gone, mut vanished) = (ByName::new(), Names::default());
        let mut others = HashSet::new();
        let mut texts = Vec::new();
        for statement in down {
            match Touch::of(statement) {
                Touch::Nothing => {}
                Touch::Other => {
                    let text = statement.sql().to_lowercase();
                    others.extend(text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
                    texts.push(statement.sql());
                }
                Touch::Objects(touched) => {
                    for one in touched {
                        if one.object.change == Change::Vanishes {
                            vanished.note(one.name(), 0);
                        }
                        note(&mut gone, &one.clone(), one);
                    }
                }
            }
        }
        let is_mentioned = |name: &str| match name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            true => others.contains(&name.to_lowercase()),
            false => texts.iter().any(|text| mentions(text, name)),
        };
        let stays = |(statement, left): &&(&Statement, Touched)| {
            // An index goes with its table or its column, a view by CASCADE, and a routine may be another one again.
            let is_table = left.detail.is_none() && left.object.kind == ObjectKind::Table;
            let is_column = left.detail.as_ref().is_some_and(|detail| detail.kind == DetailKind::Column);
            let goes_along = || {
                of_name(&gone, left).iter().any(|gone| gone.is(left)) || vanished.first_in(statement.sql()).is_some()
            };
            !is_mentioned(left.name()) && (is_table || is_column || !goes_along())
        };
        match self.left.values().find(stays) {
            Some((statement, _)) if !self.open.is_empty() => {
                Err(self.refusal(statement, " is undone by nothing in it".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether a statement of the downgrade runs, else it is left out; to be asked of each, in order.
    pub(crate) fn runs(&mut self, statement: &Statement) -> Result<bool, Error> {
        match Touch::of(statement) {
            Touch::Nothing => Ok(true),
            Touch::Other => match self.open_other.into_iter().chain(self.open_names.first_in(statement.sql())).min() {
                Some(open) => Err(self.refuse(statement, self.open[open].0)),
                None => self.spare_what_was_there(statement).map(|()| true),
            },
            Touch::Objects(touched) => {
                if self.is_about_found(statement, &touched)? {
                    return Ok(false);
                }
                if self.were_never_made(&touched) || self.is_inverse_of_open(&touched) {
                    return Ok(false);
                }
                for one in &touched {
                    if let Some((open, _)) = self.open_touches(one).next() {
                        return Err(self.refuse(statement, open));
                    }
                    if one.object.change != Change::Appears
                        && !of_name(&self.ran, one).iter().any(|ran| covers(ran, one))
                    {
                        let reason = format!(", but nothing that ran made or changed `{}`", one.name());
                        return Err(self.refusal(statement, reason));
                    }
                }
                for one in &touched {
                    self.settle(one);
                }
                for one in touched {
                    note(&mut self.ran, &one.clone(), one);
                }
                Ok(true)
            }
        }
    }

    /// Whether all of these are only what the open part of the upgrade makes or takes away: there is nothing to undo.
    fn were_never_made(&self, touched: &[Touched]) -> bool {
        !touched.is_empty() && touched.iter().all(|one| self.is_of_open_table(one) || self.is_inverse(one))
    }

    /// Whether it is, or belongs to, an object that only the open part makes.
    fn is_of_open_table(&self, one: &Touched) -> bool {
        let makes =
            |open: &Touched| open.detail.is_none() && open.is_object(one) && open.object.change == Change::Appears;
        // What is renamed may have been made before, under its other name.
        let is_made = self.open_objects(one).any(|touched| !is_rename(touched) && touched.iter().any(makes));
        is_made && !of_name(&self.ran, one).iter().any(|ran| ran.may_be_object(one))
    }

    /// Whether it undoes exactly one change of the open part, and nothing that ran.
    fn is_inverse(&self, one: &Touched) -> bool {
        let mut overlapping = self.open_touches(one);
        let (Some((statement, open)), None) = (overlapping.next(), overlapping.next()) else { return false };
        let is_renamed = matches!(Touch::of(statement), Touch::Objects(touched) if is_rename(&touched));
        open.is(one) && are_inverse(open, one) && !is_renamed && !self.ran_before(one, open.object.change)
    }

    /// Whether the statement as a whole undoes one of the open ones, as when a table gets its old name back.
    fn is_inverse_of_open(&self, touched: &[Touched]) -> bool {
        let undoes = |open: &[Touched]| {
            open.len() == touched.len()
                && touched.iter().all(|one| open.iter().any(|open| open.is(one) && are_inverse(open, one)))
        };
        let change =
            |one: &Touched| if one.object.change == Change::Appears { Change::Vanishes } else { Change::Appears };
        touched.first().is_some_and(|one| self.open_objects(one).any(undoes))
            && !touched.iter().any(|one| self.ran_before(one, change(one)))
    }

    /// Whether something that ran may have touched what the open part was to make (or take away) next.
    fn ran_before(&self, one: &Touched, open: Change) -> bool {
        of_name(&self.ran, one).iter().any(|ran| {
            ran.may_be_object(one)
                && match (&ran.detail, &one.detail) {
                    (None, Some(_)) => ran.object.change == Change::Differs && open == Change::Vanishes,
                    (_, None) => true,
                    (Some(_), Some(_)) => ran.may_be_detail(one),
                }
        })
    }

    /// Returns what each statement of the open part would touch that touches something of that name.
    fn open_objects(&self, one: &Touched) -> impl Iterator<Item = &[Touched]> {
        of_name(&self.open_by_name, one).iter().map(|index| match &self.open[*index].1 {
            Touch::Objects(touched) => touched.as_slice(),
            Touch::Nothing | Touch::Other => &[],
        })
    }

    /// Returns what did not run and would touch the same, as far as that makes a difference.
    fn open_touches(&self, one: &Touched) -> impl Iterator<Item = (&'a Statement, &Touched)> {
        // A table that goes takes with it what was to be added to it, and what was not.
        let goes_whole = one.detail.is_none()
            && one.object.change == Change::Vanishes
            && of_name(&self.ran, one).iter().any(|ran| ran.is(one) && ran.object.change == Change::Appears);
        let touches = move |open: &Touched| {
            open.may_be_object(one)
                && match (&open.detail, &one.detail) {
                    (None, _) => true,
                    (Some(_), None) => !goes_whole,
                    (Some(_), Some(_)) => open.may_be_detail(one),
                }
        };
        of_name(&self.open_by_name, one).iter().map(|index| &self.open[*index]).flat_map(move |(statement, touch)| {
            let touched: &[Touched] = match touch {
                Touch::Objects(touched) => touched,
                Touch::Nothing | Touch::Other => &[],
            };
            touched.iter().filter(move |open| touches(open)).map(move |open| (*statement, open))
        })
    }

    fn refuse(&self, statement: &Statement, open: &Statement) -> Error {
        let open_text = summary(open.sql(), open.reading);
        self.refusal(statement, format!(" may undo what never ran: {open_text} ({})", open.span))
    }

    fn refusal(&self, statement: &Statement, reason: String) -> Error {
        let kind = ErrorKind::CannotUndo {
            revision: self.revision.clone(),
            statement: summary(statement.sql(), statement.reading),
            reason,
        };
        Error::from(kind).at(statement.span.clone())
    }
}

/// Returns whether something goes under one name and comes back under another.
fn is_rename(touched: &[Touched]) -> bool {
    let has = |change| touched.iter().any(|one| one.object.change == change);
    has(Change::Vanishes) && has(Change::Appears)
}

fn are_inverse(one: &Touched, other: &Touched) -> bool {
    matches!(
        (one.object.change, other.object.change),
        (Change::Appears, Change::Vanishes) | (Change::Vanishes, Change::Appears)
    )
}

/// Returns whether something that ran touched what is to be undone, so that there is something to undo.
fn covers(ran: &Touched, one: &Touched) -> bool {
    ran.is_object(one)
        && match (&ran.detail, &one.detail) {
            // Only what was made is dropped.
            (None, None) => one.object.change != Change::Vanishes || ran.object.change == Change::Appears,
            (None, Some(_)) => true,
            (Some(_), None) => one.object.change == Change::Differs,
            (Some(ran), Some(one)) => ran == one,
        }
}

#[cfg(test)]
mod tests {
    use crate::program::there::Looked;
    use crate::program::there::may_be_there;
    use crate::span::Source;
    use crate::sql::split;

    use super::*;
    use crate::dialect::Family;

    /// Checks what becomes of each statement of a downgrade: `run`, `out`, or the end of the refusal.
    #[track_caller]
    fn check(family: Family, ran: &str, open: &str, down: &str, expected: &str) {
        check_there(family, &[], ran, open, down, expected);
    }

    /// `there` are the names of what was there before.
    #[track_caller]
    fn check_there(family: Family, there: &[&str], ran: &str, open: &str, down: &str, expected: &str) {
        let statements = |sql: &str| split(&Source::new("a.sql", sql), 0..sql.len(), family).unwrap();
        let (ran, open, down) = (statements(ran), statements(open), statements(down));
        let revision = RevisionId::from_row("a");
        let was_there = |one: Touched| {
            let (was_there, looked_in) = (there.contains(&one.name()), None);
            Looked { object: one.object, detail: one.detail, looked_in, was_there }
        };
        let there = There(may_be_there(ran.iter()).into_iter().map(was_there).collect());
        let mut stopped = Stopped::new(&revision, ran.iter().map(|one| (one, &there)), open.iter());
        let mut told = Vec::new();
        for statement in &down {
            match stopped.runs(statement) {
                Ok(true) => told.push("run".to_owned()),
                Ok(false) => told.push("out".to_owned()),
                Err(error) => {
                    let text = error.kind.to_string();
                    let reasons = ["may undo what never ran", "nothing that ran", "may have been there before"];
                    assert!(reasons.iter().any(|reason| text.contains(reason)), "{text}");
                    told.push("no".to_owned());
                    break;
                }
            }
        }
        let runs = told.iter().zip(&down).filter(|(told, _)| *told == "run").map(|(_, statement)| statement.clone());
        if !told.contains(&"no".to_owned()) && stopped.end(&runs.collect::<Vec<_>>()).is_err() {
            told.push("stays".to_owned());
        }
        assert_eq!(told.join(" "), expected);
    }

    use Family::Mysql;
    use Family::Postgres;
    use Family::Sqlite;

    #[test]
    fn what_ran_is_undone_and_what_did_not_is_left_out() {
        for family in [Postgres, Mysql, Sqlite] {
            check(family, "CREATE TABLE a (n INT)", "CREATE TABLE b (n INT)", "DROP TABLE b; DROP TABLE a", "out run");
            let add = "ALTER TABLE t ADD COLUMN a INT";
            let drop = "ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP COLUMN a";
            check(family, add, "ALTER TABLE t ADD COLUMN b INT", drop, "out run");
        }
        let index = "CREATE INDEX CONCURRENTLY i ON a (n)";
        check(Postgres, "CREATE TABLE a (n INT)", index, "DROP INDEX i; DROP TABLE a", "out run");
        check(Postgres, "CREATE TABLE a (n INT)", index, "DROP TABLE a", "run");
        let index = "CREATE INDEX i ON t (n)";
        let drop = "DROP INDEX i ON t; ALTER TABLE t DROP COLUMN n";
        check(Mysql, "ALTER TABLE t ADD COLUMN n INT", index, drop, "out run");
        check(Mysql, &format!("ALTER TABLE t ADD COLUMN n INT; {index}"), "SELECT 1", drop, "run run");
    }

    #[test]
    fn what_was_there_before_is_never_dropped() {
        // The upgrade stopped because `logs` belongs to somebody else.
        let (ran, open) = ("CREATE TABLE a (n INT)", "CREATE TABLE logs (n INT)");
        check(Mysql, ran, open, "DROP TABLE IF EXISTS logs; DROP TABLE a", "out run");
        check(Mysql, ran, open, "DROP TABLE IF EXISTS logs, a", "no");
        check(Mysql, ran, open, "DROP TABLE `Logs`", "no");
        check(Mysql, ran, "SELECT 1", "DROP TABLE logs", "no"); // its CREATE was taken out of the script since
        check(Mysql, "ALTER TABLE users ADD COLUMN n INT", "SELECT 1", "DROP TABLE users", "no");
        check(Mysql, ran, "CREATE TABLE app.a (n INT)", "DROP TABLE a", "no");
    }

    #[test]
    fn what_a_condition_found_is_left_and_what_it_made_is_dropped() {
        let table = "CREATE TABLE IF NOT EXISTS users (n INT)";
        for family in [Postgres, Mysql, Sqlite] {
            check_there(family, &["users"], table, "SELECT 1", "DROP TABLE users", "out");
            check_there(family, &[], table, "SELECT 1", "DROP TABLE users", "run");
            check_there(
                family,
                &["users"],
                &format!("{table}; CREATE TABLE b (n INT)"),
                "SELECT 1",
                "DROP TABLE users; DROP TABLE b",
                "out run",
            );
            check_there(family, &["users"], table, "SELECT 1", "DROP TABLE \"Users\"", "no");
            check_there(
                family,
                &["users"],
                &format!("CREATE TABLE a (n INT); {table}"),
                "SELECT 1",
                "DROP TABLE users, a",
                "no",
            );
            // What is added to it is its own.
            let (ran, down) = (
                format!("{table}; ALTER TABLE users ADD COLUMN c INT"),
                "ALTER TABLE users DROP COLUMN c; DROP TABLE users",
            );
            check_there(family, &["users"], &ran, "SELECT 1", down, "run out");
            check_there(
                family,
                &["users"],
                &format!("{table}; INSERT INTO users VALUES (1)"),
                "SELECT 1",
                "DELETE FROM users WHERE n = 1; DROP TABLE users",
                "run out",
            );
            // It was dropped, and made anew.
            check_there(
                family,
                &["users"],
                &format!("{table}; DROP TABLE users; CREATE TABLE users (n INT)"),
                "SELECT 1",
                "DROP TABLE users",
                "run",
            );
        }
        let column = "ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT";
        for family in [Postgres, Mysql] {
            check_there(family, &["c"], column, "SELECT 1", "ALTER TABLE t DROP COLUMN c", "out");
            check_there(family, &["c"], column, "SELECT 1", "ALTER TABLE t DROP COLUMN IF EXISTS c", "out");
            check_there(family, &[], column, "SELECT 1", "ALTER TABLE t DROP COLUMN c", "run");
        }
        check_there(Mysql, &["i"], "CREATE INDEX IF NOT EXISTS i ON t (n)", "SELECT 1", "DROP INDEX i ON t", "out");
        check_there(Postgres, &["i"], "CREATE INDEX IF NOT EXISTS i ON t (n)", "SELECT 1", "DROP INDEX i", "out");
        check_there(Postgres, &["s"], "CREATE SCHEMA IF NOT EXISTS s", "SELECT 1", "DROP SCHEMA s CASCADE", "out");
        check_there(
            Postgres,
            &["s"],
            "CREATE SCHEMA IF NOT EXISTS s",
            "SELECT 1",
            "DO $$ BEGIN DROP SCHEMA s; END $$",
            "no",
        );
    }

    #[test]
    fn what_was_replaced_is_not_dropped() {
        let view = "CREATE OR REPLACE VIEW v AS SELECT 1";
        for family in [Postgres, Mysql] {
            check_there(family, &["v"], view, "SELECT 1", "DROP VIEW v", "no");
            check_there(family, &["v"], view, "SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 2", "run");
            check_there(family, &[], view, "SELECT 1", "DROP VIEW v", "run");
        }
        check_there(Mysql, &["t"], "CREATE OR REPLACE TABLE t (n INT)", "SELECT 1", "DROP TABLE t", "no");
        let function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";
        check_there(Postgres, &["f"], function, "SELECT 1", "DROP FUNCTION f", "no");
        // Nobody looked, since the name may have meant another schema.
        let moved = "SET search_path = s; CREATE TABLE IF NOT EXISTS a (n INT)";
        check_there(Postgres, &[], moved, "SELECT 1", "DROP TABLE a", "no");
    }

    #[test]
    fn rows_and_other_things_that_a_condition_may_have_found_are_left() {
        let down = "DELETE FROM t WHERE n = 1";
        for ran in [
            "INSERT IGNORE INTO t VALUES (1)",
            "REPLACE INTO t VALUES (1)",
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE n = 2",
        ] {
            check(Mysql, ran, "SELECT 1", down, "no");
            check(Mysql, ran, "SELECT 1", "DELETE FROM u WHERE n = 1", "run");
        }
        check(Postgres, "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "SELECT 1", down, "no");
        check(Sqlite, "INSERT OR IGNORE INTO t VALUES (1)", "SELECT 1", down, "no");
        check(Sqlite, "INSERT INTO t VALUES (1)", "SELECT 1", down, "run");
        check(Postgres, "CREATE EXTENSION IF NOT EXISTS citext", "SELECT 1", "DROP EXTENSION citext", "no");
        check(Postgres, "CREATE EXTENSION citext", "SELECT 1", "DROP EXTENSION citext", "run");
        check(Mysql, "CREATE USER IF NOT EXISTS 'u'@'%'", "SELECT 1", "DROP USER 'u'@'%'", "no");
        check(Postgres, "CREATE OR REPLACE RULE r AS ON INSERT TO t DO NOTHING", "SELECT 1", "DROP RULE r ON t", "no");
    }

    #[test]
    fn rows_are_only_changed_back_when_all_rows_were_changed() {
        let down = "UPDATE t SET n = n - 1; DROP TABLE a";
        check(Postgres, "CREATE TABLE a (n INT); UPDATE t SET n = n + 1", "CREATE INDEX i ON a (n)", down, "run run");
        check(Postgres, "CREATE TABLE a (n INT)", "UPDATE t SET n = n + 1", down, "no");
        check(Postgres, "CREATE TABLE a (n INT)", "CALL p()", down, "no");
        // A statement that did not run needs no undoing by one that is sure to be about something else.
        check(Postgres, "CREATE TABLE a (n INT)", "UPDATE t SET n = n + 1", "DROP TABLE a", "run");
    }

    #[test]
    fn values_are_not_put_back_into_a_column_that_never_went() {
        let ran = "ALTER TABLE t ADD COLUMN whole TEXT";
        let open = "ALTER TABLE t DROP COLUMN half";
        let down =
            "ALTER TABLE t ADD COLUMN half TEXT; UPDATE t SET half = left(whole, 1); ALTER TABLE t DROP COLUMN whole";
        check(Postgres, ran, open, down, "out no");
    }

    #[test]
    fn changes_that_nobody_can_tell_apart_are_refused() {
        let down = "ALTER TABLE t ALTER n TYPE int";
        check(Postgres, "ALTER TABLE t ALTER n TYPE bigint", "ALTER TABLE t ALTER m SET NOT NULL", down, "no");
        check(Postgres, "ALTER TABLE t ALTER n TYPE bigint", "ALTER TABLE u ADD c INT", down, "run");
        check(Postgres, "CREATE TABLE a (n INT)", "ALTER TABLE a RENAME TO b", "DROP TABLE b", "no");
        check(Postgres, "CREATE TABLE a (n INT)", "ALTER TABLE a RENAME TO b", "ALTER TABLE b RENAME TO a", "no");
        check(Postgres, "SELECT 1", "ALTER TABLE a RENAME TO b", "ALTER TABLE b RENAME TO a", "out");
        let (ran, open) = ("ALTER TABLE t ADD a INT", "ALTER TABLE t RENAME a TO b");
        check(Postgres, ran, open, "ALTER TABLE t DROP b", "no");
    }

    #[test]
    fn what_the_downgrade_makes_for_itself_it_may_use() {
        let ran = "CREATE TABLE t2 (n INT); INSERT INTO t2 SELECT n FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t";
        let down = "CREATE TABLE t3 (n INT); INSERT INTO t3 SELECT n FROM t; DROP TABLE t; ALTER TABLE t3 RENAME TO t";
        check(Sqlite, ran, "CREATE INDEX i ON u (n)", down, "run run run run");
    }

    #[test]
    fn what_ran_must_not_stay() {
        // The rest of the upgrade would have taken it away again, or the author forgot it: the next upgrade would fail.
        check(Sqlite, "CREATE TABLE old (n INT)", "DROP TABLE old", "", "stays");
        check(Sqlite, "CREATE TABLE a (n INT)", "SELECT 1", "", "stays");
        check(Sqlite, "CREATE TABLE IF NOT EXISTS a (n INT)", "SELECT 1", "", "");
        check(Sqlite, "CREATE TABLE a (n INT); DROP TABLE a", "SELECT 1", "", "");
        check(Sqlite, "DROP TABLE a", "SELECT 1", "", "stays");
        check(Sqlite, "DROP TABLE a", "SELECT 1", "CREATE TABLE a (n INT)", "run");
        check(Sqlite, "ALTER TABLE t ADD COLUMN c INT", "SELECT 1", "", "stays");
        check(Sqlite, "CREATE TABLE t (n INT); ALTER TABLE t ADD COLUMN c INT", "SELECT 1", "DROP TABLE t", "run");
        check(Sqlite, "CREATE TABLE t (n INT); CREATE INDEX i ON t (n)", "SELECT 1", "DROP TABLE t", "run");
        check(Sqlite, "CREATE INDEX i ON t (n)", "SELECT 1", "", "stays");
        check(
            Postgres,
            "CREATE TABLE t (n INT); CREATE VIEW v AS SELECT * FROM t",
            "SELECT 1",
            "DROP TABLE t CASCADE",
            "run",
        );
        check(Postgres, "CREATE TABLE t (n INT)", "ALTER TABLE u ADD c INT", "DO $$ BEGIN DROP TABLE t; END $$", "run");
        check(Sqlite, "ALTER TABLE a RENAME TO b", "SELECT 1", "", "stays");
        check(Sqlite, "ALTER TABLE a RENAME TO b", "SELECT 1", "ALTER TABLE b RENAME TO a", "run");
        check(Sqlite, "CREATE TABLE a (n INT)", "", "", "");
    }

    #[test]
    fn after_all_of_it_all_of_it_is_undone() {
        check(Postgres, "CREATE TABLE a (n INT); CALL p()", "", "CALL q(); DROP TABLE a", "run run");
    }
}
