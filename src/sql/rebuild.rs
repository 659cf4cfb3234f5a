//! Tables of SQLite that a script builds anew: most changes of a table are made so there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::dialect::Family;
use crate::sql::effect::Effect;
use crate::sql::effect::unquoted;
use crate::sql::words::significant;

/// The tables that some statements build anew: dropped, and there again afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuild {
    /// Their names, as SQLite compares them, each with the index of the statement that drops the old one.
    pub tables: BTreeMap<String, usize>,
    /// The names that the statements drop or rename away.
    pub gone: BTreeSet<String>,
    /// The renames, by index, that must not reach into other tables, views and triggers: these mean the name.
    pub quiet_renames: BTreeSet<usize>,
}

impl Rebuild {
    /// Finds which tables of attached databases are rebuilt, as `schema.table`, each with the statement that drops it.
    ///
    /// Only those that are named with their schema are known, which is how such tables are made.
    pub fn find_attached(statements: &[&str]) -> BTreeMap<String, usize> {
        let mut reader = Reader::default();
        for (index, sql) in statements.iter().enumerate() {
            attached(sql).iter().for_each(|effect| reader.read(index, effect));
        }
        reader.rebuild.tables
    }

    /// Returns what is known of statements that rebuild no table.
    pub fn without_any(statements: &[&str]) -> Self {
        let names = statements.iter().filter_map(|sql| match Effect::of(sql)? {
            Effect::Drop(name) | Effect::Rename { from: name, .. } => Some(name),
            Effect::Create(_) | Effect::DropColumn(_) | Effect::Change(_) => None,
        });
        Self { gone: names.collect(), ..Self::default() }
    }

    /// Finds what is rebuilt; nothing if no table is.
    ///
    /// These are the ways: new one made, old dropped, new renamed; old renamed, new made, old dropped; rows put aside,
    /// old dropped, new made.
    pub fn find(statements: &[&str]) -> Option<Self> {
        let drops = |sql: &&str| {
            let first = significant(sql, 0..sql.len(), Family::Sqlite).next();
            first.is_some_and(|word| word.eq_ignore_ascii_case("drop"))
        };
        if !statements.iter().any(drops) {
            return None; // nearly all sections end here
        }
        let effects: Vec<(usize, Effect)> =
            statements.iter().enumerate().filter_map(|(index, sql)| Some((index, Effect::of(sql)?))).collect();
        let mut reader = Reader::default();
        for (index, effect) in &effects {
            reader.read(*index, effect);
        }
        let mut rebuild = reader.rebuild;
        if rebuild.tables.is_empty() {
            return None;
        }
        for (index, effect) in &effects {
            let Effect::Rename { from, to } = effect else { continue };
            let is_away = rebuild.tables.contains_key(from);
            let is_into = rebuild.tables.contains_key(to) && !statements.iter().any(|sql| refers_to(sql, from));
            if is_away || is_into {
                rebuild.quiet_renames.insert(*index);
            }
        }
        Some(rebuild)
    }
}

/// What is known of names while statements are read in order.
#[derive(Default)]
struct Reader {
    rebuild: Rebuild,
    /// Names whose table was dropped, and is not there again.
    dropped: BTreeMap<String, usize>,
    /// Where a table went that was renamed away: its name now, by its first name.
    moved: BTreeMap<String, String>,
    /// First names of renamed tables that are there again, and those whose old table is dropped.
    again: BTreeSet<String>,
    moved_and_dropped: BTreeMap<String, usize>,
}

impl Reader {
    fn read(&mut self, index: usize, effect: &Effect) {
        match effect {
            Effect::Create(name) => self.appears(name),
            Effect::Drop(name) => {
                self.rebuild.gone.insert(name.clone());
                match self.moved.iter().find(|(_, now)| *now == name).map(|(first, _)| first.clone()) {
                    Some(first) => {
                        self.moved.remove(&first);
                        self.moved_and_dropped.insert(first.clone(), index);
                        self.settle(&first);
                    }
                    None => {
                        self.dropped.insert(name.clone(), index);
                    }
                }
            }
            Effect::Rename { from, to } => {
                self.rebuild.gone.insert(from.clone());
                let first = self.moved.iter().find(|(_, now)| *now == from).map(|(first, _)| first.clone());
                self.moved.insert(first.unwrap_or_else(|| from.clone()), to.clone());
                self.again.remove(from);
                self.appears(to);
            }
            Effect::DropColumn(_) | Effect::Change(_) => {}
        }
    }

    /// Notes that a table of this name is there now.
    fn appears(&mut self, name: &str) {
        if let Some(index) = self.dropped.remove(name) {
            self.rebuild.tables.entry(name.to_owned()).or_insert(index);
        }
        self.again.insert(name.to_owned());
        self.settle(name);
    }

    fn settle(&mut self, first: &str) {
        if let (Some(index), true) = (self.moved_and_dropped.get(first), self.again.contains(first)) {
            self.rebuild.tables.entry(first.to_owned()).or_insert(*index);
        }
    }
}

/// Returns what a statement does to a table of an attached database.
fn attached(sql: &str) -> Option<Effect> {
    const LONGEST: usize = 12;
    let words: Vec<&str> = significant(sql, 0..sql.len(), Family::Sqlite).take(LONGEST).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if !is(1, "table") && !is(2, "table") {
        return None;
    }
    let dot = words.iter().position(|word| *word == "(" || *word == ".").filter(|at| words[*at] == ".")?;
    let schema = unquoted(words.get(dot.checked_sub(1)?)?);
    if schema == "main" || schema == "temp" {
        return None;
    }
    let table = |name: &str| format!("{schema}.{}", unquoted(name));
    let name = table(words.get(dot + 1)?);
    match words.first()?.to_ascii_lowercase().as_str() {
        "create" => Some(Effect::Create(name)),
        "drop" => Some(Effect::Drop(name)),
        "alter" if is(dot + 2, "rename") && is(dot + 3, "to") => {
            Some(Effect::Rename { from: name, to: table(words.get(dot + 4)?) })
        }
        _ => None,
    }
}

