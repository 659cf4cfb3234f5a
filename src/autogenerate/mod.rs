//! Revisions that rev writes: what a schema is against what it should be, as an upgrade and a downgrade that were run.
//!
//! Comes in: two sides of a comparison, and what a person says of names. What is written is a script like any other.

mod change;
mod first;
mod online;
mod rename;
mod sections;

pub use change::Change;
pub use change::Written;
pub use first::First;
pub use first::Tried;
pub use rename::candidates;
pub use rename::resolve;
