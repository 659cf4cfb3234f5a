//! Text literals that mean the same whatever a script did to the session.

use sea_query::Expr;

use crate::dialect::Dialect;
use crate::dialect::Family;

/// Returns `text` as a literal that no session setting can change.
///
/// sea-query's own literals depend on `backslash_quote` (PostgreSQL), on `NO_BACKSLASH_ESCAPES` and on the
/// character set of the connection (MySQL), all of which a script may set. Doubled quotes never depend on anything;
/// for MySQL, text that is not plain ASCII goes as bytes with its character set.
pub(super) fn text(dialect: Dialect, text: &str) -> Expr {
    Expr::cust(sql(dialect, text))
}

/// Returns the same literal as SQL text.
pub(super) fn sql(dialect: Dialect, text: &str) -> String {
    let quoted = format!("'{}'", text.replace('\'', "''"));
    let has_backslash = text.contains('\\');
    match dialect.family() {
        Family::Sqlite => quoted,
        Family::Postgres if has_backslash => format!("E{}", quoted.replace('\\', "\\\\")),
        Family::Postgres => quoted,
        Family::Mysql if has_backslash || !text.bytes().all(is_plain) => {
            format!("CONVERT(0x{} USING utf8mb4)", hex(text.as_bytes()))
        }
        Family::Mysql => quoted,
    }
}

/// Returns the literal of `text`, or `NULL`.
pub(super) fn optional(dialect: Dialect, value: Option<&str>) -> Expr {
    value.map_or_else(|| Expr::cust("NULL"), |value| text(dialect, value))
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use sea_query::Query;
    use sea_query::SqliteQueryBuilder;

    use super::*;

    fn check(dialect: Dialect, value: &str, expected: &str) {
        // An expression is rendered as it stands by every builder, so any of them shows it.
        let sql = Query::select().expr(text(dialect, value)).to_string(SqliteQueryBuilder);
        assert_eq!(sql, format!("SELECT {expected}"));
    }

    #[test]
    fn quotes_are_doubled_everywhere() {
        check(Dialect::Sqlite, "it's", "'it''s'");
        check(Dialect::Postgres, "it's", "'it''s'");
        check(Dialect::Mariadb, "it's", "'it''s'");
    }

    #[test]
    fn a_backslash_means_itself_under_every_setting() {
        check(Dialect::Sqlite, r"a\b", r"'a\b'");
        check(Dialect::Postgres, r"a\'b", r"E'a\\''b'");
        check(Dialect::Mysql, r"a\", "CONVERT(0x615C USING utf8mb4)");
    }

    #[test]
    fn text_beyond_ascii_carries_its_character_set_on_mysql() {
        check(Dialect::Mariadb, "é", "CONVERT(0xC3A9 USING utf8mb4)");
        check(Dialect::Postgres, "é", "'é'");
    }
}
