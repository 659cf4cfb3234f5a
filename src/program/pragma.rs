//! Rebuilds that no transaction holds, so that only the script itself can keep rows safe.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Mode;
use crate::sql::Rebuild;
use crate::sql::Statement;
use crate::sql::foreign_keys;

/// Returns an error for each table that a revision rebuilds with foreign keys on, in statements that do not share a
/// transaction; `shielded` are those that a transaction of its own rebuilds whole.
pub(crate) fn unshielded(statements: &[(Mode, &Statement)], shielded: &BTreeSet<String>) -> Vec<Error> {
    let texts: Vec<&str> = statements.iter().map(|(_, statement)| statement.sql()).collect();
    let here = Rebuild::find(&texts).map(|rebuild| rebuild.tables).unwrap_or_default();
    // The shield looks after the main database only.
    let attached = Rebuild::find_attached(&texts);
    let is_off = |index: usize| {
        let before = statements[..index].iter().rev().filter(|(mode, _)| *mode == Mode::Alone);
        before.filter_map(|(_, statement)| foreign_keys(statement.sql())).next() == Some(false)
    };
    let open = here.into_iter().chain(attached).filter(|(table, index)| !shielded.contains(table) && !is_off(*index));
    open.map(|(table, index)| Error::from(ErrorKind::UnshieldedRebuild { table }).at(statements[index].1.span.clone()))
        .collect()
}
