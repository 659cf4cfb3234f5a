//! The statements that turn one catalog into another.

use crate::catalog::Catalog;
use crate::catalog::Kind;
use crate::dialect::Family;
use crate::diff::difference::Difference;
use crate::diff::difference::differences as differences_between;
use crate::diff::mysql;
use crate::diff::options::Options;
use crate::diff::order::ordered;
use crate::diff::postgres;
use crate::diff::sqlite;
use crate::diff::step::Does;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Returns the statements that turn the old catalog into the new one, in an order that runs.
///
/// What goes the other way is `statements(new, old, …)`, not a mirrored text. Nothing is proved by this alone: run them on
/// a scratch database.
///
/// # Errors
///
/// What no statement can be written for, each object with the reason; nothing is written then.
pub fn statements(
    old: &Catalog,
    new: &Catalog,
    differences: &[Difference],
    options: &Options,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let steps = match new.dialect.family() {
        Family::Postgres if !options.renames.is_empty() => {
            // First of all, so that all else is about what they are called then.
            let (mut steps, old) = postgres::renamed(old, options)?;
            let left = differences_between(&old, new, options.level);
            let others = postgres::steps(&old, new, &left, options)?;
            steps.extend(ordered(others, &old, new).map(around).map_err(|circle| circle.refusals())?);
            return Ok(steps);
        }
        Family::Postgres => postgres::steps(old, new, differences, options),
        Family::Mysql => return mysql::statements(old, new, differences, options),
        Family::Sqlite => sqlite::steps(old, new, differences, options),
    }?;
    ordered(steps, old, new).map(around).map_err(|circle| circle.refusals())
}

/// What new objects get by themselves must not reach those that are made here: their grants are told one by one.
fn around(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| match (step.about.kind, step.does) {
        (Kind::DefaultPrivilege, Does::Drop) => 0,
        (Kind::DefaultPrivilege, _) => 2,
        _ => 1,
    });
    steps
}
