//! What a session must be for its server to print everything in one way, and what it was before.

use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::journal::Row;

/// What is set, in the order of [`NAMES`]: the values before.
#[derive(Debug)]
pub(super) struct Settings(Row);

const NAMES: [&str; 7] = [
    "sql_mode",
    "sql_quote_show_create",
    "time_zone",
    "character_set_client",
    "character_set_results",
    "character_set_connection",
    "collation_connection",
];

/// Names are quoted in one way, strings are escaped in one way, times are the server's own.
const SET: &str = "SET sql_mode = '', sql_quote_show_create = 1, time_zone = 'SYSTEM'";

impl Settings {
    /// Sets what the reading needs.
    pub(super) async fn set(database: &mut Database) -> Result<Self, Failure> {
        let asked: Vec<_> = NAMES.iter().map(|name| format!("@@SESSION.{name}")).collect();
        let asked = format!("SELECT {}", asked.join(", "));
        let mut answers = database.select(&[&asked, SET, "SET NAMES utf8mb4"]).await?;
        Ok(Self(answers.swap_remove(0).into_iter().next().unwrap_or_default()))
    }

    /// Returns the `sql_mode` before.
    pub(super) fn sql_mode(&self) -> String {
        self.0.first().cloned().flatten().unwrap_or_default()
    }

    /// Returns the time zone before.
    pub(super) fn time_zone(&self) -> String {
        self.0.get(2).cloned().flatten().unwrap_or_default()
    }

    /// Sets what was before.
    pub(super) async fn put_back(self, database: &mut Database) -> Result<(), Failure> {
        let value = |value: &Option<String>| match value {
            None => "NULL".to_owned(),
            Some(value) if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => value.clone(),
            Some(value) => format!("'{}'", value.replace('\'', "''")),
        };
        let settings: Vec<_> =
            NAMES.iter().zip(&self.0).map(|(name, before)| format!("{name} = {}", value(before))).collect();
        if settings.is_empty() {
            return Ok(());
        }
        database.select(&[&format!("SET {}", settings.join(", "))]).await.map(drop)
    }
}
