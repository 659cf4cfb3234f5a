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
    /// Its statement failed, and a part of its work may stay: to run it again does the rest.
    Partly,
    /// Its statement failed and left something: the next run looks what, and asks where that does not tell.
    Left,
    /// Its statement failed, and nobody knows what it had committed before: the next run asks.
    Unknown,
    /// The connection was lost before the server said whether it was committed.
    InDoubt,
}
