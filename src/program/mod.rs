//! A run as data: everything it will do, compiled from scripts and a plan; pure.
//!
//! Comes in: scripts, the graph's plans, what the journal says, the SQL of statements. Nothing here opens a connection.

pub(crate) mod action;
pub(crate) mod compile;
pub(crate) mod condition;
pub(crate) mod dated;
pub(crate) mod draft;
pub(crate) mod halfway;
pub(crate) mod history_entry;
pub(crate) mod leaves;
pub(crate) mod limits;
pub(crate) mod load;
pub(crate) mod lost_state;
pub(crate) mod lost_value;
pub(crate) mod names;
pub(crate) mod new_file;
pub(crate) mod noted;
pub(crate) mod own_schema;
pub(crate) mod part;
pub(crate) mod pragma;
#[allow(clippy::module_inception)] // a file is named after what it holds
pub(crate) mod program;
pub(crate) mod restore;
pub(crate) mod risk;
pub(crate) mod sendable;
pub(crate) mod shield;
pub(crate) mod stopped;
pub(crate) mod there;
pub(crate) mod told;
pub(crate) mod transaction;
pub(crate) mod undo;

pub use action::Action;
pub use compile::CompileFor;
pub use halfway::Halfway;
pub use halfway::Reached;
pub use limits::Limits;
pub use part::Mode;
pub use part::Part;
pub use program::Program;
pub use program::ProgramStep;
pub use program::Scope;
pub use risk::Risk;
pub use shield::Shield;
pub use shield::Shielding;
pub use undo::Undo;
