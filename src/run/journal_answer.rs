//! What the answers to rev's own statements must be.

use crate::db::Done;
use crate::db::Failure;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Expect;
use crate::sql::summary;

/// Returns whether a statement of the journal failed because the row before it is missing.
pub(crate) fn is_missing_row(expect: Expect, failure: &Failure) -> bool {
    const DIVISION_BY_ZERO: &str = "22012";
    matches!(expect, Expect::Fails) && failure.code.as_deref() == Some(DIVISION_BY_ZERO)
}

/// Makes sure that what a statement of the journal changed is what it was meant to.
pub(crate) fn check(expect: Expect, done: &Done, sql: &str, family: Family) -> Result<(), Error> {
    let swallowed = || Err(ErrorKind::JournalWriteLost { statement: summary(sql, family) }.into());
    match expect {
        Expect::Touches(rows) if done.rows != rows => {
            let expected = format!("{rows} rows were expected to change, and {} did, in: {sql}", done.rows);
            Err(ErrorKind::DatabaseMoved { expected }.into())
        }
        Expect::Adds | Expect::AddsForCheck if done.rows != 1 => swallowed(),
        Expect::Answers if done.returned != 1 => swallowed(),
        _ => Ok(()),
    }
}
