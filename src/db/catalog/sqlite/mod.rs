//! The reader of SQLite: one query for everything, since a statement is a snapshot; the texts are read by rev's own lexer,
//! and what it made of a table is compared with what SQLite's pragmas say of it.
//!
//! Comes in: a connection.

mod affinity;
mod assembly;
mod column;
mod constraint;
mod expression;
mod index;
mod needs;
mod piece;
mod rows;
mod table;
mod trigger;
mod view;
mod virtual_table;
mod words;

use crate::catalog::Catalog;
use crate::db::catalog::sqlite::assembly::assembled;
use crate::db::catalog::sqlite::rows::Rows;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::journal::Journal;

/// Reads all kinds.
pub(super) async fn read(database: &mut Database, journal: &Journal) -> Result<Catalog, Failure> {
    let answers = database.select(&[include_str!("catalog.sql")]).await?;
    Ok(assembled(&Rows::of(answers.into_iter().flatten()), &journal.tables()))
}
