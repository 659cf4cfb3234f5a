//! What people and programs see: errors, revisions, graphs, progress and JSON; almost all of it values made into text.

mod diagnostic;
pub mod difference;
mod dry_run;
pub mod dump;
mod duration;
pub mod first;
mod fit;
pub mod generated;
mod graph;
mod halfway;
pub mod json;
mod log;
pub mod made;
#[cfg(test)]
mod page;
mod pager;
mod paint;
mod place;
mod progress;
mod revision;
mod risk;
mod standing;
mod step;
mod table;
mod terminal;

pub use crate::escape::escape;
pub use dry_run::Extent;
pub use dry_run::dry_run;
pub use dry_run::dry_run_json;
pub use duration::humane;
pub use fit::fit;
pub use fit::wrap;
pub use graph::draw;
pub use log::Filter;
pub use log::Level;
pub use log::Log;
pub use log::LogFormat;
pub use log::LogPlace;
pub use log::Record;
pub use log::Replay;
pub use log::StoredRun;
pub use log::Telling;
pub use pager::Pager;
pub use paint::Paint;
pub use paint::Role;
pub use progress::Volume;
pub use revision::Applied;
pub use revision::branch_point;
pub use revision::line;
pub use revision::row;
pub use revision::short;
pub use revision::verbose;
pub use standing::standing;
pub use table::table;
pub use terminal::ColorChoice;
pub use terminal::Terminal;
pub use terminal::wrapped;

#[cfg(test)]
mod fixture;
