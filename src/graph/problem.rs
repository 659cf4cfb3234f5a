//! What is wrong with a set of revisions, and where it is written.

use crate::error::ErrorKind;

/// One fault of the graph; its place in the header tells the script's part which line to show.
#[derive(Debug)]
pub struct GraphProblem {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The index of the revision in the list given to `RevisionGraph::build`.
    pub revision: usize,
    /// The entry of its header that is wrong.
    pub field: Field,
}

/// An entry of a script's header; lists are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The `revision` line.
    Revision,
    /// One of `down_revision`.
    DownRevision(usize),
    /// One of `depends_on`.
    DependsOn(usize),
    /// One of `branch_labels`.
    BranchLabel(usize),
}
