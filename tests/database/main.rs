//! What only real databases know: runs on SQLite, PostgreSQL and MariaDB, through the command line.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "../support/mod.rs"]
mod support;

mod connection;
mod crashes;
mod crowd;
mod cuts;
mod dumps;
mod edited;
mod elsewhere;
mod embedded;
mod environments;
mod example;
mod exclusive;
mod existence;
mod failure;
mod halfway;
mod hooks;
mod intents;
mod journal;
mod kills;
mod lease;
mod leftovers;
mod logs;
mod manners;
mod migrate;
mod offline;
mod offline_scripts;
mod own_session;
mod parts;
mod pooler;
mod reading;
mod restore_points;
mod round_trips;
mod sabotage;
mod server_kills;
mod shapes;
mod shield;
mod signals;
mod sqlite;
mod start_up;
mod told;
