//! The command line: arguments in, text or JSON out. The only part that prints.
//!
//! Comes in: arguments, variables, the user. Everything below; nothing imports it.

mod accept;
mod advice;
mod app;
mod args;
mod ask;
mod branches;
mod check;
mod command_line;
mod complete;
mod completions;
mod confirm;
mod context;
mod current;
mod db;
mod downgrade;
mod edit;
mod env;
mod exec;
mod global;
mod graph;
mod habit;
mod heads;
mod help;
mod history;
mod init;
mod log;
mod man;
mod merge;
mod offline;
mod outcome;
mod rebase;
mod redo;
mod restore;
mod resume;
mod revision;
mod run;
mod serve;
mod show;
mod stamp;
mod status;
mod ui;
mod upgrade;
mod wait;

pub use app::run;
