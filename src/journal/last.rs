//! What the history says last of each revision.

use std::collections::BTreeMap;

use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::Outcome;

/// The last step of each revision that is known to have ended well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastSteps(BTreeMap<String, LastStep>);

/// The last step of each revision that failed, where none ended well since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures(BTreeMap<String, HistoryRow>);

/// The last step of a revision, and what was said of it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastStep {
    /// The step.
    pub step: HistoryRow,
    /// The last time that somebody accepted the script as it was then for the one that ran.
    pub accepted: Option<HistoryRow>,
}

impl LastSteps {
    /// Returns the last step of a revision.
    pub fn get(&self, revision: &RevisionId) -> Option<&LastStep> {
        self.0.get(revision.as_str())
    }
}

impl Failures {
    /// Leaves out the steps after which `last` has one that ended well.
    pub fn after(last: &LastSteps, failed: Vec<HistoryRow>) -> Self {
        let is_newer = |row: &HistoryRow| last.0.get(&row.revision).is_none_or(|last| last.step.id < row.id);
        Self(failed.into_iter().filter(is_newer).map(|row| (row.revision.clone(), row)).collect())
    }

    /// Returns the step of a revision that failed.
    pub fn get(&self, revision: &RevisionId) -> Option<&HistoryRow> {
        self.0.get(revision.as_str())
    }
}

impl FromIterator<HistoryRow> for LastSteps {
    /// Reads rows of the history, oldest first; those that are not the last ones may be left out.
    fn from_iter<I: IntoIterator<Item = HistoryRow>>(rows: I) -> Self {
        let mut steps: BTreeMap<String, LastStep> = BTreeMap::new();
        for row in rows {
            if row.outcome == Outcome::Done.as_str() {
                steps.insert(row.revision.clone(), LastStep { step: row, accepted: None });
            } else if row.outcome == Outcome::Accepted.as_str()
                && let Some(last) = steps.get_mut(&row.revision)
            {
                last.accepted = Some(row);
            }
        }
        Self(steps)
    }
}

impl LastStep {
    /// Returns the row that holds what counts as applied: the script's checksum and its downgrade.
    ///
    /// Nothing when the revision was stamped, so that nobody knows what the database holds, or taken off.
    pub fn script(&self) -> Option<&HistoryRow> {
        let is_upgrade = self.step.direction == Direction::Upgrade.as_str();
        is_upgrade.then(|| self.accepted.as_ref().unwrap_or(&self.step))
    }

    /// Returns the checksum of what counts as applied, if it is known.
    pub fn checksum(&self) -> Option<&str> {
        self.script()?.checksum.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the checksum that counts for `a` after rows of direction, outcome and checksum.
    fn check(rows: &[[&str; 3]], expected: Option<&str>) {
        let row = |(id, [direction, outcome, checksum]): (usize, &[&str; 3])| {
            let (id, cell) = (id.to_string(), |text: &str| (!text.is_empty()).then(|| text.to_owned()));
            let start = [&id, "a", direction, outcome, checksum].map(cell);
            let end = ["", "", "", "", "2026-11-20T09:12:44.000Z", "", "", "", "0.1.0", ""].map(cell);
            HistoryRow::from_row(&start.into_iter().chain(end).collect()).unwrap()
        };
        let last: LastSteps = rows.iter().enumerate().map(row).collect();
        assert_eq!(last.get(&RevisionId::from_row("a")).and_then(LastStep::checksum), expected, "{rows:?}");
    }

    #[test]
    fn the_last_upgrade_counts_until_it_is_taken_off_or_stamped() {
        let up = ["upgrade", "done", "1"];
        check(&[], None);
        check(&[up], Some("1"));
        check(&[up, ["upgrade", "failed", "2"]], Some("1"));
        check(&[up, ["downgrade", "done", "1"]], None);
        check(&[up, ["downgrade", "done", "1"], ["upgrade", "done", "2"]], Some("2"));
        check(&[up, ["stamp", "done", ""]], None);
    }

    #[test]
    fn what_was_accepted_counts_until_the_next_step() {
        let (up, accepted) = (["upgrade", "done", "1"], ["upgrade", "accepted", "2"]);
        check(&[up, accepted], Some("2"));
        check(&[up, accepted, ["upgrade", "accepted", "3"]], Some("3"));
        check(&[up, accepted, ["downgrade", "done", "2"], up], Some("1"));
        check(&[accepted], None);
        check(&[["stamp", "done", ""], accepted], None);
    }
}
