//! The lock of servers that have none, or one for each node: a row with an end, which its holder keeps putting off.
//!
//! Whose the row is, the server decides by how many rows an `UPDATE` touched, and when it ends, by the server's clock. A
//! holder that is gone without a word is waited for until then.

use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep;

use crate::config::url::DatabaseUrl;
use crate::db::connect::Access;
use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Holder;
use crate::journal::Journal;
use crate::journal::Lease;

/// How long an ended lease is watched before it is taken over. A holder whose renewal was held up, as a cluster does while
/// it changes a table, renews it at once when it can.
const GRACE: Duration = Duration::from_secs(5);

/// How often a statement is tried that another node's stood in the way of.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// The same for whoever holds the table: a renewal that waits for longer is too late.
const PATIENT: &str = "SET LOCAL lock_timeout = 3000";

/// A way to the lease of one database, on a connection of its own.
#[derive(Debug)]
pub struct LeaseLock {
    connection: Box<Database>,
    journal: Journal,
    token: String,
    me: Holder,
    /// What the row said when it was last read.
    seen: Option<Lease>,
    /// Since when the lease has been seen to be over, as which token and end.
    over_since: Option<(Instant, Option<String>, i64)>,
}

impl LeaseLock {
    /// Opens the way to the lease of the database of `url`, whose journal must exist; takes nothing yet.
    ///
    /// `token` tells this holder from all others.
    pub async fn open(url: &DatabaseUrl, journal: &Journal, token: String, me: Holder) -> Result<Self, Error> {
        let mut connection = Box::new(Database::connect(url, Access::Write, Duration::ZERO).await?);
        if connection.family() == Family::Mysql {
            let patient = "SET SESSION wait_timeout = 31536000, autocommit = 1, lock_wait_timeout = 3";
            // Also where transactions are read-only unless they say otherwise.
            connection
                .execute_all(&[patient, "SET SESSION TRANSACTION READ WRITE"])
                .await
                .map_err(|at| connection.error(at.failure))?;
        }
        let mut lock = Self { connection, journal: journal.clone(), token, me, seen: None, over_since: None };
        lock.prepare().await?;
        Ok(lock)
    }

    /// Takes the lease if it is free, or has been over for a while; never waits.
    pub async fn try_take(&mut self) -> Result<bool, Error> {
        let Some(lease) = self.read().await.map_err(|failure| self.connection.error(failure))? else {
            let row = "the lease is missing".to_owned();
            return Err(ErrorKind::DamagedJournal { table: self.journal.lock.clone(), row }.into());
        };
        self.seen = Some(lease.clone());
        if !self.may_be_taken(&lease) {
            return Ok(false);
        }
        let take = self.journal.take_lease(&lease, &self.token, &self.me);
        match self.change(&take).await {
            Ok(rows) => Ok(rows == 1),
            // Another node's runner took it in the same moment.
            Err(failure) if self.is_contention(&failure) => Ok(false),
            Err(failure) => Err(self.connection.error(failure)),
        }
    }

    /// Puts the end of the lease off; fails when it is somebody else's by now, or cannot be renewed.
    pub async fn renew(&mut self) -> Result<(), Error> {
        let renew = self.journal.renew_lease(&self.token);
        for _ in 0..TRIES {
            match self.change(&renew).await {
                Ok(1) => return Ok(()),
                Ok(_) => break,
                Err(failure) if self.is_contention(&failure) => sleep(PAUSE).await,
                Err(failure) => return Err(self.connection.error(failure)),
            }
        }
        Err(ErrorKind::LockLost.into())
    }

    /// Gives the lease back at once.
    pub async fn release(mut self) {
        let release = self.journal.release_lease(&self.token);
        for _ in 0..TRIES {
            match self.change(&release).await {
                Err(failure) if self.is_contention(&failure) => sleep(PAUSE).await,
                // What cannot be given back ends by itself.
                _ => break,
            }
        }
        self.connection.close().await;
    }

    /// Returns who has it, as of the last look.
    pub fn holder(&self) -> Option<&Holder> {
        self.seen.as_ref().filter(|lease| lease.token.is_some()).map(|lease| &lease.holder)
    }

    /// A lease that is over is somebody's until it has been seen to stay over.
    fn may_be_taken(&mut self, lease: &Lease) -> bool {
        if lease.token.is_none() {
            return true;
        }
        if lease.left >= 0 {
            self.over_since = None;
            return false;
        }
        match &self.over_since {
            Some((since, token, ends)) if *token == lease.token && *ends == lease.ends => since.elapsed() >= GRACE,
            _ => {
                self.over_since = Some((Instant::now(), lease.token.clone(), lease.ends));
                false
            }
        }
    }

    /// Makes what leases need and may be missing: the columns in a table of an older rev, and the row.
    async fn prepare(&mut self) -> Result<(), Error> {
        let mut problem = None;
        for _ in 0..TRIES {
            let missing = match self.read().await {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => self.journal.insert_lease(),
                Err(failure) if is_unknown_column(&failure) => self.journal.add_lease_columns(),
                Err(failure) => return Err(self.connection.error(failure)),
            };
            // Others may do the same in this moment; what matters is that it is there afterwards.
            if let Err(failure) = self.change(&missing).await {
                if failure.lost {
                    return Err(self.connection.error(failure));
                }
                problem = Some(failure);
                sleep(PAUSE).await;
            }
        }
        let failure = problem.unwrap_or_else(|| Failure::plain("the lease cannot be read".to_owned(), false));
        Err(self.connection.error(failure))
    }

    /// Runs a statement in a transaction of its own, and returns how many rows it touched.
    ///
    /// PostgreSQL is told with each that it writes: behind a pooler, a setting of the session would stay with somebody else.
    async fn change(&mut self, sql: &str) -> Result<u64, Failure> {
        let is_postgres = self.connection.family() == Family::Postgres;
        let all = if is_postgres { vec!["BEGIN READ WRITE", PATIENT, sql, "COMMIT"] } else { vec![sql] };
        match self.connection.execute_all(&all).await {
            Ok(done) => Ok(done.get(all.len() / 2).map_or(0, |done| done.rows)),
            Err(at) => {
                if is_postgres && !at.failure.lost {
                    let _ = self.connection.execute_all(&["ROLLBACK"]).await;
                }
                Err(at.failure)
            }
        }
    }

    async fn read(&mut self) -> Result<Option<Lease>, Failure> {
        let query = self.journal.select_lease();
        let is_postgres = self.connection.family() == Family::Postgres;
        let all = if is_postgres { vec![PATIENT, &query] } else { vec![query.as_str()] };
        let answers = self.connection.select(&all).await?;
        Ok(answers.iter().flatten().find_map(Lease::from_row))
    }

    /// Returns whether another session's change stood in the way, so that nothing happened.
    fn is_contention(&self, failure: &Failure) -> bool {
        failure.is_locked_out(self.connection.family()) || failure.code.as_deref() == Some("40001")
    }
}

/// `undefined_column`, `ER_BAD_FIELD_ERROR`.
fn is_unknown_column(failure: &Failure) -> bool {
    matches!(failure.code.as_deref(), Some("42703" | "1054"))
}
