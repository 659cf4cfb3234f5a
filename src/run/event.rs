//! What a run tells while it goes on, and what it leaves behind.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Hook;
use crate::db::Blocker;
use crate::db::Notice;
use crate::db::StatementProgress;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Holder;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::run::next_part::NextPart;
use crate::run::watch::Waiting;
use crate::script::Warning;
use crate::sql::Statement;

/// Something that happened during a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another run holds the lock; told once, when it takes a moment.
    LockWaiting {
        /// Who holds it, as far as that was noted.
        holder: &'a Holder,
    },
    /// There was no journal in the database, or only a part of one, and it was made.
    JournalCreated {
        /// What was made, and where.
        journal: &'a CreatedJournal,
    },
    /// A copy of the database was written, since the run can lose data.
    RestorePoint {
        /// The copy.
        path: &'a Path,
    },
    /// The run can lose data, but the database is too large for a copy.
    NoRestorePoint {
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        limit: u64,
    },
    /// The run is about to begin; nothing was sent yet.
    Started {
        /// All that will be done.
        program: &'a Program,
    },
    /// A script is odd, but runs.
    Warning(&'a Warning),
    /// A revision begins.
    StepStarted {
        /// Its place in the run, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The revision.
        step: &'a ProgramStep,
    },
    /// A statement begins; not told of statements that go to the server in one message.
    StatementStarted {
        /// The statement.
        statement: &'a Statement,
    },
    /// A statement waits for a lock that others hold, and may do so for long; told when that begins, and when they change.
    Blocked {
        /// Who it is.
        blockers: &'a [Blocker],
    },
    /// A statement takes long, and the server tells how far it is.
    StatementSlow {
        /// What it does.
        progress: &'a StatementProgress,
    },
    /// Others hold what a statement needs: its transaction was rolled back, and begins again after a pause.
    LockRetry {
        /// Which retry follows, from 1.
        retry: u32,
        /// How many there may be.
        of: u32,
        /// How long the pause is.
        pause: Duration,
        /// Who it is, as far as the server tells.
        blockers: &'a [Blocker],
    },
    /// The server said something.
    Notice {
        /// The revision that was running.
        step: &'a ProgramStep,
        /// What it said.
        notice: &'a Notice,
    },
    /// A command of the user's begins, before or after a run.
    HookStarted {
        /// The key that it stands under, such as `before_upgrade`.
        hook: &'static str,
        /// The command.
        command: &'a Hook,
    },
    /// Such a command printed a line.
    HookOutput {
        /// The key.
        hook: &'static str,
        /// What it printed, without the line's end, and with `*` in the place of passwords of URLs.
        line: &'a str,
    },
    /// Such a command ended.
    HookEnded {
        /// The key.
        hook: &'static str,
        /// The command.
        command: &'a Hook,
        /// How long it took.
        duration: Duration,
        /// How it failed, if it did.
        failure: Option<&'a str>,
    },
    /// A revision is through and committed.
    StepDone {
        /// Its place in the run, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The revision.
        step: &'a ProgramStep,
        /// How long it took.
        duration: Duration,
    },
}

/// The tables of rev's own that a run made, since it found none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedJournal {
    /// Where they are.
    pub place: String,
    /// Whether none of them was there.
    pub is_first: bool,
    /// The journals of others that are in the same database, and know none of the scripts.
    pub others: Vec<String>,
}

impl fmt::Display for CreatedJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, is_first, others } = self;
        match is_first {
            true => write!(f, "first run on this database: rev's tables are created in {place}")?,
            false => write!(f, "some of rev's tables are missing, and are created in {place}")?,
        }
        let others = others.join(", ");
        if others.is_empty() { Ok(()) } else { write!(f, " (not this project's: {others})") }
    }
}

impl<'a> From<Waiting<'a>> for Event<'a> {
    fn from(waiting: Waiting<'a>) -> Self {
        match waiting {
            Waiting::Blocked { blockers } => Self::Blocked { blockers },
            Waiting::Slow { progress } => Self::StatementSlow { progress },
        }
    }
}

