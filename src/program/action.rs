//! One entry of a part: a statement that is sent, or what rev does around it; pure.

use crate::journal::Write;
use crate::program::limits::Limits;
use crate::program::shield::Shielding;
use crate::sql::Statement;

/// One entry of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Opens a transaction.
    Begin,
    /// Sets the savepoint that shows whether the script ended the transaction.
    SetGuard,
    /// Changes the time-outs, where a section with others begins.
    Limits(Limits),
    /// Runs a statement of the script.
    Statement(Statement),
    /// Releases the savepoint; fails if the script ended the transaction.
    CheckGuard,
    /// Puts the session back, so that nothing a script set reaches the journal or the next revision.
    Restore(String),
    /// Keeps the rows of other tables safe while one of SQLite is rebuilt.
    Shield(Shielding),
    /// Changes the journal.
    Write(Write),
    /// Ends the transaction.
    Commit,
}
