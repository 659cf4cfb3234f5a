//! The statements that read the journal, and the rows they give.

use sea_query::Alias;
use sea_query::Asterisk;
use sea_query::Expr;
use sea_query::Order;
use sea_query::Query;
use sea_query::SelectStatement;

use crate::dialect::Family;
use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::Outcome;
use crate::journal::Row;
use crate::journal::history::HISTORY_COLUMNS;
use crate::journal::layout::DATABASE_USER;
use crate::journal::literal;

/// A finished or stopped part of a revision, from the progress table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressRow {
    /// The revision that is between its parts.
    pub revision: RevisionId,
    /// Which part, from 1.
    pub part: usize,
    /// Which way the revision was going.
    pub direction: Direction,
    /// The hash of the part's statements as they ran.
    pub hash: String,
    /// What is known of the statement if it was begun and nothing says that it ran; else nothing.
    pub intended: Option<String>,
    /// What a part that ran found there before; nothing where that makes no difference, or was not looked for.
    pub found: Option<String>,
    /// When the row was written, or its revision began, in UTC.
    pub started: String,
}

impl Journal {
    /// Returns the query for the rows of the version table.
    pub fn select_heads(&self) -> String {
        let query = Query::select().column("version_num").from(self.table(&self.version)).take();
        self.render(&query)
    }

    /// Returns the query for [`ProgressRow`]s, in the order of the parts.
    pub fn select_progress(&self) -> String {
        let query = Query::select()
            .columns(["revision", "part", "direction", "hash", "state", "definition", "started"])
            .from(self.table(&self.progress))
            .order_by("part", Order::Asc)
            .take();
        self.render(&query)
    }

    /// Returns the query for the format number.
    pub fn select_format(&self) -> String {
        let query = Query::select().column("format").from(self.table(&self.lock)).take();
        self.render(&query)
    }

    /// Returns the query for [`HistoryRow`](crate::journal::HistoryRow)s, oldest first.
    pub fn select_history(&self) -> String {
        self.render(self.history_query().order_by("id", Order::Asc))
    }

    /// Returns the query for the last step that applied `revision`, as a [`HistoryRow`](crate::journal::HistoryRow).
    pub fn select_applied(&self, revision: &RevisionId) -> String {
        let query = self
            .history_query()
            .and_where(self.is("revision", literal::text(self.dialect, revision.as_str())))
            .and_where(self.is_any("direction", ["upgrade", "stamp"]))
            .and_where(self.is("outcome", "done"))
            .order_by("id", Order::Desc)
            .limit(1)
            .take();
        self.render(&query)
    }

    /// Returns the query for the last row of each revision and outcome that tell what is applied, oldest first, for
    /// [`LastSteps`](crate::journal::LastSteps). The stored downgrades are left out: they are long, and seldom needed.
    pub fn select_last_steps(&self) -> String {
        let counts = || self.is_any("outcome", [Outcome::Done.as_str(), Outcome::Accepted.as_str()]);
        let last = Query::select()
            .expr(self.call("max", Expr::col("id")))
            .from(self.table(&self.history))
            .and_where(counts())
            .group_by_columns(["revision", "outcome"])
            .take();
        self.steps_of(last)
    }

    /// Returns the query for the newest steps, newest first, as [`HistoryRow`](crate::journal::HistoryRow)s without the
    /// stored downgrades.
    pub fn select_newest_steps(&self, limit: u64) -> String {
        self.render(&self.newest(limit))
    }

    /// Returns the query for the newest step that ended well, as one of [`Self::select_newest_steps`].
    pub fn select_newest_done(&self) -> String {
        self.render(self.newest(1).and_where(self.is("outcome", Outcome::Done.as_str())))
    }

    fn newest(&self, limit: u64) -> SelectStatement {
        let columns = HISTORY_COLUMNS.into_iter().filter(|column| *column != "downgrade");
        Query::select()
            .columns(columns)
            .expr(Expr::cust("NULL"))
            .expr(self.database_user())
            .from(self.table(&self.history))
            .order_by("id", Order::Desc)
            .limit(limit)
            .take()
    }

