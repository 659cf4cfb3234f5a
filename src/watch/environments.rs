//! Every environment of the configuration, and where its database stands.

use std::io;
use std::io::IsTerminal;
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;

use crate::config::DatabaseConfig;
use crate::config::NamedDatabase;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::project::Project;
use crate::run::session::Session;
use crate::watch::status::Status;

/// How long a server may take to answer, once it was waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// An environment, and where its database stands.
#[derive(Debug)]
pub struct EnvironmentStatus {
    /// Its name; nothing for `[database]`.
    pub name: Option<String>,
    /// Whether it is the one that commands use now.
    pub is_chosen: bool,
    /// Which database it is, if that is known.
    pub url: Option<DatabaseUrl>,
    /// Whether changes ask for its name, if that is known.
    pub protected: Option<bool>,
    /// Whether programs that start bring it to the head, if that is known.
    pub auto_upgrade: Option<bool>,
    /// Where the database stands.
    pub standing: Standing,
}

/// Where the database of an environment stands.
#[derive(Debug)]
pub enum Standing {
    /// It was asked.
    Known(Box<Status>),
    /// It gave no answer, or none that is of use.
    Unreachable(Error),
    /// What the configuration says of it cannot be used.
    Misconfigured(Error),
}

impl Project {
    /// Asks the databases of all environments, at the same time; none waits for another, and none takes long.
    ///
    /// A server that does not answer yet is waited for for up to `wait`.
    pub async fn environments(&self, wait: Duration) -> Result<Vec<EnvironmentStatus>, Error> {
        let resolved = |NamedDatabase { environment, settings }| {
            let settings = settings.map(|settings: DatabaseConfig| {
                let url = settings.url.resolve_within(PATIENCE).map(|resolved| resolved.url);
                (settings, url)
            });
            (environment, settings)
        };
        let databases = self.config.databases()?;
        // Commands that print a URL may ask on the terminal, so there these run one after the other.
        let named: Vec<_> = if io::stdin().is_terminal() {
            databases.into_iter().map(resolved).collect()
        } else {
            thread::scope(|scope| {
                let running: Vec<_> = databases.into_iter().map(|one| scope.spawn(move || resolved(one))).collect();
                running.into_iter().map(|one| one.join().expect("resolving a URL does not panic")).collect()
            })
        };
        Ok(join_all(named.into_iter().map(|(name, settings)| self.environment(name, settings, wait))).await)
    }

    async fn environment(
        &self,
        name: Option<String>,
        settings: Result<(DatabaseConfig, Result<DatabaseUrl, Error>), Error>,
        wait: Duration,
    ) -> EnvironmentStatus {
        let is_chosen = self.config.environment == name;
        let (settings, url) = match settings {
            Ok(known) => known,
            Err(error) => {
                let standing = Standing::Misconfigured(error);
                return EnvironmentStatus { name, is_chosen, url: None, protected: None, auto_upgrade: None, standing };
            }
        };
        let (protected, auto_upgrade) = (Some(settings.protected), Some(settings.upgrades_at_start()));
        let (url, standing) = match url {
            Ok(url) => (Some(url.clone()), self.standing(settings, &url, wait).await),
            Err(error) => (None, Standing::Misconfigured(error)),
        };
        EnvironmentStatus { name, is_chosen, url, protected, auto_upgrade, standing }
    }

    async fn standing(&self, settings: DatabaseConfig, url: &DatabaseUrl, wait: Duration) -> Standing {
        let settings = DatabaseConfig { wait, ..settings };
        let limit = wait + PATIENCE;
        let silent = || {
            let reason = format!("no answer within {} s", limit.as_secs_f64());
            Err(ErrorKind::ConnectionFailed { address: url.address(), reason }.into())
        };
        let asked = tokio::time::timeout(limit, self.ask(&settings, url)).await;
        match asked.unwrap_or_else(|_| silent()) {
            Ok(known) => Standing::Known(Box::new(known)),
            Err(error) => Standing::Unreachable(error),
        }
    }

    async fn ask(&self, settings: &DatabaseConfig, url: &DatabaseUrl) -> Result<Status, Error> {
        let session = Session::connect(settings, url, self.ids()).await?;
        let status = self.status(&session);
        session.close().await;
        Ok(status?)
    }
}
