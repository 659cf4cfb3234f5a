//! The database itself: making it before the first revision, and removing it with all that is in it.

use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::config::url::SqliteMode;
use crate::config::url::SqliteUrl;
use crate::db::Access;
use crate::db::Database;
use crate::db::Others;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::restore_point::COMPANIONS;
use crate::run::restore_point::Old;
use crate::run::restore_point::RestorePoint;
use crate::run::restore_point::take_lock;
use crate::run::restore_point::with_ending;
use crate::run::restore_point::without_link;

/// What became of a database that should be there no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Whether it was there.
    pub was_there: bool,
    /// The copies of a SQLite database that stay, newest first.
    pub restore_points: Vec<PathBuf>,
}

/// Makes the configured database, empty, unless it is there; returns whether it was missing.
pub async fn create_database(config: &Config) -> Result<bool, Error> {
    match &config.database.url.resolve()?.url {
        DatabaseUrl::Sqlite(file) => create_file(file).await,
        DatabaseUrl::Server(server) => Database::create(server, config.database.wait).await,
    }
}

/// Removes the configured database with all that is in it, if it is there.
///
/// Nobody else may use it, unless `others` says that they do not count. Of SQLite, the files of the database go, and the
/// restore points stay.
pub async fn drop_database(config: &Config, others: Others) -> Result<Dropped, Error> {
    let url = config.database.url.resolve()?.url;
    match &url {
        DatabaseUrl::Sqlite(file) => drop_file(&url, file, others, config.database.lock_wait).await,
        DatabaseUrl::Server(server) => {
            let was_there = Database::remove(server, others, config.database.wait).await?;
            Ok(Dropped { was_there, restore_points: Vec::new() })
        }
    }
}

async fn create_file(file: &SqliteUrl) -> Result<bool, Error> {
    let unopened = |reason: String| {
        let address = file.path.display().to_string();
        Error::from(ErrorKind::CannotOpen { address, reason })
    };
    if file.path.exists() {
        // What is no database is not taken for one that is there.
        let url = DatabaseUrl::Sqlite(file.clone());
        let mut database = Database::connect(&url, Access::Read, Duration::ZERO).await?;
        let looked = database.select(&["SELECT count(*) FROM sqlite_schema"]).await;
        database.close().await;
        return looked.map(|_| false).map_err(|failure| unopened(failure.reason()));
    }
    if file.mode == SqliteMode::ReadOnly {
        return Err(unopened("its URL says `mode=ro`".to_owned()));
    }
    match OpenOptions::new().write(true).create_new(true).open(&file.path) {
        Ok(_) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(cause) => Err(unopened(cause.to_string())),
    }
}

async fn drop_file(url: &DatabaseUrl, file: &SqliteUrl, others: Others, lock_wait: Duration) -> Result<Dropped, Error> {
    let path = without_link(&file.path);
    let was_there = path.exists();
    let is_file = !was_there || path.is_file();
    if !is_file || file.mode == SqliteMode::ReadOnly {
        let reason = if is_file { "its URL says `mode=ro`" } else { "it is no file" };
        return Err(ErrorKind::CannotDrop { database: url.to_string(), reason: reason.to_owned() }.into());
    }
    let restore_points = || -> Result<Vec<PathBuf>, Error> {
        Ok(RestorePoint::of(&path)?.into_iter().map(|point| point.path).collect())
    };
    if !was_there && !path.parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
        return Ok(Dropped { was_there, restore_points: Vec::new() });
    }
    match (was_there, others) {
        (false, _) => remove_companions(&path, &file.path)?,
        (true, Others::Disconnect) => {
            remove(&path)?;
            remove_companions(&path, &file.path)?;
        }
        (true, Others::Spare) => {
            let lock = take_lock(url, lock_wait).await?;
            let old = Old::take(&path).await?;
            let removed = remove(&path).and_then(|()| remove_companions(&path, &file.path));
            old.release(removed.is_ok()).await;
            lock.release().await;
            removed?;
        }
    }
    Ok(Dropped { was_there, restore_points: restore_points()? })
}

/// Removes what belongs to a database that is gone; the lock's file is the last.
fn remove_companions(database: &Path, given: &Path) -> Result<(), Error> {
    for path in COMPANIONS.iter().map(|ending| with_ending(database, ending)) {
        remove(&path)?;
    }
    for path in RestorePoint::unfinished(database) {
        remove(&path)?;
    }
    remove(&with_ending(given, ".rev-lock"))
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(Error::from(ErrorKind::Unwritable { path: path.to_owned() }).because(cause))
        }
        _ => Ok(()),
    }
}
