//! What can go wrong: one enum of kinds, each with a stable code, a message and a hint.

mod code;
#[allow(clippy::module_inception)] // the file is named after its noun
mod error;
mod hint;
mod kind;

pub use error::Cause;
pub use error::Error;
pub use kind::ErrorKind;
