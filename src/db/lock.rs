//! The lock that keeps two runs apart, held by a connection, a file of its own, or a lease.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use sha2::Digest;
use sha2::Sha256;

use crate::config::url::DatabaseUrl;
use crate::db::connect::Access;
use crate::db::database::Database;
use crate::db::lease::LeaseLock;
use crate::db::reach;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Holder;
use crate::regular_file;

/// A way to the lock of one database; the lock is held from a successful [`Self::try_take`] until this is dropped.
///
/// Nothing of it outlives the process or the connection, so nothing that is killed can block the next run; a lease ends by
/// itself.
#[derive(Debug)]
pub struct Lock(Kind);

#[derive(Debug)]
enum Kind {
    /// An idle transaction of a second connection holds an advisory lock. It goes with the transaction, also behind a
    /// pooler, and is never waited for inside of a statement: that would deadlock with `CREATE INDEX CONCURRENTLY`.
    Postgres(Box<Database>),
    /// A second connection holds a named lock, which survives every commit.
    Mysql { connection: Box<Database>, name: String },
    /// The operating system's lock on a file beside the database.
    Sqlite { path: PathBuf, file: Option<File> },
    /// A row that its holder keeps putting the end off of, where the server has no lock that reaches every node.
    Lease(Box<LeaseLock>),
}

/// The two halves of PostgreSQL's lock key: a word that others hardly use, and no more, for one lock a database.
const POSTGRES_KEY: &str = "1919252992, 1";

impl Lock {
    /// Opens the way to the lock of the database of `url`; takes nothing yet.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, Error> {
        let kind = match url {
            DatabaseUrl::Sqlite(file) => Kind::Sqlite { path: lock_path(&file.path), file: None },
            DatabaseUrl::Server(server) => {
                let mut connection = Box::new(Database::connect(url, Access::Write, Duration::ZERO).await?);
                match connection.family() {
                    Family::Mysql => {
                        // The longest that the server takes; an idle connection would else be ended after some hours.
                        let patient = "SET SESSION wait_timeout = 31536000";
                        connection.execute_all(&[patient]).await.map_err(|at| connection.error(at.failure))?;
                        Kind::Mysql { connection, name: lock_name(&server.database) }
                    }
                    Family::Postgres | Family::Sqlite => Kind::Postgres(connection),
                }
            }
        };
        Ok(Self(kind))
    }

    /// Makes a lock of a lease.
    pub fn leased(lease: LeaseLock) -> Self {
        Self(Kind::Lease(Box::new(lease)))
    }

    /// Asks the server whether its own lock keeps everybody apart who uses the database.
    pub async fn reaches_everybody(&mut self) -> Result<bool, Error> {
        let (Kind::Postgres(connection) | Kind::Mysql { connection, .. }) = &mut self.0 else { return Ok(true) };
        let family = connection.family();
        match connection.select(reach::questions(family)).await {
            Ok(answers) => Ok(reach::own_lock_is_enough(family, &answers)),
            Err(failure) if reach::has_no_locks(family, failure.code.as_deref()) => Ok(false),
            Err(failure) => Err(connection.error(failure)),
        }
    }

    /// Returns whether the lock is a lease.
    pub fn is_lease(&self) -> bool {
        matches!(self.0, Kind::Lease(_))
    }

    /// Returns who holds it, where the lock itself knows.
    pub fn holder(&self) -> Option<&Holder> {
        match &self.0 {
            Kind::Lease(lease) => lease.holder(),
            Kind::Postgres(_) | Kind::Mysql { .. } | Kind::Sqlite { .. } => None,
        }
    }

    /// Takes the lock if it is free; never waits.
    pub async fn try_take(&mut self) -> Result<bool, Error> {
        match &mut self.0 {
            Kind::Postgres(connection) => try_postgres(connection).await,
            Kind::Mysql { connection, name } => {
                let query = format!("SELECT GET_LOCK('{name}', 0)");
                is_one(connection, &[&query]).await
            }
            Kind::Sqlite { path, file } => {
                // Who named no folder that is there did not name this file either.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
                if let Some(folder) = folder {
                    let reason = format!("there is no folder {}", folder.display());
                    let address = path.with_extension("").display().to_string();
                    return Err(ErrorKind::CannotOpen { address, reason }.into());
                }
                let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: path.clone() }).because(cause);
                let opened = regular_file::expect(path)
                    .and_then(|()| OpenOptions::new().create(true).truncate(false).write(true).open(&*path))
                    .map_err(unwritable)?;
                match opened.try_lock() {
                    Ok(()) => {
                        *file = Some(opened);
                        Ok(true)
                    }
                    Err(TryLockError::WouldBlock) => Ok(false),
                    Err(TryLockError::Error(cause)) => Err(unwritable(cause)),
                }
            }
            Kind::Lease(lease) => lease.try_take().await,
        }
    }

    /// Makes sure that the lock is still held, as far as that can be known.
    pub async fn ping(&mut self) -> Result<(), Error> {
        let held = match &mut self.0 {
            // The lock is gone with the transaction, of which a new statement would begin another.
            Kind::Postgres(connection) => {
                let query = format!(
                    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() \
                     AND granted AND (classid, objid) = ({POSTGRES_KEY})"
                );
                is_one(connection, &[&query]).await?
            }
            Kind::Mysql { connection, name } => {
                let query = format!("SELECT IS_USED_LOCK('{name}') = CONNECTION_ID()");
                is_one(connection, &[&query]).await?
            }
            Kind::Sqlite { file, .. } => file.is_some(),
            Kind::Lease(lease) => return lease.renew().await,
        };
        if held { Ok(()) } else { Err(ErrorKind::LockLost.into()) }
    }

    /// Gives the lock back.
    pub async fn release(self) {
        match self.0 {
            Kind::Postgres(connection) | Kind::Mysql { connection, .. } => connection.close().await,
            Kind::Sqlite { .. } => {}
            Kind::Lease(lease) => lease.release().await,
        }
    }
}

