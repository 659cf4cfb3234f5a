//! Which tables of SQLite reference which, and how, as the statements that make them say.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::effect::Effect;
use crate::sql::effect::unquoted;
use crate::sql::row_change::RowChange;
use crate::sql::words::significant;

/// A foreign key; names are as SQLite compares them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The table that is referenced.
    pub parent: String,
    /// Its columns; none stands for its primary key.
    pub columns: Vec<String>,
    /// What becomes of the referencing rows when the referenced one goes.
    pub on_delete: Action,
    /// What becomes of them when it gets another key.
    pub on_update: Action,
}

/// What a change of a referenced row does to those that reference it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Nothing but perhaps an error: `NO ACTION`, `RESTRICT`.
    Refuses,
    /// They change or go, too: `CASCADE`, `SET NULL`, `SET DEFAULT`.
    Changes,
}

/// What is known of the columns of a table that others can reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// The primary key.
    pub primary: BTreeSet<String>,
    /// The columns that are computed, so that a change of others changes them.
    pub computed: BTreeSet<String>,
}

/// All foreign keys of a database, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// By the table that has them.
    pub of: BTreeMap<String, BTreeSet<Reference>>,
    /// The keys of the tables that are known.
    pub keys: BTreeMap<String, Key>,
}

/// The names of the row's number; it is the primary key where that is an integer.
const ROW_IDS: [&str; 3] = ["rowid", "oid", "_rowid_"];

impl Action {
    /// Reads it as a statement or `PRAGMA foreign_key_list` says it.
    pub fn of(text: &str) -> Self {
        let first = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if matches!(first.as_str(), "cascade" | "set") { Self::Changes } else { Self::Refuses }
    }
}

impl References {
    /// Follows what a statement does to tables; a quiet rename leaves what others say of the name.
    pub fn follow(&mut self, sql: &str, is_quiet: bool) {
        match Effect::of(sql) {
            Some(Effect::Create(table)) => {
                if self.keys.contains_key(&table) {
                    return; // `IF NOT EXISTS`
                }
                let (references, key) = definition(sql);
                self.of.insert(table.clone(), references);
                self.keys.insert(table, key);
            }
            Some(Effect::Drop(table)) => {
                self.of.remove(&table);
                self.keys.remove(&table);
            }
            Some(Effect::Rename { from, to }) => {
                if let Some(key) = self.keys.remove(&from) {
                    self.keys.insert(to.clone(), key);
                }
                if let Some(references) = self.of.remove(&from) {
                    self.of.insert(to.clone(), references);
                }
                if !is_quiet {
                    let rename = |mut one: Reference| {
                        if one.parent == from {
                            one.parent.clone_from(&to);
                        }
                        one
                    };
                    for references in self.of.values_mut() {
                        *references = std::mem::take(references).into_iter().map(rename).collect();
                    }
                }
            }
            Some(Effect::DropColumn(_) | Effect::Change(_)) => {}
            None => {
                let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Sqlite).collect();
                match altered(&words) {
                    Some((table, rest)) if rest.first().is_some_and(|word| word.eq_ignore_ascii_case("add")) => {
                        self.of.entry(table).or_default().extend(references(rest));
                    }
                    // A column may have got another name, so nothing is known of the key any more.
                    Some((table, _)) => drop(self.keys.remove(&table)),
                    None => {}
                }
            }
        }
    }

    /// Adds what another database, or script, has.
    pub fn add(&mut self, other: Self) {
        for (table, references) in other.of {
            self.of.entry(table).or_default().extend(references);
        }
        for (table, key) in other.keys {
            let known = self.keys.entry(table).or_default();
            known.primary.extend(key.primary);
            known.computed.extend(key.computed);
        }
    }

    /// Returns whether rows of another table would change with those that `change` does, were foreign keys on; only
    /// those `of` tables count.
    pub fn carry(&self, change: &RowChange, is_counted: impl Fn(&str) -> bool) -> bool {
        let all = self.of.iter().filter(|(child, _)| is_counted(child)).flat_map(|(_, references)| references);
        all.filter(|reference| reference.parent == change.table).any(|reference| {
            let deletes = change.deletes && reference.on_delete == Action::Changes;
            deletes || reference.on_update == Action::Changes && self.is_key_set(reference, &change.columns)
        })
    }

    /// Returns whether one of the columns that are set is part of what a reference means.
    fn is_key_set(&self, reference: &Reference, set: &BTreeSet<String>) -> bool {
        let Some(key) = self.keys.get(&reference.parent) else { return !set.is_empty() };
        let named: BTreeSet<&String> = match reference.columns.is_empty() {
            true => key.primary.iter().collect(),
            false => reference.columns.iter().collect(),
        };
        let is_computed = named.iter().any(|column| key.computed.contains(*column));
        let is_unknown = named.is_empty() || is_computed;
        set.iter().any(|column| is_unknown || named.contains(column) || ROW_IDS.contains(&column.as_str()))
    }
}

