//! Poolers between rev and PostgreSQL: whether there are connections enough, and whether a session is one.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::timeout;
use tokio::time::timeout_at;

use crate::db::Access;
use crate::db::Database;
use crate::db::Lock;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::limits::Limits;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::run::session::Session;
use crate::script::Timeouts;
use crate::span::Span;

/// How long a pooler may let a statement wait that the server would answer at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long something may take that is surely on its way.
const MOMENT: Duration = Duration::from_secs(1);

/// How often two connections are compared; others may use the pool in between.
const LOOKS: usize = 3;

/// How PgBouncer ends a connection for which it had none to the server for too long.
const QUERY_WAIT_TIMEOUT: &str = "query_wait_timeout";

impl Session {
    /// Does `work` on the lock's connection, unless there is a pooler that has none to the server for it.
    ///
    /// A pooler by session has none left when this session has its only one. Where it is not clear why there is no
    /// answer, that is waited for until `deadline`.
    pub(crate) async fn through_pool<T>(
        &mut self,
        deadline: Instant,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut work = pin!(work);
        if self.db.family() != Family::Postgres {
            let last = deadline.max(Instant::now() + PATIENCE);
            return timeout_at(last, work).await.unwrap_or_else(|_| Err(no_answer()));
        }
        loop {
            if let Ok(done) = timeout(PATIENCE, &mut work).await {
                return done.map_err(|error| self.blame_pooler(error));
            }
            self.check_interrupt()?;
            // When neither gets an answer, the pool may simply be in use.
            if self.answers().await? {
                match timeout(MOMENT, &mut work).await {
                    Ok(done) => return done.map_err(|error| self.blame_pooler(error)),
                    Err(_) => return Err(self.pool_too_small()),
                }
            }
            if Instant::now() >= deadline {
                return Err(self.pool_too_small());
            }
        }
    }

    /// Makes sure that this session still gets a connection while the lock has one.
    ///
    /// A pooler by transaction has none left when the lock's transaction has its only one.
    pub(crate) async fn check_pool(&mut self, lock: &Lock) -> Result<(), Error> {
        if self.db.family() != Family::Postgres || lock.is_lease() || self.answers().await? {
            return Ok(());
        }
        Err(self.pool_too_small())
    }

    /// Refuses time-outs of statements that commit by themselves where the session they are set for is not this run's
    /// own.
    pub(crate) async fn check_timeouts(&mut self, program: &Program) -> Result<(), Error> {
        if self.db.family() != Family::Postgres {
            return Ok(());
        }
        let Some((option, span)) = session_timeout(program) else { return Ok(()) };
        if !self.shares_its_connection().await? {
            return Ok(());
        }
        let kind = ErrorKind::TimeoutBehindPooler { option: option.to_owned(), address: self.db.address.clone() };
        Err(Error::from(kind).at(span.clone()))
    }

    /// Returns whether the server answers this session soon.
    async fn answers(&mut self) -> Result<bool, Error> {
        match timeout(PATIENCE, self.select_one("SELECT 1")).await {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) => Err(self.blame_pooler(error)),
            Err(_) => Ok(false),
        }
    }

    /// Returns whether a pooler gives the server's connections out by transaction.
    ///
    /// Then the number that the server has for this session is another's soon after, or changes while another works. A
    /// session of its own keeps its number, and nobody else has it.
    async fn shares_its_connection(&mut self) -> Result<bool, Error> {
        let url = self.url().clone();
        // Who may not open a third connection is believed.
        let Ok(mut other) = Database::connect(&url, Access::Read, Duration::ZERO).await else { return Ok(false) };
        let mut shared = false;
        for _ in 0..LOOKS {
            let Some(before) = soon(self.select_one(PID)).await.transpose()? else { break };
            let Some(Ok(others)) = soon(other.select(&["BEGIN", PID])).await else { break };
            if others.into_iter().flatten().any(|row| Some(&row) == before.first()) {
                shared = true;
                break;
            }
            // The other's transaction holds what may have been this session's.
            let after = soon(self.select_one(PID)).await.transpose()?;
            shared = after.is_none_or(|after| after != before);
            let ended = soon(other.execute_all(&["ROLLBACK"])).await;
            if shared || ended.is_none() {
                break;
            }
        }
        other.close().await;
        Ok(shared)
    }

    /// Says of a pooler's own time-out what it means.
    fn blame_pooler(&self, error: Error) -> Error {
        match &*error.kind {
            ErrorKind::ConnectionLost { reason, .. } | ErrorKind::QueryFailed { reason }
                if reason.contains(QUERY_WAIT_TIMEOUT) =>
            {
                self.pool_too_small()
            }
            _ => error,
        }
    }

    fn pool_too_small(&self) -> Error {
        ErrorKind::PoolTooSmall { address: self.db.address.clone() }.into()
    }
}

/// A cluster answers no change of a row while it changes a table.
fn no_answer() -> Error {
    ErrorKind::Locked { holder: "the server does not answer, as a cluster does while it changes a table".to_owned() }
        .into()
}

/// The number of the server's process.
const PID: &str = "SELECT pg_catalog.pg_backend_pid()";

/// Does `work`, unless it takes too long.
async fn soon<T>(work: impl Future<Output = T>) -> Option<T> {
    timeout(PATIENCE, work).await.ok()
}

/// Returns the first time-out that a program sets for a session, and where.
fn session_timeout(program: &Program) -> Option<(&'static str, &Span)> {
    let parts = program.steps.iter().flat_map(|step| step.parts.iter().skip(step.parts_done));
    parts.filter(|part| part.mode == Mode::Alone).find_map(|part| {
        let option = match part.limits {
            Limits::Server(Timeouts { lock: Some(_), .. }) => "lock_timeout",
            Limits::Server(Timeouts { statement: Some(_), .. }) => "statement_timeout",
            Limits::Server(_) | Limits::Configured(_) => return None,
        };
        Part::statements(part).next().map(|statement| (option, &statement.span))
    })
}
