//! How far a revision came that stopped between its parts, from its script and the journal.

use std::collections::BTreeMap;

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::RowChange;
use crate::graph::Step;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::program::compile::CompileFor;
use crate::program::halfway::Halfway;
use crate::program::halfway::Reached;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::program::program::Scope;
use crate::project::project::Project;
use crate::project::request::Request;
use crate::run::event::RunFailure;
use crate::run::intent::place_of;
use crate::run::session::Session;
use crate::sql::Statement;
use crate::sql::summary;

impl Project {
    /// Returns what is known of the revision that stopped half-way in the database as it was last read.
    ///
    /// Reads its script; where that is gone or was edited, the journal tells less.
    pub fn halfway(&self, session: &Session) -> Option<Halfway> {
        self.halfway_of(&session.rows, &session.progress, &session.probe)
    }

    pub(crate) fn halfway_of(&self, rows: &Heads, progress: &[ProgressRow], probe: &Probe) -> Option<Halfway> {
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
            reached: reached(step.as_ref(), intended),
            is_begun: intended.is_some(),
            started: first.started.clone(),
            on: match direction {
                Direction::Downgrade => down.clone(),
                Direction::Upgrade | Direction::Stamp => down.as_ref().map(|_| format!("rev upgrade {revision}")),
            },
            back: down.filter(|_| can_go_back),
        })
    }

    /// Returns the errors of a half-run revision of which a part was edited that ran: no run can continue it.
    pub(crate) fn edited_halfway(&self, session: &Session) -> Vec<Error> {
        let (rows, progress) = (&session.rows, &session.progress[..]);
        let Some(last) = progress.last() else { return Vec::new() };
        match self.try_alone(&last.revision, last.direction, rows, progress, &session.probe) {
            Some(Err(error)) => {
                let is_edit = |error: &Error| matches!(*error.kind, ErrorKind::EditedHalfway { .. });
                error.into_problems().into_iter().filter(is_edit).collect()
            }
            Some(Ok(_)) | None => Vec::new(),
        }
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
        self.try_alone(revision, direction, rows, progress, probe)?.ok()?.steps.pop()
    }

    /// Compiles the one step; nothing when it has no script that can be read.
    fn try_alone(
        &self,
        revision: &RevisionId,
        direction: Direction,
        rows: &Heads,
        progress: &[ProgressRow],
        probe: &Probe,
    ) -> Option<Result<Program, Error>> {
        self.graph.get(revision)?;
        let script = self.script(revision).ok()?;
        let step = Step { revision: revision.clone(), direction, rows: RowChange::default() };
        let plan = Plan { from: rows.clone(), to: rows.clone(), steps: vec![step] };
        let target = CompileFor { rows, probe, scope: Scope::Revision, progress };
        let scripts = BTreeMap::from([(revision.clone(), script)]);
        Some(Program::compile(&plan, &scripts, &target))
    }

    /// Returns the command that undoes a revision with what grows from it, and nothing else.
    pub(super) fn downgrade_command(&self, revision: &RevisionId) -> Option<String> {
        let parent = self.graph.get(revision)?.down_revisions.first();
        Some(format!("rev downgrade {revision}@{}", parent.map_or("base", RevisionId::as_str)))
    }

    /// Adds to a failure what stands of an upgrade that was to be undone, if it still does.
    pub(crate) fn say_what_stands(&self, mut failure: RunFailure, request: &Request, session: &Session) -> RunFailure {
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

/// Returns where the next run goes on: as the script says, unless a statement was begun that is another one there now.
fn reached(step: Option<&ProgramStep>, intended: Option<&ProgressRow>) -> Option<Reached> {
    let next = step.and_then(|step| step.parts.get(step.parts_done));
    let next = next.filter(|part| intended.is_none_or(|row| row.hash == part.hash));
    match (next, intended) {
        (Some(part), _) => part.statements().next().map(in_script),
        (None, Some(row)) => from_journal(row),
        (None, None) => None,
    }
}

fn in_script(statement: &Statement) -> Reached {
    let start = statement.span.start();
    Reached {
        file: statement.span.source.path.display().to_string(),
        line: start.line,
        column: start.column,
        statement: summary(statement.sql(), statement.reading),
    }
}

fn from_journal(row: &ProgressRow) -> Option<Reached> {
    let (place, statement) = place_of(row)?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Reached { file: parts.next()?.to_owned(), line, column, statement })
}
