//! The changes of the journal, as values, and the statements they become.

use std::collections::BTreeSet;

use sea_query::Expr;
use sea_query::Query;

use crate::dialect::Family;
use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Journal;
use crate::journal::literal;
use crate::journal::read::HISTORY_COLUMNS;

/// One change of the journal; it commits together with the part it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A compare-and-swap of the version table: exactly these rows go, exactly these come.
    Rows {
        /// Rows that must be there.
        delete: BTreeSet<RevisionId>,
        /// Rows that must not be there.
        insert: BTreeSet<RevisionId>,
    },
    /// A step in the history.
    History(Box<HistoryEntry>),
    /// The proof that a part, which is not the last one, ran.
    Proof {
        /// The revision in progress.
        revision: RevisionId,
        /// Which way it goes.
        direction: Direction,
        /// Which part, from 1.
        part: usize,
        /// The hash of its statements.
        hash: String,
    },
    /// The end of a revision of several parts: its proofs go.
    ClearProgress {
        /// The revision that is through.
        revision: RevisionId,
        /// How many proofs there must be.
        proofs: usize,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Done,
    /// A statement failed; what the step had not yet committed is rolled back.
    Failed,
    /// Nothing ran: somebody said that the script as it is now stands for what was applied.
    Accepted,
}

/// What is known of a step before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are the columns of the history table
pub struct HistoryEntry {
    pub revision: RevisionId,
    pub direction: Direction,
    pub outcome: Outcome,
    pub checksum: Option<String>,
    pub message: String,
    pub down_revisions: String,
    pub depends_on: String,
    pub branch_labels: String,
    pub downgrade: Option<String>,
}

/// When and by whom a step runs: known when it runs, or left to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment<'a> {
    /// rev runs it now.
    Now {
        /// When the step began, in UTC, RFC 3339 with milliseconds.
        started: &'a str,
        /// How long the step took, in milliseconds.
        duration_ms: u64,
        /// Who runs rev.
        user: Option<&'a str>,
        /// Where rev runs.
        host: Option<&'a str>,
    },
    /// Somebody will feed the text to a shell; the server knows the time and its user.
    Offline,
}

/// A statement of the journal and how many rows it must touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The statement, without a final `;`.
    pub sql: String,
    /// The rows it must touch, where it could touch another number: that means that the database moved.
    pub rows: Option<u64>,
}

impl Outcome {
    /// Returns the word in the history table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Accepted => "accepted",
        }
    }
}

impl Journal {
    /// Returns the statements of one change, in order.
    pub fn statements(&self, write: &Write, moment: Moment<'_>) -> Vec<Guarded> {
        match write {
            Write::Rows { delete, insert } => self.swap_rows(delete, insert),
            Write::History(entry) => vec![self.insert_history(entry, moment)],
            Write::Proof { revision, direction, part, hash } => {
                vec![self.insert_proof(revision, *direction, *part, hash, moment)]
            }
            Write::ClearProgress { revision, proofs } => {
                let query = Query::delete()
                    .from_table(self.table(&self.progress))
                    .and_where(self.own().is("revision", self.text(revision.as_str())))
                    .take();
                vec![Guarded { sql: self.render(&query), rows: Some(*proofs as u64) }]
            }
        }
    }

    fn swap_rows(&self, delete: &BTreeSet<RevisionId>, insert: &BTreeSet<RevisionId>) -> Vec<Guarded> {
        let table = self.table(&self.version);
        let mut statements = Vec::new();
        let (mut leaving, mut coming) = (delete.iter(), insert.iter());
        // A row that gives way to another is one UPDATE: the common case of a line of revisions costs one statement.
        if let (false, false) = (delete.is_empty(), insert.is_empty())
            && let (Some(old), Some(new)) = (leaving.next(), coming.next())
        {
            let query = Query::update()
                .table(table.clone())
                .value("version_num", self.text(new.as_str()))
                .and_where(self.own().is("version_num", self.text(old.as_str())))
                .take();
            statements.push(Guarded { sql: self.render(&query), rows: Some(1) });
        }
        let leaving: Vec<Expr> = leaving.map(|id| self.text(id.as_str())).collect();
        if !leaving.is_empty() {
            let rows = Some(leaving.len() as u64);
            let query =
                Query::delete().from_table(table.clone()).and_where(self.own().is_any("version_num", leaving)).take();
            statements.push(Guarded { sql: self.render(&query), rows });
        }
        for id in coming {
            let query = Query::insert()
                .into_table(table.clone())
                .columns(["version_num"])
                .values_panic([self.text(id.as_str())])
                .take();
            statements.push(Guarded { sql: self.render(&query), rows: None });
        }
        statements
    }

