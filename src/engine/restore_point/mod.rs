//! Restore points: whole copies of a SQLite database beside it, written before data can be lost, and put back.

mod point;
mod put_back;
mod write;

pub use point::RestorePoint;
pub use put_back::Restored;

pub(super) use point::COMPANIONS;
pub(super) use point::with_ending;
pub(super) use point::without_link;
pub(super) use put_back::Old;
pub(super) use put_back::take_lock;
pub(super) use write::write_before;
