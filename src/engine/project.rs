//! A project: its configuration, its graph of revisions, and the scripts behind it.

use std::collections::BTreeMap;

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
use crate::journal::Location;
use crate::script::Script;
use crate::script::ScriptDir;
use crate::script::ScriptHeader;

/// A folder of scripts that form a sound graph, and how they are to be run.
#[derive(Debug)]
pub struct Project {
    /// What `migrations.toml`, the environment and the flags say.
    pub config: Config,
    /// The revisions.
    pub graph: RevisionGraph,
}

impl Project {
    /// Reads every script once and builds the graph; reports all that is wrong with them together.
    pub fn load(config: Config) -> Result<Self, Error> {
        let headers = ScriptDir::new(&config.versions, config.recursive).load()?;
        let revisions = headers.iter().map(revision_of).collect();
        match RevisionGraph::build(revisions) {
            Ok(graph) => Ok(Self { config, graph }),
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| placed(problem, &headers)).collect();
                Error::join(problems).map(|()| unreachable!("a graph that does not build has a problem"))
            }
        }
    }

    /// Connects to the database to read.
    pub async fn open(&self) -> Result<Session, Error> {
        let database = &self.config.database;
        let url = database.url.resolve()?.url;
        let location = Location {
            schema: database.schema.clone(),
            version_table: database.version_table.clone(),
            prefix: database.table_prefix.clone(),
        };
        Session::open(&url, &location, database.wait).await
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

fn revision_of(script: &ScriptHeader) -> Revision {
    Revision {
        id: script.header.id.clone(),
        down_revisions: script.header.down_revisions.clone(),
        depends_on: script.header.depends_on.clone(),
        labels: script.header.branch_labels.clone(),
        message: script.header.message.clone(),
        created: script.header.created.clone(),
        path: script.path.clone(),
    }
}

/// Gives a problem of the graph its line: the header is read again, since its text was not kept.
fn placed(problem: GraphProblem, headers: &[ScriptHeader]) -> Error {
    let error = Error::from(problem.kind);
    let Some(script) = headers.get(problem.revision) else { return error };
    match Script::read(&script.path) {
        Ok(script) => {
            let span = match problem.field {
                Field::Revision => script.revision_span(),
                Field::DownRevision(k) => script.down_revision_span(k),
                Field::DependsOn(k) => script.depends_on_span(k),
                Field::BranchLabel(k) => script.branch_label_span(k),
            };
            error.at(span)
        }
        Err(_) => error,
    }
}
