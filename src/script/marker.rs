//! What is legal in a script and surely not meant: the marks of other tools, words that look like a directive, and a
//! parenthesis that never ends.
//!
//! The checksum does not ask for this, so that what was applied once stays what it was.

use std::ops::Range;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::compile::CompiledSection;
use crate::script::disguise::direction_called;
use crate::script::line::Directive;
use crate::script::line::directive;
use crate::script::script::Script;
use crate::sql::Lexer;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::TokenKind;

/// How other tools begin their sections, in lower case.
const MARKERS: &[(&str, Direction, &str)] = &[
    ("+goose down", Direction::Downgrade, "goose"),
    ("+goose up", Direction::Upgrade, "goose"),
    ("+migrate down", Direction::Downgrade, "sql-migrate"),
    ("+migrate up", Direction::Upgrade, "sql-migrate"),
    ("+micrate down", Direction::Downgrade, "micrate"),
    ("+micrate up", Direction::Upgrade, "micrate"),
    ("migrate:down", Direction::Downgrade, "dbmate"),
    ("migrate:up", Direction::Upgrade, "dbmate"),
    ("!downs", Direction::Downgrade, "Play"),
    ("!ups", Direction::Upgrade, "Play"),
    ("@undo", Direction::Downgrade, "MyBatis"),
    ("create above / drop below", Direction::Downgrade, "tern"),
    ("down migration", Direction::Downgrade, "node-pg-migrate"),
    ("up migration", Direction::Upgrade, "node-pg-migrate"),
];

impl Script {
    /// Splits the sections as [`Self::statements_as`] does, and refuses what the server would not see or would refuse.
    pub fn checked_statements(
        &self,
        direction: Direction,
        dialect: Dialect,
        reading: Reading,
    ) -> Result<Vec<CompiledSection<'_>>, Vec<Error>> {
        let sections = self.statements_as(direction, dialect, reading)?;
        let mut errors: Vec<Error> = Vec::new();
        for section in &sections {
            errors.extend(self.markers(section, reading));
            errors.extend(section.statements.iter().filter_map(open_parenthesis));
        }
        errors.sort_by_key(|error| error.span.as_ref().map(|span| span.range.start));
        if errors.is_empty() { Ok(sections) } else { Err(errors) }
    }

    /// Refuses comments between statements that were meant to begin another section.
    fn markers(&self, section: &CompiledSection<'_>, reading: Reading) -> Vec<Error> {
        let direction = section.section.direction;
        let has_downgrade = self.sections.iter().any(|section| section.direction == Direction::Downgrade);
        let mut errors = Vec::new();
        for gap in gaps(section) {
            let comments = Lexer::new(&self.source.text, gap, reading).filter_map(Result::ok);
            for token in comments.filter(|token| token.kind == TokenKind::Comment) {
                let comment = self.source.text[token.range.clone()].trim_end();
                let Some((meant, note)) = meant(comment, has_downgrade) else { continue };
                if meant == direction && directive(comment).is_none() {
                    continue; // it says what the section is anyway
                }
                let nearest = Some(format!("-- rev: {meant}"));
                let kind = ErrorKind::UnknownDirective { word: comment.into(), nearest, note };
                let range = token.range.start..token.range.start + comment.len();
                errors.push(Error::from(kind).at(self.source.span(range)));
            }
        }
        // Where `#` and `//` begin no comment, they begin what the server would refuse.
        for statement in section.statements.iter().filter(|one| one.sql().starts_with(['#', '/'])) {
            let line = statement.sql().lines().next().unwrap_or_default().trim_end();
            if let Some((meant, note)) = meant(line, has_downgrade) {
                let nearest = Some(format!("-- rev: {meant}"));
                let kind = ErrorKind::UnknownDirective { word: line.into(), nearest, note };
                let start = statement.span.range.start;
                errors.push(Error::from(kind).at(self.source.span(start..start + line.len())));
            }
        }
        errors
    }
}

