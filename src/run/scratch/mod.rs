//! Scratch databases: made for a moment, used, and removed; never the target.
//!
//! Comes in: which database is meant, and where the configuration lets others be made.

mod age;
mod file;
mod local;
mod process;
mod program;
#[allow(clippy::module_inception)] // a file is named after what it holds
mod scratch;
mod server;
mod template;

pub use program::run_program;
pub use scratch::Kept;
pub use scratch::Scratch;
