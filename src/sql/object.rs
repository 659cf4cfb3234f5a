//! What a statement leaves in the catalog, judged by its words: how one that was interrupted can be told to have run.

use serde::Deserialize;
use serde::Serialize;

use crate::dialect::Family;
use crate::sql::kind::StatementKind;
use crate::sql::reading::Reading;
use crate::sql::split::Statement;
use crate::sql::token::TokenKind;
use crate::sql::words::telling;

/// What is left to see of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// To run it twice is as good as once.
    Repeatable,
    /// These objects change, all of them.
    Objects(Vec<ObjectChange>),
    /// Nobody can tell by the catalog.
    Unknown,
}

/// One object and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectChange {
    /// What it is.
    pub kind: ObjectKind,
    /// Its schema or database, where the statement names it.
    pub schema: Option<String>,
    /// Its name, as the catalog has it.
    pub name: String,
    /// The table of an index that is made: the index is made where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// What becomes of it.
    pub change: Change,
}

/// The kinds of objects that are told apart in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // they are called as in SQL
pub enum ObjectKind {
    Table,
    Index,
    View,
    Trigger,
    Function,
    Procedure,
    Sequence,
    Schema,
    /// With domains.
    Type,
    Database,
}

/// What a statement does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    Appears,
    /// It is not there after.
    Vanishes,
    /// It is another one after, or has another name.
    Differs,
}

/// First words of what may be said twice; docs/journal.md lists them.
const REPEATABLE: [&str; 11] = [
    "truncate", "grant", "revoke", "comment", "analyze", "vacuum", "reindex", "refresh", "optimize", "explain",
    "cluster",
];

/// Words after CREATE that only say more about the object.
pub(super) const ADJECTIVES: [&str; 8] =
    ["unique", "constraint", "fulltext", "spatial", "materialized", "unlogged", "virtual", "recursive"];

/// Words in an ALTER that may change rows, and may leave the definition as it is.
const TOUCHES_ROWS: [&str; 6] = ["using", "exchange", "import", "discard", "detach", "truncate"];

impl Trace {
    /// Judges a statement; what is not surely one of the known forms is unknown.
    pub fn of(statement: &Statement) -> Self {
        match statement.kind {
            StatementKind::Session | StatementKind::Lock => Self::Repeatable,
            StatementKind::Query if !Words::read(statement.sql(), statement.reading).changes() => Self::Repeatable,
            _ => Words::read(statement.sql(), statement.reading).trace(),
        }
    }
}

/// The words and marks of a statement, read from the left.
pub(super) struct Words {
    pub(super) family: Family,
    pub(super) words: Vec<Word>,
    pub(super) at: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Word {
    /// As it is compared: unquoted words in lower case.
    pub(super) text: String,
    /// As the catalog has it.
    pub(super) name: String,
    pub(super) kind: TokenKind,
}

/// More words than any of the forms needs; what follows is only searched for single ones.
const READ: usize = 4096;

impl Words {
    pub(super) fn read(sql: &str, reading: impl Into<Reading>) -> Self {
        let reading = reading.into();
        let family = reading.family;
        let word = |kind: TokenKind, text: &str| {
            let lower = text.to_ascii_lowercase();
            let name = match kind {
                TokenKind::Quoted => unquoted(text),
                _ if family == Family::Postgres => text.to_lowercase(),
                _ => text.to_owned(),
            };
            // What is quoted is no keyword.
            let text = if kind == TokenKind::Quoted { String::new() } else { lower };
            Word { text, name, kind }
        };
        let words = telling(sql, reading).take(READ);
        Self { family, words: words.map(|token| word(token.kind, &sql[token.range])).collect(), at: 0 }
    }

    /// Returns whether what reads also changes: `SELECT … INTO` makes a table, `EXPLAIN ANALYZE` runs what it explains.
    fn changes(&self) -> bool {
        let has = |words: &[&str]| self.words.iter().any(|word| words.contains(&word.text.as_str()));
        match self.words.first().map(|word| word.text.as_str()) {
            Some("explain" | "analyze") => {
                has(&["analyze"]) && has(&["insert", "update", "delete", "merge", "replace"])
            }
            _ => self.family == Family::Postgres && has(&["into"]),
        }
    }