/// Listens to a run.
pub trait Observer: Send {
    /// Takes note of an event; called between statements, so it should be quick.
    fn event(&mut self, event: Event<'_>);

    /// Says whether the run may begin; asked after everything was checked and before anything is
    /// changed; of a redo, for each way.
    fn confirm(&mut self, program: &Program) -> Result<(), Error> {
        let _ = program;
        Ok(())
    }

    /// Says whether the journal may be changed by hand, so to speak: nothing runs, but `what` will count as true.
    fn confirm_note(&mut self, what: &str) -> Result<(), Error> {
        let _ = what;
        Ok(())
    }

    /// Says whether the run may begin although it is another one now: while the lock was waited for, somebody else
    /// changed the database.
    fn confirm_change(&mut self, program: &Program) -> Result<(), Error> {
        self.confirm(program)
    }
}

/// Listens to nothing.
#[derive(Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _event: Event<'_>) {}
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The state before.
    pub from: Heads,
    /// The state after.
    pub to: Heads,
    /// The revisions that are through, in order.
    pub steps: Vec<StepReport>,
    /// The copy of a SQLite database that was written before, if the run could lose data.
    pub restore_point: Option<PathBuf>,
    /// Whether it made the tables of rev's own, since there were none, or not all.
    pub journal_created: bool,
    /// What was to be said of its scripts.
    pub warnings: Vec<Warning>,
}

/// One revision that is through.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepReport {
    /// The revision.
    pub revision: RevisionId,
    /// Which way it went.
    pub direction: Direction,
    /// How long it took.
    pub duration: Duration,
    /// How many of its script's statements ran.
    pub statements: usize,
}

/// A run that did not reach its end.
#[non_exhaustive]
pub struct RunFailure {
    /// What went wrong.
    pub error: Error,
    /// What was done before; nothing when the run had not begun.
    pub report: Option<Report>,
    /// The revision that stopped between its parts.
    pub stopped: Option<Stopped>,
    /// What stands of a half-run upgrade that was to be undone and was not, or of a load, in a sentence.
    pub standing: Option<String>,
}

impl fmt::Debug for RunFailure {
    /// Writes what a person reads, since this is what a `main` shows that returns it; `{:#?}` writes the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let Self { error, report, stopped, standing } = self;
            return f
                .debug_struct("RunFailure")
                .field("error", error)
                .field("report", report)
                .field("stopped", stopped)
                .field("standing", standing)
                .finish();
        }
        write!(f, "{self}")?;
        self.error.hint().map_or(Ok(()), |hint| write!(f, "\n  help: {hint}"))
    }
}

/// Where a revision stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The revision.
    pub revision: RevisionId,
    /// Which way it was going.
    pub direction: Direction,
    /// How many of its parts are kept.
    pub parts_kept: usize,
    /// How many parts it has.
    pub parts: usize,
    /// Whether the next part may have been kept although nothing says so.
    pub next_part: NextPart,
    /// The state once the revision has finished.
    pub after: Heads,
    /// The names of what its statement drops or replaces, and may have done although it failed.
    pub replaced: Vec<String>,
}

impl Report {
    /// Adds what a run did that followed.
    pub(crate) fn go_on(&mut self, then: Self) {
        self.to = then.to;
        self.steps.extend(then.steps);
        self.warnings.extend(then.warnings);
        self.restore_point = self.restore_point.take().or(then.restore_point);
    }
}

impl RunFailure {
    fn is_interrupted(&self) -> bool {
        matches!(*self.error.kind, ErrorKind::Interrupted { .. })
    }

    fn is_lost(&self) -> bool {
        matches!(*self.error.kind, ErrorKind::ConnectionLost { .. })
    }

