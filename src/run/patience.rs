//! Waiting for others' locks: how long, how often, and who it is.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio::time::sleep;
use uuid::Uuid;

use crate::config::DatabaseConfig;
use crate::config::LockKind;
use crate::config::url::DatabaseUrl;
use crate::db::Access;
use crate::db::Blocker;
use crate::db::Database;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::program::Mode;
use crate::program::program::Part;
use crate::run::clock::Actor;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::session::Session;
use crate::script::Timeouts;
use crate::sql::Statement;
use crate::sql::StatementKind;

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

/// The pauses between two tries, in which those who queued behind the statement get on.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Counts the tries of one part.
#[derive(Debug)]
pub(crate) struct Patience {
    /// How often it was tried again.
    pub(crate) retries: u32,
    pub(crate) most: u32,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new(most: u32) -> Self {
        Self { retries: 0, most, pause: FIRST_PAUSE }
    }

    /// Returns how long to pause before the next try, unless that was the last.
    ///
    /// Others queued behind the statement for as long as it was `held_up`; they get half of that at least.
    pub(crate) fn next_pause(&mut self, held_up: Duration) -> Option<Duration> {
        if self.retries == self.most {
            return None;
        }
        self.retries += 1;
        let pause = self.pause.max(held_up.min(LONGEST_PAUSE));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        // Between half of it and all of it, so that two who got into each other's way do not do so again.
        let [random, ..] = *Uuid::new_v4().as_bytes();
        Some(pause / 2 + pause / 2 * u32::from(random) / u32::from(u8::MAX))
    }
}

/// Returns whether nothing at all is left of a part that ended with `error`, and it was only about a lock.
pub(crate) fn can_try_again(error: &Error, part: &Part, family: Family) -> bool {
    let ErrorKind::TableLocked { .. } = &*error.kind else { return false };
    match (part.mode, family) {
        (Mode::Transaction, Family::Postgres | Family::Sqlite) => true,
        // A procedure may have committed before; what came after the statement has no place.
        (Mode::Transaction, Family::Mysql) => part.statements().all(|one| is_all_or_nothing(one)),
        (Mode::Alone, _) => error.span.is_some() && part.statements().all(|one| is_all_or_nothing(one)),
    }
}

/// Returns whether a statement that fails leaves nothing, also outside of a transaction.
pub(crate) fn is_all_or_nothing(statement: &Statement) -> bool {
    match statement.kind {
        StatementKind::Dml => {
            let first = statement.words().next().unwrap_or_default();
            !["call", "do", "set"].iter().any(|word| first.eq_ignore_ascii_case(word))
        }
        StatementKind::Ddl | StatementKind::Query | StatementKind::Lock | StatementKind::CopyIn => true,
        // An index that is built concurrently is left half-built.
        StatementKind::NeedsNoTransaction(_) => false,
        StatementKind::Session
        | StatementKind::Other
        | StatementKind::Begin
        | StatementKind::Commit
        | StatementKind::TransactionControl => false,
    }
}

/// A transaction of rev's own before a run begins.
#[derive(Clone, Copy)]
pub(crate) enum Own<'a> {
    /// What stands in the journal is read by a session that can write.
    ReadToWrite,
    /// The journal's tables are made.
    CreateJournal,
    /// The run's epoch begins.
    BeginEpoch(&'a Actor),
}

impl Session {
    /// Does a transaction of rev's own, and does it again where others held a lock.
    pub(crate) async fn patiently(&mut self, observer: &mut dyn Observer, own: Own<'_>) -> Result<(), Error> {
        let mut patience = Patience::new(self.manners.lock_retries);
        loop {
            let done = match own {
                Own::ReadToWrite => self.for_writing().await,
                Own::CreateJournal => self.create_journal().await,
                Own::BeginEpoch(actor) => self.begin_epoch(actor).await,
            };
            let Err(error) = done else { return Ok(()) };
            let again = matches!(*error.kind, ErrorKind::TableLocked { .. });
            if !again || !self.pause(&mut patience, observer).await {
                return Err(self.name_blockers(error, &patience));
            }
            self.check_interrupt()?;
        }
    }

