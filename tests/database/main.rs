//! What only real databases know: runs on SQLite, PostgreSQL and MariaDB, through the command line.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "../support/mod.rs"]
mod support;

mod connection;
mod edited;
mod example;
mod exclusive;
mod failure;
mod halfway;
mod intents;
mod journal;
mod kills;
mod logs;
mod manners;
mod migrate;
mod offline;
mod offline_scripts;
mod parts;
mod restore_points;
mod round_trips;
mod sabotage;
mod shapes;
mod shield;
mod signals;
