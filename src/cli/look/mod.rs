//! Commands: nothing is changed: what there is, and where the database is.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod branches;
pub(in crate::cli) mod current;
pub(in crate::cli) mod env;
pub(in crate::cli) mod graph;
pub(in crate::cli) mod heads;
pub(in crate::cli) mod help;
pub(in crate::cli) mod history;
pub(in crate::cli) mod log;
pub(in crate::cli) mod overview;
pub(in crate::cli) mod show;
pub(in crate::cli) mod status;
