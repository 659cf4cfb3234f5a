//! Waiting until somebody else has brought a database where it is wanted; only SELECTs are sent.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::timeout_at;

use crate::db::Access;
use crate::db::Database;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::project::project::Project;
use crate::run::Reading;
use crate::run::interrupt::Interrupt;
use crate::run::session::Session;
use crate::run::session::location;

/// How long a database may take for one answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pauses between two looks; many may wait at the same time, and none holds a connection meanwhile.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// The server answers.
    Connect,
    /// These are applied, and nothing is in progress.
    Applied(Vec<RevisionId>),
}

/// Where a database stood at the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether it is where it is wanted.
    pub reached: bool,
    /// What it is at; nothing when that was not asked.
    pub current: Option<Heads>,
    /// What is wanted and not applied.
    pub missing: Vec<RevisionId>,
    /// The revision that is in progress.
    pub in_progress: Option<RevisionId>,
}

impl Project {
    /// Reads what `target` means for [`Self::wait_until`]; it must mean the same wherever the database is.
    pub fn until(&self, target: &Target) -> Result<Until, Error> {
        if target.needs_rows() {
            let reason = "it counts from where the database is, and that is what changes".to_owned();
            return Err(ErrorKind::BadTarget { text: target.to_string(), reason }.into());
        }
        Ok(Until::Applied(self.graph.resolve(target, &Heads::empty())?))
    }

    /// Looks at the database again and again until it is where it is wanted, or `timeout` is over; returns how it stood
    /// last, or why it could not be reached then. What is seen is told when it changes.
    pub async fn wait_until(
        &self,
        until: &Until,
        timeout: Duration,
        interrupt: &Interrupt,
        mut tell: impl FnMut(&Result<Reach, Error>),
    ) -> Result<Reach, Error> {
        let deadline = Instant::now() + timeout;
        let mut pause = FIRST_PAUSE;
        let mut told = None;
        loop {
            let seen = in_time(deadline, timeout, interrupt.or_stop(self.stands(until))).await;
            match &seen {
                Ok(standing) if standing.reached => return seen,
                Err(error) if !may_pass(error) => return seen,
                _ => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return seen;
            }
            let words = format!("{seen:?}");
            if told.as_ref() != Some(&words) {
                tell(&seen);
                told = Some(words);
            }
            interrupt.sleep(pause.min(left)).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn stands(&self, until: &Until) -> Result<Reach, Error> {
        let database = &self.config.database;
        let url = database.url.resolve()?.url;
        let Until::Applied(wanted) = until else {
            let mut db = Database::connect(&url, Access::Read, Duration::ZERO).await?;
            let answer = db.select(&["SELECT 1"]).await;
            let address = db.address.clone();
            db.close().await;
            return match answer {
                Ok(_) => Ok(Reach { reached: true, current: None, missing: Vec::new(), in_progress: None }),
                Err(failure) => Err(ErrorKind::ConnectionFailed { address, reason: failure.reason() }.into()),
            };
        };
        let mut session = Session::open(&url, &location(database, self.ids()), Reading::watching(PATIENCE)).await?;
        let standing = self.reach(wanted, &mut session).await;
        session.close().await;
        standing
    }

    /// Compares what is applied with what is wanted. A database that a newer release has brought further has what its
    /// history says it has: its rows are in no script of this one.
    async fn reach(&self, wanted: &[RevisionId], session: &mut Session) -> Result<Reach, Error> {
        let unknown = self.graph.unknown_rows(&session.rows);
        let known: Heads = session.rows.iter().filter(|id| !unknown.contains(id)).cloned().collect();
        let applied = self.graph.applied(&known);
        let mut missing: Vec<RevisionId> = wanted.iter().filter(|id| !applied.contains(id)).cloned().collect();
        if !missing.is_empty() && !unknown.is_empty() {
            let last = session.last_steps().await?;
            let is_applied =
                |id: &RevisionId| last.get(id).is_some_and(|last| last.step.direction == Direction::Upgrade.as_str());
            missing.retain(|id| !is_applied(id));
        }
        let in_progress = session.progress.first().map(|row| row.revision.clone());
        let mut current = self.graph.maximal(&known);
        current.0.extend(unknown);
        let reached = missing.is_empty() && in_progress.is_none();
        Ok(Reach { reached, current: Some(current), missing, in_progress })
    }
}

/// Cuts off what takes longer than the whole wait may; a second is left for an answer that is on its way.
async fn in_time(
    deadline: Instant,
    timeout: Duration,
    work: impl Future<Output = Result<Reach, Error>>,
) -> Result<Reach, Error> {
    let late = |_| {
        let reason = format!("no answer within {} s", timeout.as_secs_f32());
        Err(ErrorKind::ConnectionFailed { address: "the database".to_owned(), reason }.into())
    };
    timeout_at(deadline + Duration::from_secs(1), work).await.unwrap_or_else(late)
}

/// Returns whether it can be otherwise at the next look: a server that comes up may not have the database or the user
/// yet, and somebody else may just be making rev's tables.
fn may_pass(error: &Error) -> bool {
    matches!(
        *error.kind,
        ErrorKind::ConnectionFailed { .. }
            | ErrorKind::ConnectionLost { .. }
            | ErrorKind::AccessDenied { .. }
            | ErrorKind::NoSuchDatabase { .. }
            | ErrorKind::CannotOpen { .. }
            | ErrorKind::QueryFailed { .. }
            | ErrorKind::TableLocked { .. }
    )
}