    fn trace(mut self) -> Trace {
        let Some(first) = self.words.first() else { return Trace::Unknown };
        let first = first.text.clone();
        self.at = 1;
        let found = match first.as_str() {
            _ if REPEATABLE.contains(&first.as_str()) && !self.changes() => return Trace::Repeatable,
            "create" => self.create(),
            "drop" => self.drop(),
            "alter" => self.alter(),
            "rename" => self.rename(),
            // A password that is drawn at random, or one that is kept beside it, is another one the second time.
            "set" if self.is_account() => return Trace::Repeatable,
            _ => None,
        };
        found.unwrap_or(Trace::Unknown)
    }

    fn is_account(&self) -> bool {
        let has = |words: &[&str]| self.words.iter().any(|word| words.contains(&word.text.as_str()));
        has(&["password", "role"]) && !has(&["random", "retain"]) && self.family == Family::Mysql
    }

    /// Steps over what MariaDB takes between ALTER and TABLE.
    pub(super) fn skip_manner(&mut self) {
        while ["online", "offline", "ignore"].iter().any(|word| self.take(word)) {}
    }

    fn create(&mut self) -> Option<Trace> {
        if self.take("or") {
            return self.take("replace").then_some(Trace::Repeatable);
        }
        if self.take("temporary") || self.take("temp") {
            return Some(Trace::Repeatable); // it ends with the session
        }
        if self.family == Family::Mysql && (self.take("definer") || self.take("algorithm")) {
            self.skip_to_kind();
        }
        while ADJECTIVES.iter().any(|word| self.take(word)) {}
        let kind = self.kind()?;
        let concurrently = self.take("concurrently");
        if self.take("if") && !concurrently {
            return Some(Trace::Repeatable);
        }
        if concurrently && self.take("not") {
            self.take("exists");
        }
        if kind == ObjectKind::Index {
            return self.index(Change::Appears);
        }
        if self.family == Family::Postgres && kind == ObjectKind::Trigger {
            return self.trigger();
        }
        self.one(kind, Change::Appears)
    }

    fn drop(&mut self) -> Option<Trace> {
        if self.take("temporary") {
            return Some(Trace::Repeatable);
        }
        self.take("materialized");
        let kind = self.kind()?;
        self.take("concurrently");
        if self.take("if") {
            return Some(Trace::Repeatable);
        }
        if kind == ObjectKind::Index && self.family == Family::Mysql {
            return self.index(Change::Vanishes);
        }
        if self.family == Family::Postgres && kind == ObjectKind::Trigger {
            return self.trigger();
        }
        let change = match kind {
            // PostgreSQL may have several of one name.
            ObjectKind::Function | ObjectKind::Procedure if self.family == Family::Postgres => Change::Differs,
            _ => Change::Vanishes,
        };
        let mut objects = vec![self.object(kind, change)?];
        while self.take(",") {
            objects.push(self.object(kind, change)?);
        }
        Some(Trace::Objects(objects))
    }

    fn alter(&mut self) -> Option<Trace> {
        if self.take("system") {
            return Some(Trace::Repeatable); // it writes a line of a file
        }
        self.skip_manner();
        self.take("materialized");
        let kind = self.kind()?;
        if self.take("if") {
            self.take("exists");
        }
        self.take("only");
        let is_seen = matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::Index | ObjectKind::Type);
        let touches_rows = self.words.iter().any(|word| TOUCHES_ROWS.contains(&word.text.as_str()));
        let detaches = self.family == Family::Postgres && self.words.iter().any(|word| word.text == "detach");
        if is_seen && detaches && !self.words.iter().any(|word| word.text == "using") {
            return self.one(kind, Change::Differs); // the table tells of its partitions
        }
        if !is_seen || touches_rows { None } else { self.one(kind, Change::Differs) }
    }

    /// `RENAME TABLE a TO b`; of several at once, one may even come back to its name.
    pub(super) fn rename(&mut self) -> Option<Trace> {
        if !self.take("table") {
            return None;
        }
        let from = self.object(ObjectKind::Table, Change::Vanishes)?;
        if !self.take("to") {
            return None;
        }
        let to = self.object(ObjectKind::Table, Change::Appears)?;
        (self.at == self.words.len()).then(|| Trace::Objects(vec![from, to]))
    }

    /// The index's name, which on MySQL is one of its table's.
    fn index(&mut self, change: Change) -> Option<Trace> {
        let mut index = self.object(ObjectKind::Index, change)?;
        match self.family {
            Family::Sqlite => {}
            Family::Postgres | Family::Mysql => {
                while !self.take("on") {
                    self.words.get(self.at)?;
                    self.at += 1;
                }
                self.take("only");
                let table = self.object(ObjectKind::Table, Change::Differs)?;
                if self.family == Family::Mysql {
                    return Some(Trace::Objects(vec![table]));
                }
                index.schema = table.schema;
                index.table = Some(table.name);
            }
        }
        Some(Trace::Objects(vec![index]))
    }

