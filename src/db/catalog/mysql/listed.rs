//! What there is in a database, by name.

use std::collections::BTreeMap;

use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::trigger::EVENTS;
use crate::db::catalog::mysql::trigger::TRIGGERS;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Dialect;
use crate::journal::Row;
use crate::sql::Reading;

/// What there is in a database, by name; triggers and events whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Names of tables, views and sequences, with the type.
    pub tables: Vec<(String, String)>,
    /// Names of routines and packages, with the type.
    pub routines: Vec<(String, String)>,
    /// Rows of triggers.
    pub triggers: Vec<Row>,
    /// Rows of events.
    pub events: Vec<Row>,
}

const TABLES: &str = "SHOW FULL TABLES";

const ROUTINES: &str = "SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES \
     WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME";

impl Listed {
    /// Lists what there is.
    pub(super) async fn ask(database: &mut Database) -> Result<Self, Failure> {
        let mut answers = database.select(&[TABLES, ROUTINES, TRIGGERS, EVENTS]).await?.into_iter();
        let mut rows = || answers.next().unwrap_or_default();
        let pairs = |rows: Vec<Row>| -> Vec<(String, String)> {
            let pair = |row: Row| match <[Option<String>; 2]>::try_from(row) {
                Ok([Some(name), Some(kind)]) => Some((name, kind)),
                _ => None,
            };
            rows.into_iter().filter_map(pair).collect()
        };
        Ok(Self { tables: pairs(rows()), routines: pairs(rows()), triggers: rows(), events: rows() })
    }
}

impl Context {
    /// Asks who reads what; `sql_mode` and `time_zone` are the session's before the reading.
    pub(super) async fn ask(database: &mut Database, sql_mode: String, time_zone: String) -> Result<Self, Failure> {
        let answers = database
            .select(&[
                "SELECT VERSION(), DATABASE(), CURRENT_USER()",
                "SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS",
            ])
            .await?;
        let cell = |index: usize| answers[0].first().and_then(|row| row.get(index)?.clone()).unwrap_or_default();
        let version = cell(0);
        let dialect = if version.contains("MariaDB") { Dialect::Mariadb } else { Dialect::Mysql };
        let pair = |row: &Row| Some((row.first()?.clone()?, row.get(1)?.clone()?));
        Ok(Self {
            dialect,
            reading: Reading::asked(dialect, &version, ""),
            version,
            database: cell(1),
            user: cell(2),
            sql_mode,
            time_zone,
            collations: answers[1].iter().filter_map(pair).collect::<BTreeMap<_, _>>(),
        })
    }
}
