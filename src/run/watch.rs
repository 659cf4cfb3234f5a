//! Who keeps a statement waiting, and how far a slow one is: asked over a connection of its own meanwhile.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::config::url::DatabaseUrl;
use crate::db::Access;
use crate::db::Blocker;
use crate::db::Database;
use crate::db::StatementProgress;

/// What is known of a statement that takes long.
#[derive(Debug)]
pub(crate) enum Waiting<'a> {
    /// Others hold what it needs, and may do so for long; told when that begins, and when they change.
    Blocked {
        /// Who it is.
        blockers: &'a [Blocker],
    },
    /// The server tells how far it is.
    Slow {
        /// What it does.
        progress: &'a StatementProgress,
    },
}

/// Whom a session asks about, and what it was told last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// The number of the session at the server, once it may have to wait.
    pub(crate) pid: Option<String>,
    /// How long a statement may wait.
    pub(crate) patience: Option<Duration>,
    /// Who kept it waiting when that was last asked.
    pub(crate) blockers: Vec<Blocker>,
}

/// How soon, and how often, it is asked who keeps a statement waiting.
const LOOK: Duration = Duration::from_millis(800);
const SHORTEST_LOOK: Duration = Duration::from_millis(40);

/// From when on a statement is slow, and a wait long.
const SLOW: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(10);

impl Watch {
    /// Does `work`; where that takes a moment, a connection of its own asks the server who is in the way.
    ///
    /// It must be asked while the statement waits: afterwards nobody blocks it any more. How soon depends on how long it may wait.
    pub(crate) async fn during<T>(
        &mut self,
        url: &DatabaseUrl,
        tell: &mut (dyn FnMut(Waiting<'_>) + Send),
        work: BoxFuture<'_, T>,
    ) -> T {
        let patience = self.patience;
        let Some(pid) = &self.pid else { return work.await };
        let patience = patience.filter(|patience| !patience.is_zero()).unwrap_or(Duration::MAX);
        let look = (patience / 3).clamp(SHORTEST_LOOK, LOOK);
        let began = Instant::now();
        let blockers = &mut self.blockers;
        let looking = async {
            sleep(look).await;
            // Nothing depends on it, so it may fail.
            if let Ok(mut db) = Database::connect(url, Access::Read, Duration::ZERO).await {
                let mut told: Vec<Blocker> = Vec::new();
                while let Ok(found) = db.blockers(pid).await {
                    let is_slow = began.elapsed() >= SLOW;
                    if !found.is_empty() {
                        // Of a short wait the retry tells.
                        if is_slow && patience >= LONG && !are_the_same(&found, &told) {
                            tell(Waiting::Blocked { blockers: &found });
                            told.clone_from(&found);
                        }
                        *blockers = found;
                    } else if is_slow {
                        let Ok(progress) = db.progress(pid).await else { break };
                        progress.iter().for_each(|progress| tell(Waiting::Slow { progress }));
                    }
                    sleep(look).await;
                }
            }
        };
        let (mut work, mut looking) = (pin!(work), pin!(looking));
        let ended = tokio::select! {
            biased;
            done = &mut work => Some(done),
            () = &mut looking => None,
        };
        match ended {
            Some(done) => done,
            None => work.await,
        }
    }
}

fn are_the_same(some: &[Blocker], others: &[Blocker]) -> bool {
    some.iter().map(|one| &one.pid).eq(others.iter().map(|one| &one.pid))
}
