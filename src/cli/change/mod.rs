//! Commands: the database is changed, or what is noted of it.
//!
//! Comes in: the arguments of one command, and what they share with others from above.

pub(in crate::cli) mod accept;
pub(in crate::cli) mod downgrade;
pub(in crate::cli) mod offline;
pub(in crate::cli) mod redo;
pub(in crate::cli) mod restore;
pub(in crate::cli) mod resume;
pub(in crate::cli) mod run;
pub(in crate::cli) mod stamp;
pub(in crate::cli) mod upgrade;
