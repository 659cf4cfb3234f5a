//! How a step of the history ended.

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Done,
    /// A statement failed; what the step had not yet committed is rolled back.
    Failed,
    /// Nothing ran: somebody said that the script as it is now stands for what was applied.
    Accepted,
}

impl Outcome {
    /// Returns the word in the history table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Accepted => "accepted",
        }
    }
}
