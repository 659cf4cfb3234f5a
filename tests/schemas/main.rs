//! What rev reads of real databases, what differs between two of them, and whether the statements turn one into the other.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "../support/mod.rs"]
mod support;

mod autogenerate;
mod beginning;
mod changes;
mod comparing;
mod losing;
mod model;
mod mysql;
mod postgres;
mod queries;
mod random;
mod random_mariadb;
mod random_postgres;
mod random_sqlite;
mod reading;
mod scratch;
mod sqlite;
mod whole;
mod witness;
