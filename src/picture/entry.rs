//! A revision in a picture.

use serde::Serialize;

use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::picture::arrange::Link;

/// A revision as its script declares it, where it stands in a database, and where it is drawn.
///
/// Its JSON form has the keys of `rev history --json`, and more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its identity.
    pub revision: RevisionId,
    /// Its parents.
    pub down_revisions: Vec<RevisionId>,
    /// What it depends on, as written.
    pub depends_on: Vec<String>,
    /// The labels that it declares.
    pub branch_labels: Vec<Label>,
    /// What it does, in one line.
    pub message: String,
    /// When it was made, as written.
    pub created: Option<String>,
    /// Its script.
    pub path: String,
    /// Whether no other revision names it.
    pub is_head: bool,
    /// Whether it is one of the rows of the database.
    pub is_current: Option<bool>,
    /// Whether it is applied.
    pub applied: Option<bool>,
    /// How it stands in the database, in a word.
    pub standing: Option<Standing>,
    /// The last step that the history knows of it.
    pub last_step: Option<StepTaken>,
    /// The step that failed since, if one did.
    pub failure: Option<Failure>,
    /// Whether several revisions grow from it.
    pub is_branch_point: bool,
    /// Whether it has several parents.
    pub is_merge_point: bool,
    /// The lane in which it is drawn, from 0 at the left.
    pub lane: usize,
    /// How many lanes are in use beside it.
    pub width: usize,
    /// The lines down from it.
    pub links: Vec<Link>,
    /// Whether it names a revision that is not in the picture.
    pub leads_out: bool,
}

/// How a revision stands in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is applied.
    Applied,
    /// It is not.
    Pending,
    /// It is between its parts.
    InProgress,
}

/// A step that ran, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the fields are columns of the history table
pub struct StepTaken {
    pub direction: String,
    pub started: String,
    pub duration_ms: Option<i64>,
    pub user: Option<String>,
    pub host: Option<String>,
    pub database_user: Option<String>,
}

/// A step that failed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the error is a column of the history table
pub struct Failure {
    #[serde(flatten)]
    pub step: StepTaken,
    pub error: Option<String>,
}

impl Entry {
    /// Returns what is special about it, for people to read; without a database this is little.
    pub fn marks(&self) -> Vec<&'static str> {
        let standing = match self.standing {
            Some(Standing::Pending) => Some("pending"),
            Some(Standing::InProgress) => Some("in progress"),
            Some(Standing::Applied) | None => None,
        };
        let head = self.is_head.then_some("head");
        let current = (self.is_current == Some(true)).then_some("current");
        let failed = self.failure.is_some().then_some("failed");
        [head, current, standing, failed].into_iter().flatten().collect()
    }
}

impl StepTaken {
    /// Takes over the columns of a row.
    pub fn of(row: &HistoryRow) -> Self {
        let HistoryRow { direction, started, duration_ms, user, host, database_user, .. } = row.clone();
        Self { direction, started, duration_ms, user, host, database_user }
    }
}

impl Failure {
    /// Takes over the columns of a row.
    pub fn of(row: &HistoryRow) -> Self {
        Self { step: StepTaken::of(row), error: row.error.clone() }
    }
}
