//! The documents of `--json`: exactly one for each command, on one line, its keys always in the same order.
//!
//! `ok` is false when the command could not do its work, and then there is an `error`; what a command found is no error.

mod failure;
mod finding;
mod record;
mod revision;
mod run;
mod standing;

pub use failure::ErrorJson;
pub use failure::document;
pub use failure::failure;
pub use failure::naming;
pub use failure::path;
pub use finding::WarningJson;
pub use finding::check;
pub use record::log;
pub use record::restore_points;
pub use record::restored;
pub use revision::branches;
pub use revision::edited;
pub use revision::heads;
pub use revision::history;
pub use revision::new_script;
pub use revision::show;
pub use run::ReportJson;
pub use run::failed_run;
pub use run::report;
pub use standing::accepted;
pub use standing::current;
pub use standing::status;
pub use standing::unreachable;

#[cfg(test)]
mod tests;
