//! What a database says to whoever only watches it.

use std::time::Duration;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Range;
use crate::journal::HistoryRow;
use crate::picture::Picture;
use crate::picture::Position;
use crate::project::project::Project;
use crate::run::Reading;
use crate::run::session::Session;
use crate::run::session::location;
use crate::watch::status::FullStatus;
use crate::watch::status::Status;

/// How long a database may take to answer before it counts as unreachable; probes have patience for seconds only.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long people wait for an answer that they can have later by a command of its own.
const PATIENCE_OF_PEOPLE: Duration = Duration::from_secs(5);

/// Where a database stands, and what ran on it last.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Where it stands against the scripts.
    pub status: Status,
    /// The last step that ran, whether it failed or not.
    pub last_step: Option<HistoryRow>,
    /// How many steps ever failed.
    pub failed: u64,
}

/// The graph with the state of a database.
#[derive(Debug, Clone)]
pub struct Portrait {
    /// Where it stands.
    pub status: Status,
    /// The revisions.
    pub picture: Picture,
}

impl Project {
    /// Asks the database where it stands. Like all that watches, it sends SELECTs only and does not wait for a server.
    pub async fn observe(&self) -> Result<Observation, Error> {
        self.asked(PATIENCE, async |session| {
            let status = self.status(session)?;
            let (last_step, failed) = session.newest_and_failed().await?;
            Ok(Observation { status, last_step, failed })
        })
        .await
    }

    /// Asks the database where it stands, for people: in full, but not for longer than they care to wait.
    pub async fn overlook(&self) -> Result<FullStatus, Error> {
        self.asked(PATIENCE_OF_PEOPLE, async |session| self.full_status(session).await).await
    }

    /// Asks the database for all that a picture shows of it; of more than `limit` revisions the newest are drawn.
    pub async fn portray(&self, limit: usize) -> Result<Portrait, Error> {
        self.asked(PATIENCE, async |session| {
            let status = self.status(session)?;
            let last = session.last_steps().await?;
            let Session { rows, progress, .. } = &*session;
            let position = Position { rows, progress, last: &last };
            Ok(Portrait { status, picture: self.newest(Some(position), limit)? })
        })
        .await
    }

    /// Draws the newest revisions without asking a database.
    pub fn picture(&self, limit: usize) -> Result<Picture, Error> {
        self.newest(None, limit)
    }

    /// Asks the database for the steps that ran last, newest first.
    pub async fn newest_steps(&self, limit: u64) -> Result<Vec<HistoryRow>, Error> {
        self.asked(PATIENCE, async |session| session.newest_steps(limit).await).await
    }

    fn newest(&self, position: Option<Position<'_>>, limit: usize) -> Result<Picture, Error> {
        let revisions = self.graph.history(&Range::default(), None)?;
        Ok(Picture::of_newest(&self.graph, &revisions, position, limit))
    }

    /// Connects for one question. A connection that stayed open would keep databases from being dropped and copied.
    async fn asked<T>(
        &self,
        patience: Duration,
        question: impl AsyncFnOnce(&mut Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let database = &self.config.database;
        let url = database.url.resolve_within(patience)?.url;
        let answer = async {
            let mut session = Session::open(&url, &location(database, self.ids()), Reading::watching(patience)).await?;
            let answer = question(&mut session).await;
            session.close().await;
            answer
        };
        match tokio::time::timeout(patience, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                let reason = format!("no answer within {} s", patience.as_secs());
                Err(ErrorKind::ConnectionFailed { address: url.address(), reason }.into())
            }
        }
    }
}

impl Session {
    /// Returns the newest steps, newest first; the stored downgrades are left out.
    pub async fn newest_steps(&mut self, limit: u64) -> Result<Vec<HistoryRow>, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(Vec::new());
        }
        let query = self.probe.journal.select_newest_steps(limit);
        let rows = self.select_unfiltered(&query).await?;
        Ok(rows.iter().filter_map(HistoryRow::from_row).collect())
    }

    async fn newest_and_failed(&mut self) -> Result<(Option<HistoryRow>, u64), Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok((None, 0));
        }
        // Rows of an acceptance are no steps; there are hardly several of them in a row.
        let newest = self.newest_steps(20).await?;
        let count = self.probe.journal.count_failed();
        let failed = self.select_one(&count).await?;
        let failed = failed.iter().flatten().flatten().find_map(|text| text.parse().ok());
        Ok((newest.into_iter().find(|row| row.outcome != "accepted"), failed.unwrap_or_default()))
    }
}
