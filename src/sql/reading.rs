//! How a server reads SQL: by its family, by which server of which version it is, and by the modes in force.

use crate::dialect::Dialect;
use crate::dialect::Family;

/// What decides where a string, a quoted name or a comment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whose lexical rules hold.
    pub family: Family,
    /// Which server it is; nothing where one reading stands for all of the family.
    pub server: Option<Dialect>,
    /// Its version, as version comments write it (`101100`, `90700`); nothing where no server was asked.
    pub version: Option<u32>,
    /// The modes in force.
    pub modes: Modes,
}

/// The modes that change how text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    /// Whether a backslash escapes in `'…'`: off with `NO_BACKSLASH_ESCAPES`, on with `standard_conforming_strings = off`.
    pub backslash: Mode,
    /// Whether `"…"` is a name, as `ANSI_QUOTES` of MySQL and MariaDB says.
    pub ansi_quotes: Mode,
    /// Whether routines are written as Oracle's, as `sql_mode = ORACLE` of MariaDB says.
    pub oracle: Mode,
}

/// What is known of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is in force.
    On,
    /// It is not.
    Off,
    /// Nobody can know before the script runs.
    Unknown,
}

impl Mode {
    /// Returns `On` or `Off`.
    pub fn of(is_on: bool) -> Self {
        if is_on { Self::On } else { Self::Off }
    }
}

impl Modes {
    /// Returns what a server of the family is installed with.
    pub fn usual(family: Family) -> Self {
        Self { backslash: Mode::of(family == Family::Mysql), ansi_quotes: Mode::Off, oracle: Mode::Off }
    }

    /// Returns that nothing is known.
    pub(super) fn unknown() -> Self {
        Self { backslash: Mode::Unknown, ansi_quotes: Mode::Unknown, oracle: Mode::Unknown }
    }

    /// Reads a value of `sql_mode`.
    pub fn of_sql_mode(value: &str) -> Self {
        const QUOTES: [&str; 7] = ["ansi_quotes", "ansi", "oracle", "postgresql", "mssql", "db2", "maxdb"];
        let has = |names: &[&str]| {
            value.split(',').any(|mode| names.iter().any(|name| mode.trim().eq_ignore_ascii_case(name)))
        };
        Self {
            backslash: Mode::of(!has(&["no_backslash_escapes"])),
            ansi_quotes: Mode::of(has(&QUOTES)),
            oracle: Mode::of(has(&["oracle"])),
        }
    }
}

impl Reading {
    /// Returns how a server reads that was asked: `version` as it says it, and `mode`, which is the `sql_mode` or the
    /// `standard_conforming_strings` of a new session.
    pub fn asked(dialect: Dialect, version: &str, mode: &str) -> Self {
        let family = dialect.family();
        let modes = match family {
            Family::Mysql => Modes::of_sql_mode(mode),
            Family::Postgres => Modes { backslash: Mode::of(mode == "off"), ..Modes::usual(family) },
            Family::Sqlite => Modes::usual(family),
        };
        Self { server: Some(dialect), version: version_number(version), modes, family }
    }

    /// Returns the length of the mark that opens a version comment, if the server runs what is in it.
    ///
    /// `comment` begins with `/*!` or `/*M!`. Where it is not known which server reads it, it counts as run: what it does
    /// is to be seen, and what it takes away is to be asked about.
    pub(super) fn opens(&self, comment: &str) -> Option<usize> {
        let is_mariadb_only = comment.as_bytes().get(2) == Some(&b'M');
        let mark = if is_mariadb_only { 4 } else { 3 };
        let rest = &comment.as_bytes()[mark..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let Some(server) = self.server else { return Some(mark + digits) };
        if server == Dialect::Mysql && is_mariadb_only {
            return None;
        }
        if digits < SHORT {
            return Some(mark); // the digits are part of the SQL
        }
        let is_long = match server {
            // Since 8.0.34, six digits need white space behind them.
            Dialect::Mysql => digits == LONG && rest.get(LONG).is_some_and(u8::is_ascii_whitespace),
            _ => digits >= LONG,
        };
        let length = if is_long { LONG } else { SHORT };
        let version = comment[mark..mark + length].parse::<u32>().ok()?;
        let is_for_mysql = server == Dialect::Mariadb && !is_mariadb_only && (50_700..=99_999).contains(&version);
        let is_new_enough = self.version.unwrap_or(NEWEST) >= version;
        (is_new_enough && !is_for_mysql).then_some(mark + length)
    }

    /// Returns whether `$$ … $$` is a string, as since MySQL 9; a version that is not known may be such a one.
    pub(super) fn has_dollar_quotes(&self) -> bool {
        match self.family {
            Family::Sqlite => false,
            Family::Postgres => true,
            Family::Mysql => {
                self.server == Some(Dialect::Mysql) && self.version.is_none_or(|version| version >= 90_000)
            }
        }
    }

    /// Returns whether a backslash escapes in `'…'`; what is not known is as a server is installed.
    pub(super) fn escapes(&self) -> bool {
        match self.modes.backslash {
            Mode::On => true,
            Mode::Off => false,
            Mode::Unknown => self.family == Family::Mysql,
        }
    }

    /// Returns whether `"…"` is a string.
    pub(super) fn has_double_quoted_strings(&self) -> bool {
        self.family == Family::Mysql && self.modes.ansi_quotes != Mode::On
    }

    /// Returns what to call a mode that decides how `token`, a string or a name in double quotes, is read, but is not known.
    pub(super) fn unknown_mode(&self, token: &str) -> Option<&'static str> {
        if !token.contains('\\') {
            return None;
        }
        let is_double = token.starts_with('"');
        match self.family {
            Family::Mysql if is_double && self.modes.ansi_quotes == Mode::Unknown => Some("ANSI_QUOTES"),
            Family::Mysql if self.modes.backslash == Mode::Unknown => Some("NO_BACKSLASH_ESCAPES"),
            Family::Postgres if self.modes.backslash == Mode::Unknown && token.starts_with('\'') => {
                Some("standard_conforming_strings")
            }
            _ => None,
        }
    }
}

