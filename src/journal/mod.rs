//! rev's own tables, as pure SQL text: where they are, how they are made, read and written.
//!
//! Nothing else builds journal SQL. Running online and printing offline use the same text.
//!
//! Comes in: ids, names and values. Nothing here connects.

mod expect;
mod intent;
mod last;
mod layout;
mod lease;
mod literal;
mod lock;
#[cfg(test)]
mod names;
mod own;
mod probe;
mod read;
mod write;

pub use expect::Expected;
pub use intent::Intent;
pub use last::LastStep;
pub use last::LastSteps;
pub use layout::FORMAT;
pub use layout::Journal;
pub use lease::LEASE_SECONDS;
pub use lease::Lease;
pub use lock::Holder;
pub use probe::ForeignTable;
pub use probe::Location;
pub use probe::Probe;
pub use probe::SessionRole;
pub use read::HistoryRow;
pub use read::ProgressRow;
pub use read::Row;
pub use write::Guarded;
pub use write::HistoryEntry;
pub use write::Moment;
pub use write::Outcome;
pub use write::Write;
