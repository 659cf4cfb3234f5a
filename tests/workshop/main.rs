//! The workshop of revisions, through the command line: making scripts, moving them, looking at them, checking them.
#![allow(clippy::unwrap_used)] // a command that does not answer as it must is a failure of the test

#[path = "../support/mod.rs"]
mod support;

mod against;
mod alembic;
mod authoring;
mod check;
mod edit;
mod hook;
mod listing;
#[cfg(unix)]
mod pages;
mod place;
mod rebase;
mod template;
