//! The statements of MariaDB and MySQL: one `ALTER TABLE` for each table, foreign keys apart.
//!
//! Comes in: two catalogs, and where they differ.

mod alter;
mod late_default;
mod loss;
mod program;
mod rename;
mod rename_column;
mod sql;
mod statements;
mod table;
mod text;

pub(super) use statements::statements;
