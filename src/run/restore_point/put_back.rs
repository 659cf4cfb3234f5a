//! Putting a restore point in the place of its database.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep;

use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::config::url::SqliteMode;
use crate::config::url::SqliteUrl;
use crate::db::Access;
use crate::db::Database;
use crate::db::Failure;
use crate::db::Lock;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::journal::Holder;
use crate::journal::Row;
use crate::run::clock::Clock;
use crate::run::restore_point::RestorePoint;
use crate::run::restore_point::point::COMPANIONS;
use crate::run::restore_point::point::JOURNAL;
use crate::run::restore_point::point::LOG;
use crate::run::restore_point::point::database;
use crate::run::restore_point::point::remove_with_companions;
use crate::run::restore_point::point::sync_folder;
use crate::run::restore_point::point::with_ending;
use crate::run::session::Session;

/// What became of a database that was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The copy that it was put back from, which stays.
    pub from: PathBuf,
    /// Where the database is that was replaced; nothing if there was none.
    pub kept: Option<PathBuf>,
    /// Where the database is now.
    pub current: Heads,
}

/// How the name of the copy ends that takes the database's place.
const COMING: &str = ".rev-coming";

/// The pause between two tries for the lock.
const PAUSE: Duration = Duration::from_millis(100);

impl RestorePoint {
    /// Puts the copy in `from` in the place of the configured database, under rev's lock, in one step.
    ///
    /// What was there is kept as one more restore point. The copy is looked through first; if anything fails, the
    /// database is as it was.
    pub async fn put_back(config: &Config, from: &Path) -> Result<Restored, Error> {
        let url = &config.database.url.resolve()?.url;
        let database = database(config)?;
        if matches!(url, DatabaseUrl::Sqlite(file) if file.mode == SqliteMode::ReadOnly) {
            let reason = "its URL says `mode=ro`".to_owned();
            return Err(ErrorKind::CannotOpen { address: url.address(), reason }.into());
        }
        let lock = take_lock(url, config.database.lock_wait).await?;
        let coming = with_ending(&database, COMING);
        let result = replace(config, from, &database, &coming).await;
        if result.is_err() {
            remove_with_companions(&coming);
        }
        lock.release().await;
        let (kept, current) = result?;
        Ok(Restored { from: from.to_owned(), kept, current })
    }
}

async fn replace(
    config: &Config,
    from: &Path,
    database: &Path,
    coming: &Path,
) -> Result<(Option<PathBuf>, Heads), Error> {
    copy(from, database, coming)?;
    let mut new = open(coming).await.map_err(|error| unsound(from, error.to_string()))?;
    let checked = look_through(&mut new).await;
    if let Err(reason) = checked {
        new.close().await;
        return Err(unsound(from, reason));
    }
    let current = match heads(config, &sqlite(coming)).await {
        Ok(current) => current,
        Err(error) => {
            new.close().await;
            return Err(error);
        }
    };
    let at = heads_of_old(config).await;
    let old = match Old::take(database).await {
        Ok(old) => old,
        Err(error) => {
            new.close().await;
            return Err(error);
        }
    };
    let set = match old.was_wal {
        true => new.execute_all(&["PRAGMA journal_mode = WAL"]).await.map(|_| ()),
        false if database.exists() => new.execute_all(&["PRAGMA journal_mode = DELETE"]).await.map(|_| ()),
        false => Ok(()),
    };
    new.close().await;
    if let Err(at) = set {
        old.release(false).await;
        return Err(unsound(from, at.failure.reason()));
    }
    let swapped = swap(database, coming, &at);
    old.release(swapped.is_ok()).await;
    swapped.map(|kept| (kept, current))
}

