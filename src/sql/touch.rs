//! What a statement touches, judged by its words: whether it can undo what another one did, or only seems to.

use serde::Deserialize;
use serde::Serialize;

use crate::dialect::Family;
use crate::sql::kind::StatementKind;
use crate::sql::object::ADJECTIVES;
use crate::sql::object::Change;
use crate::sql::object::ObjectChange;
use crate::sql::object::ObjectKind;
use crate::sql::object::Trace;
use crate::sql::object::Words;
use crate::sql::split::Statement;
use crate::sql::token::TokenKind;

/// What a statement touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// Nothing that lasts beyond the session.
    Nothing,
    /// These objects, and nothing else.
    Objects(Vec<Touched>),
    /// Rows, or what cannot be told by the words.
    Other,
}

/// An object, or a detail of a table, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The object; its change is the detail's where there is one.
    pub object: ObjectChange,
    /// The part of the table that is touched; nothing for all of it.
    pub detail: Option<Detail>,
    /// Whether it may have been there (or not) before: it is said with `IF`, or with `OR REPLACE`.
    pub is_conditional: bool,
}

/// A column of a table, or something else of it that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// Its name, as the catalog has it.
    pub name: String,
}

/// The two spaces of names within a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailKind {
    /// A column.
    Column,
    /// A constraint, or an index where that belongs to its table.
    Key,
}

/// First words of what leaves nothing that would have to be undone.
const HARMLESS: [&str; 8] = ["analyze", "vacuum", "reindex", "refresh", "optimize", "cluster", "explain", "comment"];

/// Words behind `ADD` or `DROP` that begin no name of a column.
const NO_COLUMN: [&str; 9] =
    ["primary", "foreign", "check", "partition", "period", "system", "exclude", "default", "subpartition"];

impl Touch {
    /// Judges a statement. `IF EXISTS` and the like make no difference: what matters is which objects are meant.
    pub fn of(statement: &Statement) -> Self {
        match statement.kind {
            StatementKind::Session | StatementKind::Lock => Self::Nothing,
            // A function that is called may change anything.
            StatementKind::Query if !statement.sql().contains('(') => Self::Nothing,
            StatementKind::Query | StatementKind::Dml | StatementKind::CopyIn => Self::Other,
            _ => Words::read(statement.sql(), statement.reading).touch(),
        }
    }
}

impl Touched {
    fn whole(object: ObjectChange) -> Self {
        Self { object, detail: None, is_conditional: false }
    }

    /// Returns whether both are surely the same thing, as the statements name it.
    pub fn is(&self, other: &Self) -> bool {
        self.is_object(other) && self.detail == other.detail
    }

    /// Returns whether the objects of both are surely the same; the details are not compared.
    pub fn is_object(&self, other: &Self) -> bool {
        let (one, two) = (&self.object, &other.object);
        one.kind == two.kind && one.schema == two.schema && one.name == two.name
    }

    /// Returns whether the objects of both may be the same.
    pub fn may_be_object(&self, other: &Self) -> bool {
        let (one, two) = (&self.object, &other.object);
        let is_same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let schemas = one.schema.as_ref().zip(two.schema.as_ref());
        is_same(&one.name, &two.name) && schemas.is_none_or(|(a, b)| is_same(a, b))
    }

    /// Returns whether both may be the same detail of a table.
    pub fn may_be_detail(&self, other: &Self) -> bool {
        let both = self.detail.as_ref().zip(other.detail.as_ref());
        both.is_some_and(|(a, b)| a.kind == b.kind && a.name.eq_ignore_ascii_case(&b.name))
    }

    /// Returns the name of what is touched: that of the detail, or of the object.
    pub fn name(&self) -> &str {
        self.detail.as_ref().map_or(&self.object.name, |detail| &detail.name)
    }
}

/// Returns whether a name stands somewhere in a text, be it in a string or a routine.
pub fn mentions(sql: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (sql, name) = (sql.to_lowercase(), name.to_lowercase());
    sql.match_indices(&name).any(|(at, _)| {
        !sql[..at].chars().next_back().is_some_and(is_part)
            && !sql[at + name.len()..].chars().next().is_some_and(is_part)
    })
}

