//! One reading, of whichever database it is.

use crate::catalog::Catalog;
use crate::db::catalog::mysql;
use crate::db::catalog::postgres;
use crate::db::catalog::sqlite;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::error::Error;
use crate::journal::Journal;

impl Database {
    /// Reads the catalog: SELECTs only, of what is committed, in one snapshot.
    ///
    /// rev's own tables, those of `journal`, are not in it, nor is what belongs to extensions. What cannot be read whole is
    /// in [`Catalog::unread`].
    ///
    /// # Errors
    ///
    /// When a query fails, or the connection is lost.
    pub async fn catalog(&mut self, journal: &Journal) -> Result<Catalog, Error> {
        let read = match self.family() {
            Family::Postgres => postgres::read(self, journal).await,
            Family::Mysql => mysql::read(self, journal).await,
            Family::Sqlite => sqlite::read(self, journal).await,
        };
        read.map_err(|failure: Failure| self.error(failure))
    }
}
