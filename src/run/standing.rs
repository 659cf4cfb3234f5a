//! Whether the server takes changes at all, before the first one.

use crate::db::STANDBY;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::session::Session;

/// Whether it only follows another server, whether it ends transactions that take too long, and what it is.
const STANDING: &str = "SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text, \
     pg_catalog.current_setting('transaction_timeout', true), pg_catalog.version(), \
     pg_catalog.current_setting('default_transaction_read_only')";

/// What to do about a database that somebody has made read-only for its sessions.
const READ_ONLY: &str = "if it may be changed all the same, say so with `?options=-c default_transaction_read_only=off` in the \
     URL, or with `ALTER DATABASE … RESET default_transaction_read_only`";

/// What PGlite calls itself: all of its connections share a session, its transaction and its locks, or there is only one.
const PGLITE: &str = "PGlite";

impl Session {
    /// Refuses a server that only follows another one, or has one session: what it says of the first change does not
    /// tell that.
    pub(crate) async fn check_standing(&mut self) -> Result<(), Error> {
        if self.db.family() != Family::Postgres {
            return Ok(());
        }
        let rows = self.select_one(STANDING).await?;
        let said = |column: usize| rows.first().and_then(|row| row.get(column)).and_then(Option::as_deref);
        // It ends the session as well, and PostgreSQL before 17 has no such limit.
        self.limits_transactions = said(1).is_some_and(|limit| limit != "0");
        if said(2).is_some_and(|version| version.contains(PGLITE)) {
            return Err(ErrorKind::OneSession { address: self.db.address.clone() }.into());
        }
        let (reason, instead) = match (said(0), said(3)) {
            (Some("true"), _) => ("it is a hot standby, which follows another server", STANDBY),
            (_, Some("on")) => ("`default_transaction_read_only` is on for this database or this user", READ_ONLY),
            _ => return Ok(()),
        };
        let (reason, instead) = (reason.to_owned(), instead.to_owned());
        Err(ErrorKind::ReadOnly { address: self.db.address.clone(), reason, instead }.into())
    }
}
