//! How many rows a connection has changed: by that it is known whether a statement of SQLite that failed left some.

use crate::dialect::Family;
use crate::run::session::Session;

impl Session {
    /// Returns how many rows this connection has changed, on SQLite.
    pub(crate) async fn changes(&mut self) -> Option<u64> {
        if self.db.family() != Family::Sqlite {
            return None;
        }
        let answers = self.db.select(&["SELECT total_changes()"]).await.ok()?;
        answers.first()?.first()?.first()?.as_deref()?.parse().ok()
    }
}
