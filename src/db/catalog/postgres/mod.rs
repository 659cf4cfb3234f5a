//! The reader of PostgreSQL.
//!
//! Comes in: a connection.

use crate::catalog::Catalog;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Dialect;
use crate::journal::Journal;

/// Reads all kinds.
pub(super) async fn read(_database: &mut Database, _journal: &Journal) -> Result<Catalog, Failure> {
    Ok(Catalog::empty(Dialect::Postgres, ""))
}
