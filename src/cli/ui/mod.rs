//! What people and programs see: errors, revisions, graphs, progress and JSON; almost all of it values made into text.

mod diagnostic;
mod duration;
mod escape;
mod graph;
mod paint;
mod revision;
mod table;

pub use diagnostic::render;
pub use duration::humane;
pub use escape::escape;
pub use escape::escape_lines;
pub use graph::draw;
pub use paint::Paint;
pub use paint::Role;
pub use revision::Applied;
pub use revision::branch_point;
pub use revision::line;
pub use revision::row;
pub use revision::short;
pub use revision::verbose;
pub use table::table;
