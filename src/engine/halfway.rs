//! A revision that stopped between its parts: how far it came, and how to go on.

use std::collections::BTreeMap;
use std::fmt;

use crate::direction::Direction;
use crate::engine::compile::CompileFor;
use crate::engine::event::RunFailure;
use crate::engine::intent::place_of;
use crate::engine::migrate::Request;
use crate::engine::program::Program;
use crate::engine::program::ProgramStep;
use crate::engine::program::Scope;
use crate::engine::project::Project;
use crate::engine::session::Session;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::RowChange;
use crate::graph::Step;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::sql::Statement;
use crate::sql::summary;

/// A revision that stopped between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halfway {
    /// The revision.
    pub revision: RevisionId,
    /// Which way it went last.
    pub direction: Direction,
    /// How many parts are through, that way.
    pub done: usize,
    /// How many there are, if the script can still tell.
    pub of: Option<usize>,
    /// How many parts of its upgrade ran, if it is being taken back without having been applied.
    pub undoes: Option<usize>,
    /// Where the next run goes on, if that is a statement.
    pub reached: Option<Reached>,
    /// Whether that statement was begun, and nothing says whether it ran.
    pub is_begun: bool,
    /// When the first of its parts ran, in UTC.
    pub started: String,
    /// The command that goes on with it; nothing when no script has it.
    pub on: Option<String>,
    /// The command that undoes what ran, if the downgrade can.
    pub back: Option<String>,
}

/// A statement with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The script.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// Its beginning.
    pub statement: String,
}

impl Project {
    /// Returns what is known of the revision that stopped half-way in the database as it was last read.
    ///
    /// Reads its script; where that is gone or was edited, the journal tells less.
    pub fn halfway(&self, session: &Session) -> Option<Halfway> {
        self.halfway_of(&session.rows, &session.progress, &session.probe)
    }

    pub(super) fn halfway_of(&self, rows: &Heads, progress: &[ProgressRow], probe: &Probe) -> Option<Halfway> {
        let (first, last) = (progress.first()?, progress.last()?);
        let (revision, direction) = (&last.revision, last.direction);
        let compile = |direction| self.compile_alone(revision, direction, rows, progress, probe);
        let step = compile(direction);
        let intended = progress.iter().find(|row| row.intended.is_some());
        let of_direction = progress.iter().filter(|row| row.direction == direction && row.intended.is_none());
        let is_undo = first.direction == Direction::Upgrade && direction == Direction::Downgrade;
        let undoes = is_undo.then(|| progress.iter().filter(|row| row.direction == Direction::Upgrade).count());
        let down = self.downgrade_command(revision);
        let can_go_back = direction == Direction::Upgrade && compile(Direction::Downgrade).is_some();
        Some(Halfway {
            revision: revision.clone(),
            direction,
            done: of_direction.count(),
            of: step.as_ref().map(|step| step.parts.len()),
            undoes,
            reached: reached(step.as_ref(), intended, probe),
            is_begun: intended.is_some(),
            started: first.started.clone(),
            on: match direction {
                Direction::Downgrade => down.clone(),
                Direction::Upgrade | Direction::Stamp => down.as_ref().map(|_| format!("rev upgrade {revision}")),
            },
            back: down.filter(|_| can_go_back),
        })
    }

    /// Compiles the one step; nothing when that cannot be done.
    fn compile_alone(
        &self,
        revision: &RevisionId,
        direction: Direction,
        rows: &Heads,
        progress: &[ProgressRow],
        probe: &Probe,
    ) -> Option<ProgramStep> {
        self.graph.get(revision)?;
        let script = self.script(revision).ok()?;
        let step = Step { revision: revision.clone(), direction, rows: RowChange::default() };
        let plan = Plan { from: rows.clone(), to: rows.clone(), steps: vec![step] };
        let target = CompileFor { rows, probe, scope: Scope::Revision, progress };
        let scripts = BTreeMap::from([(revision.clone(), script)]);
        Program::compile(&plan, &scripts, &target).ok()?.steps.pop()
    }

