//! The command line: arguments in, text or JSON out. The only part that prints.

mod accept;
mod app;
mod args;
mod branches;
mod check;
mod complete;
mod completions;
mod confirm;
mod context;
mod current;
mod downgrade;
mod edit;
mod global;
mod graph;
mod heads;
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

pub use app::run;
