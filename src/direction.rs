//! Which way a step goes.

use std::fmt;

/// What a step does to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Runs the `upgrade` sections and adds the revision to the applied ones.
    Upgrade,
    /// Runs the `downgrade` sections and takes the revision away.
    Downgrade,
    /// Only writes the rows, as if the revision had been run.
    Stamp,
}

impl Direction {
    /// Returns the word of the journal, of JSON and of directives.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
