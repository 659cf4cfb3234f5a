//! The golden corpus of the splitter: see tests/split/README.md.

use std::ops::Range;

use rev::dialect::Family;
use rev::span::Source;
use rev::sql::Lexer;
use rev::sql::TokenKind;
use rev::sql::split;

/// A case without its marks, and the places that they marked.
#[derive(Default)]
struct Case {
    text: String,
    statements: Vec<Range<usize>>,
    data: Vec<Range<usize>>,
}

impl Case {
    /// Takes out the marks.
    fn parse(marked: &str) -> Self {
        let mut case = Self::default();
        for c in marked.chars() {
            let at = case.text.len();
            match c {
                '«' => case.statements.push(at..at),
                '»' => case.statements.last_mut().expect("a statement began").end = at,
                '‹' => case.data.push(at..at),
                '›' => case.data.last_mut().expect("data began").end = at,
                _ => case.text.push(c),
            }
        }
        case
    }
}

fn check(family: Family, corpus: &str) {
    let mut cases = 0;
    for chunk in corpus.split("== ").skip(1) {
        let (name, marked) = chunk.split_once('\n').expect("a case has a name and a script");
        for text in [marked.to_owned(), marked.replace('\n', "\r\n")] {
            check_case(family, name, &Case::parse(&text));
        }
        cases += 1;
    }
    assert!(cases >= 10, "the corpus was not read");
}

fn check_case(family: Family, name: &str, case: &Case) {
    let source = Source::new(name, case.text.as_str());
    let statements = split(&source, 0..case.text.len(), family).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let found: Vec<&str> = statements.iter().map(|statement| statement.sql()).collect();
    let expected: Vec<&str> = case.statements.iter().map(|range| &case.text[range.clone()]).collect();
    assert_eq!(found, expected, "{name}");
    let data: Vec<Range<usize>> = statements.iter().filter_map(|statement| statement.copy_data.clone()).collect();
    assert_eq!(data, case.data, "{name}");
    check_gaps(
        family,
        name,
        case,
        &statements.iter().map(|statement| statement.span.range.clone()).collect::<Vec<_>>(),
    );
}

/// Nothing that a server would run may be left between the statements.
fn check_gaps(family: Family, name: &str, case: &Case, statements: &[Range<usize>]) {
    let mut taken: Vec<Range<usize>> = statements.iter().chain(&case.data).cloned().collect();
    taken.sort_by_key(|range| range.start);
    let mut at = 0;
    taken.push(case.text.len()..case.text.len());
    for range in taken {
        for line in case.text[at..range.start].lines() {
            if line.to_ascii_lowercase().starts_with("delimiter") || line == "\\." {
                continue;
            }
            let mut tokens = Lexer::new(line, 0..line.len(), family).map_while(Result::ok);
            let left = tokens.find(|token| token.kind.is_significant() && token.kind != TokenKind::Semicolon);
            let left = left.map_or("", |token| &line[token.range]);
            assert!(matches!(left, "" | "/" | "$$"), "{name}: {left:?} is left over");
        }
        at = range.end;
    }
}

#[test]
fn sqlite_scripts_split_where_they_are_marked() {
    check(Family::Sqlite, include_str!("split/sqlite.txt"));
}

#[test]
fn postgres_scripts_split_where_they_are_marked() {
    check(Family::Postgres, include_str!("split/postgres.txt"));
}

#[test]
fn mysql_scripts_split_where_they_are_marked() {
    check(Family::Mysql, include_str!("split/mysql.txt"));
}
