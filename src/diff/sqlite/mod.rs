//! The statements of SQLite.
//!
//! Comes in: two catalogs, and where they differ.

mod alter;
mod create;
mod loss;
mod rebuild;
mod rename;
mod writer;

pub(super) use writer::steps;
