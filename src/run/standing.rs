//! Whether the server takes changes at all, before the first one.

use crate::db::STANDBY;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::session::Session;

/// Whether it only follows another server, whether it ends transactions that take too long, and what it is.
const STANDING: &str = "SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text, \
     pg_catalog.current_setting('transaction_timeout', true), pg_catalog.version()";

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
        if said(0) != Some("true") {
            return Ok(());
        }
        let reason = "it is a hot standby, which follows another server".to_owned();
        let kind = ErrorKind::ReadOnly { address: self.db.address.clone(), reason, instead: STANDBY.to_owned() };
        Err(kind.into())
    }
}
