//! A project: its configuration, its graph of revisions, and the scripts behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Config;
use crate::config::TransactionScope;
use crate::engine::program::Scope;
use crate::engine::session::Session;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Field;
use crate::graph::GraphProblem;
use crate::graph::Plan;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::RevisionId;
use crate::script::Outline;
use crate::script::Script;
use crate::script::ScriptDir;

/// A folder of scripts that form a sound graph, and how they are to be run.
#[derive(Debug)]
pub struct Project {
    /// What `migrations.toml`, the environment and the flags say.
    pub config: Arc<Config>,
    /// The revisions.
    pub graph: RevisionGraph,
}

impl Project {
    /// Reads every script once and builds the graph; reports all that is wrong with them together.
    pub fn load(config: impl Into<Arc<Config>>) -> Result<Self, Error> {
        let config = config.into();
        let dir = ScriptDir { folders: config.versions.clone(), is_recursive: config.recursive };
        match RevisionGraph::build(dir.load(|outline| revision_of(&outline))?) {
            Ok(graph) => Ok(Self { config, graph }),
            // Only a problem needs to know where each name stands; the scripts are read once more for that.
            Err(problems) => Err(placed(problems, &dir.load(|outline| outline)?)),
        }
    }

    /// Reads every script again, as they are now.
    pub fn reload(&self) -> Result<Self, Error> {
        Self::load(Arc::clone(&self.config))
    }

    /// Connects to the database to read.
    pub async fn open(&self) -> Result<Session, Error> {
        let database = &self.config.database;
        Session::connect(database, &database.url.resolve()?.url).await
    }

    /// Reads the whole script of a revision.
    pub fn script(&self, id: &RevisionId) -> Result<Script, Error> {
        let Some(revision) = self.graph.get(id) else {
            let kind = ErrorKind::UnknownRevision { text: id.to_string(), nearest: None };
            return Err(kind.into());
        };
        Script::read(&revision.path)
    }

    /// Reads the scripts of a plan; a row that a stamp takes away may have none.
    pub(super) fn scripts(&self, plan: &Plan) -> Result<BTreeMap<RevisionId, Script>, Error> {
        let mut scripts = BTreeMap::new();
        let mut problems = Vec::new();
        for step in plan.steps.iter().filter(|step| self.graph.get(&step.revision).is_some()) {
            match self.script(&step.revision) {
                Ok(script) => drop(scripts.insert(step.revision.clone(), script)),
                Err(problem) => problems.push(problem),
            }
        }
        Error::join(problems)?;
        Ok(scripts)
    }

    pub(super) fn scope(&self) -> Scope {
        match self.config.database.transaction {
            TransactionScope::Revision => Scope::Revision,
            TransactionScope::Run => Scope::Run,
        }
    }
}

/// Builds the graph of scripts that were read; a problem in it is shown at its line of the header.
pub(super) fn build(outlines: &[Outline]) -> Result<RevisionGraph, Error> {
    RevisionGraph::build(outlines.iter().map(revision_of).collect()).map_err(|problems| placed(problems, outlines))
}

fn revision_of(outline: &Outline) -> Revision {
    let header = &outline.header;
    Revision {
        id: header.revision.value.clone(),
        down_revisions: header.down_revisions.iter().map(|parent| RevisionId::from_row(&parent.value)).collect(),
        depends_on: header.depends_on.iter().map(|dependency| dependency.value.clone()).collect(),
        labels: header.branch_labels.iter().map(|label| label.value.clone()).collect(),
        message: header.message.clone(),
        created: header.created.as_ref().map(|created| created.value.clone()),
        path: outline.path.clone(),
    }
}

/// Joins the problems of a graph that did not build, of which there is at least one.
fn placed(problems: Vec<GraphProblem>, outlines: &[Outline]) -> Error {
    let placed = |problem: GraphProblem| {
        let error = Error::from(problem.kind);
        let Some(outline) = outlines.get(problem.revision) else { return error };
        error.at(match problem.field {
            Field::Revision => outline.revision_span(),
            Field::DownRevision(k) => outline.down_revision_span(k),
            Field::DependsOn(k) => outline.depends_on_span(k),
            Field::BranchLabel(k) => outline.branch_label_span(k),
        })
    };
    let problems = problems.into_iter().map(placed).collect();
    Error::join(problems).expect_err("a graph that does not build has a problem")
}
