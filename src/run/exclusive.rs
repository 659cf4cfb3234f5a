//! One runner at a time: waiting for the lock, holding it, and knowing when it is gone.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::config::LockKind;
use crate::db::LeaseLock;
use crate::db::Lock;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Holder;
use crate::program::transaction;
use crate::run::clock::Actor;
use crate::run::clock::Clock;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::held::Held;
use crate::run::held::PING;
use crate::run::patience::Own;
use crate::run::session::Session;
use crate::sql::summary;

/// The pauses between two tries; a lock is polled, never waited for, since a waiting statement could deadlock.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Session {
    /// Takes the lock of the database, for all that this session does until [`Self::unlock`], which must follow.
    ///
    /// Waits for up to `wait` until whoever holds the lock is through. (A closure for what is done meanwhile would be
    /// safer to use, but its future could not move between threads.)
    pub(crate) async fn lock(
        &mut self,
        wait: Duration,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let lock = self.wait_for_lock(wait, actor, observer).await?;
        self.held = Some(Held::new(lock));
        Ok(())
    }

    /// Gives the lock back.
    pub(crate) async fn unlock(&mut self) {
        if let Some(held) = self.held.take() {
            held.lock.release().await;
        }
    }

    /// Begins the epoch of this run; what an earlier holder may still do is fenced off from here on.
    pub(crate) async fn begin_epoch(&mut self, actor: &Actor) -> Result<(), Error> {
        let holder = holder(actor);
        let begin = self.probe.journal.begin_epoch(&holder);
        // Also where transactions are read-only unless they say otherwise.
        if self.change_lock(&begin).await? != 1 {
            // Somebody deleted the row, and who has no epoch is fenced off by nobody. This run holds the lock.
            let restore = self.probe.journal.restore_lock_row();
            self.change_lock(&restore).await?;
            if self.change_lock(&begin).await? != 1 {
                return Err(ErrorKind::JournalWriteLost { statement: summary(&begin, self.db.family()) }.into());
            }
        }
        let Some((epoch, _)) = self.holder().await? else {
            let row = "its first row is missing".to_owned();
            return Err(ErrorKind::DamagedJournal { table: self.probe.journal.lock.clone(), row }.into());
        };
        if let Some(held) = &mut self.held {
            held.epoch = Some(epoch);
        }
        Ok(())
    }

    /// Changes the table of the lock in a transaction of its own, and returns how many rows it touched.
    async fn change_lock(&mut self, sql: &str) -> Result<u64, Error> {
        let limits = self.reading.in_transaction(self.db.family());
        let limits = limits.iter().map(String::as_str);
        let begin = [transaction::begin(self.db.family())].into_iter().chain(limits);
        let work: Vec<&str> = begin.chain([sql, transaction::COMMIT]).collect();
        match self.execute_all(&work, &mut |_| {}).await {
            Ok(done) => Ok(done.get(work.len() - 2).map_or(0, |done| done.rows)),
            Err(at) => {
                let _ = self.db.execute_all(&["ROLLBACK"]).await;
                Err(self.failed(at.failure))
            }
        }
    }

    /// Returns the restore point of this run.
    pub(crate) fn restore_point(&self) -> Option<&Path> {
        self.held.as_ref().and_then(|held| held.restore_point.as_deref())
    }

    /// Notes the restore point of this run, which needs no other.
    pub(crate) fn set_restore_point(&mut self, path: PathBuf) {
        if let Some(held) = &mut self.held {
            held.restore_point = Some(path);
        }
    }

    /// Uses the lock's connection and that of the work, while something else goes on than statements.
    pub(crate) async fn keep_in_use(&mut self) {
        if let Some(held) = &mut self.held {
            held.ping().await;
        }
        if self.db.family() != Family::Sqlite {
            // When it is lost, the next statement says so.
            let _ = self.db.select(&["SELECT 1"]).await;
        }
    }

    /// Notes whether the hooks around this run were begun; returns whether they had been.
    pub(crate) fn set_in_hooks(&mut self, is_in_hooks: bool) -> bool {
        self.held.as_mut().is_some_and(|held| std::mem::replace(&mut held.is_in_hooks, is_in_hooks))
    }

    /// Returns who works on the database now, if another run holds the lock; a lease is not seen.
    pub async fn working(&mut self) -> Result<Option<Holder>, Error> {
        let url = self.url().clone();
        if !self.db.is_locked(&url).await? {
            return Ok(None);
        }
        Ok(Some(self.holder().await?.map(|(_, holder)| holder).unwrap_or_default()))
    }

    /// Makes sure that the lock is still held, before something is done under it.
    pub(crate) async fn check_lock(&mut self) -> Result<(), Error> {
        let Some(held) = &mut self.held else { return Ok(()) };
        if held.checked.elapsed() >= PING {
            held.ping().await;
        }
        if held.lost { Err(ErrorKind::LockLost.into()) } else { Ok(()) }
    }

    async fn wait_for_lock(
        &mut self,
        wait: Duration,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Lock, Error> {
        self.check_sessions()?;
        let deadline = Instant::now() + wait;
        let mut lock = self.open_lock(deadline, actor, observer).await?;
        let mut pause = FIRST_PAUSE;
        let mut is_told = false;
        while !self.through_pool(deadline, lock.try_take()).await? {
            let holder = match lock.holder() {
                Some(holder) => holder.clone(),
                None => self.holder().await.ok().flatten().map(|(_, holder)| holder).unwrap_or_default(),
            };
            if Instant::now() >= deadline {
                let holder = format!("{holder}{}", holder.lease_note());
                return Err(ErrorKind::Locked { holder }.into());
            }
            if !is_told && pause > FIRST_PAUSE * 4 {
                observer.event(Event::LockWaiting { holder: &holder });
                is_told = true;
            }
            self.interrupt.sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        match self.check_pool(&lock).await {
            Ok(()) => Ok(lock),
            Err(error) => {
                lock.release().await;
                Err(error)
            }
        }
    }

    /// Opens the way to the server's own lock, or to a lease where that is asked for or the server has no other.
    async fn open_lock(
        &mut self,
        deadline: Instant,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Lock, Error> {
        if self.manners.lock == LockKind::Auto {
            let mut lock = Lock::open(self.url()).await?;
            if self.through_pool(deadline, lock.reaches_everybody()).await? {
                return Ok(lock);
            }
            lock.release().await;
        }
        // The lease is a row, so there must be a table. Many may make it at once; it does not matter whose it is.
        self.check_owner()?;
        self.patiently(observer, Own::CreateJournal).await?;
        if self.db.family() == Family::Mysql {
            // What another node has committed is seen here before anything is read. Only clusters know the setting.
            let _ = self.db.execute_all(&["SET SESSION wsrep_sync_wait = 1"]).await;
        }
        let token = Uuid::new_v4().to_string();
        let (url, journal) = (self.url().clone(), self.probe.journal.clone());
        let lease = LeaseLock::open(&url, &journal, token, holder(actor));
        let lease = self.through_pool(deadline, lease).await?;
        Ok(Lock::leased(lease))
    }
}

fn holder(actor: &Actor) -> Holder {
    Holder {
        user: actor.user.clone(),
        host: actor.host.clone(),
        pid: actor.pid,
        since: Some(Clock::start().text().to_owned()),
        lease_left: None,
    }
}
