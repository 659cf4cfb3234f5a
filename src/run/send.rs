//! Statements on their way to the server: collected into as few messages as it allows, and accounted for.

use std::collections::VecDeque;
use std::time::Instant;

use crate::db::Asks;
use crate::db::Done;
use crate::db::FailureAt;
use crate::db::Notice;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Expect;
use crate::journal::Guarded;
use crate::journal::Moment;
use crate::journal::Write;
use crate::program::limits;
use crate::program::limits::Lasting;
use crate::program::limits::Limits;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::program::restore::RESET_ALL;
use crate::program::transaction;
use crate::run::event::Event;
use crate::run::journal_answer;
use crate::run::journal_answer::is_missing_row;
use crate::run::next_part::NextPart;
use crate::run::patience::is_undone_by_rollback;
use crate::run::session::Session;
use crate::run::stamp;
use crate::run::stamp::MessageEnd;
use crate::run::told_to::ToldTo;
use crate::run::watch::Waiting;
use crate::script::Timeouts;
use crate::sql::Statement;
use crate::sql::summary;

/// Collects what is to be sent and sends it, for one step or for what stands around steps.
pub(crate) struct Sender<'s, 'p> {
    pub(crate) session: &'s mut Session,
    step: Option<&'p ProgramStep>,
    mode: Mode,
    limits: Limits,
    /// The time-outs of the transaction (PostgreSQL) that is open in the queue or on the server.
    local: Option<Timeouts>,
    /// Where a script changes its role, only rev's own rows can be read as its user: the fence comes right before them.
    pub(crate) fences_late: bool,
    /// Whether rows stay that the statement changed, so that what notes it must come through.
    pub(crate) keeps_rows: bool,
    /// The last statement of the part: behind the others nothing is asked, since the next one may ask it.
    last: Option<&'p Statement>,
    queue: Vec<Entry<'p>>,
    told: ToldTo<'s>,
    /// Lengths of the queue at which a step ends.
    marks: VecDeque<usize>,
    passed: Vec<Passed>,
}

/// A step whose statements are through.
pub(crate) struct Passed {
    /// When the answer of its last statement came.
    pub(crate) at: Instant,
    /// What the server said meanwhile, if it is kept for later.
    pub(crate) notices: Vec<Notice>,
}

/// One statement that waits to be sent.
struct Entry<'a> {
    sql: String,
    role: Role<'a>,
}

/// Whose statement it is, which decides what its failure means.
pub(crate) enum Role<'a> {
    Engine,
    /// Answers or touches a row while this run's epoch lasts.
    Fence,
    Restore,
    Guard,
    Commit,
    Statement(&'a Statement),
    Journal(Expect),
}

impl<'s, 'p> Sender<'s, 'p> {
    /// Prepares to send statements that belong to no script.
    pub(crate) fn new(session: &'s mut Session) -> Self {
        Self::telling(session, ToldTo::Nobody)
    }

    /// Prepares to send statements of scripts; [`Self::enter`] says of which.
    pub(crate) fn telling(session: &'s mut Session, told: ToldTo<'s>) -> Self {
        Self {
            session,
            step: None,
            mode: Mode::Transaction,
            limits: Limits::default(),
            local: None,
            fences_late: false,
            keeps_rows: false,
            last: None,
            queue: Vec::new(),
            told,
            marks: VecDeque::new(),
            passed: Vec::new(),
        }
    }

    /// Prepares to send journal statements of a session whose role a script may have changed.
    pub(crate) fn fencing_late(session: &'s mut Session) -> Self {
        Self { fences_late: true, ..Self::new(session) }
    }

    /// Goes on with a part of `step`.
    pub(crate) fn enter(&mut self, step: &'p ProgramStep, part: &'p Part) {
        self.step = Some(step);
        self.last = part.statements().last();
        self.mode = part.mode;
        self.session.next_part = NextPart::Undone;
        self.limit(part.limits);
    }

