//! The log for programs: one event a line, with a stable schema; docs/logs.md describes every event.

mod filter;
#[allow(clippy::module_inception)] // the file is named after its noun
mod log;
mod part;
mod record;
mod replay;
mod sentence;
mod stored;
mod telling;

pub use filter::Filter;
pub use filter::Level;
pub use log::Log;
pub use log::LogFormat;
pub use log::LogPlace;
pub use part::held_by;
pub use record::Record;
pub use replay::Replay;
pub use stored::StoredRun;
pub use telling::Telling;