impl Database {
    /// Returns whether somebody holds the lock of the database, as far as the server's own locks tell; a lease is not seen.
    ///
    /// Takes nothing on servers; of SQLite the lock's file is tried for a moment, which nobody waits for longer than that.
    pub async fn is_locked(&mut self, url: &DatabaseUrl) -> Result<bool, Error> {
        let query = match url {
            DatabaseUrl::Sqlite(file) => {
                let path = lock_path(&file.path);
                let Ok(opened) = regular_file::expect(&path).and_then(|()| File::open(&path)) else { return Ok(false) };
                return Ok(matches!(opened.try_lock(), Err(TryLockError::WouldBlock)));
            }
            DatabaseUrl::Server(server) => match self.family() {
                Family::Mysql => {
                    format!(
                        "SELECT CASE WHEN IS_USED_LOCK('{}') IS NULL THEN 0 ELSE 1 END",
                        lock_name(&server.database)
                    )
                }
                Family::Postgres | Family::Sqlite => format!(
                    "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d \
                     ON d.oid = l.database WHERE d.datname = current_database() AND l.locktype = 'advisory' \
                     AND l.granted AND (l.classid, l.objid) = ({POSTGRES_KEY})) THEN 1 ELSE 0 END"
                ),
            },
        };
        is_one(self, &[&query]).await
    }
}

/// Returns the file of SQLite's lock: whoever comes by a link must find the same one.
fn lock_path(database: &Path) -> PathBuf {
    let path = database.is_symlink().then(|| fs::canonicalize(database).ok()).flatten();
    let mut path = path.unwrap_or_else(|| database.to_owned()).into_os_string();
    path.push(".rev-lock");
    path.into()
}

/// A waiter holds no transaction: it would keep a pooler's connection from the holder.
async fn try_postgres(connection: &mut Database) -> Result<bool, Error> {
    let take = format!("SELECT CASE WHEN pg_try_advisory_xact_lock({POSTGRES_KEY}) THEN 1 ELSE 0 END");
    let begin = [
        "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SELECT 0 FROM (SELECT set_config('idle_in_transaction_session_timeout', '0', true), \
         CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL \
         THEN set_config('transaction_timeout', '0', true) END) s",
        &take,
    ];
    let taken = is_one(connection, &begin).await?;
    if !taken {
        connection.execute_all(&["ROLLBACK"]).await.map_err(|at| connection.error(at.failure))?;
    }
    Ok(taken)
}

/// Runs queries and returns whether the last one answered 1.
async fn is_one(connection: &mut Database, queries: &[&str]) -> Result<bool, Error> {
    let answers = match connection.select(queries).await {
        Ok(answers) => answers,
        Err(failure) => return Err(connection.error(failure)),
    };
    let last = answers.last().and_then(|rows| rows.first()).and_then(|row| row.first());
    Ok(last.is_some_and(|cell| cell.as_deref() == Some("1")))
}

/// The name of MySQL's lock, which holds for the whole server: at most 64 characters, so a hash of the database's name.
pub(super) fn lock_name(database: &str) -> String {
    let digest = Sha256::digest(database.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("rev:{hex}")
}
