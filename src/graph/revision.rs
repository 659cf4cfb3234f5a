//! A node of the graph.

use std::path::PathBuf;

use crate::id::Label;
use crate::id::RevisionId;

/// A revision as its script declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its identity.
    pub id: RevisionId,
    /// The parents it changes; none for a base, several for a merge.
    pub down_revisions: Vec<RevisionId>,
    /// Ids or labels of the revisions it needs first, as written.
    pub depends_on: Vec<String>,
    /// The labels it declares.
    pub labels: Vec<Label>,
    /// What it does, in one line.
    pub message: String,
    /// When it was made, as written.
    pub created: Option<String>,
    /// The script.
    pub path: PathBuf,
}
