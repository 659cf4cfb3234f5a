//! The configured database beside what its applied revisions make.

use std::collections::BTreeMap;

use crate::catalog::Level;
use crate::catalog::Object;
use crate::cli::ui::difference::Compared;
use crate::diff::differences;
use crate::error::Error;
use crate::id::Heads;
use crate::schemas::Filter;
use crate::schemas::Side;
use crate::schemas::Sides;

/// What was found, and what was left aside.
pub(super) struct Drift {
    pub(super) compared: Compared,
    /// What does not count of what the applied revisions make, and of the database.
    pub(super) beside: [Vec<Object>; 2],
    /// The heads of what is applied; not known while a revision is in progress.
    pub(super) applied: Option<Heads>,
}

/// Compares the configured database with what its applied revisions make.
pub(super) async fn find(level: Level, filter: &Filter, sides: &mut Sides<'_>) -> Result<Drift, Error> {
    let schema = sides.schema(&Side::Live).await?;
    let (mut new, applied) = (schema.catalog, schema.applied);
    let mut old = sides.catalog(&Side::Applied).await?;
    let beside = [filter.apply(&mut old), filter.apply(&mut new)];
    let differences = differences(&old, &new, level);
    let (from, to) = (Side::Applied.to_string(), Side::Live.to_string());
    let compared = Compared { from, to, level, old, new, differences, proof: None, origins: BTreeMap::new() };
    Ok(Drift { compared, beside, applied })
}
