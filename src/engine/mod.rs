//! The work itself: projects, programs, runs, and what they tell.

mod compile;
mod event;
mod init;
mod migrate;
mod program;
mod project;
mod restore;
mod run;
mod send;
mod session;
mod status;

pub use compile::CompileFor;
pub use event::Event;
pub use event::Observer;
pub use event::Report;
pub use event::RunFailure;
pub use event::Silent;
pub use event::StepReport;
pub use event::Stopped;
pub use init::Made;
pub use init::init;
pub use migrate::Request;
pub use program::Action;
pub use program::Mode;
pub use program::Part;
pub use program::Program;
pub use program::ProgramStep;
pub use program::Scope;
pub use project::Project;
pub use run::Actor;
pub use run::run;
pub use session::Session;
pub use status::State;
pub use status::Status;
