//! Commands: what other programs start, wait for, or read.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod completions;
pub(in crate::cli) mod exec;
pub(in crate::cli) mod man;
pub(in crate::cli) mod serve;
pub(in crate::cli) mod wait;