impl Words {
    fn touch(mut self) -> Touch {
        let Some(first) = self.words.first() else { return Touch::Nothing };
        let first = first.text.clone();
        self.at = 1;
        match first.as_str() {
            _ if HARMLESS.contains(&first.as_str()) => Touch::Nothing,
            "create" => self.touch_create(),
            "drop" => self.touch_drop().map_or(Touch::Other, Touch::Objects),
            "alter" => self.touch_alter().map_or(Touch::Other, Touch::Objects),
            "rename" => match self.rename() {
                Some(Trace::Objects(objects)) => Touch::Objects(objects.into_iter().map(Touched::whole).collect()),
                _ => Touch::Other,
            },
            _ => Touch::Other,
        }
    }

    fn touch_create(&mut self) -> Touch {
        let replaces = self.take("or") && self.take("replace");
        if self.take("temporary") || self.take("temp") {
            return Touch::Nothing; // it ends with the session
        }
        if self.family == Family::Mysql && (self.take("definer") || self.take("algorithm")) {
            self.skip_to_kind();
        }
        while ADJECTIVES.iter().any(|word| self.take(word)) {}
        let Some(kind) = self.kind() else { return Touch::Other };
        self.take("concurrently");
        let is_conditional = self.skip_exists() || replaces;
        let touched = match (kind, self.family) {
            (ObjectKind::Index, Family::Mysql) => self.index_of_table(Change::Appears),
            _ => self.object(kind, Change::Appears).map(Touched::whole),
        };
        touched.map_or(Touch::Other, |touched| Touch::Objects(vec![Touched { is_conditional, ..touched }]))
    }

    fn touch_drop(&mut self) -> Option<Vec<Touched>> {
        if self.take("temporary") {
            return Some(Vec::new());
        }
        self.take("materialized");
        let kind = self.kind()?;
        self.take("concurrently");
        let is_conditional = self.skip_exists();
        let mut objects = Vec::new();
        if (kind, self.family) == (ObjectKind::Index, Family::Mysql) {
            objects.push(self.index_of_table(Change::Vanishes)?);
        } else {
            objects.push(Touched::whole(self.object(kind, Change::Vanishes)?));
            while self.take(",") {
                objects.push(Touched::whole(self.object(kind, Change::Vanishes)?));
            }
        }
        objects.iter_mut().for_each(|one| one.is_conditional = is_conditional);
        Some(objects)
    }

    /// `i ON t`: on MySQL, an index is a part of its table.
    fn index_of_table(&mut self, change: Change) -> Option<Touched> {
        let name = self.name()?;
        while !self.take("on") {
            self.words.get(self.at)?;
            self.at += 1;
        }
        let object = self.object(ObjectKind::Table, change)?;
        Some(Touched { detail: Some(Detail { kind: DetailKind::Key, name }), ..Touched::whole(object) })
    }

    fn touch_alter(&mut self) -> Option<Vec<Touched>> {
        self.skip_manner();
        self.take("materialized");
        let kind = self.kind()?;
        self.skip_exists();
        self.take("only");
        let object = self.object(kind, Change::Differs)?;
        let details = if kind == ObjectKind::Table { self.actions(&object) } else { None };
        Some(details.unwrap_or_else(|| vec![Touched::whole(object)]))
    }

    /// The actions of an `ALTER TABLE`, if all of them make, drop or rename something that has a name.
    fn actions(&mut self, table: &ObjectChange) -> Option<Vec<Touched>> {
        let mut touched = Vec::new();
        loop {
            self.action(table, &mut touched)?;
            let mut depth = 0usize;
            while let Some(word) = self.words.get(self.at) {
                self.at += 1;
                match word.text.as_str() {
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    "," if depth == 0 => break,
                    _ => {}
                }
            }
            if self.at >= self.words.len() {
                return Some(touched);
            }
        }
    }

