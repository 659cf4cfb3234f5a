//! The SQL that puts a session back after a script; pure text.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::journal::Probe;
use crate::journal::SessionRole;
use crate::program::limits;

/// How one session looked before any script ran, as the statements that bring it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restore {
    dialect: Dialect,
    database: String,
    role: SessionRole,
    names: Option<String>,
}

impl Restore {
    /// Remembers what was found at connect.
    pub(crate) fn new(probe: &Probe) -> Self {
        Self {
            dialect: probe.journal.dialect,
            database: probe.journal.schema.clone(),
            role: probe.role.clone(),
            names: probe.names.clone(),
        }
    }

    /// Returns what lets the journal be written between two parts; the script's own settings stay in force.
    pub(crate) fn between_parts(&self) -> Vec<String> {
        match self.dialect.family() {
            // A script that gave its privileges away gets them back for this transaction only.
            Family::Postgres => vec![
                "SET LOCAL SESSION AUTHORIZATION DEFAULT".to_owned(),
                "SET LOCAL client_encoding TO 'UTF8'".to_owned(),
                "UNLISTEN *".to_owned(),
            ],
            Family::Sqlite | Family::Mysql => self.before_last_write(),
        }
    }

    /// Returns what is put back in the transaction of a revision's last rows of the journal.
    ///
    /// On PostgreSQL that is everything. MySQL would commit early for some of it, and the journal's statements there
    /// depend on nothing but the role; SQLite ignores most pragmas inside of a transaction.
    pub(crate) fn before_last_write(&self) -> Vec<String> {
        match self.dialect.family() {
            Family::Postgres => PG_RESETS.map(str::to_owned).to_vec(),
            Family::Mysql => vec![self.set_role()],
            Family::Sqlite => vec!["PRAGMA query_only = OFF".to_owned()],
        }
    }

    /// Returns what is put back after the commit of a revision.
    pub(crate) fn after_commit(&self) -> Vec<String> {
        match self.dialect.family() {
            Family::Postgres => Vec::new(),
            Family::Mysql => {
                let settings = self.mysql_settings().map(|name| format!("{name} = {}", limits::noted(name)));
                let mut sql = vec!["UNLOCK TABLES".to_owned()];
                sql.extend(self.use_database());
                sql.push(format!("SET {}", settings.collect::<Vec<_>>().join(", ")));
                sql.push(format!("SET NAMES {}", self.names.as_deref().unwrap_or("utf8mb4")));
                sql
            }
            Family::Sqlite => SQLITE_PRAGMAS.map(|(name, value)| format!("PRAGMA {name} = {value}")).to_vec(),
        }
    }

    /// Returns what a session of MySQL and MariaDB notes when it begins, so that it can be put back.
    ///
    /// `DEFAULT` would be the server's value and not that of the session, which `init_connect` may have set, and MySQL 9
    /// switches foreign keys off for it.
    pub(crate) fn note(&self) -> Vec<String> {
        self.note_with(|name| format!("@@SESSION.{name}"))
    }

    /// Notes the same in a session in which rev has read before, and waited for locks in its own way.
    pub(crate) fn note_after_reading(&self) -> Vec<String> {
        self.note_with(limits::at_first)
    }

    fn note_with(&self, value: impl Fn(&str) -> String) -> Vec<String> {
        if self.dialect.family() != Family::Mysql {
            return Vec::new();
        }
        let time_outs = limits::mysql_settings(self.dialect);
        let settings = self.mysql_settings().chain(time_outs.iter().copied());
        let settings: Vec<String> = settings.map(|name| format!("{} = {}", limits::noted(name), value(name))).collect();
        let mut sql = vec![format!("SET {}", settings.join(", "))];
        if (self.dialect, &self.role) == (Dialect::Mariadb, &SessionRole::Unknown) {
            sql.push(NOTE_ROLE.to_owned());
        }
        sql
    }

    fn mysql_settings(&self) -> impl Iterator<Item = &'static str> {
        let own = match self.dialect {
            Dialect::Mariadb => ["tx_isolation", "tx_read_only"],
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => ["transaction_isolation", "transaction_read_only"],
        };
        MYSQL_SETTINGS.into_iter().chain(own)
    }

    /// Returns the choice of the database (MySQL and MariaDB), where it is known.
    pub(crate) fn use_database(&self) -> Option<String> {
        (!self.database.is_empty()).then(|| format!("USE `{}`", self.database.replace('`', "``")))
    }

    /// The role of MySQL and MariaDB; `SET ROLE NONE` where the session began without one.
    fn set_role(&self) -> String {
        match (&self.role, self.dialect) {
            // MySQL gives roles back quoted, and several; MariaDB gives one plain name.
            (SessionRole::Named(role), _) if role.contains('`') => format!("SET ROLE {role}"),
            (SessionRole::Named(role), _) => format!("SET ROLE `{role}`"),
            (SessionRole::None, _) => "SET ROLE NONE".to_owned(),
            (SessionRole::Unknown, Dialect::Mariadb) => "EXECUTE IMMEDIATE @rev_role".to_owned(),
            (SessionRole::Unknown, _) => "SET ROLE DEFAULT".to_owned(),
        }
    }
}

/// Notes how MariaDB puts the role back; it has no `SET ROLE DEFAULT`.
const NOTE_ROLE: &str = "SET @rev_role = CONCAT('SET ROLE ', \
     COALESCE(CONCAT('`', REPLACE(CURRENT_ROLE(), '`', '``'), '`'), 'NONE'))";

/// Puts back all settings of PostgreSQL, also those of the transaction.
pub(crate) const RESET_ALL: &str = "RESET ALL";

/// What `DISCARD ALL` does for names and settings; it cannot run inside of a transaction.
const PG_RESETS: [&str; 6] =
    ["RESET SESSION AUTHORIZATION", RESET_ALL, "CLOSE ALL", "DEALLOCATE ALL", "DISCARD TEMP", "UNLISTEN *"];

/// Session variables that change what later statements mean or whether they run.
const MYSQL_SETTINGS: [&str; 8] = [
    "autocommit",
    "sql_mode",
    "foreign_key_checks",
    "unique_checks",
    "sql_safe_updates",
    "sql_select_limit",
    "time_zone",
    "default_storage_engine",
];

/// Pragmas of a connection, with the values that rev opens it with.
const SQLITE_PRAGMAS: [(&str, &str); 9] = [
    ("foreign_keys", "ON"),
    ("defer_foreign_keys", "OFF"),
    ("ignore_check_constraints", "OFF"),
    ("recursive_triggers", "OFF"),
    ("case_sensitive_like", "OFF"),
    ("legacy_alter_table", "OFF"),
    ("reverse_unordered_selects", "OFF"),
    ("writable_schema", "OFF"),
    ("locking_mode", "NORMAL"),
];
