//! The user's own commands: around a run, beside one, and after a script was written.

pub(crate) mod around;
pub(crate) mod child;
pub(crate) mod hook;
