//! Where scratch databases are made, and those that were made.

use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::config::url::SqliteMode;
use crate::config::url::SqliteUrl;
use crate::db::check_reached;
use crate::db::remove_scratch;
use crate::error::Error;
use crate::run::scratch::file;
use crate::run::scratch::file::ScratchFile;
use crate::run::scratch::server::Server;
use crate::run::scratch::server::Started;
use crate::run::scratch::template::Cache;

/// Where scratch databases are made, and those that were made.
///
/// [`Self::close`] removes them all; what could not, because the process was killed, the next one removes.
#[derive(Debug)]
pub struct Scratch {
    place: Place,
    kept: Kept,
    cache: Option<Cache>,
}

#[derive(Debug)]
enum Place {
    Files { extensions: Vec<String>, made: Vec<ScratchFile> },
    Server { server: Box<Server>, made: Vec<ServerUrl> },
}

/// Whether databases that were built are kept to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Those of before are copied, and new ones are kept.
    Copied,
    /// Each is built from nothing.
    No,
}

impl Scratch {
    /// Finds the place for scratch databases that are like the configured one, and removes what killed runs have left there.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or is that of a protected database.
    pub async fn open(config: &Config, kept: Kept) -> Result<Self, Error> {
        let place = match config.database.url.resolve()?.url {
            DatabaseUrl::Sqlite(target) => {
                file::sweep();
                Place::Files { extensions: target.extensions, made: Vec::new() }
            }
            DatabaseUrl::Server(target) => {
                let server = Box::new(Server::find(config, &target).await?);
                Place::Server { server, made: Vec::new() }
            }
        };
        let is_file = matches!(place, Place::Files { .. });
        let cache = if is_file && kept == Kept::Copied { Cache::open(&config.variables) } else { None };
        cache.iter().for_each(Cache::sweep);
        Ok(Self { place, kept, cache })
    }

    /// Returns whether the target is on the same server: what reaches outside of a scratch database reaches the target's
    /// surroundings then. There is no other place for files.
    pub fn is_shared(&self) -> bool {
        match &self.place {
            Place::Files { .. } => true,
            Place::Server { server, .. } => server.is_shared,
        }
    }

    /// Returns what else than scripts decides what they build: the product, its version, and what databases are made like.
    pub fn circumstances(&self) -> String {
        match &self.place {
            Place::Files { extensions, .. } => format!("sqlite {extensions:?}"),
            Place::Server { server, .. } => {
                format!("{} {} {}", server.url.dialect, server.shape.version, server.shape.options)
            }
        }
    }

    /// Makes roles of these names where the server was started for this alone, and lacks them (PostgreSQL).
    pub async fn make_roles(&mut self, names: &[String]) -> Result<(), Error> {
        let Place::Server { server, .. } = &self.place else { return Ok(()) };
        if names.is_empty() || matches!(server.started, Started::Nothing) || server.is_shared {
            return Ok(());
        }
        let mut beside = server.beside().await?;
        beside.make_roles(names).await;
        beside.close().await;
        Ok(())
    }

    /// Makes an empty database, and returns where it is.
    pub async fn make(&mut self) -> Result<DatabaseUrl, Error> {
        self.make_from(None).await.map(|(url, _)| url)
    }

    /// Copies the database that is kept under `key`, or else makes an empty one; returns whether it was copied.
    pub async fn make_from(&mut self, key: Option<&str>) -> Result<(DatabaseUrl, bool), Error> {
        let key = key.filter(|_| self.kept == Kept::Copied);
        match &mut self.place {
            Place::Files { extensions, made } => {
                let file = ScratchFile::make()?;
                let path = file.path();
                made.push(file);
                let is_copy = key.zip(self.cache.as_ref()).is_some_and(|(key, cache)| cache.copy(key, &path));
                let (mode, extensions) = (SqliteMode::Create, extensions.clone());
                Ok((DatabaseUrl::Sqlite(SqliteUrl { path, mode, extensions }), is_copy))
            }
            Place::Server { server, made } => {
                let mut beside = server.beside().await?;
                let name = beside.scratch_name().await?;
                server.anchor.hold_scratch(&name).await?;
                let url = server.url_of(name);
                // Before it is there: whoever is stopped in between must remove it.
                made.push(url.clone());
                let is_copy = match key {
                    Some(key) => beside.copy_scratch(&url, key, &server.shape).await,
                    None => Ok(false),
                };
                let done = match is_copy {
                    Ok(true) => Ok(true),
                    Ok(false) => server.make(&mut beside, &url).await.map(|()| false),
                    Err(error) => Err(error),
                };
                beside.close().await;
                let is_copy = done?;
                check_reached(&url).await?;
                Ok((DatabaseUrl::Server(Box::new(url)), is_copy))
            }
        }
    }

    /// Keeps a database under `key`, for [`Self::make_from`]; nobody may be connected to it. Returns whether it has gone by
    /// that, so that a copy of it is to be made.
    pub async fn keep(&mut self, url: &DatabaseUrl, key: &str) -> Result<bool, Error> {
        if self.kept == Kept::No {
            return Ok(false);
        }
        match (&mut self.place, url) {
            (Place::Files { .. }, DatabaseUrl::Sqlite(file)) => {
                let is_whole = !file.path.with_extension("db-wal").exists();
                if let Some(cache) = self.cache.as_ref().filter(|_| is_whole) {
                    cache.keep(key, &file.path);
                }
                Ok(false)
            }
            (Place::Server { server, made }, DatabaseUrl::Server(url)) => {
                if server.url.dialect.family() != crate::dialect::Family::Postgres {
                    return Ok(false);
                }
                let mut beside = server.beside().await?;
                let is_kept = beside.keep_scratch(&url.database, key).await;
                beside.close().await;
                if is_kept {
                    made.retain(|one| one != &**url);
                }
                Ok(is_kept)
            }
            _ => Ok(false),
        }
    }

    /// Removes one database that was made here.
    pub async fn remove(&mut self, url: &DatabaseUrl) -> Result<(), Error> {
        match (&mut self.place, url) {
            (Place::Files { made, .. }, DatabaseUrl::Sqlite(file)) => {
                let at = made.iter().position(|one| one.path() == file.path);
                at.map_or(Ok(()), |at| made.swap_remove(at).remove())
            }
            (Place::Server { made, .. }, DatabaseUrl::Server(url)) => {
                if let Some(at) = made.iter().position(|one| one == &**url) {
                    remove_scratch(url).await?;
                    made.swap_remove(at);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Removes all that was made here, from another runtime than it was made in; what could not be reached is left.
    pub async fn abandon(self) {
        if let Place::Server { made, .. } = self.place {
            for url in &made {
                let _ = remove_scratch(url).await;
            }
        }
    }

    /// Removes all that was made here; the first failure is told when all was tried.
    pub async fn close(self) -> Result<(), Error> {
        let mut result = Ok(());
        match self.place {
            Place::Files { made, .. } => {
                for file in made {
                    result = result.and(file.remove());
                }
            }
            Place::Server { server, made } => {
                for url in &made {
                    result = result.and(remove_scratch(url).await.map(drop));
                }
                let server = *server;
                server.anchor.close().await;
                server.started.end().await;
            }
        }
        result
    }
}
