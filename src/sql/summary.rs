//! The beginning of a statement, for people.

use crate::sql::lex::Lexer;
use crate::sql::reading::Reading;

/// Returns the beginning of a statement on one line, for progress and plans: at most 60 characters, no comments.
pub fn summary(statement: &str, reading: impl Into<Reading>) -> String {
    const WIDTH: usize = 60;
    let mut line = String::new();
    let mut gap = false;
    let mut length = 0;
    for token in Lexer::new(statement, 0..statement.len(), reading).map_while(Result::ok) {
        if !token.kind.is_significant() {
            gap = !line.is_empty();
            continue;
        }
        let space = std::mem::take(&mut gap).then_some(' ');
        for c in space.into_iter().chain(statement[token.range].chars()) {
            if length == WIDTH {
                line.pop();
                line.push('…');
                return line;
            }
            length += 1;
            line.push(if c.is_control() { ' ' } else { c });
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Family;

    #[test]
    fn a_summary_is_one_short_line() {
        let check = |text: &str, expected: &str| assert_eq!(summary(text, Family::Postgres), expected);
        check("CREATE TABLE t ( -- why\r\n  a\tint )", "CREATE TABLE t ( a int )");
        check("SELECT 'a\nb\u{1b}[31m'", "SELECT 'a b [31m'");
        check(&"é ".repeat(99), &format!("{}…", "é ".repeat(30).trim_end()));
        check(&"x".repeat(60), &"x".repeat(60));
        check(&"x".repeat(61), &format!("{}…", "x".repeat(59)));
    }
}