    fn insert_history(&self, entry: &HistoryEntry, moment: Moment<'_>) -> Guarded {
        let (started, duration, user, host) = match moment {
            Moment::Now { started, duration_ms, user, host } => {
                (self.text(started), Expr::val(duration_ms), self.optional(user), self.optional(host))
            }
            Moment::Offline => (self.server_time(), Expr::cust("NULL"), self.server_user(), Expr::cust("NULL")),
        };
        let query = Query::insert()
            .into_table(self.table(&self.history))
            .columns(HISTORY_COLUMNS.into_iter().skip(1))
            .values_panic([
                self.text(entry.revision.as_str()),
                self.text(entry.direction.as_str()),
                self.text(entry.outcome.as_str()),
                self.optional(entry.checksum.as_deref()),
                self.text(&entry.message),
                self.text(&entry.down_revisions),
                self.text(&entry.depends_on),
                self.text(&entry.branch_labels),
                started,
                duration,
                user,
                host,
                self.text(env!("CARGO_PKG_VERSION")),
                self.optional(entry.downgrade.as_deref()),
            ])
            .take();
        Guarded { sql: self.render(&query), rows: None }
    }

    fn insert_proof(
        &self,
        revision: &RevisionId,
        direction: Direction,
        part: usize,
        hash: &str,
        moment: Moment<'_>,
    ) -> Guarded {
        let started = match moment {
            Moment::Now { started, .. } => self.text(started),
            Moment::Offline => self.server_time(),
        };
        let query = Query::insert()
            .into_table(self.table(&self.progress))
            .columns(["revision", "part", "direction", "state", "hash", "started"])
            .values_panic([
                self.text(revision.as_str()),
                Expr::val(part as u64),
                self.text(direction.as_str()),
                self.text("proved"),
                self.text(hash),
                started,
            ])
            .take();
        Guarded { sql: self.render(&query), rows: None }
    }

    /// The server's clock in the form of [`Moment::Now`].
    fn server_time(&self) -> Expr {
        Expr::cust(match self.dialect.family() {
            Family::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Family::Postgres => {
                "pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            }
            Family::Mysql => "CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
        })
    }

    fn server_user(&self) -> Expr {
        Expr::cust(match self.dialect.family() {
            Family::Sqlite => "NULL",
            Family::Postgres => "session_user",
            Family::Mysql => "SUBSTRING_INDEX(USER(), '@', 1)",
        })
    }

    fn text(&self, text: &str) -> Expr {
        literal::text(self.dialect, text)
    }

    fn optional(&self, text: Option<&str>) -> Expr {
        literal::optional(self.dialect, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn ids(text: &str) -> BTreeSet<RevisionId> {
        text.split_whitespace().map(|id| RevisionId::parse(id).unwrap()).collect()
    }

    fn check(delete: &str, insert: &str, expected: &[(&str, Option<u64>)]) {
        let journal = Journal::new(Dialect::Sqlite, "main", "rev_version", "rev_");
        let write = Write::Rows { delete: ids(delete), insert: ids(insert) };
        let statements = journal.statements(&write, Moment::Offline);
        let plain: Vec<_> = statements.iter().map(|s| (s.sql.replace('"', ""), s.rows)).collect();
        let expected: Vec<_> = expected.iter().map(|(sql, rows)| ((*sql).to_owned(), *rows)).collect();
        assert_eq!(plain, expected);
    }

    #[test]
    fn a_step_on_a_line_updates_its_row() {
        check("a", "b", &[("UPDATE main.rev_version SET version_num = 'b' WHERE version_num = ('a')", Some(1))]);
    }

    #[test]
    fn a_base_inserts_a_row() {
        check("", "a", &[("INSERT INTO main.rev_version (version_num) VALUES ('a')", None)]);
    }

    #[test]
    fn a_merge_takes_every_parents_row() {
        check(
            "a b c",
            "m",
            &[
                ("UPDATE main.rev_version SET version_num = 'm' WHERE version_num = ('a')", Some(1)),
                ("DELETE FROM main.rev_version WHERE version_num IN ('b', 'c')", Some(2)),
            ],
        );
    }

    #[test]
    fn nothing_to_change_is_no_statement() {
        check("", "", &[]);
    }
}
