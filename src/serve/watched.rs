//! What is watched: the scripts, read again when they changed, and the database, asked at most once a second.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use crate::error::Error;
use crate::journal::HistoryRow;
use crate::picture::MOST_LISTED;
use crate::picture::Picture;
use crate::project::Project;
use crate::script::ScriptDir;
use crate::serve::cached::Cached;
use crate::watch::Observation;
use crate::watch::Portrait;

/// How many steps the history tells.
const MOST_STEPS: u64 = 500;

/// A project and its database.
#[derive(Debug)]
pub(super) struct Watched {
    scripts: Mutex<Scripts>,
    /// Held while the scripts are read, so that this is done once at a time.
    reading: Mutex<()>,
    state: Cached<Seen<Observation>>,
    portrait: Cached<Seen<Portrait>>,
    steps: Cached<Seen<Vec<HistoryRow>>>,
    questions: AtomicU64,
}

/// What was seen in one look, and by which scripts.
#[derive(Debug)]
pub(super) struct Seen<T> {
    pub(super) project: Arc<Project>,
    /// What is wrong with the scripts as they are now; `project` is then how they were before.
    pub(super) broken: Option<String>,
    /// What the database said.
    pub(super) answer: Result<T, Error>,
}

#[derive(Debug)]
struct Scripts {
    project: Arc<Project>,
    fingerprint: Option<Fingerprint>,
    broken: Option<String>,
}

/// By which a change of the files is known without reading them.
type Fingerprint = Vec<(PathBuf, Option<SystemTime>, u64)>;

impl Watched {
    pub(super) fn new(project: Project) -> Arc<Self> {
        let fingerprint = fingerprint(&project);
        let scripts = Scripts { project: Arc::new(project), fingerprint, broken: None };
        Arc::new(Self {
            scripts: Mutex::new(scripts),
            reading: Mutex::new(()),
            state: Cached::default(),
            portrait: Cached::default(),
            steps: Cached::default(),
            questions: AtomicU64::new(0),
        })
    }

    /// Returns where the database stands.
    pub(super) async fn state(self: &Arc<Self>) -> Option<Arc<Seen<Observation>>> {
        let watched = Arc::clone(self);
        self.state.get(|| watched.look(async |project: &Project| project.observe().await)).await
    }

    /// Returns the graph with the state of the database.
    pub(super) async fn portrait(self: &Arc<Self>) -> Option<Arc<Seen<Portrait>>> {
        let watched = Arc::clone(self);
        self.portrait.get(|| watched.look(async |project: &Project| project.portray(MOST_LISTED).await)).await
    }

    /// Returns the steps that ran last.
    pub(super) async fn steps(self: &Arc<Self>) -> Option<Arc<Seen<Vec<HistoryRow>>>> {
        let watched = Arc::clone(self);
        self.steps.get(|| watched.look(async |project: &Project| project.newest_steps(MOST_STEPS).await)).await
    }

    /// Returns how often the database was asked.
    pub(super) fn questions(&self) -> u64 {
        self.questions.load(Ordering::Relaxed)
    }

    /// Returns the project as it was read last.
    pub(super) fn project(&self) -> Arc<Project> {
        Arc::clone(&self.scripts().project)
    }

    async fn look<T>(self: Arc<Self>, ask: impl AsyncFnOnce(&Project) -> Result<T, Error>) -> Seen<T> {
        let watched = Arc::clone(&self);
        // Thousands of files take their time; other requests go on meanwhile.
        let read = tokio::task::spawn_blocking(move || watched.reread()).await;
        let (project, broken) = read.unwrap_or_else(|_| (self.project(), None));
        self.questions.fetch_add(1, Ordering::Relaxed);
        let answer = ask(&project).await;
        Seen { project, broken, answer }
    }

    /// Reads the scripts again if a file came, went or changed; while they are not sound, what was read before holds.
    fn reread(&self) -> (Arc<Project>, Option<String>) {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let project = self.project();
        let fingerprint = fingerprint(&project);
        let is_known = fingerprint.is_some() && fingerprint == self.scripts().fingerprint;
        let read = (!is_known).then(|| project.reload());
        let mut scripts = self.scripts();
        match read {
            None => {}
            Some(Ok(project)) => {
                *scripts = Scripts { project: Arc::new(project), fingerprint, broken: None };
            }
            Some(Err(error)) => (scripts.fingerprint, scripts.broken) = (fingerprint, Some(error.to_string())),
        }
        (Arc::clone(&scripts.project), scripts.broken.clone())
    }

    fn scripts(&self) -> MutexGuard<'_, Scripts> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen<Portrait> {
    /// Returns the graph, without the database's part when that gave no answer.
    pub(super) fn picture(&self) -> Result<Picture, String> {
        match &self.answer {
            Ok(portrait) => Ok(portrait.picture.clone()),
            Err(_) => self.project.picture(MOST_LISTED).map_err(|error| error.to_string()),
        }
    }
}

fn fingerprint(project: &Project) -> Option<Fingerprint> {
    let dir = ScriptDir { folders: project.config.versions.clone(), is_recursive: project.config.recursive };
    let stamp = |path: PathBuf| {
        let data = path.metadata().ok();
        let changed = data.as_ref().and_then(|data| data.modified().ok());
        (path, changed, data.map_or(0, |data| data.len()))
    };
    Some(dir.list().ok()?.scripts.into_iter().map(stamp).collect())
}
