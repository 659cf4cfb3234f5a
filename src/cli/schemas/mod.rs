//! Commands: schemas as values, databases that are built from one, and databases that are made for a moment.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

mod compared;
pub(in crate::cli) mod create;
pub(in crate::cli) mod diff;
pub(in crate::cli) mod drift;
pub(in crate::cli) mod dump;
pub(in crate::cli) mod filter;
mod heal;
pub(in crate::cli) mod load;
mod loading;
pub(in crate::cli) mod scratch;
pub(in crate::cli) mod unread;
