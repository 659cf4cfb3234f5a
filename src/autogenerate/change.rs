//! From what a schema is to what it should be.

use crate::autogenerate::online::online;
use crate::autogenerate::sections::Way;
use crate::autogenerate::sections::section;
use crate::catalog::Catalog;
use crate::catalog::Level;
use crate::catalog::Object;
use crate::dialect::Dialect;
use crate::diff::Difference;
use crate::diff::Options;
use crate::diff::Rename;
use crate::diff::Step;
use crate::diff::differences;
use crate::diff::statements;
use crate::error::Error;
use crate::schemas::Filter;
use crate::schemas::ScriptProof;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::refused;

/// What a schema is, and what it should be.
#[derive(Debug)]
pub struct Change {
    /// Where it is as it is.
    pub from: Side,
    /// Where it is as it should be.
    pub to: Side,
    /// As it is.
    pub old: Catalog,
    /// What else is there, and does not count.
    pub beside: Vec<Object>,
    /// As it should be.
    pub new: Catalog,
    /// How close they must be.
    pub level: Level,
    /// In what they differ.
    pub differences: Vec<Difference>,
}

/// An upgrade and a downgrade.
#[derive(Debug)]
pub struct Written {
    pub(super) upgrade: Way,
    pub(super) downgrade: Way,
    pub(super) dialect: Dialect,
}

impl Change {
    /// Reads both sides.
    ///
    /// # Errors
    ///
    /// When a side cannot be reached or built, or they are databases of two kinds.
    pub async fn find(
        sides: &mut Sides<'_>,
        from: Side,
        to: Side,
        filter: &Filter,
        level: Level,
    ) -> Result<Self, Error> {
        sides.expect_alike(&from, &to, true)?;
        let (mut old, mut new) = sides.both(&from, &to).await?;
        let beside = filter.apply(&mut old);
        filter.apply(&mut new);
        Ok(Self::between((from, old, beside), (to, new), level))
    }

    /// Compares two sides that were read.
    pub fn between(
        (from, old, beside): (Side, Catalog, Vec<Object>),
        (to, new): (Side, Catalog),
        level: Level,
    ) -> Self {
        let differences = differences(&old, &new, level);
        Self { from, to, level, old, beside, new, differences }
    }

    /// Writes the statements of both directions.
    ///
    /// # Errors
    ///
    /// When none can be written for an object of the upgrade; where it is the downgrade, that is irreversible.
    pub fn write(&self, options: &Options) -> Result<Written, Error> {
        let Self { old, new, differences: found, .. } = self;
        let upgrade = statements(old, new, found, options).map_err(refused)?;
        let back = |Rename { kind, old, new }: &Rename| Rename { kind: *kind, old: new.clone(), new: old.clone() };
        let renames = options.renames.iter().rev().map(back).collect();
        let options = Options { level: options.level, renames };
        let downgrade = way_back(new, old, &options);
        Ok(Written { upgrade: Way::Steps(upgrade), downgrade, dialect: new.dialect })
    }
}

/// Returns what leads from the new schema to the old one.
pub(super) fn way_back(new: &Catalog, old: &Catalog, options: &Options) -> Way {
    match statements(new, old, &differences(new, old, options.level), options) {
        Ok(steps) => Way::Steps(steps),
        Err(refusals) => Way::Refused(refusals),
    }
}

impl Written {
    /// Returns the sections of the script, with what did not hold when it was run.
    pub fn sections(&self, proof: Option<&ScriptProof>) -> String {
        let remarks = |of: fn(&ScriptProof) -> Vec<String>| proof.map(of).unwrap_or_default();
        self.remarked(&remarks(ScriptProof::upgrade_remarks), &remarks(ScriptProof::downgrade_remarks))
    }

    /// Returns the sections of the script, each with what is to be said of it first.
    pub(super) fn remarked(&self, upgrade: &[String], downgrade: &[String]) -> String {
        let upgrade = section("upgrade", &self.upgrade, upgrade, self.dialect);
        let downgrade = section("downgrade", &self.downgrade, downgrade, self.dialect);
        format!("{upgrade}\n{downgrade}")
    }

    /// Returns it in forms of statements that keep nobody waiting, as far as there are some (PostgreSQL).
    pub fn online(self, change: &Change) -> Self {
        let rewrite = |way: Way, there: &Catalog| match way {
            Way::Steps(steps) => Way::Steps(online(steps, there)),
            refused @ Way::Refused(_) => refused,
        };
        let (upgrade, downgrade) = (rewrite(self.upgrade, &change.old), rewrite(self.downgrade, &change.new));
        Self { upgrade, downgrade, dialect: self.dialect }
    }

    /// Returns what a direction loses, each in words.
    pub fn losses(&self) -> (Vec<&str>, Vec<&str>) {
        (losses(&self.upgrade), losses(&self.downgrade))
    }

    /// Returns whether there is a downgrade.
    pub fn is_reversible(&self) -> bool {
        matches!(self.downgrade, Way::Steps(_))
    }
}

fn losses(way: &Way) -> Vec<&str> {
    match way {
        Way::Steps(steps) => steps.iter().filter_map(|step: &Step| step.destroys.as_deref()).collect(),
        Way::Refused(_) => Vec::new(),
    }
}
