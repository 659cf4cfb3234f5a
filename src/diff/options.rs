//! What a person may choose about the statements.

use crate::catalog::Kind;
use crate::catalog::Level;

/// What a person may choose about the statements.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How close the new catalog must be reached.
    pub level: Level,
    /// Objects that are the same under another name.
    pub renames: Vec<Rename>,
}

/// An object that is the same under another name: a person said so, it is never guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// What it is; a table or a column.
    pub kind: Kind,
    /// Its path of names before, `schema.table.column` without what there is none of.
    pub old: String,
    /// Its path of names afterwards.
    pub new: String,
}
