//! Operators and functions that are the server's own, whatever others made of the same name.
//!
//! PostgreSQL finds both by the search path, and one that fits the types better goes before those of `pg_catalog`: it
//! would run as whoever runs rev.

use sea_query::BinOper;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::Func;
use sea_query::FunctionCall;
use sea_query::SelectStatement;

use crate::dialect::Family;
use crate::journal::Journal;

/// `=`, `<`, `+` and the like, with the schema where they need one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Different,
    Smaller,
    Plus,
    Minus,
    Joined,
    Divided,
}

impl Journal {
    /// Returns the operator as SQL.
    pub(super) fn operator(&self, operator: Operator) -> &'static str {
        let is_postgres = self.dialect.family() == Family::Postgres;
        match operator {
            Operator::Equal if is_postgres => "OPERATOR(pg_catalog.=)",
            Operator::Different if is_postgres => "OPERATOR(pg_catalog.<>)",
            Operator::Smaller if is_postgres => "OPERATOR(pg_catalog.<)",
            Operator::Plus if is_postgres => "OPERATOR(pg_catalog.+)",
            Operator::Minus if is_postgres => "OPERATOR(pg_catalog.-)",
            Operator::Joined if is_postgres => "OPERATOR(pg_catalog.||)",
            Operator::Divided if is_postgres => "OPERATOR(pg_catalog./)",
            Operator::Equal => "=",
            Operator::Different => "<>",
            Operator::Smaller => "<",
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Joined => "||",
            Operator::Divided => "/",
        }
    }

    /// Returns the condition that a column has a value.
    pub(super) fn is(&self, column: &'static str, value: impl Into<Expr>) -> Expr {
        match self.dialect.family() {
            Family::Postgres => Expr::col(column).binary(BinOper::Custom(self.operator(Operator::Equal)), value.into()),
            Family::Sqlite | Family::Mysql => Expr::col(column).eq(value),
        }
    }

    /// Returns the condition that a column has one of these values; with none of them it never holds.
    pub(super) fn is_any<V: Into<Expr>>(&self, column: &'static str, values: impl IntoIterator<Item = V>) -> Expr {
        let values = values.into_iter().map(Into::into);
        if self.dialect.family() != Family::Postgres {
            return Expr::col(column).is_in(values);
        }
        // `IN` would look `=` up by the search path.
        let any = values.map(|value| self.is(column, value)).reduce(Expr::or);
        any.unwrap_or_else(|| Expr::cust("FALSE"))
    }

    /// Returns the condition that a column has one of the values of a query.
    pub(super) fn is_in_query(&self, column: &'static str, query: SelectStatement) -> Expr {
        match self.dialect.family() {
            Family::Postgres => {
                Expr::col(column).binary(BinOper::Custom(self.operator(Operator::Equal)), Expr::any(query))
            }
            Family::Sqlite | Family::Mysql => Expr::col(column).in_subquery(query),
        }
    }

    /// Returns a call of a function of the server's.
    pub(super) fn call(&self, function: &str, argument: impl Into<Expr>) -> FunctionCall {
        let name = match self.dialect.family() {
            Family::Postgres => format!("pg_catalog.{function}"),
            Family::Sqlite | Family::Mysql => function.to_uppercase(),
        };
        Func::cust(name).arg(argument)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dialect::Dialect;
    use crate::direction::Direction;
    use crate::id::RevisionId;
    use crate::journal::Expected;
    use crate::journal::HistoryEntry;
    use crate::journal::Holder;
    use crate::journal::Intent;
    use crate::journal::Lease;
    use crate::journal::Moment;
    use crate::journal::Outcome;
    use crate::journal::Write;

    /// Every statement of the journal on PostgreSQL.
    fn statements() -> Vec<String> {
        let journal = Journal::new(Dialect::Postgres, "app", "rev_version", "rev_");
        let id = |text: &str| RevisionId::from_row(text);
        let ids = |text: &str| text.split_whitespace().map(id).collect::<BTreeSet<_>>();
        let entry = HistoryEntry {
            revision: id("a"),
            direction: Direction::Upgrade,
            outcome: Outcome::Done,
            checksum: Some("c".to_owned()),
            message: "it's \\ é".to_owned(),
            down_revisions: String::new(),
            depends_on: String::new(),
            branch_labels: String::new(),
            downgrade: None,
            error: Some("e".to_owned()),
        };
        let (revision, direction, hash) = (id("a"), Direction::Upgrade, "h".to_owned());
        let writes = [
            Write::Rows { delete: ids("a b c"), insert: ids("d e") },
            Write::History(Box::new(entry)),
            Write::Proof { revision: revision.clone(), direction, part: 1, hash: hash.clone() },
            Write::ClearProgress { revision: revision.clone(), proofs: 2 },
        ];
        let now = Moment::Now { started: "s", duration_ms: 1, user: Some("u"), host: None };
        let mut all = journal.create();
        for moment in [now, Moment::Offline] {
            all.extend(writes.iter().flat_map(|write| journal.statements(write, moment)).map(|one| one.sql));
        }
        let intent = Intent { revision: revision.clone(), direction, part: 1, hash };
        let notes = [
            journal.forget(&revision, 1),
            journal.prove(&revision, 1, Some("{}")),
            journal.note_found(&revision, 1, "{}"),
        ];
        all.extend(journal.intend(&intent, "{}", "s").into_iter().chain(notes).map(|one| one.sql));
        let expected =
            Expected { rows: ["a", "b"].into_iter().map(id).collect(), progress: Some((revision.clone(), 2)) };
        all.extend(journal.expect(&expected).into_iter().chain(journal.expect_format()));
        let free = Lease { token: None, ends: 0, left: 0, holder: Holder::default() };
        let taken = Lease { token: Some("t".to_owned()), ..free.clone() };
        all.extend([
            journal.select_heads(),
            journal.select_progress(),
            journal.select_format(),
            journal.select_history(),
            journal.select_applied(&revision),
            journal.select_last_steps(),
            journal.select_newest_steps(3),
            journal.count_failed(),
            journal.count_history(),
            journal.select_downgrades([1, 2]),
            journal.select_errors([1, 2]),
            journal.select_last_failed(),
            journal.select_holder(),
            journal.begin_epoch(&Holder::default()),
            journal.fence(1),
            journal.fence_by_writing(1),
            journal.restore_lock_row(),
            journal.add_lease_columns(),
            journal.insert_lease(),
            journal.select_lease(),
            journal.take_lease(&free, "t", &Holder::default()),
            journal.take_lease(&taken, "t", &Holder::default()),
            journal.renew_lease("t"),
            journal.release_lease("t"),
        ]);
        all
    }

    /// What PostgreSQL itself reads in front of `(`; nobody can make another.
    const KEYWORDS: &str = "SELECT INSERT INTO VALUES WHERE AND OR NOT EXISTS CAST COALESCE EXTRACT ANY ARRAY CASE WHEN THEN \
         FROM AS KEY VARCHAR PERFORM IF NULL BIGINT ADD OPERATOR";

    /// Returns the operators and calls of `sql` that are looked up by the search path.
    fn unguarded(sql: &str) -> Vec<String> {
        let mut found = Vec::new();
        let plain = plain(sql);
        let mut rest = plain.as_str();
        let mut words: Vec<String> = Vec::new();
        while let Some(c) = rest.chars().next() {
            let end = |same: fn(char) -> bool| rest.find(|c| !same(c)).unwrap_or(rest.len());
            let len = if is_word(c) {
                end(is_word)
            } else if is_operator(c) {
                end(is_operator)
            } else {
                c.len_utf8()
            };
            let (token, after) = rest.split_at(len);
            let before = words.last().map_or("", String::as_str);
            let is_before = |word: &str| before.eq_ignore_ascii_case(word);
            if is_operator(c) && before != "OPERATOR(pg_catalog." && !(token == "*" && after.starts_with(')')) {
                // The assignments of an UPDATE, and of what an error says, are none.
                let before = &plain[..plain.len() - rest.len()];
                let list = before.rsplit(['(', ')']).next().unwrap_or_default().to_uppercase();
                let is_assignment = token == "=" && !list.contains("WHERE") && !list.contains(" AND ");
                let assigns = is_assignment && (sql.starts_with("UPDATE") || list.contains("MESSAGE"));
                if !assigns {
                    found.push(format!("{} {token}", before));
                }
            }
            if token == "(" && is_word(before.chars().next_back().unwrap_or(' ')) {
                let known = KEYWORDS.split_whitespace().any(is_before);
                if !known && !before.starts_with("pg_catalog.") && !before.contains('"') {
                    found.push(format!("{before}("));
                }
            }
            if token.eq_ignore_ascii_case("in") {
                found.push("IN".to_owned());
            }
            match token {
                "." | "(" if before.eq_ignore_ascii_case("pg_catalog") || before == "OPERATOR" => {
                    let joined = format!("{before}{token}");
                    words.pop();
                    words.push(joined);
                }
                _ if is_word(c) && (before == "pg_catalog." || before == "OPERATOR(") => {
                    let joined = format!("{before}{token}");
                    words.pop();
                    words.push(joined);
                }
                _ if token == "." && before == "OPERATOR(pg_catalog" => {
                    words.pop();
                    words.push("OPERATOR(pg_catalog.".to_owned());
                }
                " " | "\n" => {}
                _ => words.push(token.to_owned()),
            }
            rest = after;
        }
        found
    }

    /// Takes the texts out, and what names tables and columns.
    fn plain(sql: &str) -> String {
        let mut plain = String::new();
        let mut characters = sql.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\'' | '"' => {
                    while characters.next().is_some_and(|other| other != c) {}
                    plain.push('x');
                    if characters.peek() == Some(&'(') {
                        plain.push(' ');
                    }
                }
                _ => plain.push(c),
            }
        }
        plain.replace("$rev$", "").replace("x (", "x,(")
    }

    fn is_word(c: char) -> bool {
        c.is_alphanumeric() || c == '_'
    }

    fn is_operator(c: char) -> bool {
        "+-*/<>=~!@#%^&|`?".contains(c)
    }

    #[test]
    fn the_search_for_names_finds_them() {
        let check = |sql: &str, expected: bool| assert_eq!(unguarded(sql).is_empty(), expected, "{:?}", unguarded(sql));
        check("SELECT 1 FROM \"t\" WHERE \"id\" = 1", false);
        check("SELECT 1 FROM \"t\" WHERE \"id\" OPERATOR(pg_catalog.=) 1", true);
        check("SELECT count(*) FROM t", false);
        check("SELECT pg_catalog.count(*) FROM t", true);
        check("SELECT 1 WHERE \"a\" IN ('b')", false);
        check("UPDATE \"t\" SET \"a\" = 1, \"b\" = 'c = d' WHERE \"e\" OPERATOR(pg_catalog.=) 1", true);
        check("UPDATE \"t\" SET \"a\" = 1 WHERE \"e\" = 1", false);
        check("SELECT 'a' || 'b'", false);
    }

    #[test]
    fn no_name_of_the_journals_statements_can_be_anothers() {
        for sql in statements() {
            let found = unguarded(&sql);
            assert!(found.is_empty(), "{found:?} in {sql}");
        }
    }

    #[test]
    fn other_databases_get_plain_sql() {
        let journal = Journal::new(Dialect::Sqlite, "main", "rev_version", "rev_");
        assert!(journal.fence(1).ends_with("\"id\" = 1 AND \"epoch\" = 1 LIMIT 1"), "{}", journal.fence(1));
    }
}
