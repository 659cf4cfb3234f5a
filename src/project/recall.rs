//! What the history adds to the scripts: where lost revisions stood, and how what was applied is taken off again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use similar::TextDiff;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::GraphProblem;
use crate::graph::Plan;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::LastStep;
use crate::journal::LastSteps;
use crate::journal::ProgressRow;
use crate::project::edited::EditedScript;
use crate::project::project::Project;
use crate::project::request::Request;
use crate::project::request::Sections;
use crate::run::session::Session;
use crate::script::Script;
use crate::script::Warning;

/// What the history adds to a project, for one request.
#[derive(Debug, Default)]
pub(crate) struct Recalled {
    /// The graph with the revisions that only the history knows; nothing when it is not needed.
    graph: Option<RevisionGraph>,
    /// The scripts that run instead of those of the folder.
    pub(crate) scripts: BTreeMap<RevisionId, Script>,
    /// What is to be said besides.
    pub(crate) warnings: Vec<Warning>,
}

impl Recalled {
    /// Returns the graph to plan with.
    pub(crate) fn graph<'g>(&'g self, project: &'g Project) -> &'g RevisionGraph {
        self.graph.as_ref().unwrap_or(&project.graph)
    }
}

impl Project {
    /// Finds the places of revisions that no script has, for a downgrade; any other request cannot do with them.
    pub(crate) async fn recall(&self, request: &Request, session: &mut Session) -> Result<Recalled, Error> {
        let Request::Downgrade(_, sections) = request else { return Ok(Recalled::default()) };
        if self.graph.unknown_rows(&session.rows).is_empty() {
            return Ok(Recalled::default());
        }
        let last = session.last_steps().await?;
        match (self.with_lost(&session.rows, &last), sections) {
            (Ok(graph), _) => Ok(Recalled { graph: Some(graph), ..Recalled::default() }),
            (Err(error), Sections::Stored) => Err(error),
            (Err(_), Sections::Script) => Ok(Recalled::default()), // the plan fails at the row, which is told then
        }
    }

    /// Compares what a plan runs and builds upon with what was applied, and refuses it or adds what is to run instead.
    pub(crate) async fn compare(
        &self,
        request: &Request,
        plan: &Plan,
        session: &mut Session,
        recalled: &mut Recalled,
    ) -> Result<(), Error> {
        match request {
            Request::Upgrade(_) if !plan.steps.is_empty() => {
                recalled.warnings = self.check_unedited(plan, session).await?;
            }
            Request::Downgrade(_, sections) => {
                self.check_lost_stay(*sections, plan, session, recalled).await?;
                self.compare_downgrades(*sections, plan, session, recalled).await?;
            }
            Request::Upgrade(_) | Request::Stamp(..) => {}
        }
        Ok(())
    }

    /// Refuses a plan around a row that no script has, unless what the history says is wanted.
    async fn check_lost_stay(
        &self,
        sections: Sections,
        plan: &Plan,
        session: &Session,
        recalled: &Recalled,
    ) -> Result<(), Error> {
        let takes_lost = plan.steps.iter().any(|step| self.graph.get(&step.revision).is_none());
        if sections == Sections::Stored || recalled.graph.is_none() || takes_lost {
            return Ok(());
        }
        let revision = self.graph.unknown_rows(&session.rows).into_iter().next();
        revision.map_or(Ok(()), |revision| Err(ErrorKind::UnknownRow { revision, applied: None, below: None }.into()))
    }

    async fn compare_downgrades(
        &self,
        sections: Sections,
        plan: &Plan,
        session: &mut Session,
        recalled: &mut Recalled,
    ) -> Result<(), Error> {
        if plan.steps.is_empty() {
            return Ok(());
        }
        let dialect = session.probe.journal.dialect;
        let last = session.last_steps().await?;
        let mut changed = Vec::new();
        for step in &plan.steps {
            // What is undone before it was applied has no other downgrade than the script's.
            let is_undone = |row: &ProgressRow| row.revision == step.revision && row.direction == Direction::Upgrade;
            if session.progress.iter().any(is_undone) {
                continue;
            }
            let Some(known) = last.get(&step.revision) else { continue };
            let script = match self.graph.get(&step.revision) {
                None => None,
                Some(revision) => Some(self.script_of(revision)?),
            };
            // The parts of it that ran are known by their hashes, and the others may be mended.
            let is_halfway = session.progress.iter().any(|row| row.revision == step.revision);
            let is_edited = |script: &Script| {
                known.checksum().is_some()
                    && (sections == Sections::Stored || !is_halfway)
                    && EditedScript::find(script, &last, dialect).is_some()
            };
            if script.as_ref().is_none_or(is_edited) {
                changed.push(Changed { revision: &step.revision, known, script });
            }
        }
        let ids = changed.iter().filter_map(|changed| changed.known.script()).map(|row| row.id).collect();
        let stored = session.downgrades(ids).await?;
        let mut problems = Vec::new();
        for changed in &changed {
            let text = changed.known.script().and_then(|row| stored.get(&row.id)).map(String::as_str);
            match changed.decide(sections, text, dialect) {
                Ok(Some(script)) => drop(recalled.scripts.insert(changed.revision.clone(), script)),
                Ok(None) => {}
                Err(error) => problems.push(error),
            }
        }
        Error::join(problems)
    }

