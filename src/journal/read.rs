//! The statements that read the journal, and the rows they give.

use sea_query::Asterisk;
use sea_query::Expr;
use sea_query::Order;
use sea_query::Query;
use sea_query::SelectStatement;

use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::Outcome;
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
    /// What a part that ran found there before; nothing where that makes no difference, or was not looked for.
    pub found: Option<String>,
    /// When the row was written, or its revision began, in UTC.
    pub started: String,
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

    /// Returns the query for [`HistoryRow`]s, oldest first.
    pub fn select_history(&self) -> String {
        self.render(self.history_query().order_by("id", Order::Asc))
    }

    /// Returns the query for the last step that applied `revision`, as a [`HistoryRow`].
    pub fn select_applied(&self, revision: &RevisionId) -> String {
        let query = self
            .history_query()
            .and_where(self.own().is("revision", literal::text(self.dialect, revision.as_str())))
            .and_where(self.own().is_any("direction", ["upgrade", "stamp"]))
            .and_where(self.own().is("outcome", "done"))
            .order_by("id", Order::Desc)
            .limit(1)
            .take();
        self.render(&query)
    }

    /// Returns the query for the last row of each revision and outcome that tell what is applied, oldest first, for
    /// [`LastSteps`](crate::journal::LastSteps). The stored downgrades are left out: they are long, and seldom needed.
    pub fn select_last_steps(&self) -> String {
        let counts = || self.own().is_any("outcome", [Outcome::Done.as_str(), Outcome::Accepted.as_str()]);
        let last = Query::select()
            .expr(self.own().call("max", Expr::col("id")))
            .from(self.table(&self.history))
            .and_where(counts())
            .group_by_columns(["revision", "outcome"])
            .take();
        let columns = HISTORY_COLUMNS.into_iter().filter(|column| *column != "downgrade");
        let query = Query::select()
            .columns(columns)
            .expr(Expr::cust("NULL"))
            .from(self.table(&self.history))
            .and_where(self.own().is_in_query("id", last))
            .order_by("id", Order::Asc)
            .take();
        self.render(&query)
    }

    /// Returns the query for the newest steps, newest first, as [`HistoryRow`]s without the stored downgrades.
    pub fn select_newest_steps(&self, limit: u64) -> String {
        let columns = HISTORY_COLUMNS.into_iter().filter(|column| *column != "downgrade");
        let query = Query::select()
            .columns(columns)
            .expr(Expr::cust("NULL"))
            .from(self.table(&self.history))
            .order_by("id", Order::Desc)
            .limit(limit)
            .take();
        self.render(&query)
    }

    /// Returns the query that counts the steps that failed.
    pub fn count_failed(&self) -> String {
        let query = Query::select()
            .expr(self.own().call("count", Expr::col(Asterisk)))
            .from(self.table(&self.history))
            .and_where(self.own().is("outcome", Outcome::Failed.as_str()))
            .take();
        self.render(&query)
    }

    /// Returns the query for the stored downgrades of these rows of the history, each with its row's id.
    pub fn select_downgrades(&self, ids: impl IntoIterator<Item = i64>) -> String {
        let query = Query::select()
            .columns(["id", "downgrade"])
            .from(self.table(&self.history))
            .and_where(self.own().is_any("id", ids))
            .take();
        self.render(&query)
    }

    /// Returns the query that counts the rows of the history.
    pub fn count_history(&self) -> String {
        let query =
            Query::select().expr(self.own().call("count", Expr::col(Asterisk))).from(self.table(&self.history)).take();
        self.render(&query)
    }

    fn history_query(&self) -> SelectStatement {
        Query::select().columns(HISTORY_COLUMNS).from(self.table(&self.history)).take()
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

impl HistoryRow {
    /// Returns when it ran and by whom, as in `applied 2026-11-20T09:12:44.310Z by ada on laptop`.
    pub fn applied(&self) -> String {
        let by = self.user.as_ref().map_or(String::new(), |user| format!(" by {user}"));
        let on = self.host.as_ref().map_or(String::new(), |host| format!(" on {host}"));
        format!("applied {}{by}{on}", self.started)
    }

    /// Returns the down revisions, as the header named them.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        names(&self.down_revisions)
    }

    /// Returns the dependencies, ids or labels, as the header named them.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        names(&self.depends_on)
    }

    /// Returns the labels that the header declared.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        names(&self.branch_labels)
    }

    /// Returns the message, if there is one, and when it ran and by whom.
    pub fn note(&self) -> String {
        let message = self.message.as_ref().filter(|message| !message.is_empty());
        let message = message.map_or(String::new(), |message| format!("\"{message}\", "));
        format!("{message}{}", self.applied())
    }

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

fn names(joined: &Option<String>) -> impl Iterator<Item = &str> {
    joined.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty())
}
