//! Commands: a project and its database are made and removed.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod db;
mod from_database;
pub(in crate::cli) mod init;