    /// Waits for the next try and says why; returns whether there is one.
    pub(crate) async fn pause(&mut self, patience: &mut Patience, observer: &mut dyn Observer) -> bool {
        // Nobody queues for a file.
        let queued = self.db.family() != Family::Sqlite;
        let held_up = self.watch.patience.filter(|_| queued).unwrap_or_default();
        let Some(pause) = patience.next_pause(held_up) else { return false };
        let blockers = std::mem::take(&mut self.watch.blockers);
        let (retry, of) = (patience.retries, patience.most);
        observer.event(Event::LockRetry { retry, of, pause, blockers: &blockers });
        // Whoever asks the run to stop is heeded before the next try.
        let _ = self.rest(pause).await;
        true
    }

    /// Adds to a lock that was not got what is known about it.
    pub(crate) fn name_blockers(&self, mut error: Error, patience: &Patience) -> Error {
        if let ErrorKind::TableLocked { retries, blockers, .. } = &mut *error.kind {
            *retries = patience.retries;
            *blockers = self.watch.blockers.iter().map(Blocker::to_string).collect();
        }
        error
    }
}

/// Whom a session asks about, and what it was told last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// The number of the session at the server, once it may have to wait.
    pub(crate) pid: Option<String>,
    /// How long a statement may wait.
    pub(crate) patience: Option<Duration>,
    /// Who kept it waiting when that was last asked.
    pub(crate) blockers: Vec<Blocker>,
}

/// How soon, and how often, it is asked who keeps a statement waiting.
const LOOK: Duration = Duration::from_millis(800);
const SHORTEST_LOOK: Duration = Duration::from_millis(40);

/// From when on a statement is slow, and a wait long.
const SLOW: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(10);

impl Watch {
    /// Does `work`; where that takes a moment, a connection of its own asks the server who is in the way.
    ///
    /// It must be asked while the statement waits: afterwards nobody blocks it any more. How soon depends on how long it may wait.
    pub(crate) async fn during<T>(
        &mut self,
        url: &DatabaseUrl,
        tell: &mut (dyn FnMut(Event<'_>) + Send),
        work: BoxFuture<'_, T>,
    ) -> T {
        let patience = self.patience;
        let Some(pid) = &self.pid else { return work.await };
        let patience = patience.filter(|patience| !patience.is_zero()).unwrap_or(Duration::MAX);
        let look = (patience / 3).clamp(SHORTEST_LOOK, LOOK);
        let began = Instant::now();
        let blockers = &mut self.blockers;
        let looking = async {
            sleep(look).await;
            // Nothing depends on it, so it may fail.
            if let Ok(mut db) = Database::connect(url, Access::Read, Duration::ZERO).await {
                let mut told: Vec<Blocker> = Vec::new();
                while let Ok(found) = db.blockers(pid).await {
                    let is_slow = began.elapsed() >= SLOW;
                    if !found.is_empty() {
                        // Of a short wait the retry tells.
                        if is_slow && patience >= LONG && !are_the_same(&found, &told) {
                            tell(Event::Blocked { blockers: &found });
                            told.clone_from(&found);
                        }
                        *blockers = found;
                    } else if is_slow {
                        let Ok(progress) = db.progress(pid).await else { break };
                        progress.iter().for_each(|progress| tell(Event::StatementSlow { progress }));
                    }
                    sleep(look).await;
                }
            }
        };
        let (mut work, mut looking) = (pin!(work), pin!(looking));
        let ended = tokio::select! {
            biased;
            done = &mut work => Some(done),
            () = &mut looking => None,
        };
        match ended {
            Some(done) => done,
            None => work.await,
        }
    }
}

fn are_the_same(some: &[Blocker], others: &[Blocker]) -> bool {
    some.iter().map(|one| &one.pid).eq(others.iter().map(|one| &one.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_end() {
        let mut patience = Patience::new(9);
        let pauses: Vec<Duration> = std::iter::from_fn(|| patience.next_pause(Duration::ZERO)).collect();
        assert_eq!(pauses.len(), 9);
        for (n, pause) in pauses.iter().enumerate() {
            let whole = (FIRST_PAUSE * (1 << n)).min(LONGEST_PAUSE);
            assert!((whole / 2..=whole).contains(pause), "{n}: {pause:?}");
        }
        assert_eq!(Patience::new(0).next_pause(Duration::ZERO), None);
    }

    #[test]
    fn who_queued_behind_a_statement_gets_half_of_that_time_at_least() {
        let held_up = Duration::from_secs(3);
        let pause = Patience::new(1).next_pause(held_up).unwrap();
        assert!((held_up / 2..=held_up).contains(&pause), "{pause:?}");
        assert!(Patience::new(1).next_pause(Duration::MAX).unwrap() <= LONGEST_PAUSE);
    }
}
