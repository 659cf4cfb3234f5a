//! What is wrong with scripts, their graph, what was applied, and what git has: rules, and what they find.
//!
//! Comes in: projects, and the session of a database that is asked. Nothing here changes anything.

mod applied;
#[allow(clippy::module_inception)] // the file is named after its noun
mod check;
mod configured;
mod files;
mod finding;
mod git;
mod model;
mod rebuild;
mod reference;
mod rule;

pub use check::Check;
pub use files::unread_hint;
pub use finding::Finding;
pub use finding::Severity;
pub use rule::RULES;
pub use rule::Rule;