/// Returns the table that is altered, and the words behind it.
fn altered<'a>(words: &'a [&'a str]) -> Option<(String, &'a [&'a str])> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if !is(0, "alter") || !is(1, "table") {
        return None;
    }
    let (name, rest) = match words.get(3) {
        Some(&".") => (words.get(4)?, words.get(5..)?),
        _ => (words.get(2)?, words.get(3..)?),
    };
    Some((unquoted(name), rest))
}

/// Reads the foreign keys and the keys of a `CREATE TABLE`.
fn definition(sql: &str) -> (BTreeSet<Reference>, Key) {
    let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Sqlite).collect();
    let mut key = Key::default();
    let begin = words.iter().position(|word| *word == "(").map_or(words.len(), |at| at + 1);
    for item in items(&words[begin..]) {
        let is = |at: usize, word: &str| item.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
        let primary = (0..item.len()).find(|at| is(*at, "primary") && is(at + 1, "key"));
        let is_constraint = ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| is(0, word));
        match (primary, is_constraint) {
            (Some(at), true) if item.get(at + 2) == Some(&"(") => {
                key.primary.extend(items(&item[at + 3..]).iter().filter_map(|column| Some(unquoted(column.first()?))));
            }
            (Some(_), false) => key.primary.extend(item.first().map(|name| unquoted(name))),
            _ => {}
        }
        if !is_constraint && (1..item.len()).any(|at| is(at, "as") && item.get(at + 1) == Some(&"(")) {
            key.computed.extend(item.first().map(|name| unquoted(name)));
        }
    }
    (references(&words).collect(), key)
}

