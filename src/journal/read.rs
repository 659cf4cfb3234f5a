//! The statements that read the journal, and the rows they give.

use sea_query::Asterisk;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::Func;
use sea_query::Order;
use sea_query::Query;
use sea_query::SelectStatement;

use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::literal;

/// One row as text; every driver can give that.
pub type Row = Vec<Option<String>>;

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
}

/// One step that ever ran, from the history table; the fields are its columns.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)] // the fields are the columns of the history table
pub struct HistoryRow {
    pub id: i64,
    pub revision: String,
    pub direction: String,
    pub outcome: String,
    pub checksum: Option<String>,
    pub message: Option<String>,
    pub down_revisions: Option<String>,
    pub depends_on: Option<String>,
    pub branch_labels: Option<String>,
    pub started: String,
    pub duration_ms: Option<i64>,
    pub user: Option<String>,
    pub host: Option<String>,
    pub rev_version: String,
    pub downgrade: Option<String>,
}

/// The columns of the history, the first of which the server gives.
pub(super) const HISTORY_COLUMNS: [&str; 15] = [
    "id",
    "revision",
    "direction",
    "outcome",
    "checksum",
    "message",
    "down_revisions",
    "depends_on",
    "branch_labels",
    "started",
    "duration_ms",
    "user",
    "host",
    "rev_version",
    "downgrade",
];

impl Journal {
    /// Returns the query for the rows of the version table.
    pub fn select_heads(&self) -> String {
        let query = Query::select().column("version_num").from(self.table(&self.version)).take();
        self.render(&query)
    }

    /// Returns the query for [`ProgressRow`]s, in the order of the parts.
    pub fn select_progress(&self) -> String {
        let query = Query::select()
            .columns(["revision", "part", "direction", "hash", "state", "definition"])
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

    /// Returns the query for [`HistoryRow`]s, oldest first.
    pub fn select_history(&self) -> String {
        self.render(self.history_query().order_by("id", Order::Asc))
    }

    /// Returns the query for the last step that applied `revision`, as a [`HistoryRow`].
    pub fn select_applied(&self, revision: &RevisionId) -> String {
        let query = self
            .history_query()
            .and_where(Expr::col("revision").eq(literal::text(self.dialect, revision.as_str())))
            .and_where(Expr::col("direction").is_in(["upgrade", "stamp"]))
            .and_where(Expr::col("outcome").eq("done"))
            .order_by("id", Order::Desc)
            .limit(1)
            .take();
        self.render(&query)
    }

    /// Returns the query that counts the rows of the history.
    pub fn count_history(&self) -> String {
        let query = Query::select().expr(Func::count(Expr::col(Asterisk))).from(self.table(&self.history)).take();
        self.render(&query)
    }

    fn history_query(&self) -> SelectStatement {
        Query::select().columns(HISTORY_COLUMNS).from(self.table(&self.history)).take()
    }
}

impl ProgressRow {
    /// Returns how many of the rows stand for parts that are through.
    pub fn proved(rows: &[Self]) -> usize {
        rows.iter().filter(|row| row.intended.is_none()).count()
    }

    /// Reads a row of [`Journal::select_progress`]; nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<Self> {
        let [Some(revision), Some(part), Some(direction), Some(hash), Some(state), definition] = row.as_slice() else {
            return None;
        };
        let direction = match direction.as_str() {
            "upgrade" => Direction::Upgrade,
            "downgrade" => Direction::Downgrade,
            _ => return None,
        };
        let intended = match state.as_str() {
            "proved" => None,
            "intended" => Some(definition.clone().unwrap_or_default()),
            _ => return None,
        };
        let (revision, part, hash) = (RevisionId::from_row(revision), part.parse().ok()?, hash.clone());
        Some(Self { revision, part, direction, hash, intended })
    }
}

impl HistoryRow {
    /// Reads a row of [`Journal::select_history`]; nothing when it does not have its shape.
    pub fn from_row(row: &Row) -> Option<Self> {
        let [
            id,
            revision,
            direction,
            outcome,
            checksum,
            message,
            down_revisions,
            depends_on,
            branch_labels,
            started,
            duration_ms,
            user,
            host,
            rev_version,
            downgrade,
        ] = row.as_slice()
        else {
            return None;
        };
        Some(Self {
            id: id.as_ref()?.parse().ok()?,
            revision: revision.clone()?,
            direction: direction.clone()?,
            outcome: outcome.clone()?,
            checksum: checksum.clone(),
            message: message.clone(),
            down_revisions: down_revisions.clone(),
            depends_on: depends_on.clone(),
            branch_labels: branch_labels.clone(),
            started: started.clone()?,
            duration_ms: duration_ms.as_ref().and_then(|text| text.parse().ok()),
            user: user.clone(),
            host: host.clone(),
            rev_version: rev_version.clone()?,
            downgrade: downgrade.clone(),
        })
    }
}
