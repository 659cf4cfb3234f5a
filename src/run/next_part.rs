//! What is known of the part that was sent last.

/// What became of the part at which a revision stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPart {
    /// Nothing of it is left.
    Undone,
    /// Its statement, which commits by itself, ran, but that could not be recorded: the next run finds out, or asks.
    Unrecorded,
    /// Its statement failed or was stopped, and what it had done to tables without transactions stays: the next run asks.
    Half,
    /// Its statement failed outside of a transaction, and rows stay that it had changed before: the next run asks.
    KeptRows,
    /// The connection was lost before the server said whether it was committed.
    InDoubt,
}
