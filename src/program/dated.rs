//! Statements whose meaning depends on the time zone or on how dates are written; pure text.

use crate::dialect::Family;
use crate::sql::Lexer;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::TokenKind;

/// What reads the clock, or turns times and texts into each other.
const WORDS: [&str; 22] = [
    "age",
    "clock_timestamp",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "date_part",
    "date_trunc",
    "extract",
    "localtime",
    "localtimestamp",
    "make_timestamptz",
    "now",
    "statement_timestamp",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "to_char",
    "to_date",
    "to_timestamp",
    "transaction_timestamp",
];

/// Returns whether a statement of PostgreSQL may store other data with another `TimeZone` or `DateStyle`.
///
/// A column of such a type alone does not; a value does, and a column that changes its type.
pub(crate) fn is_dated(statement: &Statement) -> bool {
    let sql = statement.sql();
    let mut is_ddl = statement.kind == StatementKind::Ddl;
    for token in Lexer::new(sql, 0..sql.len(), Family::Postgres).map_while(Result::ok) {
        let text = &sql[token.range];
        match token.kind {
            TokenKind::String if holds_date(text) => return true,
            // `ALTER TABLE … ALTER COLUMN … TYPE timestamptz` turns what is stored.
            TokenKind::Word if is_ddl && text.eq_ignore_ascii_case("type") => is_ddl = false,
            TokenKind::Word if !is_ddl && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) => return true,
            _ => {}
        }
    }
    statement.copy_data().is_some_and(holds_date)
}

/// Whether a text holds three numbers with the same sign between them, as dates are written, or a time of day.
fn holds_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (0..bytes.len()).any(|at| {
        let begins = bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
        if !begins {
            return false;
        }
        let first = at + digits(at);
        let Some(sign) = bytes.get(first) else { return false };
        let second = digits(first + 1).min(bytes.len());
        match sign {
            b':' => (1..=2).contains(&(first - at)) && second == 2,
            b'-' | b'/' | b'.' if (1..=2).contains(&second) => {
                let next = first + 1 + second;
                first - at <= 4 && bytes.get(next) == Some(sign) && (1..=4).contains(&digits(next + 1))
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::sql::split;

    fn check(sql: &str, expected: bool) {
        let statements = split(&Source::new("a.sql", sql), 0..sql.len(), Family::Postgres).unwrap();
        assert_eq!(statements.iter().any(is_dated), expected, "{sql}");
    }

    #[test]
    fn values_that_are_dates_depend_on_the_session() {
        check("INSERT INTO t VALUES ('01.07.2026 12:00')", true);
        check("INSERT INTO t VALUES ('2026-07-01')", true);
        check("INSERT INTO t VALUES ('7/1/26')", true);
        check("UPDATE t SET at = now()", true);
        check("COPY t FROM stdin;\n2026-07-01 12:00\n\\.\n", true);
        check("ALTER TABLE t ALTER COLUMN at TYPE timestamptz", true);
        check("CREATE TABLE p PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')", true);
        check("SELECT '12:30'::time", true);
    }

    #[test]
    fn what_stores_no_time_does_not() {
        check("CREATE TABLE t (at timestamptz NOT NULL DEFAULT now())", false);
        check("INSERT INTO t VALUES ('1.2.3', 'v1.2', '10.0.0.1/8', 'a:b')", true); // 1.2.3 may be one
        check("INSERT INTO t VALUES ('v1.2', 'a:b', 'x-1')", false);
        check("ALTER TABLE t ADD COLUMN at timestamptz", false);
        check("INSERT INTO t VALUES ('é.é')", false);
    }
}