    /// Returns the graph with the revisions of the rows that no script has, and all those below them, as the history
    /// knows them; the folder is right about every revision that it has.
    fn with_lost(&self, rows: &Heads, last: &LastSteps) -> Result<RevisionGraph, Error> {
        let unplaced = |revision: &RevisionId, reason: String| -> Error {
            ErrorKind::Unplaced { revision: revision.clone(), reason }.into()
        };
        let mut lost: BTreeMap<RevisionId, Revision> = BTreeMap::new();
        let mut open = self.graph.unknown_rows(rows);
        while let Some(id) = open.pop() {
            if lost.contains_key(&id) {
                continue;
            }
            // What was stamped may never have been there: its script has no claim to be what the database holds.
            let Some(row) = last.get(&id).and_then(LastStep::script) else {
                return Err(unplaced(&id, "the history does not say that rev applied it".to_owned()));
            };
            let revision = lost_revision(&id, row);
            // A label is no row of the history; whether somebody declares it is seen when the graph is built.
            let dependencies = revision.depends_on.iter().map(|name| RevisionId::from_row(name));
            let dependencies = dependencies.filter(|id| last.get(id).is_some() && !self.is_label(id));
            let named = dependencies.chain(revision.down_revisions.iter().cloned());
            open.extend(named.filter(|id| self.graph.get(id).is_none()));
            lost.insert(id, revision);
        }
        let ids: Vec<RevisionId> = lost.keys().cloned().collect();
        let known = self.graph.len();
        let revisions = self.graph.revisions().iter().cloned().chain(lost.into_values()).collect();
        RevisionGraph::build(revisions).map_err(|problems| {
            // A script that is there may be the one to complain, of a label that both declare.
            let about =
                |problem: &GraphProblem| ids.get(problem.revision.saturating_sub(known)).or(ids.first()).cloned();
            let problem = problems.first();
            let reason = problem.map_or(String::new(), |problem| problem.kind.to_string());
            unplaced(&problem.and_then(about).unwrap_or_else(|| RevisionId::from_row("")), reason)
        })
    }

    fn is_label(&self, name: &RevisionId) -> bool {
        Label::parse(name.as_str()).is_ok_and(|label| self.graph.labelled(&label).is_some())
    }
}

/// A revision whose script is gone or was edited.
struct Changed<'a> {
    revision: &'a RevisionId,
    known: &'a LastStep,
    script: Option<Script>,
}

impl Changed<'_> {
    /// Returns the stored downgrade if it is to run; nothing if the script's runs.
    fn decide(&self, sections: Sections, stored: Option<&str>, dialect: Dialect) -> Result<Option<Script>, Error> {
        let row = &self.known.step;
        let revision = self.revision.clone();
        if sections == Sections::Stored {
            let Some(stored) = stored else {
                return Err(ErrorKind::NothingStored { revision, has_script: self.script.is_some() }.into());
            };
            return Script::stored(row, stored).map(Some);
        }
        let Some(script) = &self.script else {
            let stored = stored.map(str::to_owned);
            return Err(ErrorKind::LostScript { revision, applied: row.note(), stored }.into());
        };
        let Some(stored) = stored else {
            // Where there was no downgrade, the one that was written since takes nobody's place. That an upgrade which ran
            // is no longer in the script is none.
            return match script.undoes_nothing(dialect) {
                true => Script::stored(row, "").map(Some),
                false => Ok(None),
            };
        };
        let now = script.downgrade_text(dialect).unwrap_or_default();
        if is_same(row, stored, &now, dialect) {
            return Ok(None);
        }
        let difference = difference(stored, &now);
        let ran_nothing = row.checksum.as_deref().is_some_and(|then| script.ran_nothing(dialect, then));
        let kind = ErrorKind::EditedDowngrade { revision, applied: row.applied(), difference, ran_nothing };
        Err(Error::from(kind).at(script.span(&script.header.revision.range)))
    }
}

/// Returns whether two texts of downgrade sections do the same; comments and layout do not count.
fn is_same(row: &HistoryRow, one: &str, other: &str, dialect: Dialect) -> bool {
    let checksum = |text: &str| Some(Script::stored(row, text).ok()?.checksum(dialect));
    one == other || checksum(one).is_some_and(|sum| Some(sum) == checksum(other))
}

fn difference(stored: &str, now: &str) -> String {
    TextDiff::from_lines(stored, now).unified_diff().header("applied", "script").to_string()
}

fn lost_revision(id: &RevisionId, row: &HistoryRow) -> Revision {
    Revision {
        id: id.clone(),
        down_revisions: row.parents().map(RevisionId::from_row).collect(),
        depends_on: row.dependencies().map(str::to_owned).collect(),
        labels: row.labels().filter_map(|label| Label::parse(label).ok()).collect(),
        message: row.message.clone().unwrap_or_default(),
        created: None,
        path: PathBuf::new(),
    }
}
