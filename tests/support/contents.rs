//! All that a database holds, to compare one with another.

use crate::support::database::Kind;
use crate::support::database::TestDatabase;

/// The definitions of all objects that are not rev's, all their rows, and what the journal says is done; each with a
/// heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(Vec<(String, Vec<Vec<String>>)>);

impl Contents {
    /// Reads everything, on two connections.
    pub fn of(database: &TestDatabase) -> Self {
        let tables: Vec<String> = database.query(tables(database.kind)).concat();
        // How many rows of failed steps there were makes no difference.
        let others = |table: &String| if table == "sqlite_sequence" { " WHERE name NOT LIKE 'rev%'" } else { "" };
        let rows = tables.iter().map(|table| (table.clone(), format!("SELECT * FROM {table}{}", others(table))));
        let queries: Vec<(String, String)> = catalog(database.kind, &tables).chain(rows).chain(journal()).collect();
        let marked = queries.iter().map(|(heading, query)| format!("SELECT '{MARK}{heading}';\n{query};\n"));
        let mut found: Vec<(String, Vec<Vec<String>>)> = Vec::new();
        for mut row in database.query(&marked.collect::<String>()) {
            // The name of a database is in the text of MariaDB's views.
            row.iter_mut().for_each(|text| *text = text.replace(database.name(), "DATABASE"));
            match (row[0].strip_prefix(MARK), found.last_mut()) {
                (Some(heading), _) => found.push((heading.to_owned(), Vec::new())),
                (None, Some((_, rows))) => rows.push(row),
                (None, None) => panic!("a row before the first query: {row:?}"),
            }
        }
        found.iter_mut().filter(|(heading, _)| tables.contains(heading)).for_each(|(_, rows)| rows.sort());
        Self(found)
    }
}

/// Begins the row that stands before the rows of a query.
const MARK: &str = "## ";

fn tables(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'rev%' ORDER BY 1",
        Kind::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'rev%' ORDER BY 1"
        }
        Kind::Mariadb => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
             AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'rev%' ORDER BY 1"
        }
    }
}

fn catalog(kind: Kind, tables: &[String]) -> impl Iterator<Item = (String, String)> {
    let fixed: &[&str] = match kind {
        Kind::Sqlite => &[
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE 'rev%' ORDER BY 1, 2",
            "PRAGMA integrity_check",
        ],
        Kind::Postgres => &[
            "SELECT table_name::text, column_name::text, ordinal_position, data_type::text, is_nullable::text, \
             column_default::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE 'rev%' ORDER BY 1, 3",
            "SELECT pg_get_indexdef(indexrelid), indisvalid, indisready FROM pg_index JOIN pg_class c ON c.oid = indrelid \
             WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'rev%' ORDER BY 1",
            "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'rev%' ORDER BY 1",
            "SELECT viewname::text, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' ORDER BY 1",
        ],
        Kind::Mariadb => &[
            "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1",
            "SELECT trigger_name, event_manipulation, event_object_table, action_timing, action_statement \
             FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1",
            "SELECT routine_name, routine_type, routine_definition FROM information_schema.routines \
             WHERE routine_schema = DATABASE() ORDER BY 1",
        ],
    };
    let shown = tables.iter().filter(move |_| kind == Kind::Mariadb).map(|table| format!("SHOW CREATE TABLE {table}"));
    fixed.iter().map(ToString::to_string).chain(shown).map(|query| ("catalog".to_owned(), query))
}

fn journal() -> impl Iterator<Item = (String, String)> {
    [
        ("rev_version", "SELECT version_num FROM rev_version ORDER BY 1"),
        // A run whose connection was cut may still have been able to note that it failed.
        (
            "rev_history",
            "SELECT revision, direction, checksum, message, down_revisions, downgrade FROM rev_history \
             WHERE outcome = 'done' ORDER BY id",
        ),
        ("rev_progress", "SELECT revision, part, state FROM rev_progress ORDER BY 2"),
    ]
    .map(|(heading, query)| (heading.to_owned(), query.to_owned()))
    .into_iter()
}