/// Returns the pieces of a section between its statements.
fn gaps(section: &CompiledSection<'_>) -> Vec<Range<usize>> {
    let mut at = section.section.body.start;
    let mut gaps = Vec::with_capacity(section.statements.len() + 1);
    for statement in &section.statements {
        let range = &statement.span.range;
        gaps.push(at..range.start.max(at));
        at = statement.copy_data.as_ref().map_or(range.end, |data| data.end);
    }
    gaps.push(at..section.section.body.end);
    gaps
}

/// Returns which section a comment was surely meant to begin, and why.
fn meant(comment: &str, has_downgrade: bool) -> Option<(Direction, Option<String>)> {
    if comment.contains('\n') {
        return None;
    }
    let folded = comment.to_lowercase();
    let inner = folded.trim_matches(|c: char| c.is_whitespace() || "-#/*=<>".contains(c));
    if let Some((_, direction, tool)) = MARKERS.iter().find(|(mark, ..)| {
        let rest = inner.strip_prefix(mark);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    }) {
        return Some((*direction, Some(format!("this is {tool}'s mark"))));
    }
    if let Some(found) = directive(comment) {
        let (Directive::Exact(rest) | Directive::Nearly(rest)) = found;
        let direction = direction_called(rest.split_whitespace().next()?.trim_end_matches("*/"))?;
        return Some((direction, Some("it must begin in column 1".into())));
    }
    let is_lone = !has_downgrade && lone(inner) == Some(Direction::Downgrade);
    is_lone
        .then(|| (Direction::Downgrade, Some("the script has no downgrade section, and this is only a comment".into())))
}

/// Returns the direction that a comment names and nothing else: a statement that is commented out ends with `;`.
fn lone(comment: &str) -> Option<Direction> {
    const FILLERS: [&str; 10] =
        ["section", "script", "migration", "sql", "statements", "part", "begin", "start", "below", "irreversible"];
    const MOST: usize = 3;
    if comment.ends_with(';') {
        return None;
    }
    let is_word = |word: &&str| !word.is_empty() && !word.contains('=');
    let words: Vec<&str> =
        comment.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '=')).filter(is_word).collect();
    let directions: Vec<Direction> = words.iter().filter_map(|word| direction_called(word)).collect();
    let is_filled = words.iter().all(|word| direction_called(word).is_some() || FILLERS.contains(word));
    match directions.as_slice() {
        [direction] if is_filled && words.len() <= MOST => Some(*direction),
        _ => None,
    }
}

