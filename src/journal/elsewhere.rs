//! Journals that are not where this one is looked for: that nothing is here does not show that nothing was ever applied.

use std::collections::BTreeSet;
use std::fmt;

use sea_query::Expr;
use sea_query::Query;

use crate::dialect::Family;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::Row;

/// A table that holds ids of revisions, wherever it is and whatever its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// The schema (PostgreSQL), the database (MySQL), or `main` (SQLite).
    pub schema: String,
    /// The table.
    pub table: String,
    /// Whether this user may read it.
    pub is_readable: bool,
    /// The column of the ids.
    column: &'static str,
}

/// What a table must have to be a history of rev's.
const HISTORY: [&str; 5] = ["revision", "direction", "outcome", "down_revisions", "rev_version"];

/// What a table must have to be rev's table of revisions between their parts.
const PROGRESS: [&str; 5] = ["revision", "part", "direction", "hash", "definition"];

impl Journal {
    /// Returns the query for all tables that may be a [`Trail`], in every schema whose tables can be told from others'.
    ///
    /// On MySQL another database is another project's: the URL names this one. On PostgreSQL the catalogs hide nothing.
    pub fn select_trails(&self) -> String {
        match self.dialect.family() {
            Family::Sqlite => "SELECT 'main', m.name, (SELECT group_concat(i.name) FROM \
                pragma_table_info(m.name, 'main') AS i), 1 FROM main.sqlite_schema AS m \
                WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 2"
                .to_owned(),
            Family::Postgres => "SELECT n.nspname, c.relname, (SELECT pg_catalog.string_agg(a.attname::text, ',') \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
                CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
                AND pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN 1 ELSE 0 END \
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
                AND pg_catalog.left(n.nspname::text, 8) <> 'pg_temp_' AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a \
                WHERE a.attrelid = c.oid AND a.attname IN ('version_num', 'down_revisions', 'definition')) ORDER BY 1, 2"
                .to_owned(),
            Family::Mysql => "SELECT c.table_schema, c.table_name, GROUP_CONCAT(c.column_name), 1 \
                FROM information_schema.columns c JOIN information_schema.tables t \
                ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
                WHERE c.table_schema = DATABASE() GROUP BY c.table_schema, c.table_name \
                HAVING SUM(c.column_name IN ('version_num', 'down_revisions', 'definition')) > 0 \
                ORDER BY c.table_schema, c.table_name"
                .to_owned(),
        }
    }

    /// Returns the query for the ids in a trail.
    pub fn select_ids(&self, trail: &Trail) -> String {
        let there = Journal { schema: trail.schema.clone(), ..self.clone() };
        let query = Query::select().distinct().expr(Expr::col(trail.column)).from(there.table(&trail.table)).take();
        self.render(&query)
    }

    /// Returns the query that finds out whether a table is there that the catalog may hide from this user.
    pub fn select_nothing_of(&self, table: &str) -> String {
        let query = Query::select().expr(Expr::val(1)).from(self.table(table)).limit(0).take();
        self.render(&query)
    }

    /// Returns whether a trail is the table of the heads of this journal, or one of its others.
    pub fn is_own(&self, trail: &Trail) -> bool {
        trail.schema == self.schema && self.tables().contains(&trail.table.as_str())
    }
}

impl Trail {
    /// Reads a row of [`Journal::select_trails`]; nothing when the table is none.
    pub fn from_row(row: &Row) -> Option<Self> {
        let [Some(schema), Some(table), Some(columns), Some(readable)] = row.as_slice() else { return None };
        let columns: BTreeSet<&str> = columns.split(',').collect();
        let has_all = |wanted: &[&str]| wanted.iter().all(|column| columns.contains(column));
        let column = match () {
            () if columns.len() == 1 && has_all(&["version_num"]) => "version_num",
            () if has_all(&HISTORY) || has_all(&PROGRESS) => "revision",
            () => return None,
        };
        Some(Self { schema: schema.clone(), table: table.clone(), is_readable: readable == "1", column })
    }

    /// Returns whether it is a table of heads, and not one of a history.
    pub fn has_heads_only(&self) -> bool {
        self.column == "version_num"
    }

    /// Returns what its name begins with, where the rest is a name of rev's.
    pub fn prefix(&self) -> Option<&str> {
        self.table.strip_suffix("history").or_else(|| self.table.strip_suffix("progress"))
    }

    /// Returns the first id that is one of `known`.
    pub fn knows(rows: &[Row], known: &BTreeSet<RevisionId>) -> Option<RevisionId> {
        let ids = rows.iter().flatten().flatten().map(|id| RevisionId::from_row(id));
        ids.into_iter().find(|id| known.contains(id))
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema.as_str() {
            "main" => f.write_str(&self.table),
            schema => write!(f, "{schema}.{}", self.table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn trail(table: &str, columns: &str) -> Option<Trail> {
        Trail::from_row(&["public", table, columns, "1"].map(|cell| Some(cell.to_owned())).to_vec())
    }

    fn check(columns: &str, expected: Option<&str>) {
        assert_eq!(trail("t", columns).map(|trail| trail.column), expected, "{columns}");
    }

    #[test]
    fn a_trail_is_known_by_its_columns() {
        check("version_num", Some("version_num"));
        check("version_num,id", None);
        check("id,revision,direction,outcome,message,down_revisions,rev_version", Some("revision"));
        check("revision,part,direction,state,hash,definition,started", Some("revision"));
        check("revision,definition", None);
    }

    #[test]
    fn the_ids_of_a_trail_are_asked_for_where_it_is() {
        let journal = Journal::new(Dialect::Postgres, "app", "rev_version", "rev_");
        let found = trail("alembic_version", "version_num").unwrap();
        let sql = journal.select_ids(&found);
        assert_eq!(sql, "SELECT DISTINCT \"version_num\" FROM \"public\".\"alembic_version\"");
        assert!(!journal.is_own(&found));
    }

    #[test]
    fn an_id_of_the_scripts_is_found_among_others() {
        let rows: Vec<Row> = ["x", "b"].map(|id| vec![Some(id.to_owned())]).to_vec();
        let known = ["a", "b"].map(RevisionId::from_row).into_iter().collect();
        assert_eq!(Trail::knows(&rows, &known), Some(RevisionId::from_row("b")));
        assert_eq!(Trail::knows(&rows, &BTreeSet::new()), None);
    }
}
