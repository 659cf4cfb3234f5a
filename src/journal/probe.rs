//! The one query that finds out, at connect, where the journal is and what there is of it.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::Row;
use crate::journal::history::HistoryRow;
use crate::journal::layout::DATABASE_USER;
use crate::journal::literal;

/// What is configured of the journal's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// PostgreSQL's schema; the current one when it is not configured.
    pub schema: Option<String>,
    /// The table of heads.
    pub version_table: String,
    /// What the names of the other tables begin with.
    pub prefix: String,
    /// The ids of the scripts, by which a journal that is somewhere else is known as this one.
    pub ids: BTreeSet<RevisionId>,
    /// Whether journals that are somewhere else are passed over, also those that know these ids.
    pub passes_over_others: bool,
}

/// What a database says about itself and its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Where the tables are or would be.
    pub journal: Journal,
    /// Whether that schema exists.
    pub schema_exists: bool,
    /// The server's version, as it says it.
    pub server_version: String,
    /// Which of [`Journal::tables`] exist.
    pub existing: Vec<String>,
    /// How many characters the version table's column takes; nothing where it does not matter.
    pub width: Option<usize>,
    /// Whether there are tables that are not rev's.
    pub has_foreign_tables: bool,
    /// The role in force when the session began (MySQL and MariaDB), so that it can be put back.
    pub role: SessionRole,
    /// The character set and collation of the connection (MySQL and MariaDB), as `SET NAMES` takes them.
    pub names: Option<String>,
    /// A table of the journal that belongs to somebody else (PostgreSQL).
    pub foreign: Option<ForeignTable>,
    /// What decides how text is read when a session begins: `sql_mode`, or `standard_conforming_strings`.
    pub text_mode: String,
    /// The most bytes that the server takes in a message (MySQL and MariaDB).
    pub max_packet: Option<usize>,
    /// The roles that the user lacks for `COPY` with the server's own files (PostgreSQL).
    pub lacks: Vec<String>,
    /// The number that the server gave this connection.
    pub connection: Option<String>,
    /// Whether the server takes names of tables that differ by case for the same.
    pub folds_names: bool,
    /// Journals of others that were found in the database when there was none here.
    pub others: Vec<String>,
    /// Why the tables are not believed, though they can be read.
    pub doubt: Option<Doubt>,
}

/// What does not fit in a journal that was used: somebody took rows or a table away, or brought back half of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing is applied by the table of heads, and after this step of the history, its last one, something is.
    Emptied(HistoryRow),
    /// The table is gone that says whether a revision is half-way; with the last row of the history.
    NoProgress(HistoryRow),
}

impl Doubt {
    /// Returns the history's last row.
    pub fn last(&self) -> &HistoryRow {
        let (Self::Emptied(row) | Self::NoProgress(row)) = self;
        row
    }
}

/// A table of the journal whose owner is neither the current role nor one that it is a member of.
///
/// What its owner hangs on it would run as whoever uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignTable {
    /// Its name.
    pub table: String,
    /// Whose it is.
    pub owner: String,
    /// Whether even reading can run the owner's code, as with a view.
    pub is_unsafe_to_read: bool,
}

/// The role that a session of MySQL or MariaDB begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRole {
    /// None, or the server knows no roles.
    None,
    /// This one, as the server says it.
    Named(String),
    /// Only the shell that a script is fed to will know it.
    Unknown,
}

