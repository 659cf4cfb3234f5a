//! What listens to a run: progress for people, and the log for programs.

use std::io;
use std::io::IsTerminal;
use std::io::Stderr;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use crate::cli::ui::log::filter::Level;
use crate::cli::ui::log::filter::Target;
use crate::cli::ui::log::log::Log;
use crate::cli::ui::log::record::Record;
use crate::cli::ui::place::Lines;
use crate::cli::ui::progress::Progress;
use crate::db::StatementProgress;
use crate::dialect::Family;
use crate::id::RevisionId;
use crate::program::Program;
use crate::program::ProgramStep;
use crate::run::Event;
use crate::run::Observer;

/// The time between two events that tell how far the same statement is.
const BETWEEN_WORDS: Duration = Duration::from_secs(10);

/// Shows a run to people and writes it into the log.
pub struct Telling<W: Write = Stderr> {
    progress: Progress<W>,
    log: Log,
    family: Family,
    /// The revision that runs.
    revision: Option<RevisionId>,
    /// What the statement that runs did when that was last told, and when.
    told: Option<(String, Instant)>,
    lines: Lines,
}

impl<W: Write + Send> Telling<W> {
    /// Tells `progress` and `log`.
    pub fn new(progress: Progress<W>, log: Log) -> Self {
        Self { progress, log, family: Family::Sqlite, revision: None, told: None, lines: Lines::default() }
    }

    /// Lists what will be done, before somebody is asked.
    pub fn plan(&mut self, program: &Program) {
        // Where nobody is asked, nothing but the log may stand on its stream.
        if !self.log.has_stderr() || io::stdin().is_terminal() {
            self.progress.plan(program);
        }
    }

    /// Says what will be noted, before somebody is asked.
    pub fn say(&mut self, what: &str) {
        if !self.log.has_stderr() || io::stdin().is_terminal() {
            self.progress.say(what);
        }
    }

    fn log(&mut self, event: &Event<'_>) {
        let (revision, family) = (self.revision.as_ref(), self.family);
        let record = match event {
            Event::LockWaiting { holder } => Record::lock_waiting(holder),
            Event::JournalCreated { journal } => Record::journal_created(journal),
            Event::RestorePoint { path } => Record::restore_point(path),
            Event::NoRestorePoint { bytes, limit } => Record::NoRestorePoint { bytes: *bytes, limit: *limit },
            Event::Started { program } => Record::started(program),
            Event::Warning(warning) => Record::warning(Some(warning.code), &warning.message, Some(&warning.span)),
            Event::StepStarted { number, of, step } => Record::step_started(*number, *of, step),
            Event::StatementStarted { statement } if self.lists_statements() => {
                Record::statement_started(revision, statement, self.lines.of(&statement.span))
            }
            Event::StatementStarted { .. } => return,
            Event::Blocked { blockers } => Record::blocked(revision, blockers, family),
            Event::StatementSlow { progress } => Record::statement_progress(revision, progress),
            Event::LockRetry { retry, of, pause, blockers } => {
                Record::retry(revision, (*retry, *of, *pause), blockers, family)
            }
            Event::HookStarted { hook, command } => Record::hook_started(hook, command),
            Event::HookOutput { hook, line } => Record::HookOutput { hook, text: line },
            Event::HookEnded { hook, command, duration, failure } => {
                Record::hook_ended(hook, command, *duration, *failure)
            }
            Event::Notice { step, notice } => Record::notice(&step.revision, notice),
            Event::StepDone { number, of, step, duration } => Record::step_done(*number, *of, step, *duration),
        };
        self.log.write(&record);
        if let Event::Started { program } = event
            && let Some(halfway) = &program.gives_up
        {
            let message = format!("this gives up {}", halfway.forgotten());
            self.log.write(&Record::warning(Some("given-up"), &message, None));
        }
        if let Event::StepStarted { step, .. } = event {
            self.statements(step);
        }
    }

    /// Lists the statements of a revision; most of them go to the server together, so that none of them begins by itself.
    fn statements(&mut self, step: &ProgramStep) {
        if !self.lists_statements() {
            return;
        }
        for statement in step.statements() {
            let line = self.lines.of(&statement.span);
            self.log.write(&Record::statement(&step.revision, statement, line));
        }
    }

    /// Returns whether it is time to tell how far a statement is.
    fn is_news(&mut self, progress: &StatementProgress) -> bool {
        let is_known = |(phase, at): &(String, Instant)| *phase == progress.phase && at.elapsed() < BETWEEN_WORDS;
        let is_news = !self.told.as_ref().is_some_and(is_known);
        if is_news {
            self.told = Some((progress.phase.clone(), Instant::now()));
        }
        is_news
    }

    fn lists_statements(&self) -> bool {
        self.log.lets(Level::Debug, Target::Statement)
    }
}

impl<W: Write + Send> Observer for Telling<W> {
    fn event(&mut self, event: Event<'_>) {
        match &event {
            Event::Started { program } => self.family = program.dialect.family(),
            Event::StepStarted { step, .. } => self.revision = Some(step.revision.clone()),
            Event::StatementStarted { .. } => self.told = None,
            _ => {}
        }
        if let Event::StatementSlow { progress } = &event {
            // Who reads lines and who reads the log are told the same, so that the one can be made of the other.
            let is_news = self.is_news(progress);
            if is_news {
                self.log(&event);
            }
            return self.progress.slow(progress, is_news);
        }
        self.log(&event);
        if let Event::StepDone { .. } = &event {
            self.revision = None;
            self.told = None;
        }
        self.progress.event(event);
    }
}
