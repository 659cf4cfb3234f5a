//! The lock while it is held: kept in use, and known to be lost when it is.

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::config::LockKind;
use crate::config::url::DatabaseUrl;
use crate::db::Lock;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Journal;
use crate::journal::LEASE_SECONDS;

/// How often the lock's connection is used while a run goes on, so that nothing on the way takes it for dead.
pub(crate) const PING: Duration = Duration::from_secs(10);

/// A lock that is held.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) lock: Lock,
    pub(crate) checked: Instant,
    /// The epoch that this run began; nothing before it did.
    pub(crate) epoch: Option<i64>,
    pub(crate) lost: bool,
    /// The copy of a SQLite database that this run wrote before it began.
    pub(crate) restore_point: Option<PathBuf>,
    /// Whether the hooks around this run were begun; those of a part of it are not run, then.
    pub(crate) is_in_hooks: bool,
}

/// Refuses a lease on a file: nobody on another machine can use it, and the operating system's lock costs nothing.
pub(crate) fn check_lock_kind(kind: LockKind, url: &DatabaseUrl) -> Result<(), Error> {
    match (kind, url) {
        (LockKind::Lease, DatabaseUrl::Sqlite(_)) => Err(ErrorKind::LeaseOnFile.into()),
        _ => Ok(()),
    }
}

impl Held {
    /// Returns a lock that was just taken.
    pub(crate) fn new(lock: Lock) -> Self {
        Self { lock, checked: Instant::now(), epoch: None, lost: false, restore_point: None, is_in_hooks: false }
    }

    /// Returns the statement that makes sure that no other run has begun its epoch, and that none begins before the
    /// transaction ends; nothing before this run has begun its own.
    pub(crate) fn fence(&self, journal: &Journal) -> Option<String> {
        let epoch = self.epoch?;
        Some(match (self.lock.is_lease(), journal.dialect.family()) {
            (true, Family::Mysql) => journal.fence_by_writing(epoch),
            _ => journal.fence(epoch),
        })
    }

    /// Uses the lock's connection. A lease must be renewed in the time that it lasts, or it is not known whose it is.
    pub(crate) async fn ping(&mut self) {
        let begun = Instant::now();
        let is_held = match self.lock.is_lease() {
            true => {
                let longest = Duration::from_secs(LEASE_SECONDS.unsigned_abs());
                matches!(timeout(longest, self.lock.ping()).await, Ok(Ok(())))
            }
            false => self.lock.ping().await.is_ok(),
        };
        self.lost |= !is_held;
        self.checked = begun;
    }
}

/// Does `work` and uses the lock's connection now and then meanwhile.
pub(crate) async fn attended<T>(held: &mut Option<Held>, work: BoxFuture<'_, T>) -> T {
    let Some(held) = held else { return work.await };
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep(PING.saturating_sub(held.checked.elapsed())) => {}
        }
        // Work goes on meanwhile: it may be what a renewal waits for.
        let mut ping = pin!(held.lock.ping());
        let begun = Instant::now();
        tokio::select! {
            biased;
            done = &mut work => return done,
            held_still = &mut ping => {
                held.lost |= held_still.is_err();
                held.checked = begun;
            }
        }
    }
}
