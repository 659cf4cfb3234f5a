//! A program against a database: parts one after another, each all or nothing.

use std::path::Path;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::HistoryEntry;
use crate::journal::Moment;
use crate::journal::Outcome;
use crate::journal::Write;
use crate::program::noted::Noted;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::program::restore::Restore;
use crate::program::transaction;
use crate::run::clock::Actor;
use crate::run::clock::Clock;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::event::StepReport;
use crate::run::event::Stopped;
use crate::run::group::Group;
use crate::run::grouping::Grouping;
use crate::run::intent::Remains;
use crate::run::kept_tables::KeptTables;
use crate::run::kept_tables::changes_rows;
use crate::run::next_part::NextPart;
use crate::run::patience::can_try_again;
use crate::run::retry::Patience;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::run::shield::raised::Raised;
use crate::run::single::Notes;
use crate::run::single::single;
use crate::run::told_to::ToldTo;
use crate::sql::Touch;

/// Runs a program on the database of `session`, whose journal must be complete.
///
/// Whatever fails, what had been committed stays, is in the report, and the next run goes on from there.
pub async fn run(
    program: &Program,
    session: &mut Session,
    actor: &Actor,
    observer: &mut dyn Observer,
) -> Result<Report, RunFailure> {
    let restore_point = session.restore_point().map(Path::to_owned);
    let report = Report {
        from: program.from.clone(),
        to: program.from.clone(),
        steps: Vec::new(),
        restore_point,
        journal_created: session.created.is_some(),
        warnings: program.warnings.clone(),
    };
    let grouping = Grouping::of(program, session);
    let mut runner = Runner {
        program,
        session,
        actor,
        observer,
        report,
        remains: Remains::Nothing,
        kept: KeptTables::default(),
        fences_late: false,
    };
    runner.record_killed().await;
    let mut next = 0;
    while next < program.steps.len() {
        let group = grouping.length(&program.steps, next);
        let ran = match group {
            0 | 1 if grouping != Grouping::All => runner.alone(next).await.map(|()| 1),
            _ if grouping == Grouping::All => runner.together(next, group).await,
            _ => match runner.group(next, group, grouping.limit()).await {
                Err(failure) if is_lost(&failure.error) => Err(failure),
                // What fails in a group is run again one by one, so that grouping is never visible in a result.
                Err(_) => runner.one_by_one(next, group).await,
                Ok(steps) => Ok(steps),
            },
        };
        match ran {
            Ok(steps) => next += steps,
            Err(failure) => return Err(runner.give_up(failure).await),
        }
    }
    Ok(runner.report)
}

/// A step that failed, and how far it got.
struct StepFailure {
    error: Error,
    step: usize,
    parts_kept: usize,
    next_part: NextPart,
    /// When the step began.
    clock: Clock,
}

struct Runner<'a> {
    program: &'a Program,
    session: &'a mut Session,
    actor: &'a Actor,
    observer: &'a mut dyn Observer,
    report: Report,
    /// What a statement left that failed.
    remains: Remains,
    /// What is known of the step's tables without transactions.
    kept: KeptTables,
    /// Whether the step may change its role; asked once, since it looks at each statement.
    fences_late: bool,
}

