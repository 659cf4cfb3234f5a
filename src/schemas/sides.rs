//! The catalogs of sides: live ones are read, and the others are built on scratch first.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::diff::Options;
use crate::diff::Step;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::project::Project;
use crate::run::Actor;
use crate::run::Interrupt;
use crate::run::Session;
use crate::run::Silent;
use crate::run::scratch::Kept;
use crate::run::scratch::Scratch;
use crate::schemas::built::Text;
use crate::schemas::built::built_from;
use crate::schemas::left_out::LeftOut;
use crate::schemas::left_out::whole_but;
use crate::schemas::model::expect_model;
use crate::schemas::side::Side;

/// Reads the catalogs of sides; the place for scratch databases is found when the first one needs it.
#[derive(Debug)]
pub struct Sides<'p> {
    pub(super) project: &'p Project,
    scratch: Option<Scratch>,
    kept: Kept,
    pub(super) interrupt: Interrupt,
    pub(super) actor: Actor,
    /// What is applied to the configured database, once it was asked.
    applied: Option<Heads>,
}

/// The schema of a side.
#[derive(Debug, Clone)]
pub struct Schema {
    /// What is in it.
    pub catalog: Catalog,
    /// The heads of what is applied there, none if that is nothing; not known while a revision is in progress.
    pub applied: Option<Heads>,
}

impl<'p> Sides<'p> {
    /// Begins; nothing is connected to yet.
    pub fn new(project: &'p Project, kept: Kept, interrupt: &Interrupt, actor: &Actor) -> Self {
        Self { project, scratch: None, kept, interrupt: interrupt.clone(), actor: actor.clone(), applied: None }
    }

    /// Returns the project whose sides they are.
    pub fn project(&self) -> &'p Project {
        self.project
    }

    /// Reads the catalog of a side.
    ///
    /// # Errors
    ///
    /// When the side cannot be reached or built.
    pub async fn catalog(&mut self, side: &Side) -> Result<Catalog, Error> {
        self.schema(side).await.map(|schema| schema.catalog)
    }

    /// Reads the catalog of a side, and which revisions have made it.
    ///
    /// # Errors
    ///
    /// When the side cannot be reached or built.
    pub async fn schema(&mut self, side: &Side) -> Result<Schema, Error> {
        if side.is_built() {
            let session = self.built(side).await?;
            return self.read_schema(session).await;
        }
        if *side == Side::Live {
            let session = self.project.open().await?;
            self.applied = Some(session.rows.clone());
            return read(session).await;
        }
        read_reachable(self.project, side).await
    }

    /// Reads the catalogs of two sides: together, if both can be reached, else first what should be, where people make
    /// mistakes.
    ///
    /// # Errors
    ///
    /// When a side cannot be reached or built.
    pub async fn both(&mut self, old: &Side, new: &Side) -> Result<(Catalog, Catalog), Error> {
        if old.is_built() || new.is_built() {
            let new = self.catalog(new).await?;
            return Ok((self.catalog(old).await?, new));
        }
        let (old, new) = tokio::join!(read_reachable(self.project, old), read_reachable(self.project, new));
        Ok((old?.catalog, new?.catalog))
    }

    /// Returns the kind of database that a side is, without a connection.
    fn dialect(&self, side: &Side) -> Result<Dialect, Error> {
        let config = &self.project.config;
        let url = match side {
            Side::Url(text) => DatabaseUrl::parse(text, Path::new(""), &config.variables)?,
            Side::Environment(name) => {
                let found = config.databases()?;
                match found.into_iter().find(|one| one.environment.as_deref() == Some(name)) {
                    Some(named) => named.settings?.url.resolve()?.url,
                    // Reading it says so.
                    None => config.database.url.resolve()?.url,
                }
            }
            Side::Live | Side::Applied | Side::Target(_) | Side::File(_) | Side::Model => {
                config.database.url.resolve()?.url
            }
        };
        Ok(url.dialect())
    }

    /// Refuses two sides that cannot be compared, or whose statements cannot be tried, before anything is built.
    ///
    /// # Errors
    ///
    /// When they are databases of two kinds, or are to be tried and scratch databases are of another kind.
    pub fn expect_alike(&self, from: &Side, to: &Side, is_tried: bool) -> Result<(), Error> {
        let (old, new) = (self.dialect(from)?, self.dialect(to)?);
        for (side, dialect) in [(from, old), (to, new)] {
            if *side == Side::Model {
                expect_model(&self.project.config, dialect)?;
            }
        }
        let mismatch = |place: String, found: Dialect, wanted: Dialect| {
            Error::from(ErrorKind::ScratchMismatch { place, found: found.product(), wanted: wanted.product() })
        };
        if old.family() != new.family() {
            return Err(mismatch(format!("`{from}`"), old, new));
        }
        let scratch = if is_tried { self.dialect(&Side::Live)? } else { old };
        if scratch.family() != old.family() {
            return Err(mismatch("the place for scratch databases".to_owned(), scratch, old));
        }
        Ok(())
    }

    /// Makes a scratch database that has the schema of a side; one that is a database already is made from its catalog, but
    /// for what cannot be written.
    pub(super) async fn copy(
        &mut self,
        side: &Side,
        catalog: impl FnOnce() -> Catalog,
        options: &Options,
    ) -> Result<(Session, Vec<LeftOut>), Error> {
        if side.is_built() {
            return Ok((self.built(side).await?, Vec::new()));
        }
        let (steps, left) = whole_but(&catalog(), options);
        let mut session = self.built(&Side::Target(Target::new(Anchor::Base))).await?;
        self.run(&steps, &mut session).await?;
        Ok((session, left))
    }

    /// Runs statements that rev wrote on a scratch database.
    pub(super) async fn run(&self, steps: &[Step], session: &mut Session) -> Result<(), Error> {
        for step in steps {
            self.interrupt.check()?;
            session.execute_own(&[&step.sql]).await?;
        }
        Ok(())
    }

    /// Reads the catalog of a scratch database, and removes the database.
    pub(super) async fn read_scratch(&mut self, session: Session) -> Result<Catalog, Error> {
        self.read_schema(session).await.map(|schema| schema.catalog)
    }

    async fn read_schema(&mut self, mut session: Session) -> Result<Schema, Error> {
        session.refresh().await?;
        let url = session.url().clone();
        let schema = read(session).await;
        self.remove(&url).await?;
        schema
    }

    /// Removes one scratch database.
    pub(super) async fn remove(&mut self, url: &DatabaseUrl) -> Result<(), Error> {
        match &mut self.scratch {
            Some(scratch) => scratch.remove(url).await,
            None => Ok(()),
        }
    }

    /// Builds a side on scratch.
    async fn built(&mut self, side: &Side) -> Result<Session, Error> {
        let targets = match side {
            Side::Target(target) => vec![target.clone()],
            Side::Applied => self.applied().await?.iter().map(Target::revision).collect(),
            _ => Vec::new(),
        };
        let project = self.project;
        let (interrupt, actor) = (self.interrupt.clone(), self.actor.clone());
        let scratch = self.scratch().await?;
        let text = match side {
            Side::File(path) => Some(Text::File(path)),
            Side::Model => Some(Text::Model),
            _ => None,
        };
        if let Some(text) = text {
            return Box::pin(built_from(text, project, scratch, &interrupt)).await;
        }
        let built = Box::pin(project.build(&targets, scratch, &interrupt, &actor, &mut Silent)).await;
        let built = built.map_err(|failure| failure.error)?;
        let mut session = built.open().await?;
        session.interrupt = interrupt;
        session.for_writing().await?;
        Ok(session)
    }

    /// Returns for every object that the applied revisions ever made which of them touched it last.
    ///
    /// # Errors
    ///
    /// When the configured database cannot be reached, or the revisions cannot be built on scratch.
    pub async fn origins(&mut self) -> Result<BTreeMap<Arc<Identity>, RevisionId>, Error> {
        let applied = self.applied().await?;
        let project = self.project;
        let (interrupt, actor) = (self.interrupt.clone(), self.actor.clone());
        let scratch = self.scratch().await?;
        Box::pin(project.origins(&applied, scratch, &interrupt, &actor)).await
    }

    async fn applied(&mut self) -> Result<Heads, Error> {
        if let Some(applied) = &self.applied {
            return Ok(applied.clone());
        }
        let session = self.project.open().await?;
        let rows = session.rows.clone();
        session.close().await;
        self.applied = Some(rows.clone());
        Ok(rows)
    }

    pub(super) async fn scratch(&mut self) -> Result<&mut Scratch, Error> {
        if self.scratch.is_none() {
            let scratch = self.interrupt.or_stop(Scratch::open(&self.project.config, self.kept)).await?;
            self.scratch = Some(scratch);
        }
        match &mut self.scratch {
            Some(scratch) => Ok(scratch),
            None => Err(ErrorKind::NoScratchServer { reason: "it was not found".to_owned() }.into()),
        }
    }

    /// Removes all scratch databases.
    pub async fn close(self) -> Result<(), Error> {
        match self.scratch {
            Some(scratch) => scratch.close().await,
            None => Ok(()),
        }
    }
}