/// Gives the old file another name, and the new one its own.
fn swap(database: &Path, coming: &Path, at: &str) -> Result<Option<PathBuf>, Error> {
    let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: database.into() }).because(cause);
    let kept = database.exists().then(|| RestorePoint::new_path(database, Clock::start().text(), at));
    if let Some(kept) = &kept {
        // Both names are there for a moment, so that there is a database at any time.
        if fs::hard_link(database, kept).is_err() {
            fs::copy(database, kept).map_err(unwritable)?;
        }
    }
    // They belong to the old file, and would be taken for parts of the new one.
    let moved = kept.as_ref().map_or(Ok(()), |kept| move_companions(database, kept));
    if let Err(cause) = moved.and_then(|()| fs::rename(coming, database)) {
        if let Some(kept) = &kept {
            let _ = move_companions(kept, database);
            let _ = fs::remove_file(kept); // the database still has its own name
        }
        return Err(unwritable(cause));
    }
    sync_folder(database);
    Ok(kept)
}

fn move_companions(from: &Path, to: &Path) -> io::Result<()> {
    let mut there = COMPANIONS.into_iter().filter(|ending| with_ending(from, ending).exists());
    there.try_for_each(|ending| fs::rename(with_ending(from, ending), with_ending(to, ending)))
}

/// Copies a restore point next to the database, with its mode.
fn copy(from: &Path, database: &Path, coming: &Path) -> Result<(), Error> {
    let unreadable = |cause: io::Error| Error::from(ErrorKind::Unreadable { path: from.into() }).because(cause);
    let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: coming.into() }).because(cause);
    remove_with_companions(coming);
    let mut source = fs::File::open(from).map_err(unreadable)?;
    let length = source.metadata().map_err(unreadable)?.len();
    if length == 0 {
        return Err(unsound(from, "it is empty".to_owned()));
    }
    let model = if database.exists() { database } else { from };
    let mut target = fs::File::create(coming).map_err(unwritable)?;
    target.set_permissions(fs::metadata(model).map_err(unreadable)?.permissions()).map_err(unwritable)?;
    io::copy(&mut source, &mut target).map_err(unwritable)?;
    for ending in [LOG, JOURNAL] {
        // What was committed may still stand there alone, and what was not may have to be rolled back.
        let companion = with_ending(from, ending);
        if companion.exists() {
            fs::copy(companion, with_ending(coming, ending)).map_err(unwritable)?;
        }
    }
    target.sync_all().map_err(unwritable)
}

/// Returns why a database is damaged, if it is.
///
/// Where constraints, indexes or tables need what only the application has, each table is looked through that does not.
async fn look_through(database: &mut Database) -> Result<(), String> {
    let whole = match database.select(&["PRAGMA quick_check"]).await {
        Err(failure) if is_of_application(&failure) => None,
        answers => Some(answers),
    };
    if let Some(answers) = whole {
        return verdict(answers);
    }
    let tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0";
    let tables = database.select(&[tables]).await.map_err(|failure| failure.reason())?;
    let names = tables.into_iter().flatten().flatten().flatten();
    for name in ["sqlite_schema".to_owned()].into_iter().chain(names) {
        let check = format!("PRAGMA quick_check('{}')", name.replace('\'', "''"));
        match database.select(&[&check]).await {
            Err(failure) if is_of_application(&failure) => {}
            answers => verdict(answers)?,
        }
    }
    Ok(())
}

fn verdict(answers: Result<Vec<Vec<Row>>, Failure>) -> Result<(), String> {
    let answers = answers.map_err(|failure| failure.reason())?;
    let found: Vec<&str> = answers.iter().flatten().flatten().filter_map(Option::as_deref).collect();
    if found == ["ok"] { Ok(()) } else { Err(found.first().copied().unwrap_or("no answer").to_owned()) }
}

/// Whether a check failed for a function, collation or module that this program has not; damage has other codes.
fn is_of_application(failure: &Failure) -> bool {
    failure.code.as_deref() == Some("1") && !failure.lost
}

/// The database that goes, with a lock on it that no other program gets past.
pub(crate) struct Old {
    connection: Option<Database>,
    was_wal: bool,
}

