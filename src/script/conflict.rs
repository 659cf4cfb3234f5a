//! The lines by which git marks a conflict that nobody has resolved.

use std::ops::Range;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::line::lines;
use crate::script::section::Section;
use crate::span::Source;
use crate::sql::Following;
use crate::sql::Lexer;
use crate::sql::Reading;
use crate::sql::TokenKind;
use crate::sql::split_following;

/// Finds the first mark that is no part of a string, a comment or data.
pub(super) fn conflict(source: &Arc<Source>, sections: &[Section]) -> Option<Error> {
    let marks = || lines(&source.text, 0).filter_map(|line| Some((mark(line.text)?, line.range())));
    if marks().all(|(mark, _)| mark == "=======") {
        return None; // a line below a title, say in text between dollars
    }
    for (mark, range) in marks() {
        let section = sections.iter().find(|section| section.body.contains(&range.start));
        if section.is_some_and(|section| is_inside(source, section, range.start)) {
            continue;
        }
        let kind = ErrorKind::ConflictMarker { mark: mark.into() };
        return Some(Error::from(kind).at(source.span(range)));
    }
    None
}

fn mark(line: &str) -> Option<&'static str> {
    const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let mark = MARKS.into_iter().find(|mark| line.starts_with(mark))?;
    let rest = &line[mark.len()..];
    (rest.is_empty() || (rest.starts_with(' ') && mark != "=======")).then_some(mark)
}

/// Whether some database that the section runs on reads `at` as the inside of a string, a comment or data of COPY.
///
/// A dollar quote is none of these: it holds the body of a routine, which is edited and merged as all else.
fn is_inside(source: &Arc<Source>, section: &Section, at: usize) -> bool {
    let families = Dialect::ALL.into_iter().filter(|dialect| section.runs_on(*dialect)).map(Dialect::family);
    families.into_iter().any(|family| {
        let is_quiet = |kind, range: &Range<usize>| match kind {
            TokenKind::String | TokenKind::Quoted => !source.text[range.start..].starts_with('$'),
            kind => kind == TokenKind::Comment,
        };
        let mut tokens = Lexer::new(&source.text, section.body.clone(), family).filter_map(Result::ok);
        let token = tokens.find(|token| token.range.contains(&at));
        let is_text = token.is_some_and(|token| token.range.start < at && is_quiet(token.kind, &token.range));
        is_text || (family == Family::Postgres && is_copied(source, section, at))
    })
}

fn is_copied(source: &Arc<Source>, section: &Section, at: usize) -> bool {
    let mut following = Following::new(Reading::from(Family::Postgres));
    let (statements, _) = split_following(source, section.body.clone(), &mut following);
    statements.iter().filter_map(|statement| statement.copy_data.as_ref()).any(|data| data.contains(&at))
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::script::Script;
    use crate::span::Source;

    fn check(text: &str, expected: Option<&str>) {
        let errors = Script::parse(Source::new("a", text)).err().unwrap_or_default();
        assert_eq!(errors.iter().map(Error::to_string).next().as_deref(), expected, "{text}");
    }

    #[test]
    fn a_conflict_that_is_left_over_is_told_as_one() {
        let at = |line: usize, mark: &str| format!("a:{line}:1: `{mark}` marks a git conflict that is not resolved");
        let header = "-- m\n--\n<<<<<<< HEAD\n-- revision: a\n=======\n-- revision: b\n>>>>>>> c\n\n-- rev: upgrade\n";
        check(header, Some(&at(3, "<<<<<<<")));
        let head = "-- revision: a\n-- rev: upgrade\n";
        check(&format!("{head}INSERT INTO t VALUES ($$Title\n=======\n$$);"), None);
        for mark in ["<<<<<<< HEAD", ">>>>>>> theirs", "||||||| base", "<<<<<<<"] {
            check(&format!("{head}{mark}\nSELECT 1;\n"), Some(&at(3, &mark[..7])));
            check(&format!("{head}SELECT '\n{mark}\n', \"\n{mark}\n\";\n/*\n{mark}\n*/"), None);
            check(&format!("{head}COPY t FROM STDIN;\n{mark}\n\\.\n"), None);
            check(&format!("{head}DO $$\n{mark}\n$$;\n"), Some(&at(4, &mark[..7])));
        }
        check(&format!("{head}SELECT 1 -- ======= \n;\n-- =======\n/* a\n======== */"), None);
    }
}
