//! What a session reads of the history: the steps of all runs before.

use std::collections::BTreeMap;

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::journal::Doubt;
use crate::journal::HistoryRow;
use crate::journal::LastSteps;
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
        let left = if is_upgrade { step.revision.clone() } else { step.parents().collect::<Vec<_>>().join(" ") };
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
        let rows = self.select_unfiltered(&query).await?;
        Ok(rows.iter().filter_map(HistoryRow::from_row).collect())
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
        let stored = |row: &Row| match row.as_slice() {
            [Some(id), Some(text)] => Some((id.parse().ok()?, text.clone())),
            _ => None,
        };
        Ok(rows.iter().filter_map(stored).collect())
    }

    /// Reads rows of the history; those that a policy hides are an error, and no policy's function is run.
    pub(crate) async fn select_unfiltered(&mut self, query: &str) -> Result<Vec<Row>, Error> {
        Ok(self.questions(&[query]).await?.pop().unwrap_or_default())
    }
}
