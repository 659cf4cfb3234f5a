//! A statement of the journal, and what must come of it.

/// A statement of the journal and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The statement, without a final `;`.
    pub sql: String,
    /// What must come of it, before anything is committed.
    pub expect: Expect,
}

/// What must come of a statement of the journal.
///
/// A trigger, a rule or a policy on rev's tables can swallow a row without an error. A row that is lost is a revision that
/// runs twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It touches so many rows; another number means that the database moved.
    Touches(u64),
    /// It touches what there is, which may be nothing.
    Whatever,
    /// It adds one row; if it does not, something took the row away.
    Adds,
    /// It adds one row, and the next statement fails if that is not there: nobody needs to wait for an answer.
    AddsForCheck,
    /// It fails, unless the row is there that the statement before it added.
    Fails,
    /// It answers one row, if what the statements before it changed stands as they left it.
    Answers,
}

impl Expect {
    /// Returns whether the answer must be looked at before the transaction ends.
    pub fn needs_answer(self) -> bool {
        match self {
            Self::Touches(_) | Self::Adds | Self::Answers => true,
            Self::Whatever | Self::AddsForCheck | Self::Fails => false,
        }
    }

    /// Returns whether the statement changes the journal, and is not only a look at it.
    pub fn is_change(self) -> bool {
        match self {
            Self::Touches(_) | Self::Whatever | Self::Adds | Self::AddsForCheck => true,
            Self::Fails | Self::Answers => false,
        }
    }
}