    /// Sets the time-outs of the statements that follow; a transaction that is not open yet begins with them.
    pub(crate) fn limit(&mut self, limits: Limits) {
        self.limits = limits;
        self.session.watch.patience = self.timeouts().lock;
        if let Some(local) = self.local {
            let wanted = self.timeouts();
            self.change(Some(local), wanted, Lasting::Transaction);
            self.local = Some(wanted);
        }
    }

    /// Returns the time-outs that hold for the statements that come.
    pub(crate) fn timeouts(&self) -> Timeouts {
        self.limits.resolve(self.session.manners.timeouts, self.session.db.family())
    }

    /// Sets the time-outs of the session, where it has others.
    fn limit_session(&mut self, wanted: Timeouts) {
        if self.session.in_force != Some(wanted) {
            self.change(self.session.in_force, wanted, Lasting::Session);
            self.session.in_force = Some(wanted);
        }
    }

    fn change(&mut self, from: Option<Timeouts>, to: Timeouts, lasting: Lasting) {
        for sql in limits::change(from, to, self.session.probe.journal.dialect, lasting) {
            self.push(&sql, Role::Engine);
        }
    }

    /// Notes that a step ends with what waits now.
    pub(crate) fn mark(&mut self) {
        if self.queue.is_empty() {
            self.pass(Instant::now());
        } else {
            self.stamp();
            self.marks.push_back(self.queue.len());
        }
    }

    fn stamp(&mut self) {
        if let Some(query) = stamp::query(self.session.db.family()) {
            self.push(query, Role::Engine);
        }
    }

    /// Returns the steps that are through since the last call, in order.
    pub(crate) fn take_passed(&mut self) -> Vec<Passed> {
        std::mem::take(&mut self.passed)
    }

