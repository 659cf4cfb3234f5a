//! The readers: what users defined in a database, read by a constant number of queries, in one snapshot.
//!
//! Comes in: a connection. One reader an engine; on each, a kind is one file, with its query beside it.

mod mysql;
mod postgres;
mod read;
mod sqlite;
