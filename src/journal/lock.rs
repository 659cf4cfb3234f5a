//! The first row of the lock table: the epoch, and a note who holds the lock. The row is not the lock itself.

use std::fmt;

use sea_query::Expr;
use sea_query::Query;

use crate::dialect::Family;
use crate::journal::Journal;
use crate::journal::Row;
use crate::journal::literal;
use crate::journal::own::Operator;

/// Who holds the lock, as it was noted; stale when nobody does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// The user of the operating system.
    pub user: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// Since when, in UTC.
    pub since: Option<String>,
    /// How many seconds its lease lasts if it is not heard of again, where the lock is one.
    pub lease_left: Option<i64>,
}

impl Journal {
    /// Returns the query for the epoch and the [`Holder`].
    pub fn select_holder(&self) -> String {
        let query = Query::select()
            .columns(["epoch", "user", "host", "pid", "since"])
            .from(self.table(&self.lock))
            .and_where(self.is("id", 1))
            .take();
        self.render(&query)
    }

    /// Returns the statement that begins a new epoch for `holder`: whoever still works in an older one is fenced off.
    pub fn begin_epoch(&self, holder: &Holder) -> String {
        let query = Query::update()
            .table(self.table(&self.lock))
            .value("epoch", Expr::cust(format!("epoch {} 1", self.operator(Operator::Plus))))
            .value("user", literal::optional(self.dialect, holder.user.as_deref()))
            .value("host", literal::optional(self.dialect, holder.host.as_deref()))
            .value("pid", holder.pid.map_or_else(|| Expr::cust("NULL"), Expr::val))
            .value("since", literal::optional(self.dialect, holder.since.as_deref()))
            .and_where(self.is("id", 1))
            .take();
        self.render(&query)
    }

    /// Returns the query that answers one row while `epoch` lasts, and keeps it from ending until the transaction does.
    pub fn fence(&self, epoch: i64) -> String {
        let query = Query::select()
            .expr(Expr::val(1))
            .from(self.table(&self.lock))
            .and_where(self.is("id", 1))
            .and_where(self.is("epoch", epoch))
            .limit(1) // stronger than MySQL's sql_select_limit, which a script may have set to 0
            .take();
        let locking = match self.dialect.family() {
            // The transaction holds the whole file already.
            Family::Sqlite => "",
            Family::Postgres => " FOR SHARE",
            // MariaDB does not know the newer `FOR SHARE` of MySQL.
            Family::Mysql => " LOCK IN SHARE MODE",
        };
        self.render(&query) + locking
    }
}

impl Holder {
    /// Reads a row of [`Journal::select_holder`]: the epoch and the note; nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<(i64, Self)> {
        let [Some(epoch), user, host, pid, since] = row.as_slice() else { return None };
        let pid = pid.as_ref().and_then(|pid| pid.parse().ok());
        let holder = Self { user: user.clone(), host: host.clone(), pid, since: since.clone(), lease_left: None };
        Some((epoch.parse().ok()?, holder))
    }
}

impl Holder {
    /// Returns when the lease ends, in brackets, where the lock is one.
    pub fn lease_note(&self) -> String {
        match self.lease_left {
            Some(left) if left >= 0 => format!(" (its lease ends in {left} s if it is not heard of again)"),
            Some(_) => " (it has not been heard of, and its lease is over)".to_owned(),
            None => String::new(),
        }
    }
}

impl fmt::Display for Holder {
    /// Writes `process 123 (ada@laptop) since …`, as far as it is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match (&self.user, &self.host) {
            (Some(user), Some(host)) => format!("{user}@{host}"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => "another rev".to_owned(),
        };
        match self.pid {
            Some(pid) => write!(f, "process {pid} ({who})")?,
            None => f.write_str(&who)?,
        }
        if let Some(since) = &self.since {
            // People read whole seconds.
            let seconds = since.split_once('.').map_or(since.as_str(), |(seconds, _)| seconds);
            write!(f, " since {}Z", seconds.trim_end_matches('Z'))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn journal(dialect: Dialect) -> Journal {
        Journal::new(dialect, "app", "rev_version", "rev_")
    }

    #[test]
    fn a_fence_is_a_locking_read_where_that_is_known() {
        let fence = |dialect| journal(dialect).fence(7);
        assert!(fence(Dialect::Postgres).ends_with("(\"epoch\" OPERATOR(pg_catalog.=) 7) LIMIT 1 FOR SHARE"));
        assert!(fence(Dialect::Mariadb).ends_with("`epoch` = 7 LIMIT 1 LOCK IN SHARE MODE"));
        assert!(fence(Dialect::Sqlite).ends_with("\"epoch\" = 7 LIMIT 1"));
    }

    #[test]
    fn an_epoch_begins_with_a_note_of_its_holder() {
        let holder = Holder { user: Some("ada".into()), pid: Some(12), ..Holder::default() };
        assert_eq!(
            journal(Dialect::Sqlite).begin_epoch(&holder),
            "UPDATE \"app\".\"rev_lock\" SET \"epoch\" = epoch + 1, \"user\" = 'ada', \"host\" = NULL, \"pid\" = 12, \"since\" = NULL WHERE \"id\" = 1"
        );
    }

    #[test]
    fn a_holder_is_named_as_far_as_it_is_known() {
        let row = ["3", "ada", "laptop", "12", "2026-11-20T09:12:44.310Z"].map(|cell| Some(cell.to_owned())).to_vec();
        let (epoch, holder) = Holder::from_row(&row).unwrap();
        assert_eq!((epoch, holder.to_string().as_str()), (3, "process 12 (ada@laptop) since 2026-11-20T09:12:44Z"));
        assert_eq!(Holder::default().to_string(), "another rev");
        let leased = Holder { lease_left: Some(21), ..Holder::default() };
        assert_eq!(leased.lease_note(), " (its lease ends in 21 s if it is not heard of again)");
    }
}
