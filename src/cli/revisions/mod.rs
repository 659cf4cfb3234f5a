//! Commands: scripts are written, joined, moved and checked.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod autogenerate;
pub(in crate::cli) mod check;
pub(in crate::cli) mod edit;
pub(in crate::cli) mod merge;
mod new;
pub(in crate::cli) mod rebase;
pub(in crate::cli) mod revision;
