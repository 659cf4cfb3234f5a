//! How one database is changed: what `[database]` and the chosen environment say together.

use std::time::Duration;

use crate::config::hook::Hooks;
use crate::config::source::UrlSource;

/// The settings for the chosen database.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// Which database it is; resolved only when it is needed.
    pub url: UrlSource,
    /// The table of the heads.
    pub version_table: String,
    /// What the names of rev's other tables begin with.
    pub table_prefix: String,
    /// The schema of rev's tables on PostgreSQL; nothing means the current one.
    pub schema: Option<String>,
    /// What commits together.
    pub transaction: TransactionScope,
    /// How long to wait for the server to accept connections; zero tries once.
    pub wait: Duration,
    /// How long to wait for another rev to finish; zero tries once.
    pub lock_wait: Duration,
    /// How long a statement in a transaction waits for a table; zero waits for ever.
    pub lock_timeout: Duration,
    /// How often a revision is tried again after `lock_timeout`.
    pub lock_retries: u32,
    /// How long a statement may take; zero sets no limit.
    pub statement_timeout: Duration,
    /// How only one rev at a time works on the database.
    pub lock: LockKind,
    /// What happens when an applied script was edited.
    pub edited: EditedPolicy,
    /// What a journal of the same scripts in another place of the database means, when there is none where it should be.
    pub other_journals: OtherJournals,
    /// How many copies of a SQLite database are kept that were written before data could be lost; zero writes none.
    pub restore_points: u32,
    /// The largest database that is copied, in bytes.
    pub restore_point_limit: u64,
    /// Whether changes ask for the environment's name.
    pub protected: bool,
    /// Whether a program that starts up brings the database to its head, where that is said; see
    /// [`Self::upgrades_at_start`].
    pub auto_upgrade: Option<bool>,
    /// The commands around runs.
    pub hooks: Hooks,
    /// How long one of these commands may take; zero waits for ever.
    pub hook_timeout: Duration,
    /// Whether these commands are given the URL, with its password.
    pub pass_url: bool,
}

impl DatabaseConfig {
    /// Returns whether `rev exec` upgrades before it starts a program; a protected database must say so.
    pub fn upgrades_at_start(&self) -> bool {
        self.auto_upgrade.unwrap_or(!self.protected)
    }

    /// Returns the defaults for the database of `url`.
    pub fn new(url: UrlSource) -> Self {
        Self {
            url,
            version_table: "rev_version".to_owned(),
            table_prefix: "rev_".to_owned(),
            schema: None,
            transaction: TransactionScope::Revision,
            wait: Duration::ZERO,
            lock_wait: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(3),
            lock_retries: 10,
            statement_timeout: Duration::ZERO,
            lock: LockKind::Auto,
            edited: EditedPolicy::Refuse,
            other_journals: OtherJournals::Refuse,
            restore_points: 3,
            restore_point_limit: 100_000_000,
            protected: false,
            auto_upgrade: None,
            hooks: Hooks::default(),
            hook_timeout: Duration::from_secs(60 * 60),
            pass_url: false,
        }
    }
}

/// What commits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionScope {
    /// Each revision by itself.
    Revision,
    /// The whole run, or nothing.
    Run,
}

/// How only one rev at a time works on a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// The server's own lock where it has one, else a lease.
    Auto,
    /// A row with a heartbeat, for servers whose locks do not reach every node.
    Lease,
}

/// What happens when a script was edited after it was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditedPolicy {
    /// Nothing is applied on top of it.
    Refuse,
    /// It is said.
    Warn,
}

/// What a journal of the same scripts in another place means, when there is none where this one should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherJournals {
    /// That this one was moved, or is looked for in the wrong place.
    Refuse,
    /// Nothing: the scripts are run in several places of one database, as for several tenants.
    Allow,
}