impl From<Family> for Reading {
    /// Reads as any server of the family may, with everything that only some of them run.
    fn from(family: Family) -> Self {
        Self { family, server: None, version: None, modes: Modes::usual(family) }
    }
}

impl From<Dialect> for Reading {
    fn from(dialect: Dialect) -> Self {
        Self { server: Some(dialect), ..dialect.family().into() }
    }
}

/// How many digits a version has in a comment.
const SHORT: usize = 5;
const LONG: usize = 6;

/// No server is newer: dumps write `999999` for what none is to run.
const NEWEST: u32 = 999_998;

/// Reads `10.11.19-MariaDB` as `101119`.
fn version_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(|part| part.parse::<u32>().ok());
    let (major, minor, patch) = (parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0));
    (major < 100 && minor < 100).then(|| major * 10_000 + minor * 100 + patch.min(99))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(dialect: Dialect, version: &str) -> Reading {
        Reading::asked(dialect, version, "")
    }

    /// `expected` is the mark of what is run, or nothing where it is a comment; as the servers of these versions did.
    fn check(comment: &str, mariadb: Option<&str>, mysql: Option<&str>) {
        let opens = |reading: Reading| reading.opens(comment).map(|length| &comment[..length]);
        assert_eq!(opens(server(Dialect::Mariadb, "10.11.19-MariaDB-deb12")), mariadb, "MariaDB: {comment}");
        assert_eq!(opens(server(Dialect::Mysql, "9.7.0")), mysql, "MySQL: {comment}");
    }

    #[test]
    fn a_version_comment_is_run_by_the_servers_that_are_new_enough() {
        check("/*!40101 SET", Some("/*!40101"), Some("/*!40101"));
        check("/*!50699 +", Some("/*!50699"), Some("/*!50699"));
        check("/*!50700 +", None, Some("/*!50700"));
        check("/*!80000 +", None, Some("/*!80000"));
        check("/*!99999 +", None, None);
        check("/*!100000 +", Some("/*!100000"), None);
        check("/*!101200 +", None, None);
        check("/*!090700 +", None, Some("/*!090700"));
        check("/*!090800 +", None, None);
        check("/*!5000012 */", None, Some("/*!50000"));
        check("/*!5000 +", Some("/*!"), Some("/*!"));
        check("/*! STRAIGHT_JOIN", Some("/*!"), Some("/*!"));
        check("/*M! +", Some("/*M!"), None);
        check("/*M!50701 +", Some("/*M!50701"), None);
        check("/*M!100100 +", Some("/*M!100100"), None);
        check("/*M!999999\\- enable the sandbox mode */", None, None);
    }

    #[test]
    fn where_no_server_was_asked_what_some_server_runs_counts() {
        let opens = |dialect: Dialect, comment: &str| Reading::from(dialect).opens(comment).is_some();
        assert!(opens(Dialect::Mysql, "/*!80000 DROP"));
        assert!(opens(Dialect::Mariadb, "/*!110800 DROP"));
        assert!(!opens(Dialect::Mariadb, "/*!80000 DROP"));
        assert!(!opens(Dialect::Mariadb, "/*M!999999\\-"));
        assert!(Reading::from(Family::Mysql).opens("/*!999999 DROP").is_some());
    }

    #[test]
    fn versions_are_read_as_servers_say_them() {
        for (text, number) in [
            ("10.11.19-MariaDB-deb12", Some(101_119)),
            ("9.7.0", Some(90_700)),
            ("8.0.43-0ubuntu1", Some(80_043)),
            ("15.1 (Debian)", Some(150_100)),
            ("", None),
            ("x", None),
            ("4000000000.9999999999", None),
        ] {
            assert_eq!(version_number(text), number, "{text}");
        }
    }
}
