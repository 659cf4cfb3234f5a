//! A statement without what stands in its strings, which may be data or a secret.

use crate::sql::lex::Lexer;
use crate::sql::reading::Reading;
use crate::sql::token::TokenKind;

/// Returns the statement with `'…'` in the place of each string; where one has no end, the text ends there.
pub fn without_strings(statement: &str, reading: impl Into<Reading>) -> String {
    let mut masked = String::with_capacity(statement.len());
    for token in Lexer::new(statement, 0..statement.len(), reading) {
        let Ok(token) = token else {
            masked.push('…');
            return masked;
        };
        masked.push_str(if token.kind == TokenKind::String { "'…'" } else { &statement[token.range] });
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Family;

    fn check(family: Family, statement: &str, expected: &str) {
        assert_eq!(without_strings(statement, family), expected);
    }

    #[test]
    fn strings_of_every_form_are_left_out() {
        check(Family::Postgres, "CREATE ROLE a PASSWORD 'it''s' -- 'x'", "CREATE ROLE a PASSWORD '…' -- 'x'");
        check(Family::Postgres, r#"SELECT E'\'', $a$ b $a$, "c", 1"#, r#"SELECT '…', '…', "c", 1"#);
        check(Family::Mysql, r#"SET PASSWORD = "a\"b""#, "SET PASSWORD = '…'");
    }

    #[test]
    fn what_was_cut_inside_of_a_string_ends_there() {
        check(Family::Sqlite, "SELECT 'secr…", "SELECT …");
    }
}