impl Old {
    /// Brings everything that was committed into the one file, and keeps others from it.
    ///
    /// A database that is damaged cannot be locked, and nobody can use it either.
    pub(crate) async fn take(path: &Path) -> Result<Self, Error> {
        let nothing = Self { connection: None, was_wal: false };
        if !path.exists() {
            return Ok(nothing);
        }
        let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: path.into() }).because(cause);
        fs::OpenOptions::new().write(true).open(path).map_err(unwritable)?;
        let Ok(mut connection) = open(path).await else { return Ok(nothing) };
        let mode = connection.select(&["PRAGMA journal_mode"]).await;
        let mode = mode.map(|answers| answers.into_iter().flatten().flatten().flatten().next());
        let was_wal = matches!(&mode, Ok(Some(mode)) if mode == "wal");
        let mut steps = vec!["BEGIN EXCLUSIVE"];
        if was_wal {
            // It takes everybody else to have closed it; the -wal and -shm files go with it.
            steps.insert(0, "PRAGMA journal_mode = DELETE");
        }
        let failure = match (mode, connection.execute_all(&steps).await) {
            (Ok(_), Ok(_)) => return Ok(Self { connection: Some(connection), was_wal }),
            (Err(failure), _) => failure,
            (_, Err(at)) => at.failure,
        };
        connection.close().await;
        if is_damage(&failure) {
            return Ok(Self { was_wal, ..nothing });
        }
        Err(ErrorKind::DatabaseInUse { database: path.into(), reason: failure.reason() }.into())
    }

    /// Lets others at it; if it was not replaced, its journal is as it was.
    pub(crate) async fn release(self, is_replaced: bool) {
        if let Some(mut connection) = self.connection {
            let _ = connection.execute_all(&["ROLLBACK"]).await;
            if self.was_wal && !is_replaced {
                let _ = connection.execute_all(&["PRAGMA journal_mode = WAL"]).await;
            }
            connection.close().await;
        }
    }
}

/// `SQLITE_CORRUPT` and `SQLITE_NOTADB`, in their low bytes.
fn is_damage(failure: &Failure) -> bool {
    let code = failure.code.as_deref().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
}

async fn open(path: &Path) -> Result<Database, Error> {
    Database::connect(&sqlite(path), Access::Write, Duration::ZERO).await
}

fn sqlite(path: &Path) -> DatabaseUrl {
    DatabaseUrl::Sqlite(SqliteUrl { path: path.to_owned(), mode: SqliteMode::ReadWrite, extensions: Vec::new() })
}

/// Returns where a database is, which this rev must be able to read.
async fn heads(config: &Config, url: &DatabaseUrl) -> Result<Heads, Error> {
    let session = Session::connect(&config.database, url, []).await?;
    let rows = session.rows.clone();
    session.close().await;
    Ok(rows)
}

/// Returns what the name of the database that goes says of its heads.
async fn heads_of_old(config: &Config) -> String {
    let Ok(resolved) = config.database.url.resolve() else { return "unknown".to_owned() };
    match heads(config, &resolved.url).await {
        Ok(rows) => RestorePoint::heads_in_name(&rows),
        Err(_) => "unknown".to_owned(),
    }
}

/// Waits for rev's lock; the database may be too damaged to say who holds it.
pub(crate) async fn take_lock(url: &DatabaseUrl, wait: Duration) -> Result<Lock, Error> {
    let mut lock = Lock::open(url).await?;
    let deadline = Instant::now() + wait;
    while !lock.try_take().await? {
        if Instant::now() >= deadline {
            return Err(ErrorKind::Locked { holder: Holder::default().to_string() }.into());
        }
        sleep(PAUSE).await;
    }
    Ok(lock)
}

fn unsound(path: &Path, reason: String) -> Error {
    ErrorKind::UnsoundRestorePoint { path: path.into(), reason }.into()
}
