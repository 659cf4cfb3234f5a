//! Several steps in one transaction, and in as few messages as that allows.

use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::db::Notice;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::journal::Write;
use crate::program::action::Action;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::run::clock::Actor;
use crate::run::clock::Clock;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::run::told_to::ToldTo;

/// How much is sent before the clock is looked at: enough to make messages rare, too little to take long.
const CHUNK_BYTES: usize = 1 << 15;
const CHUNK_STEPS: usize = 25;

/// The longest that a message may take for the next one to hold more steps; else it holds one.
const QUICK: Duration = Duration::from_millis(50);

/// Steps on their way into one transaction.
///
/// Their rows of the history follow when it is known how long each took; a message may hold several steps.
pub(crate) struct Group<'s, 'p> {
    sender: Sender<'s, 'p>,
    actor: &'p Actor,
    has_guard: bool,
    clock: Clock,
    /// How many steps the next message may hold: few, as long as nobody knows how long they take.
    chunk: usize,
    unwritten: VecDeque<&'p Write>,
    passed: Vec<(Duration, Vec<Notice>)>,
}

impl<'s, 'p> Group<'s, 'p> {
    pub(crate) fn new(session: &'s mut Session, actor: &'p Actor, dialect: Dialect) -> Self {
        let sender = Sender::telling(session, ToldTo::Later(Vec::new()));
        let (unwritten, passed) = (VecDeque::new(), Vec::new());
        Self {
            sender,
            actor,
            has_guard: dialect.has_transactional_ddl(),
            clock: Clock::start(),
            chunk: 1,
            unwritten,
            passed,
        }
    }

    /// Returns how long each step took that has ended, what the server said meanwhile, and when the next one began.
    pub(crate) fn into_passed(self) -> (Vec<(Duration, Vec<Notice>)>, Clock) {
        (self.passed, self.clock)
    }

    /// Runs the steps and commits them; stops before its end, but commits, when `limit` is over.
    pub(crate) async fn send(&mut self, steps: &'p [ProgramStep], limit: Option<Duration>) -> Result<(), Error> {
        let began = self.clock.clone();
        let mut after_commit = Vec::new();
        self.sender.begin();
        if self.has_guard {
            self.sender.set_guard();
        }
        for step in steps {
            self.sender.fences_late = step.changes_role();
            for part in &step.parts {
                self.sender.enter(step, part);
                self.part(part, &mut after_commit).await?;
            }
            self.sender.mark();
            if self.sender.waiting() > CHUNK_BYTES || self.unwritten.len() >= self.chunk {
                self.settle().await?;
                if limit.is_some_and(|limit| began.elapsed() > limit) {
                    break;
                }
            }
        }
        self.settle().await?;
        if self.has_guard {
            self.sender.check_guard();
        }
        self.sender.commit().await?;
        after_commit.into_iter().for_each(|sql| self.sender.restore(sql));
        self.sender.flush().await
    }

    /// Takes a part without its own transaction; what stands behind its commit waits for the group's.
    async fn part(&mut self, part: &'p Part, after_commit: &mut Vec<&'p str>) -> Result<(), Error> {
        let mut committed = false;
        for action in &part.actions {
            match action {
                Action::Limits(limits) => self.sender.limit(*limits),
                Action::Begin | Action::SetGuard | Action::CheckGuard => {}
                // What has a shield is not in a group: its setting could not be changed in one.
                Action::Shield(_) => {}
                Action::Statement(statement) => self.sender.statement(statement).await?,
                Action::Restore(sql) if committed => after_commit.push(sql),
                Action::Restore(sql) => self.sender.restore(sql),
                Action::Write(write @ Write::History(_)) => self.unwritten.push_back(write),
                Action::Write(write) => self.sender.write_later(write, self.clock.moment(self.actor)).await?,
                Action::Commit => committed = true,
            }
        }
        Ok(())
    }

    /// Sends what waits, and then writes the history of the steps that are through.
    async fn settle(&mut self) -> Result<(), Error> {
        let sent = Instant::now();
        self.sender.flush().await?;
        self.chunk = if sent.elapsed() < QUICK { (self.chunk * 2).min(CHUNK_STEPS) } else { 1 };
        self.sender.check_interrupt()?;
        for passed in self.sender.take_passed() {
            let duration = self.clock.until(passed.at);
            if let Some(write) = self.unwritten.pop_front() {
                self.sender.write_later(write, self.clock.moment_of(duration, self.actor)).await?;
            }
            self.clock = self.clock.from(passed.at);
            self.passed.push((duration, passed.notices));
        }
        Ok(())
    }
}
