//! The labels of all revisions, each set of them once.

use crate::id::Label;

/// The labels of every revision: revisions under the same labels share one entry of `sets`.
#[derive(Debug, Clone)]
pub(super) struct LabelSets {
    pub(super) set_of: Vec<u32>,
    pub(super) sets: Vec<Vec<Label>>,
}
