//! How a run behaves towards others who use the database.

use std::time::Duration;

use crate::config::DatabaseConfig;
use crate::config::LockKind;
use crate::script::Timeouts;

/// How a run behaves towards others who use the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// The time-outs of the statements in transactions.
    pub timeouts: Timeouts,
    /// How often a revision is tried again that did not get a lock.
    pub lock_retries: u32,
    /// How only one run at a time works on the database.
    pub lock: LockKind,
}

impl Manners {
    /// Returns what the configuration says; a limit of zero for statements is none of rev's, the server's own stays.
    pub(crate) fn of(database: &DatabaseConfig) -> Self {
        let statement = Some(database.statement_timeout).filter(|timeout| !timeout.is_zero());
        let timeouts = Timeouts { lock: Some(database.lock_timeout), statement };
        Self { timeouts, lock_retries: database.lock_retries, lock: database.lock }
    }
}

impl Default for Manners {
    fn default() -> Self {
        let timeouts = Timeouts { lock: Some(Duration::from_secs(3)), statement: None };
        Self { timeouts, lock_retries: 10, lock: LockKind::Auto }
    }
}
