//! What a step does to the rows of the version table.

use std::collections::BTreeSet;

use crate::id::Heads;
use crate::id::RevisionId;

/// The exact change of the version table that a step makes: the rows it deletes are there before, the others not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowChange {
    /// The rows to delete.
    pub delete: BTreeSet<RevisionId>,
    /// The rows to insert.
    pub insert: BTreeSet<RevisionId>,
}

impl RowChange {
    /// Makes the change to `rows`.
    pub fn apply(&self, rows: &mut Heads) {
        // One by one: there may be many rows, and a step touches few of them.
        for row in &self.delete {
            rows.0.remove(row);
        }
        rows.0.extend(self.insert.iter().cloned());
    }

    /// Adds rows to delete; one that is inserted as well simply stays.
    pub(super) fn delete_also(&mut self, rows: impl IntoIterator<Item = RevisionId>) {
        for row in rows {
            if !self.insert.remove(&row) {
                self.delete.insert(row);
            }
        }
    }
}
