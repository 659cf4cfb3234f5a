//! How far a statement is, as the server tells it to another connection.

use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Family;

/// What the server says of a statement that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementProgress {
    /// What it does at the moment, in the server's words.
    pub phase: String,
    /// How much of that is done.
    pub percent: Option<u8>,
}

impl Database {
    /// Returns how far the statement of the connection `pid` is, for the few kinds of which servers tell it.
    pub async fn progress(&mut self, pid: &str) -> Result<Option<StatementProgress>, Failure> {
        let query = match self.family() {
            Family::Postgres => postgres(pid),
            Family::Mysql => mariadb(pid),
            Family::Sqlite => return Ok(None),
        };
        let answers = match self.select(&[&query]).await {
            Ok(answers) => answers,
            Err(failure) if failure.lost => return Err(failure),
            // An older server, or MySQL, has not got all of it.
            Err(_) => return Ok(None),
        };
        let mut rows = answers.into_iter().flatten();
        let Some([phase, percent]) = rows.next().and_then(|row| <[Option<String>; 2]>::try_from(row).ok()) else {
            return Ok(None);
        };
        let percent = percent.and_then(|percent| percent.parse().ok());
        Ok(phase.map(|phase| StatementProgress { phase, percent }))
    }
}

fn postgres(pid: &str) -> String {
    let percent = |done: &str, total: &str| format!("WHEN {total} > 0 THEN least(100, 100 * {done} / {total})");
    let of_index =
        [("tuples_done", "tuples_total"), ("blocks_done", "blocks_total"), ("lockers_done", "lockers_total")]
            .map(|(done, total)| percent(done, total))
            .join(" ");
    let of_heap = percent("heap_blks_scanned", "heap_blks_total");
    [("create_index", &of_index), ("cluster", &of_heap), ("vacuum", &of_heap)]
        .map(|(view, percent)| {
            let view = format!("pg_catalog.pg_stat_progress_{view}");
            format!("SELECT phase, CASE {percent} END FROM {view} WHERE pid = {pid}")
        })
        .join(" UNION ALL ")
}

/// MariaDB tells it of `ALTER TABLE` and its like, in stages.
fn mariadb(pid: &str) -> String {
    format!(
        "SELECT STATE, CAST(ROUND(CASE WHEN MAX_STAGE > 0 THEN (100 * (STAGE - 1) + PROGRESS) / MAX_STAGE \
         ELSE PROGRESS END) AS CHAR) FROM information_schema.PROCESSLIST WHERE ID = {pid} AND PROGRESS > 0"
    )
}
