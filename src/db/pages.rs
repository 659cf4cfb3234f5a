//! The pages of a database of SQLite as they are, without a look at what they hold.

use sqlx::sqlite::SqliteOwnedBuf;

use crate::db::database::Connection;
use crate::db::database::Database;
use crate::db::failure::Failure;

/// All pages of a database at one moment, as they would stand in its file without a write-ahead log.
pub struct Pages(SqliteOwnedBuf);

/// Where a file's header says, for readers and for writers, which kind of journal it has, and what a rollback journal is.
const JOURNAL_KIND: std::ops::Range<usize> = 18..20;
const ROLLBACK_JOURNAL: u8 = 1;

impl Database {
    /// Reads the pages of the main database; nothing if this is none of SQLite.
    ///
    /// No function, collation or module is called, since no row is looked at. All of them are in memory at once.
    pub async fn pages(&mut self) -> Result<Option<Pages>, Failure> {
        let Connection::Sqlite(connection) = &mut self.connection else { return Ok(None) };
        let mut pages = connection.serialize(Some("main")).await?;
        if let Some(kind) = pages.get_mut(JOURNAL_KIND) {
            // What stands in the log is in the pages, so a copy is whole without one.
            kind.fill(ROLLBACK_JOURNAL);
        }
        Ok(Some(Pages(pages)))
    }
}

impl AsRef<[u8]> for Pages {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
