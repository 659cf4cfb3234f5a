//! The statements around a transaction; running and printing use the same.

use crate::dialect::Family;

/// Sets the savepoint that shows whether a script ended the transaction.
pub(crate) const SET_GUARD: &str = "SAVEPOINT rev_guard";

/// Releases it; fails if the script ended the transaction.
pub(crate) const CHECK_GUARD: &str = "RELEASE SAVEPOINT rev_guard";

/// Ends the transaction.
pub(crate) const COMMIT: &str = "COMMIT";

/// Opens a transaction that may write: a script may have made transactions read-only for its session.
pub(crate) fn begin(family: Family) -> &'static str {
    match family {
        Family::Sqlite => "BEGIN IMMEDIATE",
        Family::Postgres => "BEGIN READ WRITE",
        Family::Mysql => "START TRANSACTION READ WRITE",
    }
}

/// Ends a statement of PostgreSQL soon after its client is gone: a rev that was killed leaves nothing running.
pub(crate) const MIND_CLIENT: &str = "SET client_connection_check_interval = '500ms'";

/// The same for a transaction, after a script's settings were put back.
pub(crate) const MIND_CLIENT_LOCALLY: &str = "SET LOCAL client_connection_check_interval = '500ms'";
