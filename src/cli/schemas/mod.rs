//! Commands: schemas as values, and databases that are made for a moment.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod diff;
pub(in crate::cli) mod drift;
pub(in crate::cli) mod dump;
pub(in crate::cli) mod scratch;