    /// Returns the query that counts the steps that failed.
    pub fn count_failed(&self) -> String {
        let query = Query::select()
            .expr(self.call("count", Expr::col(Asterisk)))
            .from(self.table(&self.history))
            .and_where(self.is("outcome", Outcome::Failed.as_str()))
            .take();
        self.render(&query)
    }

    /// Returns the query for the stored downgrades of these rows of the history, each with its row's id.
    pub fn select_downgrades(&self, ids: impl IntoIterator<Item = i64>) -> String {
        let query = Query::select()
            .columns(["id", "downgrade"])
            .from(self.table(&self.history))
            .and_where(self.is_any("id", ids))
            .take();
        self.render(&query)
    }

    /// Returns the query for the errors of these rows of the history, each with its row's id.
    pub fn select_errors(&self, ids: impl IntoIterator<Item = i64>) -> String {
        let history = Alias::new("h");
        // Named with its table, since SQLite takes a quoted name that is no column for a text.
        let query = Query::select()
            .column("id")
            .column((history.clone(), Alias::new("error")))
            .from_as(self.table(&self.history), history)
            .and_where(self.is_any("id", ids))
            .take();
        self.render(&query)
    }

    /// Returns the query for the last step of each revision that failed, as one of [`Self::select_newest_steps`].
    pub fn select_last_failed(&self) -> String {
        let last = Query::select()
            .expr(self.call("max", Expr::col("id")))
            .from(self.table(&self.history))
            .and_where(self.is("outcome", Outcome::Failed.as_str()))
            .group_by_col("revision")
            .take();
        self.steps_of(last)
    }

    /// Returns the query for the steps with these ids, oldest first, without the stored downgrades.
    fn steps_of(&self, ids: SelectStatement) -> String {
        let columns = HISTORY_COLUMNS.into_iter().filter(|column| *column != "downgrade");
        let query = Query::select()
            .columns(columns)
            .expr(Expr::cust("NULL"))
            .expr(self.database_user())
            .from(self.table(&self.history))
            .and_where(self.is_in_query("id", ids))
            .order_by("id", Order::Asc)
            .take();
        self.render(&query)
    }

    /// Returns the query that counts the rows of the history.
    pub fn count_history(&self) -> String {
        let query =
            Query::select().expr(self.call("count", Expr::col(Asterisk))).from(self.table(&self.history)).take();
        self.render(&query)
    }

    fn history_query(&self) -> SelectStatement {
        Query::select().columns(HISTORY_COLUMNS).expr(self.database_user()).from(self.table(&self.history)).take()
    }

    /// The column of the database's user, where the table has it; on SQLite there are no users.
    fn database_user(&self) -> Expr {
        match self.names_database_user() {
            true => Expr::col(DATABASE_USER),
            false => Expr::cust("NULL"),
        }
    }

    /// Returns whether rows have the name of the database's user.
    pub(super) fn names_database_user(&self) -> bool {
        self.keeps_database_user && self.dialect.family() != Family::Sqlite
    }
}

impl ProgressRow {
    /// Reads a row of [`Journal::select_progress`]; nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<Self> {
        let [Some(revision), Some(part), Some(direction), Some(hash), Some(state), definition, started] =
            row.as_slice()
        else {
            return None;
        };
        let direction = match direction.as_str() {
            "upgrade" => Direction::Upgrade,
            "downgrade" => Direction::Downgrade,
            _ => return None,
        };
        let (intended, found) = match state.as_str() {
            "proved" => (None, definition.clone()),
            "intended" => (Some(definition.clone().unwrap_or_default()), None),
            _ => return None,
        };
        let (revision, part, hash) = (RevisionId::from_row(revision), part.parse().ok()?, hash.clone());
        let started = started.clone().unwrap_or_default();
        Some(Self { revision, part, direction, hash, intended, found, started })
    }
}
