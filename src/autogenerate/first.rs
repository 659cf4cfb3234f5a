//! The first revision of a database that was there before its project: all of its schema, from nothing.

use crate::autogenerate::change::Written;
use crate::autogenerate::change::way_back;
use crate::autogenerate::sections::Way;
use crate::catalog::Catalog;
use crate::catalog::Level;
use crate::diff::Options;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::schemas::Claim;
use crate::schemas::Filter;
use crate::schemas::LeftOut;
use crate::schemas::ScriptProof;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::Writable;
use crate::schemas::writable;
use crate::script::Script;

/// A schema as the first revision.
#[derive(Debug)]
pub struct First {
    /// What the revision makes.
    pub made: Catalog,
    /// What it does not, since no statements can be written for it.
    pub left: Vec<LeftOut>,
    written: Written,
}

/// What became of the first revision on a scratch database.
#[derive(Debug)]
pub enum Tried {
    /// It was run there, both ways.
    Ran(ScriptProof),
    /// There is no place for a scratch database.
    Nowhere(Error),
}

impl First {
    /// Writes the revision that makes a schema.
    pub fn of(live: &Catalog) -> Self {
        // Nobody has this schema but through the revision: also what does not count in a comparison is to be the same.
        let options = Options { level: Level::Exact, ..Options::default() };
        let Writable { catalog: made, steps, left } = writable(live, &options);
        let nothing = Catalog::fresh(live.dialect, &live.version);
        let downgrade = way_back(&made, &nothing, &options);
        let written = Written { upgrade: Way::Steps(steps), downgrade, dialect: live.dialect };
        Self { made, left, written }
    }

    /// Returns the sections of the script, with what is missing, and what became of it on a scratch database.
    pub fn sections(&self, tried: Option<&Tried>) -> String {
        let missing = self.left.iter().map(|LeftOut { identity, reason }| format!("left out: {identity}: {reason}"));
        let mut upgrade: Vec<String> = missing.collect();
        let mut downgrade = Vec::new();
        if let Some(tried) = tried {
            upgrade.extend(tried.upgrade_remarks());
            downgrade.extend(tried.downgrade_remarks());
        }
        self.written.remarked(&upgrade, &downgrade)
    }

    /// Returns whether there is a downgrade.
    pub fn is_reversible(&self) -> bool {
        self.written.is_reversible()
    }

    /// Runs the script on a scratch database, both ways.
    ///
    /// # Errors
    ///
    /// When that is interrupted, or a database that was made fails. What the script does wrong is in the proof.
    pub async fn try_on_scratch(&self, script: &Script, sides: &mut Sides<'_>) -> Result<Tried, Error> {
        let (base, options, filter) = (Side::Target(Target::new(Anchor::Base)), Options::default(), Filter::default());
        // What a server puts into each new database is there before and afterwards.
        let old = match sides.catalog(&base).await {
            Ok(old) => old,
            Err(error) if is_no_place(&error) => return Ok(Tried::Nowhere(error)),
            Err(error) => return Err(error),
        };
        let claim = Claim { from: &base, old: &old, beside: &[], new: &self.made, filter: &filter };
        sides.prove(script, claim, &options).await.map(Tried::Ran)
    }
}

/// Returns whether scratch databases cannot be made at all, which is no fault of a script.
fn is_no_place(error: &Error) -> bool {
    matches!(
        *error.kind,
        ErrorKind::ScratchDenied { .. }
            | ErrorKind::ScratchNotReached { .. }
            | ErrorKind::ScratchProtected { .. }
            | ErrorKind::ScratchMismatch { .. }
            | ErrorKind::NoScratchServer { .. }
            | ErrorKind::CannotCreate { .. }
            | ErrorKind::ConnectionFailed { .. }
            | ErrorKind::AccessDenied { .. }
            | ErrorKind::CommandFailed { .. }
    )
}

impl Tried {
    /// Returns whether both ways were run, and hold.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Ran(proof) if proof.holds())
    }

    /// Returns what is to be said of the upgrade, in lines.
    pub fn upgrade_remarks(&self) -> Vec<String> {
        match self {
            Self::Ran(proof) => proof.upgrade_remarks(),
            Self::Nowhere(error) => vec![format!("not proved: {}", error.message())],
        }
    }

    /// Returns what is to be said of the downgrade, in lines.
    pub fn downgrade_remarks(&self) -> Vec<String> {
        match self {
            Self::Ran(proof) => proof.downgrade_remarks(),
            Self::Nowhere(_) => Vec::new(),
        }
    }
}