impl Runner<'_> {
    /// Runs one step in transactions of its own.
    async fn alone(&mut self, index: usize) -> Result<(), StepFailure> {
        let step = &self.program.steps[index];
        let of = self.program.steps.len();
        if self.program.dialect.family() != Family::Postgres {
            self.session.in_force = None; // the scripts before may have set something
        }
        self.observer.event(Event::StepStarted { number: index + 1, of, step });
        self.kept = KeptTables::default();
        self.fences_late = step.changes_role();
        let clock = Clock::start();
        if let Err(error) = self.take_leave(index).await {
            let (parts_kept, next_part) = (step.parts_done, NextPart::Undone);
            return Err(StepFailure { error, step: index, parts_kept, next_part, clock });
        }
        for part in &step.parts {
            self.session.next_part = NextPart::Undone;
            let may_begin = self.session.check_lock().await.and_then(|()| self.session.check_interrupt());
            if let Err(error) = may_begin {
                let (parts_kept, next_part) = ((part.number - 1).max(step.parts_done), NextPart::Undone);
                return Err(StepFailure { error, step: index, parts_kept, next_part, clock });
            }
            let result = if part.number <= step.parts_done {
                self.replay_session(part).await
            } else {
                self.part_patiently(step, part, &clock).await
            };
            if let Err(error) = result {
                let next_part = match part.mode {
                    _ if is_lost(&error) => self.session.next_part,
                    // A statement that failed has its place; anything else came after it.
                    Mode::Alone if error.span.is_none() => NextPart::Unrecorded,
                    Mode::Alone | Mode::Transaction => match self.remains {
                        Remains::Nothing => NextPart::Undone,
                        Remains::Part => NextPart::Partly,
                        Remains::Objects => NextPart::Left,
                        Remains::Rows => NextPart::Half,
                        Remains::Unknown => NextPart::Unknown,
                    },
                };
                let parts_kept = (part.number - 1).max(step.parts_done);
                return Err(StepFailure { error, step: index, parts_kept, next_part, clock });
            }
        }
        self.step_done(index, clock.elapsed());
        Ok(())
    }

    /// Leaves the session of the step before, if that may have left tables or settings in it.
    async fn take_leave(&mut self, index: usize) -> Result<(), Error> {
        let before = index.checked_sub(1).map(|before| &self.program.steps[before]);
        match before {
            Some(step) if step.leaves_traces(self.program.dialect.family()) => self.session.reconnect().await,
            _ => Ok(()),
        }
    }

    /// Runs steps one by one that failed as a group.
    async fn one_by_one(&mut self, first: usize, count: usize) -> Result<usize, StepFailure> {
        for index in first..first + count {
            self.alone(index).await?;
        }
        Ok(count)
    }

    /// Runs up to `count` steps in one transaction and returns how many it held.
    ///
    /// Nothing is told of them before they are committed.
    async fn group(&mut self, first: usize, count: usize, limit: Option<Duration>) -> Result<usize, StepFailure> {
        let steps = &self.program.steps[first..first + count];
        let mut group = Group::new(self.session, self.actor, self.program.dialect);
        let result = group.send(steps, limit).await;
        let (passed, clock) = group.into_passed();
        if let Err(error) = result {
            let lost = is_lost(&error);
            self.roll_back(lost).await;
            let step = (first + passed.len()).min(first + count - 1);
            let next_part = if lost { self.session.next_part } else { NextPart::Undone };
            return Err(StepFailure { error, step, parts_kept: 0, next_part, clock });
        }
        let (count, of) = (passed.len(), self.program.steps.len());
        for (index, (duration, notices)) in (first..).zip(passed) {
            let step = &self.program.steps[index];
            self.observer.event(Event::StepStarted { number: index + 1, of, step });
            for notice in &notices {
                self.observer.event(Event::Notice { step, notice });
            }
            self.step_done(index, duration);
        }
        Ok(count)
    }

    /// Runs all steps in one transaction, and again where others held a lock: nothing of it is left then.
    async fn together(&mut self, first: usize, count: usize) -> Result<usize, StepFailure> {
        let mut patience = Patience::new(self.session.manners.lock_retries);
        loop {
            let mut failure = match self.group(first, count, None).await {
                Err(failure) => failure,
                done => return done,
            };
            let again = matches!(*failure.error.kind, ErrorKind::TableLocked { .. });
            if !again || !self.pause(&mut patience).await {
                failure.error = self.name_blockers(failure.error, &patience);
                return Err(failure);
            }
            let may_begin = self.session.check_lock().await.and_then(|()| self.session.check_interrupt());
            if let Err(error) = may_begin {
                return Err(StepFailure { error, ..failure });
            }
        }
    }

    /// Runs one part, and again where others held a lock and nothing of it is left.
    async fn part_patiently(&mut self, step: &ProgramStep, part: &Part, clock: &Clock) -> Result<(), Error> {
        let mut patience = Patience::new(self.session.manners.lock_retries);
        loop {
            let Err(error) = self.part(step, part, clock).await else { return Ok(()) };
            let again = can_try_again(&error, part, self.program.dialect.family()) && !self.remains.is_noted();
            if !again || !self.pause(&mut patience).await {
                return Err(self.name_blockers(error, &patience));
            }
            // With its place, so that the part is known not to have run.
            let place = error.span.clone();
            let may_begin = self.session.check_lock().await.and_then(|()| self.session.check_interrupt());
            may_begin.map_err(|error| match place {
                Some(place) => error.at(place),
                None => error,
            })?;
        }
    }

    /// Waits for the next try and says why; returns whether there is one.
    async fn pause(&mut self, patience: &mut Patience) -> bool {
        self.session.pause(patience, self.observer).await
    }

    fn name_blockers(&self, error: Error, patience: &Patience) -> Error {
        self.session.name_blockers(error, patience)
    }

    /// Runs one part; on failure nothing of it is left, unless its statement commits by itself.
    async fn part(&mut self, step: &ProgramStep, part: &Part, clock: &Clock) -> Result<(), Error> {
        self.session.watch.blockers.clear();
        self.remains = Remains::Nothing;
        let there = self.session.look_around(step, part).await?;
        let kept = self.kept_rows(step, part).await?;
        self.kept.pass(part);
        let noted = match part.mode {
            Mode::Alone => self.session.intend(step, part, &there, kept).await?,
            Mode::Transaction => self.session.intend_rows(step, part, kept).await?,
        };
        let inside = match (part.mode, &noted) {
            (Mode::Transaction, None) => self.session.intend_inside(step, part).await?.map(|(_, intend)| intend),
            _ => None,
        };
        let keeps_rows = noted.as_ref().is_some_and(Noted::keeps_rows);
        let notes = Notes::of(&self.session.probe.journal, step, part, noted.is_some(), inside.clone(), &there);
        let mut sender = Sender::telling(self.session, ToldTo::Now(&mut *self.observer));
        sender.enter(step, part);
        sender.fences_late = self.fences_late;
        sender.keeps_rows = keeps_rows;
        let mut raised = Raised::default();
        let result = single(part, notes, clock, self.actor, &mut sender, &mut raised).await;
        if let Err(error) = &result {
            // The statement came behind the guard, which only the end of the transaction takes away.
            let has_ended = inside.is_some() && !is_lost(error) && error.span.is_some() && self.has_ended().await;
            self.roll_back(is_lost(error)).await;
            raised.lower(self.session).await;
            if self.program.dialect == Dialect::Postgres {
                self.session.in_force = None; // what was set in a message that failed may have been rolled back
            }
            // With a place, it is the statement that failed, and not what notes that it ran.
            self.remains = match (&noted, inside, &error.span) {
                _ if is_lost(error) => Remains::Nothing,
                (Some(noted), _, Some(_)) => self.session.reconsider(noted, error, step, part).await,
                (Some(_), _, None) if keeps_rows => Remains::Rows,
                (Some(_), _, None) => Remains::Nothing,
                (None, Some(intend), _) => match self.session.keep_note(step, part, has_ended, intend, error).await {
                    true => Remains::Unknown,
                    false => Remains::Nothing,
                },
                (None, None, Some(_)) if part.mode == Mode::Alone => {
                    Remains::of_unnoted(part, self.program.dialect.family())
                }
                (None, None, _) => Remains::Nothing,
            };
        }
        result
    }

    /// Returns the tables in which rows stay that a part changes, whatever becomes of it.
    async fn kept_rows(&mut self, step: &ProgramStep, part: &Part) -> Result<Vec<String>, Error> {
        if self.program.dialect.family() != Family::Mysql || !part.statements().any(changes_rows) {
            return Ok(Vec::new());
        }
        self.kept.of(self.session, step, part).await
    }

    /// Returns whether the transaction of a part is gone, before it is rolled back.
    async fn has_ended(&mut self) -> bool {
        self.session.db.execute_all(&[transaction::CHECK_GUARD]).await.is_err()
    }

    /// Says the session statements of a finished part again, because what they set went with the old session.
    async fn replay_session(&mut self, part: &Part) -> Result<(), Error> {
        let mut sender = Sender::new(self.session);
        for statement in part.settings() {
            sender.statement_alone(statement).await?;
        }
        Ok(())
    }

    fn step_done(&mut self, index: usize, duration: Duration) {
        let step = &self.program.steps[index];
        self.report.to = step.after.clone();
        self.report.steps.push(StepReport {
            revision: step.revision.clone(),
            direction: step.direction,
            duration,
            statements: step.statements().count(),
        });
        let of = self.program.steps.len();
        self.observer.event(Event::StepDone { number: index + 1, of, step, duration });
    }

    async fn roll_back(&mut self, lost: bool) {
        if !lost {
            // A statement that ended the transaction itself leaves nothing to roll back, which is as good.
            let _ = self.session.db.execute_all(&["ROLLBACK"]).await;
        }
    }

    /// Leaves a row in the history, if that still can be done, and says where things are.
    async fn give_up(mut self, failure: StepFailure) -> RunFailure {
        let step = &self.program.steps[failure.step];
        // Whoever is stopped between statements has not failed at one.
        let is_between = is_interrupted(&failure.error) && failure.error.span.is_none();
        if !is_lost(&failure.error) && !is_between {
            self.record_failure(step, &failure).await;
        }
        let stopped = Stopped {
            revision: step.revision.clone(),
            direction: step.direction,
            parts_kept: failure.parts_kept,
            parts: step.parts.len(),
            next_part: failure.next_part,
            after: step.after.clone(),
            replaced: match failure.next_part {
                NextPart::Partly => step.parts.get(failure.parts_kept).map(replaced).unwrap_or_default(),
                _ => Vec::new(),
            },
        };
        RunFailure { error: failure.error, report: Some(self.report), stopped: Some(stopped), standing: None }
    }

    /// The failure that is reported is the script's, so a failure to record it is not.
    async fn record_failure(&mut self, step: &ProgramStep, failure: &StepFailure) {
        let took = failure.clock.elapsed();
        let mut entry = Box::new(step.entry.clone());
        entry.outcome = Outcome::Failed;
        entry.downgrade = None;
        entry.error = Some(failure.error.told_in_history());
        // What the server said may hold what the database cannot, and tables of an older rev have no room for it.
        let actor = self.actor;
        let moment = || failure.clock.moment_of(took, actor);
        if !self.record(&entry, moment).await {
            self.roll_back(false).await;
            entry.error = None;
            self.record(&entry, moment).await;
        }
    }

    /// Writes into the history that an earlier run was killed in the step that this one continues, or undoes.
    ///
    /// It is no reason to stop when that cannot be known or written.
    async fn record_killed(&mut self) {
        let Some(step) = self.program.steps.first() else { return };
        let Some(last) = self.session.progress.last().filter(|row| row.revision == step.revision) else { return };
        let (direction, is_doubtful) = (last.direction, last.intended.is_some());
        let Ok(Some(started)) = self.session.killed_since().await else { return };
        let parts = self.session.progress.iter().filter(|row| row.direction == direction && row.intended.is_none());
        let mut entry = Box::new(step.entry.clone());
        entry.direction = direction;
        entry.outcome = Outcome::Failed;
        (entry.checksum, entry.downgrade) = (None, None);
        let reached = if is_doubtful { ", and a statement had begun" } else { "" };
        entry.error = Some(format!(
            "interrupted: the run was killed or lost the server; part {} had finished{reached}",
            parts.count()
        ));
        let moment = || Moment::Earlier { started: &started };
        if !self.record(&entry, moment).await {
            self.roll_back(false).await;
            entry.error = None;
            if !self.record(&entry, moment).await {
                self.roll_back(false).await;
            }
        }
    }

    /// Writes a row of the history on its own, and says whether it is there.
    async fn record<'m>(&mut self, entry: &HistoryEntry, moment: impl Fn() -> Moment<'m>) -> bool {
        let restore = Restore::new(&self.session.probe);
        let mut sender = Sender::new(self.session);
        for sql in restore.before_last_write().into_iter().chain(restore.after_commit()) {
            sender.restore(&sql);
        }
        sender.begin();
        let write = Write::History(Box::new(entry.clone()));
        sender.write(&write, moment).await.is_ok() && sender.commit().await.is_ok()
    }
}

/// Returns the names of what the statement of a part drops or replaces.
fn replaced(part: &Part) -> Vec<String> {
    let Some(Touch::Objects(objects)) = part.statements().next().map(Touch::of) else { return Vec::new() };
    objects.into_iter().map(|touched| touched.object.name).collect()
}

fn is_interrupted(error: &Error) -> bool {
    matches!(*error.kind, ErrorKind::Interrupted { .. })
}

fn is_lost(error: &Error) -> bool {
    matches!(*error.kind, ErrorKind::ConnectionLost { .. })
}
