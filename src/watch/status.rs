//! Where a database stands against the scripts.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Holder;
use crate::journal::LastSteps;
use crate::program::halfway::Halfway;
use crate::project::edited::EditedScript;
use crate::project::moved::MovedRevision;
use crate::project::project::Project;
use crate::run::session::Session;

/// Where a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// In a word.
    pub state: State,
    /// How many of the project's revisions are applied.
    pub applied: usize,
    /// The rows, without those that others imply; unknown ones included.
    pub current: Heads,
    /// The heads of the graph, in file order.
    pub heads: Vec<RevisionId>,
    /// What `upgrade heads` would run, in order.
    pub pending: Vec<RevisionId>,
    /// Rows that no script has.
    pub unknown: Vec<RevisionId>,
    /// The revision that is between its parts: it stopped there, unless somebody works on it.
    pub halfway: Option<Halfway>,
}

/// Where a database stands, and what its history tells besides.
#[derive(Debug, Clone)]
pub struct FullStatus {
    /// Where it stands.
    pub status: Status,
    /// The last step of each revision.
    pub last: LastSteps,
    /// The scripts that were edited after they were applied.
    pub edited: Vec<EditedScript>,
    /// The revisions that were moved onto one that never ran here.
    pub moved: Vec<MovedRevision>,
    /// Who works on the revision that is between its parts.
    pub working: Option<Holder>,
}

/// The state in a word, as programs read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is pending.
    UpToDate,
    /// Something is pending.
    Pending,
    /// A revision stopped between its parts.
    InProgress,
    /// A row belongs to no script.
    UnknownRevision,
}

impl State {
    /// Returns the word of the JSON documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpToDate => "up_to_date",
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::UnknownRevision => "unknown_revision",
        }
    }
}

impl Project {
    /// Compares the rows that were read with the graph.
    pub fn status(&self, session: &Session) -> Result<Status, ErrorKind> {
        session.check_explained()?;
        let rows = &session.rows;
        let unknown = self.graph.unknown_rows(rows);
        let known: Heads = rows.iter().filter(|id| !unknown.contains(id)).cloned().collect();
        let plan = self.graph.plan_upgrade(&Target::new(Anchor::Heads), &known)?;
        let pending: Vec<RevisionId> = plan.steps.into_iter().map(|step| step.revision).collect();
        let state = if !unknown.is_empty() {
            State::UnknownRevision
        } else if !session.progress.is_empty() {
            State::InProgress
        } else if !pending.is_empty() {
            State::Pending
        } else {
            State::UpToDate
        };
        let mut current = self.graph.maximal(&known);
        current.0.extend(unknown.iter().cloned());
        Ok(Status {
            state,
            applied: self.graph.applied(&known).len(),
            current,
            heads: self.graph.heads().into_iter().map(|revision| revision.id.clone()).collect(),
            pending,
            unknown,
            halfway: self.halfway(session),
        })
    }

    /// Compares the rows that were read with the graph, and the history with the scripts.
    pub async fn full_status(&self, session: &mut Session) -> Result<FullStatus, Error> {
        let status = self.status(session)?;
        // Where nothing is pending, no upgrade is at work that anybody asks about.
        let may_run = status.halfway.is_some() || !status.pending.is_empty();
        let working = if may_run { session.working().await? } else { None };
        if session.rows.is_empty() {
            return Ok(FullStatus {
                status,
                last: LastSteps::default(),
                edited: Vec::new(),
                moved: Vec::new(),
                working,
            });
        }
        let last = session.last_steps().await?;
        let edited = self.edited(session, &last)?;
        let applied = self.graph.applied(&session.rows);
        let moved = applied.iter().filter_map(|revision| MovedRevision::find(revision, &last)).collect();
        Ok(FullStatus { status, last, edited, moved, working })
    }
}
