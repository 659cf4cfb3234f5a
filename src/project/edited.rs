//! Scripts that are no longer what was applied.

use std::collections::HashSet;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use crate::config::EditedPolicy;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::Revision;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::LastSteps;
use crate::project::moved::MovedRevision;
use crate::project::project::Project;
use crate::run::session::Session;
use crate::script::Script;
use crate::script::Warning;
use crate::span::Span;

/// The fewest scripts that are worth a thread of their own.
const LEAST: usize = 64;

/// A script that was edited after it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedScript {
    /// The revision.
    pub revision: RevisionId,
    /// Its script.
    pub path: PathBuf,
    /// The place of its id.
    pub span: Span,
    /// The step that applied it.
    pub applied: HistoryRow,
    /// Whether it had nothing to run then, so that nothing of what it holds now ran.
    pub ran_nothing: bool,
}

impl Project {
    /// Returns the scripts of applied revisions that were edited since, in file order.
    ///
    /// `last` is what the history of the session says. A revision whose checksum is not known, because it was stamped
    /// or applied by Alembic, is not edited; nor is a script that can no longer be read as SQL of this database, of which
    /// `check` tells.
    pub fn edited(&self, session: &Session, last: &LastSteps) -> Result<Vec<EditedScript>, Error> {
        let applied = self.graph.applied(&session.rows);
        edited_of(self, &applied.iter().collect::<Vec<_>>(), last, session.probe.journal.dialect)
    }

    /// Returns the same of the revisions that the database is at.
    pub async fn edited_heads(&self, session: &mut Session) -> Result<Vec<EditedScript>, Error> {
        let heads: Vec<&Revision> = session.rows.iter().filter_map(|id| self.graph.get(id)).collect();
        let last = session.last_steps().await?;
        edited_of(self, &heads, &last, session.probe.journal.dialect)
    }

    /// Refuses to apply a plan on top of edited scripts, or returns what is to be said of them.
    pub(crate) async fn check_unedited(&self, plan: &Plan, session: &mut Session) -> Result<Vec<Warning>, Error> {
        let planned: HashSet<&RevisionId> = plan.steps.iter().map(|step| &step.revision).collect();
        let needed = self.graph.ancestors(planned.iter().copied());
        let below: Vec<&Revision> = needed.iter().filter(|revision| !planned.contains(&revision.id)).collect();
        if below.is_empty() {
            return Ok(Vec::new());
        }
        let last = session.last_steps().await?;
        let edited = edited_of(self, &below, &last, session.probe.journal.dialect)?;
        let mut warnings = Vec::new();
        match self.config.database.edited {
            EditedPolicy::Refuse => Error::join(edited.iter().map(EditedScript::error).collect())?,
            EditedPolicy::Warn => warnings.extend(edited.iter().map(EditedScript::warning)),
        }
        for moved in below.iter().filter_map(|revision| MovedRevision::find(revision, &last)) {
            let script = self.script(&moved.revision)?;
            let span = script.span(&script.header.revision.range);
            warnings.push(Warning { code: "moved", message: format!("{moved}; {}", moved.hint()), span });
        }
        Ok(warnings)
    }
}

impl EditedScript {
    /// Compares a script with what was applied of it.
    pub(crate) fn find(script: &Script, last: &LastSteps, dialect: Dialect) -> Option<Self> {
        let revision = &script.header.revision;
        let known = last.get(&revision.value)?;
        let then = known.checksum()?;
        let edited = || Self {
            revision: revision.value.clone(),
            path: script.source.path.clone(),
            span: script.span(&revision.range),
            applied: known.step.clone(),
            ran_nothing: script.ran_nothing(dialect, then),
        };
        (!script.has_checksum(dialect, then)).then(edited)
    }

    /// Returns what it is, and what to do about it.
    pub fn told(&self) -> String {
        format!("{}; {}", self.kind(), self.hint())
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> String {
        self.kind().hint().unwrap_or_default()
    }

    fn kind(&self) -> ErrorKind {
        let (revision, applied) = (self.revision.clone(), self.applied.applied());
        ErrorKind::Edited { revision, applied, ran_nothing: self.ran_nothing }
    }

    pub(crate) fn error(&self) -> Error {
        Error::from(self.kind()).at(self.span.clone())
    }

    fn warning(&self) -> Warning {
        let Error { kind, .. } = self.error();
        Warning { code: kind.code(), message: kind.to_string(), span: self.span.clone() }
    }
}

/// Reads the scripts again, on every core where they are many: their text was not kept.
fn edited_of(
    project: &Project,
    revisions: &[&Revision],
    last: &LastSteps,
    dialect: Dialect,
) -> Result<Vec<EditedScript>, Error> {
    let look = |revision: &&Revision| -> Option<Result<EditedScript, Error>> {
        last.get(&revision.id)?.checksum()?;
        match project.script_of(revision) {
            Ok(script) => EditedScript::find(&script, last, dialect).map(Ok),
            Err(error) => Some(Err(error)),
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = revisions.len().div_ceil(threads).max(LEAST);
    if revisions.len() <= share {
        return revisions.iter().filter_map(look).collect();
    }
    thread::scope(|scope| {
        let start = |share| scope.spawn(move || -> Vec<_> { <[&Revision]>::iter(share).filter_map(look).collect() });
        let running: Vec<_> = revisions.chunks(share).map(start).collect();
        let found = running.into_iter().flat_map(|one| one.join().expect("reading a script does not panic"));
        found.collect()
    })
}