    /// A trigger of PostgreSQL, which its table tells of.
    fn trigger(&mut self) -> Option<Trace> {
        self.name()?;
        while !self.take("on") {
            self.words.get(self.at)?;
            self.at += 1;
        }
        self.one(ObjectKind::Table, Change::Differs)
    }

    fn one(&mut self, kind: ObjectKind, change: Change) -> Option<Trace> {
        Some(Trace::Objects(vec![self.object(kind, change)?]))
    }

    pub(super) fn object(&mut self, kind: ObjectKind, change: Change) -> Option<ObjectChange> {
        let mut name = self.name()?;
        let mut schema = None;
        while self.take(".") {
            schema = Some(std::mem::replace(&mut name, self.name()?));
        }
        Some(ObjectChange { kind, schema, name, table: None, change })
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let word = self.words.get(self.at)?;
        let is_name = match word.kind {
            TokenKind::Quoted => true,
            // An index without a name of its own.
            // Nor has a schema that is only said to be somebody's.
            TokenKind::Word => !matches!(word.text.as_str(), "on" | "authorization"),
            _ => false,
        };
        self.at += 1;
        is_name.then(|| word.name.clone())
    }

    pub(super) fn kind(&mut self) -> Option<ObjectKind> {
        let kind = match self.words.get(self.at)?.text.as_str() {
            "table" => ObjectKind::Table,
            "tables" if self.family == Family::Mysql => ObjectKind::Table,
            "index" => ObjectKind::Index,
            "view" => ObjectKind::View,
            "trigger" => ObjectKind::Trigger,
            "function" => ObjectKind::Function,
            "procedure" => ObjectKind::Procedure,
            "sequence" => ObjectKind::Sequence,
            "schema" | "database" if self.family == Family::Mysql => ObjectKind::Schema,
            "schema" if self.family == Family::Postgres => ObjectKind::Schema,
            "database" if self.family == Family::Postgres => ObjectKind::Database,
            "type" | "domain" if self.family == Family::Postgres => ObjectKind::Type,
            _ => return None,
        };
        self.at += 1;
        Some(kind)
    }

    /// Steps over `DEFINER = user@host SQL SECURITY INVOKER` and the like.
    pub(super) fn skip_to_kind(&mut self) {
        const KINDS: [&str; 4] = ["view", "trigger", "function", "procedure"];
        let words = self.words.iter().skip(self.at);
        self.at += words.take_while(|word| !KINDS.contains(&word.text.as_str())).count();
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|word| word.text == text);
        self.at += usize::from(found);
        found
    }
}

