//! rev's own tables, as pure SQL text: where they are, how they are made, read and written.
//!
//! Nothing else builds journal SQL. Running online and printing offline use the same text.
//!
//! Comes in: ids, names and values. Nothing here connects.

mod columns;
mod elsewhere;
mod expect;
mod guarded;
mod history;
mod intent;
mod last;
mod layout;
mod lease;
mod literal;
mod lock;
mod outcome;
mod own;
mod probe;
mod read;
mod row;
mod write;

pub use elsewhere::Trail;
pub use expect::Expected;
pub use guarded::Expect;
pub use guarded::Guarded;
pub use history::HistoryRow;
pub use history::stamped;
pub use intent::Intent;
pub use last::Failures;
pub use last::LastStep;
pub use last::LastSteps;
pub use layout::FORMAT;
pub use layout::Journal;
pub use lease::LEASE_SECONDS;
pub use lease::Lease;
pub use lock::Holder;
pub use outcome::Outcome;
pub use probe::Doubt;
pub use probe::ForeignTable;
pub use probe::Location;
pub(crate) use probe::PGLITE;
pub use probe::Probe;
pub use probe::SessionRole;
pub use read::ProgressRow;
pub use row::Row;
pub use write::HistoryEntry;
pub use write::Moment;
pub use write::Write;