/// Cuts what stands in parentheses at its commas; ends where they close.
fn items<'a>(words: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let (mut depth, mut begin) = (0usize, 0);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "(" => depth += 1,
            ")" if depth == 0 => {
                found.push(&words[begin..at]);
                return found;
            }
            ")" => depth -= 1,
            "," if depth == 0 => {
                found.push(&words[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// Returns what is said behind each `REFERENCES`.
fn references<'a>(words: &'a [&'a str]) -> impl Iterator<Item = Reference> + 'a {
    let begins = (0..words.len()).filter(|at| words[*at].eq_ignore_ascii_case("references"));
    begins.filter_map(|at| {
        let parent = unquoted(words.get(at + 1)?);
        let mut rest = words.get(at + 2..)?;
        let mut columns = Vec::new();
        if rest.first() == Some(&"(") {
            columns = items(&rest[1..]).iter().filter_map(|column| Some(unquoted(column.first()?))).collect();
            let end = rest.iter().position(|word| *word == ")")?;
            rest = &rest[end + 1..];
        }
        let mut reference = Reference { parent, columns, on_delete: Action::Refuses, on_update: Action::Refuses };
        loop {
            let word = |at: usize| rest.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
            match (word(0).as_str(), word(1).as_str()) {
                ("on", "delete") => reference.on_delete = Action::of(&word(2)),
                ("on", "update") => reference.on_update = Action::of(&word(2)),
                ("match", _) => {
                    rest = rest.get(2..).unwrap_or_default();
                    continue;
                }
                _ => return Some(reference),
            }
            // `SET NULL`, `SET DEFAULT` and `NO ACTION` are two words.
            let length = if matches!(word(2).as_str(), "set" | "no") { 4 } else { 3 };
            rest = rest.get(length..).unwrap_or_default();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows the statements, and checks whether the last one would carry changes into other tables.
    fn check(statements: &str, expected: bool) {
        let statements: Vec<&str> = statements.split("; ").collect();
        let (last, before) = statements.split_last().unwrap();
        let mut references = References::default();
        before.iter().for_each(|sql| references.follow(sql, false));
        let change = RowChange::of(last).unwrap();
        assert_eq!(references.carry(&change, |_| true), expected, "{statements:?}");
    }

    const P: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, note TEXT)";

    #[test]
    fn rows_that_go_count_where_others_follow_them() {
        for (action, expected) in [
            ("ON DELETE CASCADE", true),
            ("ON UPDATE SET NULL ON DELETE SET NULL", true),
            ("MATCH FULL ON DELETE SET DEFAULT", true),
            ("ON DELETE NO ACTION ON UPDATE CASCADE", false),
            ("ON DELETE RESTRICT", false),
            ("DEFERRABLE INITIALLY DEFERRED", false),
            ("", false),
        ] {
            check(&format!("{P}; CREATE TABLE c (p REFERENCES p (id) {action}); DELETE FROM p"), expected);
            check(
                &format!(
                    "{P}; CREATE TABLE c (n, m, FOREIGN KEY (n, m) REFERENCES \"P\" {action}); REPLACE INTO p VALUES (1)"
                ),
                expected,
            );
            check(
                &format!(
                    "{P}; CREATE TABLE c (n); ALTER TABLE main.c ADD COLUMN p REFERENCES [p] {action}; DELETE FROM p"
                ),
                expected,
            );
        }
        check(&format!("{P}; CREATE TABLE c (p REFERENCES q ON DELETE CASCADE); DELETE FROM p"), false);
        check("CREATE TABLE p (id, up REFERENCES p ON DELETE CASCADE); DELETE FROM p", true);
    }

    #[test]
    fn columns_that_are_set_count_where_others_mean_them() {
        let with = |reference: &str, change: &str, expected| {
            check(&format!("{P}; CREATE TABLE c (x REFERENCES p {reference}); UPDATE p SET {change}"), expected);
        };
        with("ON UPDATE CASCADE", "note = 1", false);
        with("ON UPDATE CASCADE", "note = 1, ID = 2", true);
        with("ON UPDATE CASCADE", "rowid = 2", true);
        with("(code) ON UPDATE SET NULL", "id = 2", false);
        with("(\"Code\") ON UPDATE SET NULL", "(note, code) = (1, 2)", true);
        with("ON DELETE CASCADE", "id = 2", false);
        with("ON UPDATE RESTRICT", "id = 2", false);
        let c = "CREATE TABLE c (a, b, FOREIGN KEY (a, b) REFERENCES p ON UPDATE CASCADE)";
        check(&format!("CREATE TABLE p (a, b, c, PRIMARY KEY (a, \"b\")); {c}; UPDATE p SET b = 1"), true);
        check(&format!("CREATE TABLE p (a, b, c, PRIMARY KEY (a, \"b\")); {c}; UPDATE p SET c = 1"), false);
        check(&format!("{c}; UPDATE p SET c = 1"), true);
    }

    #[test]
    fn a_key_that_is_computed_changes_with_any_column() {
        let c = "CREATE TABLE c (x REFERENCES p (k) ON UPDATE CASCADE)";
        check(&format!("CREATE TABLE p (a, k TEXT GENERATED ALWAYS AS (a + 1) UNIQUE); {c}; UPDATE p SET a = 1"), true);
        check(&format!("CREATE TABLE p (a, k TEXT UNIQUE, j AS (a)); {c}; UPDATE p SET a = 1"), false);
    }

    #[test]
    fn tables_are_followed_when_they_go_or_get_other_names() {
        let c = "CREATE TABLE c (x REFERENCES p ON DELETE CASCADE)";
        check(&format!("{P}; {c}; DROP TABLE c; DELETE FROM p"), false);
        check(&format!("{P}; {c}; ALTER TABLE p RENAME TO q; DELETE FROM q"), true);
        check(&format!("{P}; {c}; ALTER TABLE c RENAME TO d; DELETE FROM p"), true);
        check(&format!("{P}; {c}; CREATE TABLE IF NOT EXISTS c (x); DELETE FROM p"), true);
        let on_update = c.replace("DELETE", "UPDATE");
        check(&format!("{P}; {on_update}; ALTER TABLE p RENAME COLUMN id TO number; UPDATE p SET number = 1"), true);
    }
}
