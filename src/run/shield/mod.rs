//! The shield around a rebuild of a table on SQLite, at work: no row of another table is lost by it.

pub(crate) mod picture;
pub(crate) mod raised;