    fn action(&mut self, table: &ObjectChange, touched: &mut Vec<Touched>) -> Option<()> {
        let mut push = |kind, name, change, is_conditional| {
            let object = ObjectChange { change, ..table.clone() };
            touched.push(Touched { object, detail: Some(Detail { kind, name }), is_conditional });
        };
        if self.take("add") {
            let kind = self.detail_kind()?;
            let is_conditional = self.skip_exists();
            push(kind, self.detail_name()?, Change::Appears, is_conditional);
        } else if self.take("drop") {
            let kind = self.detail_kind()?;
            let is_conditional = self.skip_exists();
            push(kind, self.detail_name()?, Change::Vanishes, is_conditional);
        } else if self.take("rename") {
            if self.take("to") || self.take("as") {
                let to = self.object(ObjectKind::Table, Change::Appears)?;
                touched.push(Touched::whole(ObjectChange { change: Change::Vanishes, ..table.clone() }));
                touched.push(Touched::whole(ObjectChange { schema: to.schema.or(table.schema.clone()), ..to }));
            } else {
                let kind = self.detail_kind()?;
                let from = self.detail_name()?;
                if !self.take("to") {
                    return None;
                }
                push(kind, from, Change::Vanishes, false);
                push(kind, self.detail_name()?, Change::Appears, false);
            }
        } else {
            return None;
        }
        Some(())
    }

    /// Steps over the word for what is added, dropped or renamed; a column needs none.
    fn detail_kind(&mut self) -> Option<DetailKind> {
        if self.take("column") {
            return Some(DetailKind::Column);
        }
        let is_foreign = self.words.get(self.at + 1).is_some_and(|word| word.text == "key") && self.take("foreign");
        let is_key = ["unique", "fulltext", "spatial"].iter().any(|word| self.take(word));
        if is_foreign | is_key | ["constraint", "index", "key"].iter().any(|word| self.take(word)) {
            let _ = self.take("index") || self.take("key");
            return Some(DetailKind::Key);
        }
        let next = self.words.get(self.at)?;
        (!NO_COLUMN.contains(&next.text.as_str())).then_some(DetailKind::Column)
    }

    fn detail_name(&mut self) -> Option<String> {
        let word = self.words.get(self.at)?;
        let is_name = matches!(word.kind, TokenKind::Quoted | TokenKind::Word);
        self.at += 1;
        is_name.then(|| word.name.clone())
    }