/// Finds the parenthesis that is still open where the statement ends.
fn open_parenthesis(statement: &Statement) -> Option<Error> {
    let sql = statement.sql();
    let mut open = Vec::new();
    for token in Lexer::new(sql, 0..sql.len(), statement.reading) {
        let token = token.ok()?;
        match token.kind {
            TokenKind::Open => open.push(token.range.start),
            TokenKind::Close => drop(open.pop()),
            _ => {}
        }
    }
    let at = statement.span.range.start + open.first()?;
    let kind = ErrorKind::Unterminated { what: "parenthesis" };
    Some(Error::from(kind).at(statement.span.source.span(at..at + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;

    fn errors(dialect: Dialect, sections: &str) -> Vec<String> {
        let script = Script::parse(Source::new("a", format!("-- revision: a\n{sections}"))).unwrap();
        let mut errors = Vec::new();
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            errors.extend(script.checked_statements(direction, dialect, dialect.into()).err().unwrap_or_default());
        }
        errors.iter().map(|error| format!("{error}; {}", error.hint().unwrap_or_default())).collect()
    }

    fn check(dialect: Dialect, sections: &str, expected: &[&str]) {
        assert_eq!(errors(dialect, sections), expected, "{sections}");
    }

    #[test]
    fn the_marks_of_other_tools_begin_no_section() {
        for (mark, tool) in [
            ("-- +goose Down", "goose"),
            ("-- +migrate Down", "sql-migrate"),
            ("-- migrate:down", "dbmate"),
            ("-- migrate:down transaction:false", "dbmate"),
            ("-- !Downs", "Play"),
            ("--//@UNDO", "MyBatis"),
            ("-- //@UNDO", "MyBatis"),
            ("---- create above / drop below ----", "tern"),
            ("-- Down Migration", "node-pg-migrate"),
            ("/* +goose Down */", "goose"),
        ] {
            let sections = format!("-- rev: upgrade\nSELECT 1;\n{mark}\nDROP TABLE b;\n-- rev: downgrade\n");
            let expected =
                format!("a:4:1: `{mark}` is not a directive; did you mean `-- rev: downgrade`? this is {tool}'s mark");
            check(Dialect::Postgres, &sections, &[&expected]);
        }
        let agrees = "-- rev: upgrade\n-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- rev: downgrade\n-- +goose Down\nSELECT 2;";
        check(Dialect::Postgres, agrees, &[]);
        check(Dialect::Postgres, "-- rev: upgrade\nSELECT '\n-- +goose Down\n', $$\n-- migrate:down\n$$;", &[]);
    }

    #[test]
    fn a_lone_word_is_a_directive_where_the_script_has_no_downgrade() {
        for word in [
            "-- downgrade",
            "--downgrade",
            "-- DOWN",
            "-- undo:",
            "/* rollback */",
            "-- ==== down ====",
            "-- downgrade section",
            "-- downgrade dialect=sqlite",
            "-- [down]",
        ] {
            let sections = format!("-- rev: upgrade\nSELECT 1;\n{word}\nDROP TABLE b;\n");
            assert_eq!(errors(Dialect::Sqlite, &sections).len(), 1, "{word}");
            check(Dialect::Sqlite, &format!("{sections}-- rev: downgrade\n"), &[]);
        }
        assert_eq!(errors(Dialect::Mariadb, "-- rev: upgrade\nSELECT 1;\n# downgrade\nDROP TABLE b;").len(), 1);
        assert_eq!(errors(Dialect::Sqlite, "-- rev: upgrade\nSELECT 1;\n# downgrade\nDROP TABLE b;").len(), 1);
        for prose in
            ["-- downgrade the plan of customers", "-- ROLLBACK;", "-- no down here", "-- up", "-- go down and up"]
        {
            check(Dialect::Sqlite, &format!("-- rev: upgrade\nSELECT 1;\n{prose}\nSELECT 2;\n"), &[]);
        }
        let body = "-- rev: upgrade\nCREATE PROCEDURE p()\nBEGIN\n  -- rollback\n  SELECT 1;\nEND;\n";
        check(Dialect::Mariadb, body, &[]);
    }

    #[test]
    fn a_directive_behind_a_statement_is_none() {
        check(
            Dialect::Sqlite,
            "-- rev: upgrade\nSELECT 1; -- rev: downgrade\nDROP TABLE b;",
            &[
                "a:3:11: `-- rev: downgrade` is not a directive; did you mean `-- rev: downgrade`? it must begin in column 1",
            ],
        );
    }

    #[test]
    fn a_parenthesis_that_never_ends_is_found_where_it_begins() {
        for dialect in Dialect::ALL {
            check(
                dialect,
                "-- rev: upgrade\nCREATE TABLE b (id INTEGER;\nSELECT 1;",
                &["a:3:16: this parenthesis has no end; "],
            );
            check(dialect, "-- rev: upgrade\nSELECT '(', \"(\" /* ( */; -- (\nSELECT (1);", &[]);
        }
        check(
            Dialect::Postgres,
            "-- rev: upgrade\nSELECT $$ ( ; $$;\nCOPY t FROM STDIN;\n(\n\\.\nCREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);",
            &[],
        );
        check(
            Dialect::Sqlite,
            "-- rev: upgrade\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT (1); END; SELECT [(];",
            &[],
        );
        check(
            Dialect::Mysql,
            "-- rev: upgrade\nSELECT `(`, '\\'(', 1 # (\n;\nCREATE TABLE p (a INT) /*!50100 PARTITION BY HASH (a) */;",
            &[],
        );
    }
}
