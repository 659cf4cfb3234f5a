//! A revision that stopped between its parts, as data: how far it came, and how to go on.

use std::fmt;

use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::journal::Holder;
use crate::journal::ProgressRow;

/// A revision that stopped between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halfway {
    /// The revision.
    pub revision: RevisionId,
    /// Which way it went last.
    pub direction: Direction,
    /// How many parts are through, that way.
    pub done: usize,
    /// How many there are, if the script can still tell.
    pub of: Option<usize>,
    /// How many parts of its upgrade ran, if it is being taken back without having been applied.
    pub undoes: Option<usize>,
    /// Where the next run goes on, if that is a statement.
    pub reached: Option<Reached>,
    /// Whether that statement was begun, and nothing says whether it ran.
    pub is_begun: bool,
    /// When the first of its parts ran, in UTC.
    pub started: String,
    /// The command that goes on with it; nothing when no script has it.
    pub on: Option<String>,
    /// The command that undoes what ran, if the downgrade can.
    pub back: Option<String>,
}

/// A statement with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The script.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// Its beginning.
    pub statement: String,
}

impl Halfway {
    /// Returns it as the error of a command that cannot go on because of it.
    pub fn error(&self) -> ErrorKind {
        ErrorKind::InProgress {
            revision: self.revision.clone(),
            direction: self.direction,
            done: self.done,
            of: self.of,
            reached: self.reached.as_ref().map(|reached| match self.is_begun {
                true => format!("{reached}, which was begun"),
                false => reached.to_string(),
            }),
            on: self.on.clone(),
            back: self.back.clone(),
        }
    }

    /// Returns what it is while another run works on it, in a sentence.
    pub fn worked_on(&self, by: &Holder) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let Self { revision, direction, done, .. } = self;
        format!("the {direction} of revision {revision} runs now, after part {done}{of}: {by}")
    }

    /// Returns what it is, for a command that forgets it: `revision a, which stopped half-way …`.
    pub fn forgotten(&self) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let reached = self.reached.as_ref().map_or(String::new(), |reached| format!(", at {reached}"));
        format!(
            "revision {}, which stopped half-way through its {}, after part {}{of}{reached}; what its parts did stays",
            self.revision, self.direction, self.done
        )
    }

    pub(crate) fn standing(&self) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let reached = self.reached.as_ref().map_or(String::new(), |reached| format!(", reached {reached}"));
        let on = self.on.as_ref().map_or(String::new(), |on| format!("; `{on}` continues it"));
        format!(
            "the upgrade of revision {} is still half done: it stopped after part {}{of}{reached}{on}",
            self.revision, self.done
        )
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{}:{})", self.statement, self.file, self.line, self.column)
    }
}

/// Returns the error of a command that a revision in progress stands in the way of, with no more than the journal knows.
pub(crate) fn in_progress(progress: &[ProgressRow]) -> ErrorKind {
    let last = progress.last();
    let direction = last.map_or(Direction::Upgrade, |row| row.direction);
    let done = progress.iter().filter(|row| row.direction == direction && row.intended.is_none()).count();
    let revision = last.map_or_else(|| RevisionId::from_row(""), |row| row.revision.clone());
    ErrorKind::InProgress { revision, direction, done, of: None, reached: None, on: None, back: None }
}
