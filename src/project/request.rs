//! What is asked of a database.

use crate::graph::Purge;
use crate::graph::Target;

/// What is asked of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Apply what the target needs.
    Upgrade(Target),
    /// Take off what stands above the target.
    Downgrade(Target, Sections),
    /// Write the rows only.
    Stamp(Vec<Target>, Purge),
}

impl Request {
    /// Returns the command by which people ask for it.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Upgrade(_) => "upgrade",
            Self::Downgrade(..) => "downgrade",
            Self::Stamp(..) => "stamp",
        }
    }
}

/// Which sections a downgrade runs of a revision whose script is gone, or whose downgrade was edited since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sections {
    /// None: that is refused, and what was stored is shown.
    Script,
    /// Those that the history stored; whoever may write the history must not be able to have them run unseen.
    Stored,
}