/// Returns what a quoted identifier stands for.
pub(super) fn unquoted(text: &str) -> String {
    let mut inner = text.chars();
    let (open, _) = (inner.next(), inner.next_back());
    let inner = inner.as_str();
    match open {
        Some(quote @ ('"' | '`')) => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
        _ => inner.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is `repeat`, `unknown`, or the objects: `+` they appear, `-` they vanish, `~` they differ.
    fn check(family: Family, sql: &str, expected: &str) {
        let sign = |change| match change {
            Change::Appears => '+',
            Change::Vanishes => '-',
            Change::Differs => '~',
        };
        let text = match Words::read(sql, family).trace() {
            Trace::Repeatable => "repeat".to_owned(),
            Trace::Unknown => "unknown".to_owned(),
            Trace::Objects(objects) => {
                let object = |o: &ObjectChange| {
                    let schema = o.schema.as_ref().map_or(String::new(), |schema| format!("{schema}."));
                    format!("{}{:?} {schema}{}", sign(o.change), o.kind, o.name)
                };
                objects.iter().map(object).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(text, expected, "{sql}");
    }

    #[test]
    fn what_a_statement_makes_takes_or_changes_is_known() {
        check(Family::Mysql, "CREATE TABLE a (n INT)", "+Table a");
        check(Family::Mysql, "create /* x */ table `s`.`a``b` (n INT)", "+Table s.a`b");
        check(Family::Mysql, "CREATE UNIQUE INDEX i USING BTREE ON t (n)", "~Table t");
        check(Family::Mysql, "DROP INDEX i ON s.t", "~Table s.t");
        check(Family::Mysql, "DROP TABLE a, s.b CASCADE", "-Table a, -Table s.b");
        check(Family::Mysql, "ALTER TABLE a ADD COLUMN m INT", "~Table a");
        check(Family::Mysql, "RENAME TABLE a TO b", "-Table a, +Table b");
        check(Family::Mysql, "CREATE PROCEDURE p() SELECT 1", "+Procedure p");
        check(Family::Mysql, "CREATE DEFINER = `a`@`b` SQL SECURITY INVOKER VIEW v AS SELECT 1", "+View v");
        check(Family::Postgres, "CREATE INDEX CONCURRENTLY I ON \"S\".t (n)", "+Index S.i");
        check(Family::Postgres, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (n)", "+Index i");
        check(Family::Postgres, "DROP INDEX CONCURRENTLY s.i", "-Index s.i");
        check(Family::Postgres, "DROP FUNCTION f(int)", "~Function f");
        check(Family::Postgres, "ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "~Table t");
        check(Family::Postgres, "CREATE TRIGGER r AFTER UPDATE OF a, b ON s.t EXECUTE FUNCTION f()", "~Table s.t");
        check(Family::Postgres, "CREATE CONSTRAINT TRIGGER r AFTER INSERT ON t FROM u", "~Table t");
        check(Family::Postgres, "DROP TRIGGER r ON t CASCADE", "~Table t");
        check(Family::Postgres, "CREATE TYPE s.mood AS ENUM ('a')", "+Type s.mood");
        check(Family::Postgres, "ALTER TYPE mood ADD VALUE 'b' BEFORE 'a'", "~Type mood");
        check(Family::Postgres, "DROP DOMAIN a, b", "-Type a, -Type b");
        check(Family::Postgres, "CREATE DATABASE d TEMPLATE e", "+Database d");
        check(Family::Postgres, "DROP DATABASE d WITH (FORCE)", "-Database d");
        check(Family::Postgres, "CREATE SCHEMA s AUTHORIZATION joe", "+Schema s");
        check(Family::Sqlite, "CREATE INDEX main.i ON t (n)", "+Index main.i");
    }

    #[test]
    fn what_can_be_said_twice_is_known() {
        check(Family::Mysql, "CREATE TABLE IF NOT EXISTS a (n INT)", "repeat");
        check(Family::Mysql, "DROP TABLE IF EXISTS a", "repeat");
        check(Family::Mysql, "CREATE OR REPLACE VIEW v AS SELECT 1", "repeat");
        check(Family::Mysql, "TRUNCATE t", "repeat");
        check(Family::Postgres, "VACUUM t", "repeat");
        check(Family::Postgres, "ALTER SYSTEM SET work_mem = '1MB'", "repeat");
        check(Family::Postgres, "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "repeat");
    }

    #[test]
    fn what_reads_and_changes_something_is_not_said_twice() {
        for (family, sql, expected) in [
            (Family::Postgres, "SELECT * INTO u FROM t", true),
            (Family::Postgres, "EXPLAIN (ANALYZE) UPDATE t SET n = n + 1", true),
            (Family::Postgres, "EXPLAIN UPDATE t SET n = n + 1", false),
            (Family::Postgres, "SELECT 'into' FROM t", false),
            (Family::Mysql, "ANALYZE FORMAT=JSON UPDATE t SET n = n + 1", true),
            (Family::Mysql, "ANALYZE TABLE t", false),
            (Family::Mysql, "SELECT n INTO @n FROM t", false),
        ] {
            assert_eq!(Words::read(sql, family).changes(), expected, "{sql}");
        }
        check(Family::Postgres, "EXPLAIN ANALYZE DELETE FROM t", "unknown");
    }

    #[test]
    fn what_changes_rows_or_is_not_understood_is_unknown() {
        for sql in [
            "UPDATE t SET n = n + 1",
            "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
            "RENAME TABLE a TO b, b TO c",
            "CREATE DEFINER = u EVENT e DO SELECT 1",
            "CALL p()",
            "",
            "CREATE",
        ] {
            check(Family::Mysql, sql, "unknown");
        }
        check(Family::Postgres, "ALTER TABLE t ALTER n TYPE int USING n * 2", "unknown");
        check(Family::Postgres, "CREATE INDEX CONCURRENTLY ON t (n)", "unknown");
        check(Family::Postgres, "ALTER DATABASE d SET work_mem = '1MB'", "unknown");
        check(Family::Postgres, "CREATE SCHEMA AUTHORIZATION joe", "unknown");
        check(Family::Postgres, "CREATE TRIGGER r", "unknown");
    }
}
