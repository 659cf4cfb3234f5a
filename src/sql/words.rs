//! The words of a statement: what means something, and what says what it does.

use std::ops::Range;

use crate::dialect::Family;
use crate::sql::lex::Lexer;
use crate::sql::reading::Reading;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;

/// Returns the text of each token that means something; ends at what has no end.
pub fn significant(text: &str, range: Range<usize>, reading: impl Into<Reading>) -> impl Iterator<Item = &str> {
    Lexer::new(text, range, reading)
        .map_while(Result::ok)
        .filter(|token| token.kind.is_significant())
        .map(|token| &text[token.range])
}

/// Returns the tokens by which a statement is judged: no marks of `/*! … */`, and of `SET STATEMENT … FOR …` only what
/// follows, which is a statement like any other.
pub(super) fn telling(sql: &str, reading: impl Into<Reading>) -> impl Iterator<Item = Token> {
    let reading = reading.into();
    let skipped = match reading.family {
        Family::Mysql => settings(sql, marks_left_out(sql, reading)),
        Family::Sqlite | Family::Postgres => 0,
    };
    marks_left_out(sql, reading).skip(skipped)
}

fn marks_left_out(sql: &str, reading: Reading) -> impl Iterator<Item = Token> {
    let is_mark = |kind| matches!(kind, TokenKind::HintOpen | TokenKind::HintClose | TokenKind::Hint);
    let tokens = Lexer::new(sql, 0..sql.len(), reading).map_while(Result::ok);
    tokens.filter(move |token| token.kind.is_significant() && !is_mark(token.kind))
}

/// Counts the tokens of `SET STATEMENT … FOR`, if the statement begins with that.
fn settings(sql: &str, tokens: impl Iterator<Item = Token>) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.enumerate() {
        let is = |word: &str| token.kind == TokenKind::Word && sql[token.range.clone()].eq_ignore_ascii_case(word);
        match (at, token.kind) {
            (0, _) if !is("set") => return 0,
            (1, _) if !is("statement") => return 0,
            (_, TokenKind::Open) => depth += 1,
            (_, TokenKind::Close) => depth = depth.saturating_sub(1),
            _ if depth == 0 && is("for") => return at + 1,
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn check(sql: &str, expected: &str) {
        let words: Vec<&str> = telling(sql, Dialect::Mariadb).map(|token| &sql[token.range]).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn a_statement_is_judged_by_what_follows_its_own_settings() {
        check("SET STATEMENT max_statement_time = 60 FOR UPDATE t SET n = 1", "UPDATE t SET n = 1");
        check("set /* x */ statement a = (1), b = mid('for' FROM 1 FOR 2) for DELETE FROM t", "DELETE FROM t");
        check("/*!50000 SET STATEMENT a=1 FOR DROP TABLE t */", "DROP TABLE t");
        check("SET a = 1", "SET a = 1");
        check("SET STATEMENT a = 1", "SET STATEMENT a = 1");
    }

    #[test]
    fn marks_of_version_comments_are_left_out() {
        check("/*!50001 DROP TABLE IF EXISTS u */", "DROP TABLE IF EXISTS u");
        check("ALTER /*M!100100 ONLINE */ TABLE t", "ALTER ONLINE TABLE t");
        check("/*M!999999\\- enable the sandbox mode */ SET a = 1", "SET a = 1");
    }
}
