//! What can go wrong: one enum of kinds, each with a stable code, a message and a hint.
//!
//! Comes in: names, places and numbers as data. Nothing here does I/O.

mod code;
#[allow(clippy::module_inception)] // the file is named after its noun
mod error;
mod hint;
mod kind;
mod phrases;

pub use kind::Cause;
pub use kind::Error;
pub use kind::ErrorKind;
