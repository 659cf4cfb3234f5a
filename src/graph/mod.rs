//! The graph of revisions: what scripts declare, what targets mean, and which steps lead there.
//!
//! All of it is pure: scripts and rows come in as values, plans go out as values.
//!
//! Comes in: ids, parents and rows. No files, no clock.

mod build;
mod dag;
mod history;
mod label_sets;
mod labels;
mod parent;
mod plan;
mod problem;
mod range;
mod rebase;
mod redundant;
mod resolve;
mod revision;
mod row_change;
mod set;
mod stamp;
mod state;
mod target;
mod walk;

pub use dag::RevisionGraph;
pub use parent::Splice;
pub use plan::Plan;
pub use plan::Step;
pub use problem::Field;
pub use problem::GraphProblem;
pub use range::Range;
pub use rebase::Move;
pub use redundant::RedundantParent;
pub use revision::Revision;
pub use row_change::RowChange;
pub use set::RevisionSet;
pub use stamp::Purge;
pub use target::Anchor;
pub use target::Target;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;
