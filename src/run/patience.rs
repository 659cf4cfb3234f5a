//! Waiting for others' locks: how long, how often, and who it is.

use crate::db::Blocker;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::run::clock::Actor;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::retry::Patience;
use crate::run::session::Session;
use crate::sql::Statement;
use crate::sql::StatementKind;

/// Returns whether nothing at all is left of a part that ended with `error`, and it was only about a lock.
pub(crate) fn can_try_again(error: &Error, part: &Part, family: Family) -> bool {
    let ErrorKind::TableLocked { .. } = &*error.kind else { return false };
    match (part.mode, family) {
        (Mode::Transaction, Family::Postgres | Family::Sqlite) => true,
        // A procedure may have committed before; what came after the statement has no place.
        (Mode::Transaction, Family::Mysql) => part.statements().all(is_undone_by_rollback),
        (Mode::Alone, _) => error.span.is_some() && part.statements().all(is_all_or_nothing),
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

/// Returns whether nothing is left of a statement in a transaction that is rolled back; what sets a variable is said again.
pub(crate) fn is_undone_by_rollback(statement: &Statement) -> bool {
    let is_joined = statement.kind == StatementKind::Session
        || statement.words().next().is_some_and(|first| first.eq_ignore_ascii_case("get"));
    is_all_or_nothing(statement) || is_joined
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
            let Err(error) = done else {
                if let Some(created) = self.newly_created.take() {
                    observer.event(Event::JournalCreated { journal: &created });
                    self.created = Some(created);
                }
                return Ok(());
            };
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
