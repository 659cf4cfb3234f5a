//! `rev`: a graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL.

pub mod cli;
pub mod config;
pub mod db;
pub mod dialect;
pub mod direction;
pub mod engine;
pub mod error;
pub mod graph;
pub mod id;
pub mod journal;
pub mod nearest;
pub mod script;
pub mod span;
pub mod sql;
