//! Time-outs that somebody asks for: a section, or the environment.

use std::time::Duration;

/// How long statements may wait and work, as far as that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeouts {
    /// How long a statement waits for a lock; zero is for ever.
    pub lock: Option<Duration>,
    /// How long a statement may take; zero is without limit.
    pub statement: Option<Duration>,
}

impl Timeouts {
    /// Returns these, and those of `other` where nothing is said.
    pub fn or(self, other: Self) -> Self {
        Self { lock: self.lock.or(other.lock), statement: self.statement.or(other.statement) }
    }
}