/// Returns whether a table, view or trigger that is made here speaks of `name` so that a rename must follow it.
fn refers_to(sql: &str, name: &str) -> bool {
    let mut words = significant(sql, 0..sql.len(), Family::Sqlite);
    if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("create")) {
        return false;
    }
    let words: Vec<&str> = words.collect();
    let what = words.iter().find(|word| !["temp", "temporary", "unique"].contains(&word.to_ascii_lowercase().as_str()));
    let what = what.map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    // A column with its table before it, as in `CHECK (new_t.n > 0)`; a schema stands before the name of the table.
    let is_qualified = |two: &[&str]| two[1] == "." && unquoted(two[0]) == name;
    match what.as_str() {
        "table" => words
            .windows(2)
            .any(|two| two[0].eq_ignore_ascii_case("references") && unquoted(two[1]) == name || is_qualified(two)),
        "index" => words.windows(2).any(is_qualified),
        "view" | "trigger" => words.iter().any(|word| unquoted(word) == name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the tables that are rebuilt, and the quiet renames, with `expected`.
    fn check(statements: &str, expected: &str, quiet: &[usize]) {
        let statements: Vec<&str> = statements.split("; ").collect();
        let found = Rebuild::find(&statements).unwrap_or_default();
        let tables: Vec<&str> = found.tables.keys().map(String::as_str).collect();
        assert_eq!(tables.join(" "), expected, "{statements:?}");
        assert_eq!(found.quiet_renames.into_iter().collect::<Vec<_>>(), quiet, "{statements:?}");
    }

    #[test]
    fn a_new_table_that_takes_the_name_of_a_dropped_one_is_a_rebuild() {
        check("CREATE TABLE n (a); INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[3]);
        check("CREATE TABLE n (a); DROP TABLE IF EXISTS main.\"T\"; ALTER TABLE [n] RENAME TO 't'", "t", &[2]);
    }

    #[test]
    fn a_table_that_was_renamed_away_and_dropped_is_a_rebuild() {
        check("ALTER TABLE t RENAME TO o; CREATE TABLE t (a); INSERT INTO t SELECT * FROM o; DROP TABLE o", "t", &[0]);
        check("ALTER TABLE t RENAME TO o; DROP TABLE o; CREATE TABLE t (a)", "t", &[0]);
        check("ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t; DROP TABLE o", "t", &[0, 1]);
        check("ALTER TABLE t RENAME TO o; ALTER TABLE o RENAME TO p; CREATE TABLE t (a); DROP TABLE p", "t", &[0]);
    }

    #[test]
    fn rows_put_aside_and_back_are_a_rebuild() {
        check(
            "CREATE TABLE b AS SELECT * FROM t; DROP TABLE t; CREATE TABLE t (a); INSERT INTO t SELECT * FROM b; DROP TABLE b",
            "t",
            &[],
        );
    }

    #[test]
    fn a_rebuild_in_an_attached_database_is_seen() {
        let check = |statements: &str, expected: &[&str]| {
            let statements: Vec<&str> = statements.split("; ").collect();
            let found = Rebuild::find_attached(&statements);
            assert_eq!(found.keys().collect::<Vec<_>>(), expected, "{statements:?}");
        };
        check("CREATE TABLE b.n (a); DROP TABLE IF EXISTS \"B\".t; ALTER TABLE b.n RENAME TO [T]", &["b.t"]);
        check("ALTER TABLE b.t RENAME TO o; CREATE TABLE b.t (a); DROP TABLE b.o", &["b.t"]);
        check("CREATE TABLE main.n (a); DROP TABLE main.t; ALTER TABLE main.n RENAME TO t", &[]);
        check("DROP TABLE b.t; CREATE TABLE t AS SELECT * FROM b.u; CREATE TABLE b.v (a)", &[]);
    }

    #[test]
    fn several_tables_can_be_rebuilt() {
        check("DROP TABLE t; ALTER TABLE n RENAME TO t; DROP TABLE u; ALTER TABLE n RENAME TO u", "t u", &[1, 3]);
    }

    #[test]
    fn tables_that_only_come_or_go_are_not_rebuilt() {
        check("DROP TABLE t; CREATE TABLE u (a); ALTER TABLE u RENAME TO v", "", &[]);
        check("ALTER TABLE t RENAME TO o; DROP TABLE o", "", &[]);
        check("ALTER TABLE t RENAME TO o; CREATE TABLE t (a)", "", &[]);
        check("CREATE TABLE t (a); DROP TABLE t", "", &[]);
    }

    #[test]
    fn a_rename_follows_what_speaks_of_the_new_table() {
        check("CREATE TABLE n (a, b REFERENCES N); DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[]);
        check("CREATE TABLE n (a, CHECK (n.a > 0)); DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[]);
        check("CREATE UNIQUE INDEX i ON n (a) WHERE [N].a > 0; DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[]);
        check("CREATE INDEX main.i ON n (a); DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[2]);
        check("CREATE TABLE n (a, b REFERENCES t); DROP TABLE t; ALTER TABLE n RENAME TO t", "t", &[2]);
        check(
            "CREATE TRIGGER r AFTER INSERT ON x BEGIN SELECT 1 FROM n END; DROP TABLE t; ALTER TABLE n RENAME TO t",
            "t",
            &[],
        );
    }
}