impl Location {
    /// Returns what is asked in the same message before names are led to `pg_catalog`: the session's own schema, which the
    /// query finds in a setting that ends with the message.
    pub fn before_probe(family: Family) -> Option<&'static str> {
        let keep =
            "SELECT pg_catalog.set_config('rev.schema', CAST(pg_catalog.current_schema() AS pg_catalog.text), true)";
        (family == Family::Postgres).then_some(keep)
    }

    /// Returns the query; its one row is read by [`Self::read`].
    pub fn probe(&self, family: Family) -> String {
        let text = |value: &str| literal::sql(example(family), value);
        let names = Journal::new(example(family), "", &self.version_table, &self.prefix);
        let tables = names.tables().map(text).join(", ");
        let (version, history) = (text(&self.version_table), text(&names.history));
        // Servers on Windows and macOS, and those that are told to, do not keep the case of names.
        let lower = names.tables().map(|name| format!("LOWER({})", text(name))).join(", ");
        let own =
            format!("(table_name IN ({tables}) OR @@lower_case_table_names <> 0 AND LOWER(table_name) IN ({lower}))");
        match family {
            Family::Sqlite => format!(
                "SELECT 'main', 1, sqlite_version(), \
                 (SELECT group_concat(name) FROM main.sqlite_schema WHERE type IN ('table', 'view') \
                 AND name COLLATE NOCASE IN ({tables})), \
                 NULL, \
                 EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name COLLATE NOCASE NOT IN ({tables}) AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'), \
                 NULL, NULL, NULL, NULL, NULL, 1, 1"
            ),
            Family::Postgres => format!(
                "SELECT s.name, CASE WHEN n.oid IS NULL THEN 0 ELSE 1 END, current_setting('server_version') || \
                 CASE WHEN strpos(version(), '{PGLITE}') > 0 THEN ' ({PGLITE})' ELSE '' END, \
                 (SELECT string_agg(c.relname::text, ',') FROM pg_catalog.pg_class c \
                 WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN ({tables})), \
                 (SELECT a.atttypmod - 4 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
                 WHERE c.relnamespace = n.oid AND c.relname = {version} AND a.attname = 'version_num' AND a.atttypmod > 4), \
                 CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace o ON o.oid = c.relnamespace \
                 WHERE o.nspname <> 'information_schema' AND left(o.nspname, 3) <> 'pg_' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                 AND (c.relnamespace <> n.oid OR c.relname NOT IN ({tables}))) THEN 1 ELSE 0 END, \
                 NULL, NULL, \
                 (SELECT f.code || ' ' || pg_catalog.pg_get_userbyid(f.relowner) || chr(10) || f.relname FROM \
                 (SELECT c.relname, c.relowner, CASE WHEN c.relkind NOT IN ('r', 'p') THEN 'read' ELSE 'write' END AS code \
                 FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                 AND c.relname IN ({tables}) AND c.relowner NOT IN ({MEMBER_OF})) f ORDER BY f.code, f.relname LIMIT 1), \
                 current_setting('standard_conforming_strings') || ' ' || coalesce((SELECT string_agg(r.rolname::text, ' ') \
                 FROM pg_catalog.pg_roles r WHERE r.rolname IN \
                 ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program') \
                 AND NOT pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')), ''), \
                 pg_catalog.pg_backend_pid(), 0, \
                 (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
                 WHERE c.relnamespace = n.oid AND c.relname = {history} AND a.attname = '{DATABASE_USER}' AND NOT a.attisdropped) \
                 FROM (SELECT coalesce({}, nullif(current_setting('rev.schema', true), '')) AS name) s \
                 LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = s.name",
                self.schema.as_deref().map_or_else(|| "NULL".to_owned(), text),
            ),
            Family::Mysql => format!(
                "SELECT DATABASE(), 1, VERSION(), \
                 (SELECT GROUP_CONCAT(table_name) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND {own}), \
                 (SELECT character_maximum_length FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND (table_name = {version} OR @@lower_case_table_names <> 0 AND LOWER(table_name) = LOWER({version})) AND column_name = 'version_num'), \
                 EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND NOT ({own})), \
                 CURRENT_ROLE(), CONCAT(@@character_set_client, ' COLLATE ', @@collation_connection), NULL, \
                 CONCAT(@@max_allowed_packet, ' ', @@sql_mode), CONNECTION_ID(), @@lower_case_table_names <> 0, \
                 (SELECT 1 FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND (table_name = {history} OR @@lower_case_table_names <> 0 AND LOWER(table_name) = LOWER({history})) AND column_name = '{DATABASE_USER}')"
            ),
        }
    }

    /// Returns what is assumed of a database that nobody asked: text for a shell is made for it.
    ///
    /// An empty `schema` leaves it to the shell's session.
    pub fn unasked(&self, dialect: Dialect, schema: &str) -> Probe {
        Probe {
            journal: Journal::new(dialect, schema, &self.version_table, &self.prefix),
            schema_exists: true,
            server_version: String::new(),
            existing: Vec::new(),
            width: None,
            has_foreign_tables: true,
            role: SessionRole::Unknown,
            names: None,
            foreign: None,
            text_mode: String::new(),
            max_packet: None,
            lacks: Vec::new(),
            connection: None,
            folds_names: false,
            others: Vec::new(),
            doubt: None,
        }
    }

    /// Reads the answer; nothing when it does not have the shape of the query.
    pub fn read(&self, family: Family, row: &Row) -> Option<Probe> {
        let [
            schema,
            schema_exists,
            version,
            existing,
            width,
            other_tables,
            role,
            names,
            foreign,
            manners,
            connection,
            folds_names,
            keeps_database_user,
        ] = row.as_slice()
        else {
            return None;
        };
        let server_version = version.clone()?;
        let dialect = match family {
            Family::Sqlite => Dialect::Sqlite,
            Family::Postgres => Dialect::Postgres,
            Family::Mysql if server_version.to_lowercase().contains("mariadb") => Dialect::Mariadb,
            Family::Mysql => Dialect::Mysql,
        };
        let (first, rest) = manners.as_deref().unwrap_or_default().split_once(' ').unwrap_or_default();
        let mut probe = Probe {
            text_mode: if family == Family::Mysql { rest } else { first }.to_owned(),
            max_packet: first.parse().ok(),
            lacks: if family == Family::Postgres { rest.split(' ').map(str::to_owned).collect() } else { Vec::new() },
            journal: Journal::new(dialect, schema.as_deref().unwrap_or_default(), &self.version_table, &self.prefix),
            schema_exists: schema.is_some() && schema_exists.as_deref() == Some("1"),
            server_version,
            existing: existing.iter().flat_map(|names| names.split(',')).map(str::to_owned).collect(),
            width: width.as_ref().and_then(|width| width.parse().ok()),
            has_foreign_tables: other_tables.as_deref() == Some("1"),
            role: match role {
                Some(role) if role != "NONE" => SessionRole::Named(role.clone()),
                _ => SessionRole::None,
            },
            names: names.clone(),
            foreign: foreign.as_deref().and_then(ForeignTable::read),
            connection: connection.clone(),
            folds_names: folds_names.as_deref() == Some("1"),
            others: Vec::new(),
            doubt: None,
        };
        // The table that this rev makes has the column.
        probe.journal.keeps_database_user =
            keeps_database_user.as_deref() == Some("1") || !probe.has(&probe.journal.history);
        Some(probe)
    }
}

