//! The user's own commands: around a run, beside one, after a script was written, and those whose output is wanted.

pub(crate) mod around;
pub(crate) mod child;
pub(crate) mod hook;
pub(crate) mod printed;
mod process;