    /// Steps over `IF EXISTS` or `IF NOT EXISTS`; returns whether it stood there.
    fn skip_exists(&mut self) -> bool {
        if !self.take("if") {
            return false;
        }
        self.take("not");
        self.take("exists")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::sql::split::split;

    /// `expected` is `nothing`, `other`, or what is touched: `+` it appears, `-` it vanishes, `~` it differs.
    fn check(family: Family, sql: &str, expected: &str) {
        let source = Source::new("a.sql", sql);
        let statement = split(&source, 0..sql.len(), family).unwrap().remove(0);
        let text = |touched: &Touched| {
            let sign = match touched.object.change {
                Change::Appears => '+',
                Change::Vanishes => '-',
                Change::Differs => '~',
            };
            let schema = touched.object.schema.as_ref().map_or(String::new(), |schema| format!("{schema}."));
            let detail = touched.detail.as_ref();
            let detail = detail.map_or(String::new(), |detail| format!(" {:?} {}", detail.kind, detail.name));
            format!("{sign}{:?} {schema}{}{detail}", touched.object.kind, touched.object.name)
        };
        let found = match Touch::of(&statement) {
            Touch::Nothing => "nothing".to_owned(),
            Touch::Other => "other".to_owned(),
            Touch::Objects(touched) => touched.iter().map(text).collect::<Vec<_>>().join(", "),
        };
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn objects_are_found_whatever_is_said_about_their_being_there() {
        check(Family::Postgres, "CREATE TABLE a (n INT)", "+Table a");
        check(Family::Postgres, "CREATE TABLE IF NOT EXISTS S.a (n INT)", "+Table s.a");
        check(Family::Postgres, "CREATE OR REPLACE FUNCTION f() RETURNS int AS 'SELECT 1'", "+Function f");
        check(Family::Postgres, "DROP TABLE IF EXISTS a, \"B\" CASCADE", "-Table a, -Table B");
        check(Family::Postgres, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (n)", "+Index i");
        check(Family::Postgres, "DROP INDEX CONCURRENTLY IF EXISTS i", "-Index i");
        check(Family::Postgres, "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()", "+Trigger g");
        check(Family::Mysql, "CREATE INDEX i ON t (n)", "+Table t Key i");
        check(Family::Mysql, "DROP INDEX i ON s.t", "-Table s.t Key i");
        check(Family::Mysql, "RENAME TABLE a TO b", "-Table a, +Table b");
        check(Family::Sqlite, "DROP VIEW v", "-View v");
    }

    #[test]
    fn the_details_of_a_table_are_told_apart() {
        check(Family::Postgres, "ALTER TABLE t ADD COLUMN c INT DEFAULT f(1, 2)", "+Table t Column c");
        check(Family::Postgres, "ALTER TABLE t ADD c INT, ADD d INT", "+Table t Column c, +Table t Column d");
        check(Family::Postgres, "ALTER TABLE t DROP COLUMN IF EXISTS c CASCADE", "-Table t Column c");
        check(Family::Postgres, "ALTER TABLE t ADD CONSTRAINT k CHECK (n > 0)", "+Table t Key k");
        check(Family::Postgres, "ALTER TABLE t DROP CONSTRAINT k", "-Table t Key k");
        check(Family::Postgres, "ALTER TABLE t RENAME COLUMN a TO b", "-Table t Column a, +Table t Column b");
        check(Family::Sqlite, "ALTER TABLE t RENAME a TO b", "-Table t Column a, +Table t Column b");
        check(Family::Sqlite, "ALTER TABLE t RENAME TO u", "-Table t, +Table u");
        check(
            Family::Mysql,
            "ALTER TABLE t ADD UNIQUE KEY k (a), DROP FOREIGN KEY f",
            "+Table t Key k, -Table t Key f",
        );
        check(Family::Mysql, "ALTER TABLE t ADD INDEX k (a, b)", "+Table t Key k");
    }

    #[test]
    fn other_changes_of_a_table_are_of_all_of_it() {
        for action in
            ["ALTER c TYPE text", "ADD PRIMARY KEY (a)", "ADD c INT, ALTER d SET NOT NULL", "ADD CHECK (a > 0)"]
        {
            check(Family::Postgres, &format!("ALTER TABLE t {action}"), "~Table t");
        }
        check(Family::Mysql, "ALTER TABLE t ADD INDEX (a)", "~Table t");
        check(Family::Mysql, "ALTER TABLE t DROP PRIMARY KEY", "~Table t");
        check(Family::Mysql, "ALTER TABLE t ENGINE=InnoDB", "~Table t");
    }

    #[test]
    fn types_are_objects_like_tables() {
        check(Family::Postgres, "CREATE TYPE mood AS ENUM ('sad')", "+Type mood");
        check(Family::Postgres, "DROP DOMAIN small", "-Type small");
    }

    #[test]
    fn what_changes_rows_or_is_not_understood_is_other() {
        for sql in ["UPDATE t SET n = 1", "CALL p()", "SELECT setval('s', 1)", "GRANT ALL ON t TO u", "TRUNCATE t"] {
            check(Family::Postgres, sql, "other");
        }
        check(Family::Postgres, "CREATE EXTENSION citext", "other");
        check(Family::Postgres, "DO $$ BEGIN END $$", "other");
    }

    #[test]
    fn a_name_is_found_wherever_it_stands_by_itself() {
        for sql in ["UPDATE t SET n = 1", "DO $$ update T $$", "SELECT 'x.t'", "t"] {
            assert!(mentions(sql, "t"), "{sql}");
        }
        assert!(!mentions("UPDATE tt SET at = t_ + _t", "t"));
    }

    #[test]
    fn what_ends_with_the_session_is_nothing() {
        for sql in ["SET x = 1", "LOCK TABLE t", "ANALYZE t", "CREATE TEMP TABLE t (n INT)", "SELECT 1", "VACUUM"] {
            check(Family::Postgres, sql, "nothing");
        }
    }
}
