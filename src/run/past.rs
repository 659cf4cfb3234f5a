//! What a session reads of the history: the steps of all runs before.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::journal::Doubt;
use crate::journal::Failures;
use crate::journal::HistoryRow;
use crate::journal::LastSteps;
use crate::journal::Outcome;
use crate::journal::Row;
use crate::run::session::Session;

impl Session {
    /// Refuses to go on from tables that do not fit each other: statements could run twice.
    pub fn check_explained(&self) -> Result<(), ErrorKind> {
        let journal = &self.probe.journal;
        let (step, history) = match &self.probe.doubt {
            None => return Ok(()),
            Some(Doubt::Emptied(step)) => (step, journal.history.clone()),
            Some(Doubt::NoProgress(_)) => {
                let (missing, history) = (journal.progress.clone(), journal.history.clone());
                return Err(ErrorKind::JournalIncomplete { missing, history, current: self.rows.clone() });
            }
        };
        let is_upgrade = step.direction == Direction::Upgrade.as_str();
        let left = match step.stamped_to() {
            Some(to) => to.replace(',', ""),
            None if is_upgrade => step.revision.clone(),
            None => step.parents().collect::<Vec<_>>().join(" "),
        };
        Err(ErrorKind::JournalEmptied {
            table: journal.version.clone(),
            history,
            direction: step.direction.clone(),
            revision: step.revision.clone(),
            started: step.started.clone(),
            left,
        })
    }

    /// Returns every step that ever ran, oldest first.
    pub async fn history(&mut self) -> Result<Vec<HistoryRow>, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(Vec::new());
        }
        let query = self.probe.journal.select_history();
        self.steps(&query).await
    }

    /// Returns the newest steps, newest first; the stored downgrades are left out.
    pub async fn newest_steps(&mut self, limit: u64) -> Result<Vec<HistoryRow>, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(Vec::new());
        }
        let query = self.probe.journal.select_newest_steps(limit);
        self.steps(&query).await
    }

    /// Returns the steps that failed, of each revision the last one, unless one ended well after it, as `last` says.
    pub async fn failures(&mut self, last: &LastSteps) -> Result<Failures, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(Failures::default());
        }
        let query = self.probe.journal.select_last_failed();
        Ok(Failures::after(last, self.steps(&query).await?))
    }

    /// Returns when the step began of which a killed run left parts, if a run was killed since the last failure that the
    /// history knows of: it could not tell the history itself.
    pub(crate) async fn killed_since(&mut self) -> Result<Option<String>, Error> {
        let Some(revision) = self.progress.first().map(|row| row.revision.to_string()) else { return Ok(None) };
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(None);
        }
        let query = self.probe.journal.select_last_failed();
        let failed = self.steps(&query).await?;
        let last = failed.iter().find(|row| row.revision == revision).and_then(end_of);
        let unexplained = |started: &String| match (&last, started.parse::<Timestamp>()) {
            (Some(last), Ok(started)) => started > *last,
            (None, Ok(_)) => true,
            (_, Err(_)) => false,
        };
        Ok(self.progress.iter().map(|row| row.started.clone()).filter(unexplained).min())
    }

    async fn steps(&mut self, query: &str) -> Result<Vec<HistoryRow>, Error> {
        let rows = self.select_unfiltered(query).await?;
        let mut steps: Vec<HistoryRow> = rows.iter().filter_map(HistoryRow::from_row).collect();
        let failed = steps.iter().filter(|step| step.outcome == Outcome::Failed.as_str());
        let mut errors = self.errors(failed.map(|step| step.id).collect()).await;
        steps.iter_mut().for_each(|step| step.error = errors.remove(&step.id));
        Ok(steps)
    }

    /// Returns the errors of these steps; none where an older rev made the table, which has no room for them.
    async fn errors(&mut self, ids: Vec<i64>) -> BTreeMap<i64, String> {
        if ids.is_empty() {
            return BTreeMap::new();
        }
        let query = self.probe.journal.select_errors(ids);
        by_id(&self.select_unfiltered(&query).await.unwrap_or_default())
    }

    /// Returns the last step that applied `revision`.
    pub async fn applied(&mut self, revision: &RevisionId) -> Result<Option<HistoryRow>, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(None);
        }
        let query = self.probe.journal.select_applied(revision);
        let rows = self.select_unfiltered(&query).await?;
        Ok(rows.iter().find_map(HistoryRow::from_row))
    }

    /// Returns what the history says last of each revision; the stored downgrades are left out.
    pub async fn last_steps(&mut self) -> Result<LastSteps, Error> {
        if !self.probe.has(&self.probe.journal.history) {
            return Ok(LastSteps::default());
        }
        let query = self.probe.journal.select_last_steps();
        let rows = self.select_unfiltered(&query).await?;
        Ok(rows.iter().filter_map(HistoryRow::from_row).collect())
    }

    /// Returns the stored downgrades of these rows of the history; rows without one are left out.
    pub(crate) async fn downgrades(&mut self, ids: Vec<i64>) -> Result<BTreeMap<i64, String>, Error> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let query = self.probe.journal.select_downgrades(ids);
        let rows = self.select_unfiltered(&query).await?;
        Ok(by_id(&rows))
    }

    /// Reads rows of the history; those that a policy hides are an error, and no policy's function is run.
    pub(crate) async fn select_unfiltered(&mut self, query: &str) -> Result<Vec<Row>, Error> {
        Ok(self.questions(&[query]).await?.pop().unwrap_or_default())
    }
}

/// Returns when a step ended, if its times can be read.
fn end_of(row: &HistoryRow) -> Option<Timestamp> {
    let started: Timestamp = row.started.parse().ok()?;
    let took = SignedDuration::from_millis(row.duration_ms.unwrap_or_default());
    Some(started.saturating_add(took).unwrap_or(started))
}

/// Reads rows of an id and a text; rows without a text are left out.
fn by_id(rows: &[Row]) -> BTreeMap<i64, String> {
    let pair = |row: &Row| match row.as_slice() {
        [Some(id), Some(text)] => Some((id.parse().ok()?, text.clone())),
        _ => None,
    };
    rows.iter().filter_map(pair).collect()
}
