//! One statement of those that turn one catalog into another.

use std::sync::Arc;

use crate::catalog::Identity;

/// One statement, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the statement does with its object.
    pub does: Does,
    /// The object; the order of steps is that of their objects' dependencies.
    pub about: Arc<Identity>,
    /// Objects that come or go with it: the columns of a table that it makes, the indexes of one that it drops.
    pub with: Vec<Arc<Identity>>,
    /// The statement, without a `;`.
    pub sql: String,
    /// What rows or values it loses, in words for `-- destructive: …`.
    pub destroys: Option<String>,
    /// What a person must know or fill in, in words for a comment above it.
    pub note: Option<String>,
    /// When it commits.
    pub commit: Commit,
    /// Steps that come right behind it, with nothing between them: what rebuilds a table. Those that have an order are
    /// without any: each is a step of its own then.
    pub then: Vec<Step>,
}

/// When a statement commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Commit {
    /// With those beside it.
    #[default]
    Together,
    /// Before what follows it.
    First,
    /// By itself: it cannot run in a transaction, or must not wait while others hold what they have taken.
    Alone,
}

/// What a step does with its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Does {
    /// It is gone afterwards.
    Drop,
    /// It is another afterwards.
    Alter,
    /// It is there afterwards.
    Create,
}

/// Something that no statements can be written for: it is named, never guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The object that is in the way.
    pub identity: Arc<Identity>,
    /// Why, in words that follow its name.
    pub reason: String,
}

impl Step {
    /// Makes a step that loses nothing and runs in a transaction like others.
    pub fn new(does: Does, about: &Arc<Identity>, sql: impl Into<String>) -> Self {
        Self {
            does,
            about: about.clone(),
            with: Vec::new(),
            sql: sql.into(),
            destroys: None,
            note: None,
            commit: Commit::Together,
            then: Vec::new(),
        }
    }

    /// Returns it and the steps behind it, each on its own.
    pub fn flattened(mut self) -> Vec<Self> {
        let then = std::mem::take(&mut self.then);
        std::iter::once(self).chain(then.into_iter().flat_map(Self::flattened)).collect()
    }

    /// Iterates over all objects that it touches.
    pub fn touches(&self) -> impl Iterator<Item = &Arc<Identity>> {
        std::iter::once(&self.about).chain(&self.with)
    }
}
