//! What statements do outside of the database that they run in.
//!
//! Comes in: statements as they are split.

mod literal;
#[allow(clippy::module_inception)] // a file is named after what it holds
mod outside;
mod rules;

pub use outside::Outside;
