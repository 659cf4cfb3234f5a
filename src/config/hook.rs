//! Commands of the user's that run around rev's own work.

use std::fmt;

/// A command with its arguments; no shell is involved unless the command is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What is run.
    pub program: String,
    /// What it is given.
    pub arguments: Vec<String>,
}

impl Hook {
    /// Makes a command of its words; nothing when there is no word or the first one is empty.
    pub fn from_words(words: Vec<String>) -> Option<Self> {
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty())?;
        Some(Self { program, arguments: words.collect() })
    }
}

impl fmt::Display for Hook {
    /// Writes the words with spaces between them, for messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

/// The commands around runs, each list in the order in which it is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Before an upgrade; a failure stops it before anything changed.
    pub before_upgrade: Vec<Hook>,
    /// After an upgrade that succeeded.
    pub after_upgrade: Vec<Hook>,
    /// Before a downgrade; a failure stops it before anything changed.
    pub before_downgrade: Vec<Hook>,
    /// After a downgrade that succeeded.
    pub after_downgrade: Vec<Hook>,
    /// After a run that failed.
    pub on_failure: Vec<Hook>,
}

impl Hooks {
    /// Returns every command.
    pub(super) fn all(&self) -> impl Iterator<Item = &Hook> {
        let Self { before_upgrade, after_upgrade, before_downgrade, after_downgrade, on_failure } = self;
        [before_upgrade, after_upgrade, before_downgrade, after_downgrade, on_failure].into_iter().flatten()
    }
}