/// Who names a file means one that is there; only of the configured one nothing may be applied yet.
///
/// # Errors
///
/// When it is not there.
pub fn expect_file(url: &DatabaseUrl) -> Result<(), ErrorKind> {
    match url {
        DatabaseUrl::Sqlite(file) if !file.path.exists() => {
            Err(ErrorKind::NoSuchDatabase { address: url.address(), reason: "there is no such file".to_owned() })
        }
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Server(_) => Ok(()),
    }
}

/// Reads the catalog of a side that is a database already.
async fn read_reachable(project: &Project, side: &Side) -> Result<Schema, Error> {
    let config = &project.config;
    match side {
        Side::Environment(name) => {
            let found = config.databases()?;
            let named = found.into_iter().find(|one| one.environment.as_deref() == Some(name));
            let Some(named) = named else {
                let known = config.environments.clone();
                return Err(ErrorKind::UnknownEnvironment { name: name.clone(), known }.into());
            };
            let settings = named.settings?;
            let url = settings.url.resolve()?.url;
            read(Session::connect(&settings, &url, project.ids()).await?).await
        }
        Side::Url(text) => {
            let url = DatabaseUrl::parse(text, Path::new(""), &config.variables)?;
            expect_file(&url)?;
            read(Session::connect(&config.database, &url, project.ids()).await?).await
        }
        Side::Live | Side::Applied | Side::Target(_) | Side::File(_) | Side::Model => read(project.open().await?).await,
    }
}

/// Reads the catalog of an open database, and closes it.
async fn read(mut session: Session) -> Result<Schema, Error> {
    let journal = session.probe.journal.clone();
    let catalog = session.db.catalog(&journal).await;
    // Between two parts of a revision, a schema is that of none.
    let applied = session.progress.is_empty().then(|| session.rows.clone());
    session.close().await;
    Ok(Schema { catalog: catalog?, applied })
}
