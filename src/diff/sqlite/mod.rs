//! The statements of SQLite.
//!
//! Comes in: two catalogs, and where they differ.

use crate::catalog::Catalog;
use crate::diff::difference::Difference;
use crate::diff::options::Options;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Writes the statements that turn one catalog into another, in any order.
pub(super) fn steps(
    _old: &Catalog,
    _new: &Catalog,
    _differences: &[Difference],
    _options: &Options,
) -> Result<Vec<Step>, Vec<Refusal>> {
    Ok(Vec::new())
}
