//! A database for one test of a program that uses rev: at the head of its scripts, and gone after the test.

use std::path::Path;
use std::thread;

use crate::config::Config;
use crate::config::Environment;
use crate::config::Selection;
use crate::error::Error;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::project::project::Project;
use crate::run::clock::Actor;
use crate::run::event::Silent;
use crate::run::interrupt::Interrupt;
use crate::run::scratch::Kept;
use crate::run::scratch::Scratch;

/// A database that belongs to one test: at the head of the scripts, and removed with this value.
///
/// The first test builds it, and the next ones get a copy of what was built, where the database can copy (PostgreSQL,
/// SQLite). Where it is made, `[scratch]` or `REV_SCRATCH_URL` says; else it is the server of the configured database, in
/// which nothing is changed.
///
/// ```
/// use rev::project::TestDatabase;
///
/// async fn a_user_can_be_added(folder: &std::path::Path) -> Result<(), rev::Error> {
///     let database = TestDatabase::at_head(folder).await?;
///     // sqlx::PgPool::connect(database.url()), and so on.
///     assert!(database.url().starts_with("sqlite:"));
///     database.remove().await
/// }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// #     let folder = tempfile::tempdir()?;
/// #     std::fs::create_dir(folder.path().join("versions"))?;
/// #     std::fs::write(folder.path().join("migrations.toml"), "[database]\nurl = \"sqlite:app.db\"\n")?;
/// #     let script = "-- first\n--\n-- revision: a1\n\n-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n";
/// #     std::fs::write(folder.path().join("versions/a1.sql"), script)?;
/// #     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// #     Ok(runtime.block_on(a_user_can_be_added(folder.path()))?)
/// # }
/// ```
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    scratch: Option<Scratch>,
}

impl TestDatabase {
    /// Makes a database at the head of the project in `folder`; the variables of the process count, as for `rev`.
    ///
    /// # Errors
    ///
    /// When the project is not sound, a script fails, or no database can be made.
    pub async fn at_head(folder: &Path) -> Result<Self, Error> {
        let config = Config::load(folder, &Selection::default(), &Environment::process())?;
        Self::of(&Project::load(config)?).await
    }

    /// Makes a database at the head of a project, whose scripts may be a part of the program.
    ///
    /// # Errors
    ///
    /// When a script fails, or no database can be made.
    pub async fn of(project: &Project) -> Result<Self, Error> {
        let mut scratch = Scratch::open(&project.config, Kept::Copied).await?;
        let actor = Actor { pid: Some(std::process::id()), ..Actor::default() };
        let heads = [Target::new(Anchor::Heads)];
        let built = Box::pin(project.build(&heads, &mut scratch, &Interrupt::default(), &actor, &mut Silent)).await;
        match built {
            Ok(built) => Ok(Self { url: built.url.expose(), scratch: Some(scratch) }),
            Err(failure) => {
                // The error of the script says more.
                let _ = scratch.close().await;
                Err(failure.error)
            }
        }
    }

    /// Returns its URL, with the password of the configured one.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes it.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub async fn remove(mut self) -> Result<(), Error> {
        match self.scratch.take() {
            Some(scratch) => scratch.close().await,
            None => Ok(()),
        }
    }
}

impl Drop for TestDatabase {
    /// Removes it, also when the test has failed; what cannot be removed now, a later run removes.
    fn drop(&mut self) {
        let Some(scratch) = self.scratch.take() else { return };
        // The runtime of the test may be this thread's, or gone.
        let remove = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(scratch.abandon()))
        };
        let _ = thread::spawn(remove).join();
    }
}
