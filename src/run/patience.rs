//! Waiting for others' locks: how long, how often, and who it is.

use std::time::Duration;

use uuid::Uuid;

use crate::db::Blocker;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::run::clock::Actor;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::session::Session;
use crate::sql::Statement;
use crate::sql::StatementKind;

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
