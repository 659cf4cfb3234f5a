//! The server on which scratch databases are made: which one it is, and what a database there is to be like.

use std::time::Duration;

use crate::config::Config;
use crate::config::ScratchServer;
use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::db::Access;
use crate::db::Database;
use crate::db::Shape;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::scratch::local::Local;
use crate::run::scratch::process::Process;

/// A server, and what is known of it.
#[derive(Debug)]
pub(super) struct Server {
    /// How it is reached; the database in it is not used.
    pub(super) url: ServerUrl,
    /// What the databases are made like.
    pub(super) shape: Shape,
    /// Whether the target is on it, too.
    pub(super) is_shared: bool,
    /// The connection that says what is in use.
    pub(super) anchor: Database,
    /// What was started for it.
    pub(super) started: Started,
}

/// What was started to have a server.
#[derive(Debug)]
pub(super) enum Started {
    /// It was there.
    Nothing,
    /// A command of the user's.
    Process(Process),
    /// A server of rev's own.
    Local(Box<Local>),
}

/// How long a server that was started has to come up.
const START: Duration = Duration::from_secs(60);

impl Started {
    fn wait(&self, config: &Config) -> Duration {
        match self {
            Self::Nothing => config.database.wait,
            Self::Process(_) | Self::Local(_) => config.database.wait.max(START),
        }
    }

    /// Adds what a server of rev's own said last.
    fn explain(&self, error: Error) -> Error {
        match self {
            Self::Local(local) if matches!(*error.kind, ErrorKind::ConnectionFailed { .. }) => {
                let said = local.last_words().map_or(String::new(), |words| format!("; it said: {words}"));
                ErrorKind::NoScratchServer { reason: format!("the private server does not answer: {error}{said}") }
                    .into()
            }
            _ => error,
        }
    }

    pub(super) async fn end(self) {
        match self {
            Self::Nothing => {}
            Self::Process(process) => drop(process.end().await),
            Self::Local(local) => local.end().await,
        }
    }
}

impl Server {
    /// Finds the server that the configuration has for scratch databases of the database of `target`.
    ///
    /// The target is asked what it is like; a server of its own can be used while the target cannot be reached.
    pub(super) async fn find(config: &Config, target: &ServerUrl) -> Result<Self, Error> {
        let is_of_target = matches!(config.scratch, ScratchServer::OfTarget);
        if is_of_target {
            check_unprotected(config, target)?;
        }
        let shape = match shape_of(target, config.database.wait).await {
            Ok(shape) => Some(shape),
            // It may be made later.
            Err(error) if !is_of_target || matches!(*error.kind, ErrorKind::NoSuchDatabase { .. }) => None,
            Err(error) => return Err(error),
        };
        let mut started = Started::Nothing;
        let url = match &config.scratch {
            ScratchServer::OfTarget => target.clone(),
            ScratchServer::Url(source) => matching(source.resolve()?.url, target)?,
            ScratchServer::Command(command) => {
                let (process, url) = Process::start(command, config).await?;
                started = Started::Process(process);
                match matching(url, target) {
                    Ok(url) => url,
                    Err(error) => {
                        started.end().await;
                        return Err(error);
                    }
                }
            }
            ScratchServer::Local => {
                let version = shape.as_ref().map_or("", |shape| &shape.version);
                let (local, url) = Local::start(target.dialect, version, config).await?;
                started = Started::Local(Box::new(local));
                matching(url, target)?
            }
        };
        match Self::on(url, shape, config, target, started.wait(config)).await {
            Ok(mut server) => {
                server.started = started;
                Ok(server)
            }
            Err(error) => {
                let error = started.explain(error);
                started.end().await;
                Err(error)
            }
        }
    }

    async fn on(
        url: ServerUrl,
        shape: Option<Shape>,
        config: &Config,
        target: &ServerUrl,
        wait: Duration,
    ) -> Result<Self, Error> {
        let url = neutral(url);
        let mut anchor = Database::beside(&url, wait).await?;
        let is_same = match &shape {
            // What an address leads to, the server itself knows best.
            Some(shape) => anchor.server_identity().await? == shape.server,
            // The database may be missing, and its server be there.
            None => match Database::beside(&neutral(target.clone()), wait).await {
                Ok(mut other) => {
                    let identity = other.server_identity().await;
                    other.close().await;
                    identity? == anchor.server_identity().await?
                }
                Err(_) => url.address == target.address,
            },
        };
        if is_same {
            check_unprotected(config, target)?;
        }
        let url = anchor.reached(&DatabaseUrl::Server(Box::new(url)));
        let DatabaseUrl::Server(url) = url else {
            return Err(ErrorKind::NoScratchServer { reason: "it is a file".to_owned() }.into());
        };
        let server =
            Self { url: *url, shape: shape.unwrap_or_default(), is_shared: is_same, anchor, started: Started::Nothing };
        let mut beside = server.beside().await?;
        let swept = beside.sweep_scratch().await;
        beside.close().await;
        swept?;
        Ok(server)
    }

    /// Returns the URL of a database of this name.
    pub(super) fn url_of(&self, name: String) -> ServerUrl {
        ServerUrl { database: name, ..self.url.clone() }
    }

    /// Opens a connection that uses none of the databases.
    pub(super) async fn beside(&self) -> Result<Database, Error> {
        Database::beside(&self.url, Duration::ZERO).await
    }

    /// Makes an empty database.
    pub(super) async fn make(&self, beside: &mut Database, url: &ServerUrl) -> Result<(), Error> {
        match beside.make_scratch(url, &self.shape).await {
            // A server of its own may not have the target's locales; its own will do then.
            Err(error) if !self.is_shared && matches!(*error.kind, ErrorKind::CannotCreate { .. }) => {
                let shape = Shape { options: String::new(), ..self.shape.clone() };
                beside.make_scratch(url, &shape).await.map_err(|_| error)
            }
            made => made,
        }
    }
}

/// Returns the server without its database: who makes others may use `postgres`, also where that one was named, and keeps off
/// `template1`, whose users keep everybody from making a database.
fn neutral(url: ServerUrl) -> ServerUrl {
    ServerUrl { database: "rev_scratch".to_owned(), ..url }
}

/// Asks a database what it is like.
async fn shape_of(url: &ServerUrl, wait: Duration) -> Result<Shape, Error> {
    let mut database = Database::connect(&DatabaseUrl::Server(Box::new(url.clone())), Access::Read, wait).await?;
    let shape = database.shape().await;
    database.close().await;
    shape
}

fn check_unprotected(config: &Config, target: &ServerUrl) -> Result<(), Error> {
    match config.database.protected {
        true => Err(ErrorKind::ScratchProtected { database: target.to_string() }.into()),
        false => Ok(()),
    }
}

fn matching(url: DatabaseUrl, target: &ServerUrl) -> Result<ServerUrl, Error> {
    let found = url.dialect();
    match url {
        DatabaseUrl::Server(server) if server.dialect.family() == target.dialect.family() => Ok(*server),
        _ => {
            let (place, found, wanted) = ("[scratch]".to_owned(), found.product(), target.dialect.product());
            Err(ErrorKind::ScratchMismatch { place, found, wanted }.into())
        }
    }
}
