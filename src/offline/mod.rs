//! Runs without a connection: a program as text that is fed to the database's own shell.

mod printer;
mod request;
mod shell;

pub use request::OfflineRequest;
pub use request::OfflineScript;
pub use request::Start;
