//! Runs without a connection: a program as text that is fed to the database's own shell.
//!
//! Comes in: projects and programs. Nothing here sends anything.

mod printer;
mod request;
mod script;
mod shell;

pub use request::OfflineRequest;
pub use request::Start;
pub use script::OfflineScript;