    /// Returns in what state the database is now, in a sentence, and what to type next.
    ///
    /// Where that cannot be known from here, it says so, and names what is possible.
    pub fn state(&self) -> String {
        let Some(report) = &self.report else {
            let standing = self.standing.as_ref().map_or(String::new(), |standing| format!("; {standing}"));
            return format!("nothing was changed{standing}");
        };
        let at = format!("the database is at {}", place(&report.to));
        if let ErrorKind::AfterHookFailed { .. } = &*self.error.kind {
            return format!("{at}, as it was to be");
        }
        let Some(stopped) = &self.stopped else {
            let standing = self.standing.as_deref().unwrap_or("nothing else was changed");
            return format!("{at}; {standing}");
        };
        let Stopped { direction, next_part, .. } = stopped;
        let kept = stopped.kept();
        let next = match self.is_lost() {
            true => format!("when the server answers, run the same {direction} again to continue"),
            false => format!("run the same {direction} again to continue"),
        };
        let part = stopped.part();
        let looks = format!("the next {direction} looks whether it must run again");
        let at_or = match stopped.is_at_last_part() {
            true => format!("{at}, or already at {}", place(&stopped.after)),
            false => at.clone(),
        };
        if let (NextPart::Undone, Some(standing)) = (next_part, &self.standing) {
            return format!("{at}; {standing}");
        }
        match next_part {
            NextPart::Undone if self.is_interrupted() || self.is_lost() => format!("{at}; {kept}; {next}"),
            NextPart::Undone => format!("{at}; {kept}; fix what failed and {next}"),
            NextPart::Unrecorded if self.is_lost() => {
                format!(
                    "{at_or}; the statement of {part} ran, but the server did not say whether that was recorded; {looks}"
                )
            }
            NextPart::Unrecorded => format!("{at}; the statement of {part} ran, but that was not recorded; {looks}"),
            NextPart::Partly => {
                let kept = match stopped.parts_kept {
                    0 => format!("revision {} is not applied", stopped.revision),
                    _ => stopped.kept(),
                };
                let names: Vec<_> = stopped.replaced.iter().map(|name| format!("`{name}`")).collect();
                let gone = match names.is_empty() {
                    true => "what it drops or replaces".to_owned(),
                    false => format!("{}, which it drops or replaces,", names.join(", ")),
                };
                format!(
                    "{at}; {kept}, but its statement failed on its way, and {gone} may be gone; fix what failed and {next}"
                )
            }
            NextPart::Left => {
                let kept = stopped.in_progress();
                format!(
                    "{at}; {kept}; the statement of {part} failed, and left a part of its work; fix what failed and {next}: it looks how far that came"
                )
            }
            NextPart::Unknown => {
                let kept = stopped.in_progress();
                format!(
                    "{at}; {kept}; the statement of {part} failed, and what it had committed by then stays: look, then put that back and say `rev resume --not-ran`, or finish it and say `rev resume --ran`; then {next}"
                )
            }
            NextPart::Half => {
                let kept = stopped.in_progress();
                format!(
                    "{at}; {kept}; what the statement of {part} changed in tables without transactions stays: put that back and say `rev resume --not-ran`, or finish it and say `rev resume --ran`; then {next}"
                )
            }
            NextPart::InDoubt if stopped.is_at_last_part() => {
                format!("{at_or}: the server did not say whether {part} was committed; {next}")
            }
            NextPart::InDoubt => {
                let number = stopped.parts_kept + 1;
                format!("{at}; {kept}, unless part {number} was, too: the server did not say; {next}")
            }
        }
    }
}

fn place(heads: &Heads) -> String {
    if heads.is_empty() { "base".to_owned() } else { heads.to_string() }
}

impl Stopped {
    fn is_at_last_part(&self) -> bool {
        self.parts_kept + 1 == self.parts
    }

    /// Returns what the part is called at which it stopped.
    fn part(&self) -> String {
        let Self { revision, parts_kept, parts, .. } = self;
        match parts {
            1 => format!("revision {revision}"),
            _ => format!("part {} of {parts} of revision {revision}", parts_kept + 1),
        }
    }

    /// Returns the same of a revision that left something in any case.
    fn in_progress(&self) -> String {
        match self.parts_kept {
            0 => format!("revision {} is in progress", self.revision),
            _ => self.kept(),
        }
    }

    /// Returns which parts are surely kept.
    fn kept(&self) -> String {
        let Self { revision, parts_kept, parts, .. } = self;
        match parts_kept {
            0 if self.direction == Direction::Downgrade => format!("revision {revision} is still applied"),
            0 => format!("nothing of revision {revision} was kept"),
            1 => format!("revision {revision} is in progress: part 1 of {parts} is kept"),
            _ => format!("revision {revision} is in progress: parts 1 to {parts_kept} of {parts} are kept"),
        }
    }
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.error, self.state())
    }
}

impl std::error::Error for RunFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl From<Error> for RunFailure {
    fn from(error: Error) -> Self {
        Self { error, report: None, stopped: None, standing: None }
    }
}
