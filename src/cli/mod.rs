//! The command line: arguments in, text or JSON out. The only part that prints.
//!
//! Comes in: arguments, variables, the user. Everything below; nothing imports it.

mod advice;
mod app;
mod args;
mod ask;
mod change;
mod command_line;
mod complete;
mod confirm;
mod context;
mod global;
mod habit;
mod look;
mod model_dump;
mod outcome;
mod programs;
mod revisions;
mod schemas;
mod start;
mod ui;

pub use app::run;
