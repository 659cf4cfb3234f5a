//! What commits together, as data.

use crate::program::action::Action;
use crate::program::limits::Limits;
use crate::program::lost_state::sets_by_function;
use crate::program::shield::Shield;
use crate::program::shield::Shielding;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::summary;

/// What commits together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its place in the step, from 1.
    pub number: usize,
    /// Its place among the rows of the revision's progress, from 1; where it takes parts back, theirs stand before it.
    pub row: usize,
    /// Whether its statements are in the transaction with the journal.
    pub mode: Mode,
    /// The time-outs that it begins with.
    pub limits: Limits,
    /// The hash of its statements; a finished part of a script that was edited since is known by it.
    pub hash: String,
    /// What it does, in order.
    pub actions: Vec<Action>,
}

/// Whether a part can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One transaction holds the statements and the journal's rows.
    Transaction,
    /// The statement commits by itself, the journal's rows follow in a transaction of their own.
    Alone,
}

impl Part {
    /// Returns the script's statements in this part.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.actions.iter().filter_map(|action| match action {
            Action::Statement(statement) => Some(statement),
            _ => None,
        })
    }

    /// Returns its statements' beginnings; one that asks what the one before it did stands in the same part.
    pub(crate) fn summary(&self) -> String {
        self.statements().map(|one| summary(one.sql(), one.reading)).collect::<Vec<_>>().join("; ")
    }

    /// Returns the statements that are said again to a new session, because what they set went with the old one.
    pub fn settings(&self) -> impl Iterator<Item = &Statement> {
        self.statements().filter(|one| one.kind == StatementKind::Session || sets_by_function(one))
    }

    /// Returns what the part builds anew, behind a shield.
    pub fn shield(&self) -> Option<&Shield> {
        self.actions.iter().find_map(|action| match action {
            Action::Shield(Shielding::Note(shield)) => Some(&**shield),
            _ => None,
        })
    }

    /// Whether nothing follows the commit; SQLite puts pragmas back only outside of a transaction.
    pub(crate) fn ends_with_commit(&self) -> bool {
        self.actions.last() == Some(&Action::Commit)
    }
}
