//! One runner at a time: waiting for the lock, holding it, and knowing when it is gone.

use std::future::Future;
use std::path::Path;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep;

use crate::db::Lock;
use crate::engine::clock::Actor;
use crate::engine::clock::Clock;
use crate::engine::event::Event;
use crate::engine::event::Observer;
use crate::engine::event::RunFailure;
use crate::engine::session::Session;
use crate::engine::transaction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Holder;

/// How often the lock's connection is used while a run goes on, so that nothing on the way takes it for dead.
const PING: Duration = Duration::from_secs(10);

/// The pauses between two tries; a lock is polled, never waited for, since a waiting statement could deadlock.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A lock that is held.
#[derive(Debug)]
pub(super) struct Held {
    lock: Lock,
    checked: Instant,
    /// The epoch that this run began; nothing before it did.
    pub(super) epoch: Option<i64>,
    lost: bool,
    /// The copy of a SQLite database that this run wrote before it began.
    restore_point: Option<PathBuf>,
}

impl Session {
    /// Runs `work` while this session holds the lock of its database, and gives it back also when `work` fails.
    ///
    /// Waits for up to `wait` until whoever holds the lock is through.
    pub(super) async fn locked<T>(
        &mut self,
        wait: Duration,
        observer: &mut dyn Observer,
        work: impl AsyncFnOnce(&mut Self, &mut dyn Observer) -> Result<T, RunFailure>,
    ) -> Result<T, RunFailure> {
        let lock = self.wait_for_lock(wait, observer).await?;
        self.held = Some(Held { lock, checked: Instant::now(), epoch: None, lost: false, restore_point: None });
        let result = work(self, observer).await;
        if let Some(held) = self.held.take() {
            held.lock.release().await;
        }
        result
    }

    /// Begins the epoch of this run; what an earlier holder may still do is fenced off from here on.
    pub(super) async fn begin_epoch(&mut self, actor: &Actor) -> Result<(), Error> {
        let since = Clock::start();
        let holder = Holder {
            user: actor.user.clone(),
            host: actor.host.clone(),
            pid: actor.pid,
            since: Some(since.text().to_owned()),
        };
        let begin = self.probe.journal.begin_epoch(&holder);
        // Also where transactions are read-only unless they say otherwise.
        let work = [transaction::begin(self.db.family()), &begin, transaction::COMMIT];
        if let Err(error) = self.execute_own(&work).await {
            let _ = self.db.execute_all(&["ROLLBACK"]).await;
            return Err(error);
        }
        let epoch = self.holder().await?.map(|(epoch, _)| epoch);
        if let Some(held) = &mut self.held {
            held.epoch = epoch;
        }
        Ok(())
    }

    /// Returns the restore point of this run.
    pub(super) fn restore_point(&self) -> Option<&Path> {
        self.held.as_ref().and_then(|held| held.restore_point.as_deref())
    }

    /// Notes the restore point of this run, which needs no other.
    pub(super) fn set_restore_point(&mut self, path: PathBuf) {
        if let Some(held) = &mut self.held {
            held.restore_point = Some(path);
        }
    }

    /// Makes sure that the lock is still held, before something is done under it.
    pub(super) async fn check_lock(&mut self) -> Result<(), Error> {
        let Some(held) = &mut self.held else { return Ok(()) };
        if held.checked.elapsed() >= PING {
            held.ping().await;
        }
        if held.lost { Err(ErrorKind::LockLost.into()) } else { Ok(()) }
    }

    async fn wait_for_lock(&mut self, wait: Duration, observer: &mut dyn Observer) -> Result<Lock, Error> {
        let mut lock = Lock::open(self.url()).await?;
        let deadline = Instant::now() + wait;
        let mut pause = FIRST_PAUSE;
        let mut is_told = false;
        while !lock.try_take().await? {
            let holder = self.holder().await.ok().flatten().map(|(_, holder)| holder).unwrap_or_default();
            if Instant::now() >= deadline {
                return Err(ErrorKind::Locked { holder: holder.to_string() }.into());
            }
            if !is_told && pause > FIRST_PAUSE * 4 {
                observer.event(Event::LockWaiting { holder: &holder });
                is_told = true;
            }
            self.interrupt.sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(lock)
    }
}

impl Held {
    async fn ping(&mut self) {
        self.checked = Instant::now();
        self.lost |= self.lock.ping().await.is_err();
    }
}

/// Does `work` and uses the lock's connection now and then meanwhile.
pub(super) async fn attended<T>(held: &mut Option<Held>, work: impl Future<Output = T>) -> T {
    let Some(held) = held else { return work.await };
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep(PING) => held.ping().await,
        }
    }
}
