//! The row that is the lock where a server has none that reaches every node: whose it is, and until when.
//!
//! It is another row than the epoch's: every transaction of a run reads that one with a lock of its own, and a lease that
//! lay in it could not be renewed meanwhile.

use sea_query::ColumnDef;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::MysqlQueryBuilder;
use sea_query::PostgresQueryBuilder;
use sea_query::Query;
use sea_query::SqliteQueryBuilder;
use sea_query::Table;
use sea_query::UpdateStatement;

use crate::dialect::Family;
use crate::journal::Holder;
use crate::journal::Journal;
use crate::journal::layout::FORMAT;
use crate::journal::literal;
use crate::journal::own::Operator;
use crate::journal::read::Row;

/// The id of the lease's row in the table of the lock.
const LEASE: i32 = 2;

/// How long a lease lasts that is not renewed, in seconds by the server's clock.
pub const LEASE_SECONDS: i64 = 25;

/// What the lease's row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Whose it is; nobody's when it was given back.
    pub token: Option<String>,
    /// When it ends, in seconds since 1970 by the server's clock.
    pub ends: i64,
    /// How many seconds that is from now, by the server's clock.
    pub left: i64,
    /// Who took it.
    pub holder: Holder,
}

impl Journal {
    /// Returns the statement that adds what only leases use to a table of the lock that an older rev made.
    pub fn add_lease_columns(&self) -> String {
        let mut table = Table::alter().table(self.table(&self.lock)).take();
        for column in lease_columns() {
            table.add_column(column);
        }
        match self.dialect.family() {
            Family::Sqlite => table.to_string(SqliteQueryBuilder),
            Family::Postgres => table.to_string(PostgresQueryBuilder),
            Family::Mysql => table.to_string(MysqlQueryBuilder),
        }
    }

    /// Returns the statement that makes the lease's row; of two runners that make it, one may fail.
    pub fn insert_lease(&self) -> String {
        let query = Query::insert()
            .into_table(self.table(&self.lock))
            .columns(["id", "format", "epoch"])
            .values_panic([Expr::val(LEASE), Expr::val(FORMAT), Expr::val(0)])
            .take();
        self.render(&query)
    }

    /// Returns the query for the [`Lease`].
    pub fn select_lease(&self) -> String {
        let left = format!("coalesce(lease_ends, 0) {} {}", self.own().operator(Operator::Minus), self.now());
        let query = Query::select()
            .expr(Expr::col("lease"))
            .expr(Expr::cust("coalesce(lease_ends, 0)"))
            .expr(Expr::cust(left))
            .columns(["epoch", "user", "host", "pid", "since"])
            .from(self.table(&self.lock))
            .and_where(self.own().is("id", LEASE))
            .take();
        self.render(&query)
    }

    /// Returns the statement that takes the lease if it still is as it was `seen`, and touches no row if it is not.
    pub fn take_lease(&self, seen: &Lease, token: &str, holder: &Holder) -> String {
        let mut query = self.update_lease();
        query
            .value("lease", literal::text(self.dialect, token))
            .value("lease_ends", Expr::cust(self.lease_end()))
            .value("user", literal::optional(self.dialect, holder.user.as_deref()))
            .value("host", literal::optional(self.dialect, holder.host.as_deref()))
            .value("pid", holder.pid.map_or_else(|| Expr::cust("NULL"), Expr::val))
            .value("since", literal::optional(self.dialect, holder.since.as_deref()));
        match &seen.token {
            None => query.and_where(Expr::col("lease").is_null()),
            Some(old) => query
                .and_where(self.own().is("lease", literal::text(self.dialect, old)))
                .and_where(self.own().is("lease_ends", seen.ends))
                .and_where(Expr::cust(format!("lease_ends {} {}", self.own().operator(Operator::Smaller), self.now()))),
        };
        self.render(&query)
    }

    /// Returns the statement that makes a lease last longer; it touches no row when the lease is another's by now.
    pub fn renew_lease(&self, token: &str) -> String {
        let mut query = self.update_lease();
        query
            .value("lease_ends", Expr::cust(self.lease_end()))
            .and_where(self.own().is("lease", literal::text(self.dialect, token)));
        self.render(&query)
    }

    /// Returns the statement that gives a lease back.
    pub fn release_lease(&self, token: &str) -> String {
        let mut query = self.update_lease();
        query
            .value("lease", Expr::cust("NULL"))
            .value("lease_ends", Expr::cust("NULL"))
            .and_where(self.own().is("lease", literal::text(self.dialect, token)));
        self.render(&query)
    }

