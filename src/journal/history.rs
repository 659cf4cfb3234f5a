//! One row of the history: a step that ran.

use crate::direction::Direction;
use crate::id::Heads;
use crate::journal::row::Row;

/// One step that ever ran, from the history table; the fields are its columns.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)] // the fields are the columns of the history table
pub struct HistoryRow {
    pub id: i64,
    pub revision: String,
    pub direction: String,
    pub outcome: String,
    pub checksum: Option<String>,
    pub message: Option<String>,
    pub down_revisions: Option<String>,
    pub depends_on: Option<String>,
    pub branch_labels: Option<String>,
    pub started: String,
    pub duration_ms: Option<i64>,
    pub user: Option<String>,
    pub host: Option<String>,
    pub rev_version: String,
    pub downgrade: Option<String>,
    pub error: Option<String>,
    pub database_user: Option<String>,
}

/// The columns of the history that every table has, the first of which the server gives; `error` and `database_user` are
/// asked for by themselves, since tables of an older rev lack them.
pub(super) const HISTORY_COLUMNS: [&str; 15] = [
    "id",
    "revision",
    "direction",
    "outcome",
    "checksum",
    "message",
    "down_revisions",
    "depends_on",
    "branch_labels",
    "started",
    "duration_ms",
    "user",
    "host",
    "rev_version",
    "downgrade",
];

/// How the message of a stamp begins.
const STAMPED: &str = "stamped from ";

/// Returns the message of a stamp, which [`HistoryRow::stamped_to`] reads.
pub fn stamped(from: &Heads, to: &Heads) -> String {
    format!("{STAMPED}{from} to {to}")
}

impl HistoryRow {
    /// Returns when it ran and by whom, as in `applied 2026-11-20T09:12:44.310Z by ada on laptop`.
    pub fn applied(&self) -> String {
        let by = self.user.as_ref().map_or(String::new(), |user| format!(" by {user}"));
        let on = self.host.as_ref().map_or(String::new(), |host| format!(" on {host}"));
        format!("applied {}{by}{on}", self.started)
    }

    /// Returns the database's user, unless it has the name of the system's: `ada` and `ada@localhost` are one.
    pub fn other_user(&self) -> Option<&str> {
        let name = self.database_user.as_deref().filter(|name| !name.is_empty())?;
        let is_same = |user: &str| name == user || name.strip_prefix(user).is_some_and(|rest| rest.starts_with('@'));
        (!self.user.as_deref().is_some_and(is_same)).then_some(name)
    }

    /// Returns the down revisions, as the header named them.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        names(&self.down_revisions)
    }

    /// Returns the down revision, if it has one and no more.
    pub fn parent(&self) -> Option<&str> {
        let mut parents = self.parents();
        parents.next().filter(|_| parents.next().is_none())
    }

    /// Returns the dependencies, ids or labels, as the header named them.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        names(&self.depends_on)
    }

    /// Returns the labels that the header declared.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        names(&self.branch_labels)
    }

    /// Returns whether something is applied after this step, which ended well.
    pub fn leaves_something_applied(&self) -> bool {
        let is = |direction: Direction| self.direction == direction.as_str();
        is(Direction::Upgrade)
            || is(Direction::Downgrade) && self.parents().next().is_some()
            || self.stamped_to().is_some_and(|to| to != "base")
    }

    /// Returns where a stamp says that the database is; of one that an early rev made, nobody knows.
    pub fn stamped_to(&self) -> Option<&str> {
        let message = self.message.as_deref().filter(|_| self.direction == Direction::Stamp.as_str())?;
        message.strip_prefix(STAMPED)?.rsplit_once(" to ").map(|(_, to)| to)
    }

    /// Returns the message, if there is one, and when it ran and by whom.
    pub fn note(&self) -> String {
        let message = self.message.as_ref().filter(|message| !message.is_empty());
        let message = message.map_or(String::new(), |message| format!("\"{message}\", "));
        format!("{message}{}", self.applied())
    }

    /// Reads a row of [`Journal::select_history`](crate::journal::Journal::select_history); nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<Self> {
        let [
            id,
            revision,
            direction,
            outcome,
            checksum,
            message,
            down_revisions,
            depends_on,
            branch_labels,
            started,
            duration_ms,
            user,
            host,
            rev_version,
            downgrade,
            later @ ..,
        ] = row.as_slice()
        else {
            return None;
        };
        Some(Self {
            id: id.as_ref()?.parse().ok()?,
            revision: revision.clone()?,
            direction: direction.clone()?,
            outcome: outcome.clone()?,
            checksum: checksum.clone(),
            message: message.clone(),
            down_revisions: down_revisions.clone(),
            depends_on: depends_on.clone(),
            branch_labels: branch_labels.clone(),
            started: started.clone()?,
            duration_ms: duration_ms.as_ref().and_then(|text| text.parse().ok()),
            user: user.clone(),
            host: host.clone(),
            rev_version: rev_version.clone()?,
            downgrade: downgrade.clone(),
            error: None,
            database_user: later.first().cloned().flatten(),
        })
    }
}

fn names(joined: &Option<String>) -> impl Iterator<Item = &str> {
    joined.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(direction: &str, message: &str, parents: &str) -> HistoryRow {
        HistoryRow {
            id: 1,
            revision: "r".to_owned(),
            direction: direction.to_owned(),
            outcome: "done".to_owned(),
            checksum: None,
            message: Some(message.to_owned()),
            down_revisions: Some(parents.to_owned()),
            depends_on: None,
            branch_labels: None,
            started: String::new(),
            duration_ms: None,
            user: None,
            host: None,
            rev_version: String::new(),
            downgrade: None,
            error: None,
            database_user: None,
        }
    }

    #[test]
    fn what_is_left_applied_is_known_of_a_stamp_too() {
        let heads = |text: &str| text.split_whitespace().map(|id| crate::id::RevisionId::parse(id).unwrap()).collect();
        let stamp = |from: &str, to: &str| step("stamp", &stamped(&heads(from), &heads(to)), "");
        assert_eq!(stamp("", "a b").stamped_to(), Some("a, b"));
        for (step, expected) in [
            (stamp("", "a"), true),
            (stamp("a", ""), false),
            (step("stamp", "create users to the end", "a"), false),
            (step("upgrade", "stamped from a to base", ""), true),
            (step("downgrade", "", "a"), true),
            (step("downgrade", "", ""), false),
        ] {
            assert_eq!(step.leaves_something_applied(), expected, "{step:?}");
        }
        assert_eq!(step("upgrade", "", "a").parent(), Some("a"));
        assert_eq!(step("upgrade", "", "a, b").parent(), None);
    }
}
