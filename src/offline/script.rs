//! A program that becomes text, and what is assumed of the database.

use crate::journal::Expected;
use crate::journal::Probe;
use crate::program::program::Program;

/// A program that will be fed to a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineScript {
    /// What will be done.
    pub program: Program,
    /// What is assumed of the database.
    pub(crate) probe: Probe,
    /// The journal as the script needs it at its beginning.
    pub(crate) start: Expected,
    /// The statements that make a session like rev's own.
    pub(crate) settings: String,
}
