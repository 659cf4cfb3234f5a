//! Facts about the databases that rev speaks to; no driver, no I/O.

use std::fmt;

/// A database product, as scripts name it in `dialect=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// SQLite 3, in the process.
    Sqlite,
    /// PostgreSQL 13 and newer.
    Postgres,
    /// MySQL 8 and newer.
    Mysql,
    /// MariaDB 10.11 and newer.
    Mariadb,
}

/// Dialects that share one lexical grammar, one driver and one way to run transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Every dialect, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Sqlite, Self::Postgres, Self::Mysql, Self::Mariadb];

    /// Returns the word that scripts, URLs and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// Returns the name of the product as its makers write it.
    pub fn product(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
        }
    }

    /// Returns the family whose lexer and driver serve this dialect.
    pub fn family(self) -> Family {
        match self {
            Self::Sqlite => Family::Sqlite,
            Self::Postgres => Family::Postgres,
            Self::Mysql | Self::Mariadb => Family::Mysql,
        }
    }

    /// Returns the dialects that the word in `dialect=` stands for; `mysql` is both MySQL and MariaDB.
    pub fn named(word: &str) -> Option<&'static [Self]> {
        match word {
            "sqlite" => Some(&[Self::Sqlite]),
            "postgres" => Some(&[Self::Postgres]),
            "mysql" => Some(&[Self::Mysql, Self::Mariadb]),
            "mariadb" => Some(&[Self::Mariadb]),
            _ => None,
        }
    }

    /// Returns whether DDL can be rolled back; where it cannot, each statement is a part of its own.
    pub fn has_transactional_ddl(self) -> bool {
        match self.family() {
            Family::Sqlite | Family::Postgres => true,
            Family::Mysql => false,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
