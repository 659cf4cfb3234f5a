//! Restore points: whole copies of a SQLite database beside it, written before data can be lost, and put back.

mod point;
mod put_back;
mod write;

pub use point::RestorePoint;
pub use put_back::Restored;

pub(super) use write::write_before;