/// The current role and those that it is a member of, however far. `pg_has_role` would not do: for it, a superuser is a
/// member of every role, and that is whom a planted trigger waits for.
const MEMBER_OF: &str = "WITH RECURSIVE m(oid) AS (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user \
    UNION SELECT a.roleid FROM pg_catalog.pg_auth_members a JOIN m ON a.member = m.oid) SELECT m.oid FROM m";

impl ForeignTable {
    /// Reads the cell: what is not safe, the owner, and the table on a line of its own.
    fn read(cell: &str) -> Option<Self> {
        let (unsafe_to, rest) = cell.split_once(' ')?;
        let (owner, table) = rest.split_once('\n')?;
        Some(Self { table: table.to_owned(), owner: owner.to_owned(), is_unsafe_to_read: unsafe_to == "read" })
    }
}

/// What PGlite calls itself: all of its connections share a session, its transaction and its locks, or there is only one.
pub(crate) const PGLITE: &str = "PGlite";

impl Probe {
    /// Returns whether `table` of the journal exists.
    pub fn has(&self, table: &str) -> bool {
        // Where names that differ by case are the same, a second table would not be made either.
        let is_same = |name: &str| match self.folds_names {
            true => name.to_lowercase() == table.to_lowercase(),
            false => name == table,
        };
        self.existing.iter().any(|name| is_same(name))
    }

    /// Returns whether all four tables exist.
    pub fn is_complete(&self) -> bool {
        self.journal.tables().iter().all(|table| self.has(table))
    }
}

impl Probe {
    /// Returns where the tables are made that are missing; nothing when all are there.
    pub fn makes_journal_in(&self) -> Option<String> {
        let schema = &self.journal.schema;
        (!self.is_complete()).then(|| match self.journal.dialect.family() {
            Family::Sqlite => "the file".to_owned(),
            Family::Postgres if self.schema_exists => format!("schema `{schema}`"),
            Family::Postgres => format!("schema `{schema}`, which is created first"),
            Family::Mysql => format!("database `{schema}`"),
        })
    }
}

/// A dialect of the family; their literals are the same.
fn example(family: Family) -> Dialect {
    match family {
        Family::Sqlite => Dialect::Sqlite,
        Family::Postgres => Dialect::Postgres,
        Family::Mysql => Dialect::Mysql,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location() -> Location {
        Location {
            schema: None,
            version_table: "rev_version".into(),
            prefix: "rev_".into(),
            ids: BTreeSet::new(),
            passes_over_others: false,
        }
    }

    fn row(cells: [&str; 7]) -> Row {
        cells
            .into_iter()
            .chain(["", "", "", "", "", ""])
            .map(|cell| (!cell.is_empty()).then(|| cell.to_owned()))
            .collect()
    }

    #[test]
    fn mariadb_is_told_from_mysql_by_its_version() {
        let dialect = |version| {
            let probe = location().read(Family::Mysql, &row(["app", "1", version, "", "", "0", ""])).unwrap();
            probe.journal.dialect
        };
        assert_eq!(dialect("10.11.19-MariaDB-deb12"), Dialect::Mariadb);
        assert_eq!(dialect("8.4.1"), Dialect::Mysql);
    }

    #[test]
    fn a_schema_that_is_not_there_is_told() {
        let probe =
            |name, exists| location().read(Family::Postgres, &row([name, exists, "15.1", "", "", "0", ""])).unwrap();
        assert!(probe("public", "1").schema_exists);
        assert!(!probe("nosuch", "0").schema_exists);
        assert!(!probe("", "0").schema_exists);
    }

    #[test]
    fn an_alembic_database_has_the_version_table_only() {
        let location = Location { version_table: "alembic_version".into(), ..location() };
        let probe =
            location.read(Family::Postgres, &row(["public", "1", "15.1", "alembic_version", "32", "1", ""])).unwrap();
        assert!(probe.has("alembic_version") && !probe.is_complete());
        assert_eq!(probe.width, Some(32));
    }
}
