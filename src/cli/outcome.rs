//! How a command ended, for the shell and for programs.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::Report;
use crate::run::RunFailure;

/// A command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to complain about: exit status 0.
    Done,
    /// It ran, and found something: exit status 1.
    Found,
    /// The command that it started has ended.
    Ended(u8),
}

/// A command that did not.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: Error,
    /// What a run did before it failed; nothing when it had not begun.
    pub report: Option<Box<Report>>,
    /// The state of the database, in a sentence; only of commands that change one.
    pub state: Option<String>,
    /// Whether it was asked how things stand, and nobody answered.
    pub is_unreachable: bool,
}

impl Outcome {
    /// Returns the exit status.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Ended(code) => code,
        }
    }
}

impl Failed {
    /// Marks a failure of `status` to reach the database, which is a status of its own for programs.
    pub fn unreachable(error: Error) -> Self {
        Self { is_unreachable: true, ..Self::from(error) }
    }

    /// Marks a failure to reach the database, and leaves others as they are.
    pub fn unreachable_if_so(error: Error) -> Self {
        let is_unreachable = matches!(
            *error.kind,
            ErrorKind::ConnectionFailed { .. }
                | ErrorKind::ConnectionLost { .. }
                | ErrorKind::AccessDenied { .. }
                | ErrorKind::NoSuchDatabase { .. }
                | ErrorKind::CannotOpen { .. }
        );
        Self { is_unreachable, ..Self::from(error) }
    }

    /// Marks a failure of a command that changes a database, before its run.
    pub fn before_run(error: Error) -> Self {
        RunFailure::from(error).into()
    }

    /// Returns the exit status: 3 after the first step began, 2 before, and for a signal what shells count for it.
    pub fn exit_code(&self) -> u8 {
        match *self.error.kind {
            ErrorKind::Interrupted { signal } => signal.exit_code(),
            // As shells do it.
            ErrorKind::CannotStart { is_missing, .. } => {
                if is_missing {
                    127
                } else {
                    126
                }
            }
            _ if self.report.is_some() => 3,
            _ => 2,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, report: None, state: None, is_unreachable: false }
    }
}

impl From<ErrorKind> for Failed {
    fn from(kind: ErrorKind) -> Self {
        Error::from(kind).into()
    }
}

impl From<RunFailure> for Failed {
    fn from(failure: RunFailure) -> Self {
        let state = Some(failure.state());
        Self { error: failure.error, report: failure.report.map(Box::new), state, is_unreachable: false }
    }
}
