//! The changes of the journal, as values, and the statements they become.

use std::collections::BTreeSet;

use sea_query::Asterisk;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::InsertStatement;
use sea_query::Query;
use sea_query::QueryStatementWriter;

use crate::dialect::Family;
use crate::direction::Direction;
use crate::id::RevisionId;
use crate::journal::Expect;
use crate::journal::Guarded;
use crate::journal::Journal;
use crate::journal::Outcome;
use crate::journal::history::HISTORY_COLUMNS;
use crate::journal::layout::DATABASE_USER;
use crate::journal::literal;
use crate::journal::own::Operator;

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
    pub error: Option<String>,
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
    /// It began then, in a run that was killed, of which nothing else is known.
    Earlier {
        /// When the step began, as far as the journal knows.
        started: &'a str,
    },
    /// Somebody will feed the text to a shell; the server knows the time and its user.
    Offline,
}

impl Journal {
    /// Returns the statements of one change, in order.
    pub fn statements(&self, write: &Write, moment: Moment<'_>) -> Vec<Guarded> {
        match write {
            Write::Rows { delete, insert } => self.swap_rows(delete, insert),
            Write::History(entry) => self.insert_history(entry, moment),
            Write::Proof { revision, direction, part, hash } => {
                self.insert_proof(revision, *direction, *part, hash, moment)
            }
            Write::ClearProgress { revision, proofs } => {
                let query = Query::delete()
                    .from_table(self.table(&self.progress))
                    .and_where(self.is("revision", self.text(revision.as_str())))
                    .take();
                vec![self.touching(*proofs as u64, &query)]
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
                .and_where(self.is("version_num", self.text(old.as_str())))
                .take();
            statements.push(self.touching(1, &query));
        }
        let leaving: Vec<Expr> = leaving.map(|id| self.text(id.as_str())).collect();
        if !leaving.is_empty() {
            let rows = leaving.len() as u64;
            let query = Query::delete().from_table(table.clone()).and_where(self.is_any("version_num", leaving)).take();
            statements.push(self.touching(rows, &query));
        }
        for id in coming {
            let query = Query::insert()
                .into_table(table.clone())
                .columns(["version_num"])
                .values_panic([self.text(id.as_str())])
                .take();
            statements.push(Guarded { sql: self.render(&query), expect: Expect::Adds });
        }
        statements.extend(self.stand(delete, insert));
        statements
    }

    /// The look whether the rows that go are gone, and those that come are there: what a rule does instead, or a trigger
    /// makes of a row, is counted as if it were the same.
    fn stand(&self, delete: &BTreeSet<RevisionId>, insert: &BTreeSet<RevisionId>) -> Option<Guarded> {
        let is_at = |ids: &BTreeSet<RevisionId>| {
            let ids: Vec<Expr> = ids.iter().map(|id| self.text(id.as_str())).collect();
            (!ids.is_empty()).then(|| {
                let number = ids.len() as u64;
                (self.is_any("version_num", ids), number)
            })
        };
        let count = |condition: Expr| {
            let table = self.table(&self.version);
            let query =
                Query::select().expr(self.call("count", Expr::col(Asterisk))).from(table).and_where(condition).take();
            self.render(&query)
        };
        let equal = self.operator(Operator::Equal);
        let gone = is_at(delete).map(|(rows, _)| format!("({}) {equal} 0", count(rows)));
        let come = is_at(insert).map(|(rows, number)| format!("({}) {equal} {number}", count(rows)));
        let conditions: Vec<String> = gone.into_iter().chain(come).collect();
        // A limit is stronger than MySQL's sql_select_limit, which a script may have set to 0.
        let dual = if self.dialect.family() == Family::Mysql { " FROM DUAL" } else { "" };
        let sql = format!("SELECT 1{dual} WHERE {} LIMIT 1", conditions.join(" AND "));
        (!conditions.is_empty()).then_some(Guarded { sql, expect: Expect::Answers })
    }

    fn insert_history(&self, entry: &HistoryEntry, moment: Moment<'_>) -> Vec<Guarded> {
        let (started, duration, user, host) = match moment {
            Moment::Now { started, duration_ms, user, host } => {
                (self.text(started), Expr::val(duration_ms), self.optional(user), self.optional(host))
            }
            Moment::Earlier { started } => {
                (self.text(started), Expr::cust("NULL"), Expr::cust("NULL"), Expr::cust("NULL"))
            }
            Moment::Offline => (self.server_time(), Expr::cust("NULL"), self.server_user(), Expr::cust("NULL")),
        };
        // A step that ends well names no column that tables of an older rev lack.
        let error = entry.error.as_deref().map(|error| ("error", self.text(error)));
        // A script for a shell cannot know the table.
        let knows_table = matches!(moment, Moment::Now { .. }) && self.names_database_user();
        let database_user = knows_table.then(|| (DATABASE_USER, self.database_user_now()));
        let (later, last): (Vec<_>, Vec<_>) = error.into_iter().chain(database_user).unzip();
        let columns = HISTORY_COLUMNS.into_iter().skip(1).chain(later);
        let query = Query::insert()
            .into_table(self.table(&self.history))
            .columns(columns)
            .values_panic(
                [
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
                ]
                .into_iter()
                .chain(last),
            )
            .take();
        let last = Query::select().expr(self.call("max", Expr::col("id"))).from(self.table(&self.history)).take();
        let row = self
            .is_in_query("id", last)
            .and(self.is("revision", self.text(entry.revision.as_str())))
            .and(self.is("outcome", self.text(entry.outcome.as_str())));
        self.adding(&query, &self.history, row)
    }

    fn insert_proof(
        &self,
        revision: &RevisionId,
        direction: Direction,
        part: usize,
        hash: &str,
        moment: Moment<'_>,
    ) -> Vec<Guarded> {
        let started = match moment {
            Moment::Now { started, .. } | Moment::Earlier { started } => self.text(started),
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
        self.adding(&query, &self.progress, self.is_part(revision, part))
    }

    /// The condition for the row of a part.
    pub(super) fn is_part(&self, revision: &RevisionId, part: usize) -> Expr {
        self.is("revision", self.text(revision.as_str())).and(self.is("part", part as u64))
    }

    /// Guards a statement that must touch just so many rows.
    pub(super) fn touching(&self, rows: u64, query: &impl QueryStatementWriter) -> Guarded {
        Guarded { sql: self.render(query), expect: Expect::Touches(rows) }
    }

    /// Guards a statement that adds the one row of `table` for which `row` holds.
    ///
    /// To PostgreSQL all goes in one message with the commit, so there a second statement fails where the row is missing.
    pub(super) fn adding(&self, query: &InsertStatement, table: &str, row: Expr) -> Vec<Guarded> {
        let sql = self.render(query);
        if self.dialect.family() != Family::Postgres {
            return vec![Guarded { sql, expect: Expect::Adds }];
        }
        let count =
            Query::select().expr(self.call("count", Expr::col(Asterisk))).from(self.table(table)).and_where(row).take();
        let check = format!("SELECT 1 {} ({})", self.operator(Operator::Divided), self.render(&count));
        vec![Guarded { sql, expect: Expect::AddsForCheck }, Guarded { sql: check, expect: Expect::Fails }]
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

    /// The user as whom the statement runs, as the server says.
    fn database_user_now(&self) -> Expr {
        Expr::cust(match self.dialect.family() {
            Family::Sqlite => "NULL",
            Family::Postgres => "current_user",
            Family::Mysql => "CURRENT_USER()",
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

    fn check(delete: &str, insert: &str, expected: &[(&str, Expect)]) {
        let journal = Journal::new(Dialect::Sqlite, "main", "rev_version", "rev_");
        let write = Write::Rows { delete: ids(delete), insert: ids(insert) };
        let statements = journal.statements(&write, Moment::Offline);
        let plain: Vec<_> = statements.iter().map(|s| (s.sql.replace('"', ""), s.expect)).collect();
        let expected: Vec<_> = expected.iter().map(|(sql, expect)| ((*sql).to_owned(), *expect)).collect();
        assert_eq!(plain, expected);
    }

    #[test]
    fn a_step_on_a_line_updates_its_row() {
        check(
            "a",
            "b",
            &[
                ("UPDATE main.rev_version SET version_num = 'b' WHERE version_num = ('a')", Expect::Touches(1)),
                (
                    "SELECT 1 WHERE (SELECT COUNT(*) FROM main.rev_version WHERE version_num IN ('a')) = 0 AND (SELECT COUNT(*) FROM main.rev_version WHERE version_num IN ('b')) = 1 LIMIT 1",
                    Expect::Answers,
                ),
            ],
        );
    }

    #[test]
    fn a_base_inserts_a_row() {
        check(
            "",
            "a",
            &[
                ("INSERT INTO main.rev_version (version_num) VALUES ('a')", Expect::Adds),
                (
                    "SELECT 1 WHERE (SELECT COUNT(*) FROM main.rev_version WHERE version_num IN ('a')) = 1 LIMIT 1",
                    Expect::Answers,
                ),
            ],
        );
    }

    #[test]
    fn a_merge_takes_every_parents_row() {
        check(
            "a b c",
            "m",
            &[
                ("UPDATE main.rev_version SET version_num = 'm' WHERE version_num = ('a')", Expect::Touches(1)),
                ("DELETE FROM main.rev_version WHERE version_num IN ('b', 'c')", Expect::Touches(2)),
                (
                    "SELECT 1 WHERE (SELECT COUNT(*) FROM main.rev_version WHERE version_num IN ('a', 'b', 'c')) = 0 AND (SELECT COUNT(*) FROM main.rev_version WHERE version_num IN ('m')) = 1 LIMIT 1",
                    Expect::Answers,
                ),
            ],
        );
    }

    #[test]
    fn nothing_to_change_is_no_statement() {
        check("", "", &[]);
    }
}
