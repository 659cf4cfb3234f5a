//! `PRAGMA foreign_keys` of SQLite, as a script sets it.

use crate::dialect::Family;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::significant;
use crate::sql::unquoted;

/// What a script sets foreign keys to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// `PRAGMA foreign_keys = ON`.
    On,
    /// `PRAGMA foreign_keys = OFF`.
    Off,
}

impl Setting {
    /// Reads a statement; without a value the pragma only asks.
    pub(super) fn of(statement: &Statement) -> Option<Self> {
        if statement.kind != StatementKind::Session {
            return None;
        }
        let sql = statement.sql();
        let mut words = significant(sql, 0..sql.len(), Family::Sqlite).take(8);
        if !words.next()?.eq_ignore_ascii_case("pragma") {
            return None;
        }
        let mut words = words.skip_while(|word| unquoted(word) != "foreign_keys");
        words.next()?;
        words.next()?; // `=` or `(`
        let value = unquoted(words.next()?);
        Some(match value.trim_start_matches(['+', '-']) {
            "on" | "yes" | "true" => Self::On,
            number if number.parse::<i64>().is_ok_and(|number| number != 0) => Self::On,
            _ => Self::Off, // as SQLite reads what it does not know
        })
    }
}
