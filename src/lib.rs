//! `rev`: a graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL.

pub mod dialect;
pub mod direction;
pub mod error;
pub mod id;
pub mod nearest;
pub mod script;
pub mod span;
pub mod sql;