    /// Returns how much waits, in bytes.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.iter().map(|entry| entry.sql.len()).sum()
    }

    pub(crate) fn begin(&mut self) {
        let family = self.session.db.family();
        match (family, self.mode) {
            // A statement before it had time-outs of its own.
            (Family::Postgres, Mode::Alone) => self.limit_session(Timeouts::default()),
            (Family::Postgres, Mode::Transaction) => {}
            (Family::Sqlite | Family::Mysql, _) => self.limit_session(self.timeouts()),
        }
        self.push(transaction::begin(family), Role::Engine);
        if self.session.minds_client {
            self.push(transaction::MIND_CLIENT_LOCALLY, Role::Engine);
        }
        if !self.fences_late {
            self.fence();
        }
        if family == Family::Postgres && self.mode == Mode::Transaction {
            // Below the fence, which waits for another run and not for a table.
            let wanted = self.timeouts();
            self.change(Some(Timeouts::default()), wanted, Lasting::Transaction);
            self.local = Some(wanted);
        }
    }

    /// Makes sure that no other run has begun its epoch, and that none begins before this transaction ends.
    fn fence(&mut self) {
        if let Some(fence) = self.session.held.as_ref().and_then(|held| held.fence(&self.session.probe.journal)) {
            self.push(&fence, Role::Fence);
        }
    }

    /// Returns whether what is sent now is in the transaction with the journal.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the session, for questions; what waits must have been sent.
    pub(crate) fn session(&mut self) -> &mut Session {
        self.session
    }

    pub(crate) fn set_guard(&mut self) {
        self.push(transaction::SET_GUARD, Role::Engine);
    }

    pub(crate) fn check_guard(&mut self) {
        self.push(transaction::CHECK_GUARD, Role::Guard);
    }

    /// Makes sure that nobody asked the run to stop, unless what waits notes what cannot be undone.
    pub(crate) fn check_interrupt(&self) -> Result<(), Error> {
        if self.is_bookkeeping() { Ok(()) } else { self.session.check_interrupt() }
    }

    /// Returns whether only rows of the journal wait, about something that has happened.
    fn is_bookkeeping(&self) -> bool {
        self.step.is_none() || self.mode == Mode::Alone || self.keeps_rows
    }

    /// Ends the transaction, after everything that must be checked before that was.
    pub(crate) async fn commit(&mut self) -> Result<(), Error> {
        if self.queue.iter().any(|entry| matches!(entry.role, Role::Journal(expect) if expect.needs_answer())) {
            self.flush().await?;
        }
        self.check_interrupt()?;
        self.push(transaction::COMMIT, Role::Commit);
        self.local = None;
        self.flush().await
    }

    pub(crate) fn restore(&mut self, sql: &str) {
        self.push(sql, Role::Restore);
        if sql == RESET_ALL {
            // Behind a pooler the session began as the pooler's.
            for sql in self.session.usual.again.clone() {
                self.push(&sql, Role::Restore);
            }
            self.local = self.local.map(|_| Timeouts::default());
        }
    }

    /// Changes the journal; the history holds how long all took that waits before it, so that is sent first.
    pub(crate) async fn write<'m>(&mut self, write: &Write, moment: impl FnOnce() -> Moment<'m>) -> Result<(), Error> {
        if matches!(write, Write::History(_)) {
            self.flush().await?;
        }
        self.write_later(write, moment()).await
    }

    /// Changes the journal with the next message.
    pub(crate) async fn write_later(&mut self, write: &Write, moment: Moment<'_>) -> Result<(), Error> {
        for guarded in self.session.probe.journal.statements(write, moment) {
            self.guarded(guarded).await?;
        }
        Ok(())
    }

    /// Sends a statement of the journal with the next message.
    pub(crate) async fn guarded(&mut self, guarded: Guarded) -> Result<(), Error> {
        if self.fences_late && !self.queue.iter().any(|entry| matches!(entry.role, Role::Fence)) {
            self.fence();
        }
        // PostgreSQL reads a message in the encoding that is in force when it comes, and a script may have set it.
        let needs_encoding = self.session.db.family() == Family::Postgres && !guarded.sql.is_ascii();
        if needs_encoding && self.queue.iter().any(|entry| matches!(entry.role, Role::Restore)) {
            self.flush().await?;
        }
        self.queue.push(Entry { sql: guarded.sql, role: Role::Journal(guarded.expect) });
        Ok(())
    }

    /// Sends a statement of the script, or puts it into the queue where a message can hold several.
    pub(crate) async fn statement(&mut self, statement: &'p Statement) -> Result<(), Error> {
        // MySQL has a part for each statement anyway, and tells its warnings of the last one only.
        let shares_message = self.session.db.family() != Family::Mysql && self.mode == Mode::Transaction;
        if shares_message && statement.copy_data.is_none() {
            // A message is read whole before its first statement runs, so what changes the reading ends it.
            let last = self.queue.iter().rev().find_map(|entry| match entry.role {
                Role::Statement(last) => Some(last.reading),
                _ => None,
            });
            if last.is_some_and(|reading| reading != statement.reading) {
                self.flush().await?;
            }
            self.push(statement.sql(), Role::Statement(statement));
            return Ok(());
        }
        if self.mode == Mode::Alone {
            self.limit_session(self.timeouts());
            if self.session.minds_client {
                self.push(transaction::MIND_CLIENT, Role::Engine);
            }
            if !self.fences_late {
                self.fence(); // it commits by itself, so between this and that another run may still begin
            }
            // With its place, so that it is known not to have run.
            self.flush().await.map_err(|error| error.at(statement.span.clone()))?;
        }
        self.flush().await?;
        if self.mode == Mode::Alone || !is_undone_by_rollback(statement) {
            self.session.next_part = NextPart::InDoubt;
        }
        self.statement_alone(statement).await?;
        if self.mode == Mode::Alone {
            self.session.next_part = NextPart::Unrecorded;
        }
        Ok(())
    }

    /// Sends a statement of the script in a message of its own.
    pub(crate) async fn statement_alone(&mut self, statement: &'p Statement) -> Result<(), Error> {
        self.session.check_interrupt().map_err(|error| error.at(statement.span.clone()))?;
        if let ToldTo::Now(observer) = &mut self.told {
            observer.event(Event::StatementStarted { statement });
        }
        let mut tell = |waiting: Waiting<'_>| self.told.now(waiting.into());
        let asks = Asks::behind(self.last.is_none_or(|last| std::ptr::eq(last, statement)));
        match self.session.execute(statement, asks, &mut tell).await {
            Ok(done) => self.tell(done.notices),
            Err(failure) => return Err(self.explain(failure, &Role::Statement(statement))),
        }
        // MySQL may say of one that it has cancelled that it succeeded; what can be rolled back then is.
        self.check_interrupt().map_err(|error| error.at(statement.span.clone()))
    }

    /// Sends what waits and checks that the journal's statements touched the rows they had to.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        if self.queue.is_empty() {
            return Ok(());
        }
        if self.marks.back().is_some_and(|mark| *mark < self.queue.len()) {
            self.stamp();
        }
        let mut queue = std::mem::take(&mut self.queue);
        let mut answers = self.send(&queue).await;
        if let Err(at) = &answers
            && self.is_committed_by_statement(at, &queue)
        {
            self.begin();
            let begin = self.queue.drain(..);
            queue.splice(..=at.index, begin);
            answers = self.send(&queue).await;
        }
        let answers = match answers {
            Ok(answers) => answers,
            Err(at) if matches!(queue[at.index].role, Role::Journal(e) if is_missing_row(e, &at.failure)) => {
                let added = &queue[at.index.saturating_sub(1)];
                return Err(
                    ErrorKind::JournalWriteLost { statement: summary(&added.sql, self.session.db.family()) }.into()
                );
            }
            Err(at) => return Err(self.explain(at.failure, &queue[at.index].role)),
        };
        let end = MessageEnd::of(answers.last(), self.session.db.family());
        for ((entry, done), sent) in queue.iter().zip(answers).zip(1..) {
            if matches!(entry.role, Role::Fence) && done.returned == 0 && done.rows == 0 {
                return Err(ErrorKind::LockLost.into());
            }
            if let Role::Journal(expect) = entry.role {
                journal_answer::check(expect, &done, &entry.sql, self.session.db.family())?;
            }
            let at = end.when(&done);
            self.tell(done.notices);
            while self.marks.pop_front_if(|mark| *mark == sent).is_some() {
                self.pass(at);
            }
        }
        Ok(())
    }

    async fn send(&mut self, queue: &[Entry<'_>]) -> Result<Vec<Done>, FailureAt> {
        let texts: Vec<&str> = queue.iter().map(|entry| entry.sql.as_str()).collect();
        if self.is_bookkeeping() {
            return self.session.see_through(&texts).await;
        }
        if queue.iter().any(|entry| matches!(entry.role, Role::Commit)) {
            self.session.next_part = NextPart::InDoubt;
        }
        let mut tell = |waiting: Waiting<'_>| self.told.now(waiting.into());
        self.session.execute_all(&texts, &mut tell).await
    }

    /// Returns whether a statement of MySQL ended the transaction, as DDL in a procedure does: it is kept then, and
    /// the journal's rows need a transaction of their own.
    fn is_committed_by_statement(&self, at: &FailureAt, queue: &[Entry<'_>]) -> bool {
        let is_guard = matches!(queue[at.index].role, Role::Guard);
        is_guard && self.session.db.family() == Family::Mysql && !at.failure.lost
    }

    fn pass(&mut self, at: Instant) {
        let notices = match &mut self.told {
            ToldTo::Later(notices) => std::mem::take(notices),
            ToldTo::Now(_) | ToldTo::Nobody => Vec::new(),
        };
        self.passed.push(Passed { at, notices });
    }

    fn push(&mut self, sql: &str, role: Role<'p>) {
        self.queue.push(Entry { sql: sql.to_owned(), role });
    }

    /// Says what was heard.
    pub(crate) fn tell(&mut self, heard: Vec<Notice>) {
        match (&mut self.told, self.step) {
            (ToldTo::Now(observer), Some(step)) => {
                for notice in &heard {
                    observer.event(Event::Notice { step, notice });
                }
            }
            (ToldTo::Later(notices), _) => notices.extend(heard),
            (ToldTo::Now(_), None) | (ToldTo::Nobody, _) => {}
        }
    }
}
