//! Restore points: whole copies of a SQLite database beside it, written before data can be lost, and put back.

mod point;
mod put_back;
mod write;

pub use point::RestorePoint;
pub use put_back::Restored;

pub(crate) use point::COMPANIONS;
pub(crate) use point::with_ending;
pub(crate) use point::without_link;
pub(crate) use put_back::Old;
pub(crate) use put_back::take_lock;
pub(crate) use write::write_before;
