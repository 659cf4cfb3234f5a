//! A project: its configuration, its graph of revisions, and the scripts behind it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::config::TransactionScope;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Move;
use crate::graph::Plan;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::RevisionId;
use crate::program::program::Scope;
use crate::run::session::Session;
use crate::script::Embedded;
use crate::script::Listing;
use crate::script::Outline;
use crate::script::Script;
use crate::script::ScriptDir;
use crate::span::Source;

/// A folder of scripts that form a sound graph, and how they are to be run.
#[derive(Debug)]
pub struct Project {
    /// What `migrations.toml`, the environment and the flags say.
    pub config: Arc<Config>,
    /// The revisions.
    pub graph: RevisionGraph,
    /// The scripts, where they are a part of the program; else they are files.
    embedded: Option<BTreeMap<RevisionId, Script>>,
    /// What stands in the version folders, where there are folders that are not looked into.
    beside: Option<Box<Listing>>,
}

impl Project {
    /// Reads every script once and builds the graph; reports all that is wrong with them together.
    pub fn load(config: impl Into<Arc<Config>>) -> Result<Self, Error> {
        let config = config.into();
        let dir = ScriptDir { folders: config.versions.clone(), is_recursive: config.recursive };
        Self::of(config, &dir)
    }

    /// Reads the project like [`Self::load`] to add a script to it: a folder that is not there is made with that script.
    pub fn load_to_add(config: impl Into<Arc<Config>>) -> Result<Self, Error> {
        let config = config.into();
        let is_there = |folder: &&PathBuf| !is_missing(folder);
        let folders = config.versions.iter().filter(is_there).cloned().collect();
        let dir = ScriptDir { folders, is_recursive: config.recursive };
        Self::of(config, &dir)
    }

    /// Returns the files that somebody may take for scripts, and that are not read.
    pub fn unread_scripts(&self) -> Vec<PathBuf> {
        self.beside.as_deref().map(Listing::unread).unwrap_or_default()
    }

    fn of(config: Arc<Config>, dir: &ScriptDir) -> Result<Self, Error> {
        let listing = dir.list()?;
        match RevisionGraph::build(listing.load(|outline| outline.to_revision())?) {
            Ok(graph) => {
                let beside = listing.may_leave_out().then(|| listing.into());
                Ok(Self { config, graph, embedded: None, beside })
            }
            // Only a problem needs to know where each name stands; the scripts are read once more for that.
            Err(problems) => Err(Outline::placed(problems, &listing.load(|outline| outline)?)),
        }
    }

    /// Takes scripts that are a part of the program; `config` says which database they are for.
    ///
    /// They were checked when the program was built; messages name them by the paths they had then.
    pub fn embedded(scripts: Embedded, config: Config) -> Result<Self, Error> {
        let read = |(path, text): &(&str, &str)| Script::parse(Source::new(*path, *text));
        let (mut parsed, mut problems) = (Vec::new(), Vec::new());
        for script in scripts.scripts.iter().map(read) {
            match script {
                Ok(script) => parsed.push(script),
                Err(errors) => problems.extend(errors),
            }
        }
        Error::join(problems)?;
        let outlines: Vec<Outline> = parsed.iter().map(Outline::of).collect();
        let graph = Outline::graph(&outlines)?;
        let embedded = parsed.into_iter().map(|script| (script.header.revision.value.clone(), script)).collect();
        Ok(Self { config: Arc::new(config), graph, embedded: Some(embedded), beside: None })
    }

    /// Reads every script again, as they are now.
    pub fn reload(&self) -> Result<Self, Error> {
        match &self.embedded {
            None => Self::load(Arc::clone(&self.config)),
            Some(scripts) => {
                let (config, embedded) = (Arc::clone(&self.config), Some(scripts.clone()));
                Ok(Self { config, graph: self.graph.clone(), embedded, beside: None })
            }
        }
    }

    /// Returns the project as it is once a revision has moved; its script is still the old one.
    pub(crate) fn moved(&self, change: &Move) -> Result<Self, Error> {
        let graph = self.graph.moved(change).map_err(|problems| {
            let reason = problems.first().map(ToString::to_string).unwrap_or_default();
            ErrorKind::CannotRebase { revision: change.revision.clone(), reason }
        })?;
        Ok(Self { config: Arc::clone(&self.config), graph, embedded: self.embedded.clone(), beside: None })
    }

    /// Returns the same scripts for a scratch database.
    pub fn on_scratch(&self, url: DatabaseUrl) -> Self {
        let config = self.config.for_scratch(url).into();
        Self { config, graph: self.graph.clone(), embedded: self.embedded.clone(), beside: None }
    }

    /// Returns the same project with one more script, which need be no file yet.
    ///
    /// # Errors
    ///
    /// When it does not fit the others.
    pub fn with_script(&self, script: Script) -> Result<Self, Error> {
        let outline = Outline::of(&script);
        let revisions = self.graph.revisions().iter().cloned().chain([outline.to_revision()]).collect();
        let graph = RevisionGraph::build(revisions).map_err(|problems| Outline::placed(problems, &[outline]))?;
        let mut embedded = self.embedded.clone().unwrap_or_default();
        embedded.insert(script.header.revision.value.clone(), script);
        Ok(Self { config: Arc::clone(&self.config), graph, embedded: Some(embedded), beside: None })
    }

    /// Connects to the database to read.
    pub async fn open(&self) -> Result<Session, Error> {
        let database = &self.config.database;
        Session::connect(database, &database.url.resolve()?.url, self.ids()).await
    }

    /// Returns the ids of all scripts.
    pub fn ids(&self) -> impl Iterator<Item = &RevisionId> {
        self.graph.revisions().iter().map(|revision| &revision.id)
    }

    /// Reads the whole script of a revision.
    pub fn script(&self, id: &RevisionId) -> Result<Script, Error> {
        let Some(revision) = self.graph.get(id) else {
            let kind = ErrorKind::UnknownRevision { text: id.to_string(), nearest: None };
            return Err(kind.into());
        };
        self.script_of(revision)
    }

    /// Reads the whole script of a revision of the graph.
    pub(crate) fn script_of(&self, revision: &Revision) -> Result<Script, Error> {
        match self.embedded.as_ref().and_then(|scripts| scripts.get(&revision.id)) {
            Some(script) => Ok(script.clone()),
            None => Script::read(&revision.path),
        }
    }

    /// Reads the scripts of a plan; a row that a stamp takes away may have none.
    pub(crate) fn scripts(&self, plan: &Plan) -> Result<BTreeMap<RevisionId, Script>, Error> {
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

    pub(crate) fn scope(&self) -> Scope {
        match self.config.database.transaction {
            TransactionScope::Revision => Scope::Revision,
            TransactionScope::Run => Scope::Run,
        }
    }
}

/// Returns whether nothing has that name, not even a link that leads nowhere.
fn is_missing(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_err_and(|cause| cause.kind() == io::ErrorKind::NotFound)
}
