//! The command line: arguments, one file a command, and what is shown.

pub mod ui;
