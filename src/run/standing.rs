//! Whether the server takes changes at all, before the first one.

use crate::db::STANDBY;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::PGLITE;
use crate::run::session::Session;

/// Whether it only follows another server, and whether it ends transactions that take too long.
const STANDING: &str = "SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text, \
     pg_catalog.current_setting('transaction_timeout', true)";

impl Session {
    /// Refuses a server with one session for all, as it was last read: before a second connection, which such a one may
    /// refuse without a word.
    pub(crate) fn check_sessions(&self) -> Result<(), Error> {
        match self.db.family() == Family::Postgres && self.probe.server_version.contains(PGLITE) {
            true => Err(ErrorKind::OneSession { address: self.db.address.clone() }.into()),
            false => Ok(()),
        }
    }

    /// Refuses a server that only follows another one: what it says of the first change does not tell that.
    pub(crate) async fn check_standing(&mut self) -> Result<(), Error> {
        if self.db.family() != Family::Postgres {
            return Ok(());
        }
        let rows = self.select_one(STANDING).await?;
        let said = |column: usize| rows.first().and_then(|row| row.get(column)).and_then(Option::as_deref);
        // It ends the session as well, and PostgreSQL before 17 has no such limit.
        self.limits_transactions = said(1).is_some_and(|limit| limit != "0");
        if said(0) != Some("true") {
            return Ok(());
        }
        let reason = "it is a hot standby, which follows another server".to_owned();
        let kind = ErrorKind::ReadOnly { address: self.db.address.clone(), reason, instead: STANDBY.to_owned() };
        Err(kind.into())
    }
}