    /// Returns the command that takes off exactly what is below a revision, whatever else is applied.
    fn downgrade_command(&self, revision: &RevisionId) -> Option<String> {
        let parent = self.graph.get(revision)?.down_revisions.first();
        Some(format!("rev downgrade {revision}@{}", parent.map_or("base", RevisionId::as_str)))
    }

    /// Adds to a failure what stands of an upgrade that was to be undone, if it still does.
    pub(super) fn say_what_stands(&self, mut failure: RunFailure, request: &Request, session: &Session) -> RunFailure {
        let Some(halfway) = self.halfway(session) else { return failure };
        let is_asked = matches!(request, Request::Downgrade(..)) && halfway.direction == Direction::Upgrade;
        let still_stands = match (&failure.report, &failure.stopped) {
            (None, _) => true,
            (Some(_), Some(stopped)) => stopped.revision == halfway.revision && stopped.parts_kept == 0,
            (Some(_), None) => false,
        };
        // That error says it itself.
        let is_said = matches!(*failure.error.kind, ErrorKind::InProgress { .. });
        failure.standing = (is_asked && still_stands && !is_said).then(|| halfway.standing());
        failure
    }
}

impl Halfway {
    /// Returns it as the error of a command that cannot go on because of it.
    pub fn error(&self) -> ErrorKind {
        ErrorKind::InProgress {
            revision: self.revision.clone(),
            direction: self.direction,
            done: self.done,
            of: self.of,
            reached: self.reached.as_ref().map(|reached| match self.is_begun {
                true => format!("{reached}, which was begun"),
                false => reached.to_string(),
            }),
            on: self.on.clone(),
            back: self.back.clone(),
        }
    }

    /// Returns what it is, for a command that forgets it: `revision a, which stopped half-way …`.
    pub fn forgotten(&self) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let reached = self.reached.as_ref().map_or(String::new(), |reached| format!(", at {reached}"));
        format!(
            "revision {}, which stopped half-way through its {}, after part {}{of}{reached}; what its parts did stays",
            self.revision, self.direction, self.done
        )
    }

    fn standing(&self) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let reached = self.reached.as_ref().map_or(String::new(), |reached| format!(", reached {reached}"));
        let on = self.on.as_ref().map_or(String::new(), |on| format!("; `{on}` continues it"));
        format!(
            "what stands is the half-run upgrade of revision {}, after part {}{of}{reached}{on}",
            self.revision, self.done
        )
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{}:{})", self.statement, self.file, self.line, self.column)
    }
}

/// Returns the error of a command that a revision in progress stands in the way of, with no more than the journal knows.
pub(super) fn in_progress(progress: &[ProgressRow]) -> ErrorKind {
    let last = progress.last();
    let direction = last.map_or(Direction::Upgrade, |row| row.direction);
    let done = progress.iter().filter(|row| row.direction == direction && row.intended.is_none()).count();
    let revision = last.map_or_else(|| RevisionId::from_row(""), |row| row.revision.clone());
    ErrorKind::InProgress { revision, direction, done, of: None, reached: None, on: None, back: None }
}

/// Returns where the next run goes on: as the script says, unless a statement was begun that is another one there now.
fn reached(step: Option<&ProgramStep>, intended: Option<&ProgressRow>, probe: &Probe) -> Option<Reached> {
    let next = step.and_then(|step| step.parts.get(step.parts_done));
    let next = next.filter(|part| intended.is_none_or(|row| row.hash == part.hash));
    match (next, intended) {
        (Some(part), _) => part.statements().next().map(|statement| in_script(statement, probe)),
        (None, Some(row)) => from_journal(row),
        (None, None) => None,
    }
}

fn in_script(statement: &Statement, probe: &Probe) -> Reached {
    let start = statement.span.start();
    Reached {
        file: statement.span.source.path.display().to_string(),
        line: start.line,
        column: start.column,
        statement: summary(statement.sql(), probe.journal.dialect.family()),
    }
}

fn from_journal(row: &ProgressRow) -> Option<Reached> {
    let (place, statement) = place_of(row)?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Reached { file: parts.next()?.to_owned(), line, column, statement })
}