    /// Returns the statement that touches one row while `epoch` lasts, and makes the transaction fail that it is in when
    /// the epoch ends before that does, on whichever node.
    ///
    /// On a cluster a lock that is only read is the node's own affair. Two nodes compare what was written.
    pub fn fence_by_writing(&self, epoch: i64) -> String {
        let query = Query::update()
            .table(self.table(&self.lock))
            .value("fenced", Expr::cust(format!("coalesce(fenced, 0) {} 1", self.own().operator(Operator::Plus))))
            .and_where(self.own().is("id", 1))
            .and_where(self.own().is("epoch", epoch))
            .take();
        self.render(&query)
    }

    /// When a lease ends that is taken now.
    fn lease_end(&self) -> String {
        format!("{} {} {LEASE_SECONDS}", self.now(), self.own().operator(Operator::Plus))
    }

    fn update_lease(&self) -> UpdateStatement {
        Query::update().table(self.table(&self.lock)).and_where(self.own().is("id", LEASE)).take()
    }

    /// The server's clock in seconds since 1970; time zones and the session's settings have no say in it.
    fn now(&self) -> &'static str {
        match self.dialect.family() {
            Family::Postgres => "CAST(pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp())) AS bigint)",
            Family::Mysql => "CAST(UNIX_TIMESTAMP() AS SIGNED)",
            Family::Sqlite => "unixepoch()",
        }
    }
}

/// Returns the columns that only leases use.
pub(super) fn lease_columns() -> [ColumnDef; 3] {
    [
        ColumnDef::new("lease").string_len(64).take(),
        ColumnDef::new("lease_ends").big_integer().take(),
        ColumnDef::new("fenced").big_integer().take(),
    ]
}

impl Lease {
    /// Reads a row of [`Journal::select_lease`]; nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<Self> {
        let (lease, holder) = row.split_at_checked(3)?;
        let [token, Some(ends), Some(left)] = lease else { return None };
        let (_, mut holder) = Holder::from_row(&holder.to_vec())?;
        let left = left.parse().ok()?;
        holder.lease_left = token.as_ref().map(|_| left);
        Some(Self { token: token.clone(), ends: ends.parse().ok()?, left, holder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn journal(dialect: Dialect) -> Journal {
        Journal::new(dialect, "app", "rev_version", "rev_")
    }

    fn row(cells: [&str; 8]) -> Row {
        cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).to_vec()
    }

    #[test]
    fn a_free_lease_is_taken_only_while_it_is_free() {
        let free = Lease::from_row(&row(["", "0", "-5", "0", "", "", "", ""])).unwrap();
        let sql = journal(Dialect::Mariadb).take_lease(&free, "t", &Holder::default());
        assert!(sql.ends_with("WHERE `id` = 2 AND `lease` IS NULL"), "{sql}");
        assert_eq!(free.holder.lease_left, None);
    }

    #[test]
    fn an_ended_lease_is_taken_only_as_it_was_seen_and_by_the_servers_clock() {
        let ended = Lease::from_row(&row(["o'", "1000", "-5", "0", "ada", "laptop", "7", ""])).unwrap();
        let sql = journal(Dialect::Postgres).take_lease(&ended, "t", &Holder::default());
        let condition = "(\"lease\" OPERATOR(pg_catalog.=) ('o''')) AND (\"lease_ends\" OPERATOR(pg_catalog.=) 1000) AND (lease_ends OPERATOR(pg_catalog.<) CAST(pg_catalog.floor(";
        assert!(sql.contains(condition), "{sql}");
    }

    #[test]
    fn a_lease_is_renewed_by_its_holder_only() {
        let sql = journal(Dialect::Mariadb).renew_lease("t");
        assert_eq!(
            sql,
            "UPDATE `app`.`rev_lock` SET `lease_ends` = CAST(UNIX_TIMESTAMP() AS SIGNED) + 25 WHERE `id` = 2 AND `lease` = ('t')"
        );
    }

    #[test]
    fn the_epoch_is_fenced_in_a_row_that_is_not_the_leases() {
        assert!(journal(Dialect::Mariadb).fence_by_writing(7).ends_with("WHERE `id` = 1 AND `epoch` = 7"));
    }

    #[test]
    fn a_row_of_another_shape_is_no_lease() {
        assert_eq!(Lease::from_row(&row(["t", "", "1", "0", "", "", "", ""])), None);
        assert_eq!(Lease::from_row(&vec![None]), None);
    }
}
