//! Statements as the database's own shell must get them, so that it hands on exactly what the script says.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::journal::Journal;
use crate::sql::Lexer;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::Token;
use crate::sql::TokenKind;
use crate::sql::significant;

/// `sqlite3`, `psql` or `mariadb`, which interpret some of what they read themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shell<'a> {
    journal: &'a Journal,
    family: Family,
}

impl<'a> Shell<'a> {
    /// Takes the shell of the journal's dialect.
    pub(crate) fn new(journal: &'a Journal) -> Self {
        Self { journal, family: journal.dialect.family() }
    }

    /// Returns the lines that make it stop at the first error and let go of what its user may have configured.
    pub(crate) fn opening(self) -> &'static [&'static str] {
        match self.family {
            Family::Sqlite => &[".bail on", "PRAGMA foreign_keys=ON;", ".timeout 5000"],
            Family::Postgres => &["\\set ON_ERROR_STOP on", "\\set ON_ERROR_ROLLBACK off", "\\set AUTOCOMMIT on"],
            // It stops by itself when it reads from a file.
            Family::Mysql => &[],
        }
    }

    /// Returns how the script is fed to it.
    pub(crate) fn command(self) -> &'static str {
        match self.journal.dialect {
            Dialect::Sqlite => "sqlite3 DATABASE_FILE < THIS_FILE",
            Dialect::Postgres => "psql --dbname=DATABASE < THIS_FILE",
            Dialect::Mysql => "mysql DATABASE < THIS_FILE",
            Dialect::Mariadb => "mariadb DATABASE < THIS_FILE",
        }
    }

    /// Returns a statement of rev's own with its end.
    pub(crate) fn own(self, sql: &str) -> String {
        format!("{};\n", self.lines(sql))
    }

    /// Returns a statement of a script with its end, and with its data.
    pub(crate) fn statement(self, statement: &Statement) -> String {
        match self.family {
            Family::Sqlite => format!("{};\n", self.lines(&not_as_go(statement.sql()))),
            Family::Postgres => psql(statement),
            Family::Mysql => self.mysql(statement),
        }
    }

    /// Returns whether the statement makes a routine whose comments the shell would take out.
    pub(crate) fn loses_comments(self, statement: &Statement) -> bool {
        let sql = statement.sql();
        let tokens = |kind: TokenKind| {
            move |token: &Token| {
                token.kind == kind && (kind == TokenKind::Comment || is_routine(&sql[token.range.clone()]))
            }
        };
        self.family == Family::Mysql
            && statement.kind == StatementKind::Ddl
            && lexed(sql, statement.reading).any(|token| tokens(TokenKind::Comment)(&token))
            && lexed(sql, statement.reading).any(|token| tokens(TokenKind::Word)(&token))
    }

    fn mysql(self, statement: &Statement) -> String {
        let sql = statement.sql();
        if self.journal.dialect == Dialect::Mariadb && self.loses_comments(statement) {
            return self.own(&format!("EXECUTE IMMEDIATE {}", self.journal.literal(sql)));
        }
        if sql.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("use")) {
            // The shell has a command of that name, which ends with the line.
            return self.own(&significant(sql, 0..sql.len(), statement.reading).collect::<Vec<_>>().join(" "));
        }
        let text = self.lines(&no_commands(statement));
        if !statement.is_compound {
            return format!("{text};\n");
        }
        let end = delimiter(&text);
        format!("DELIMITER {end}\n{text}{end}\nDELIMITER ;\n")
    }

    /// Doubles the first half of each CRLF where the shell drops one, in a string as anywhere.
    fn lines(self, sql: &str) -> String {
        match self.family {
            Family::Sqlite | Family::Mysql => sql.replace("\r\n", "\r\r\n"),
            Family::Postgres => sql.to_owned(),
        }
    }
}

fn lexed(sql: &str, reading: impl Into<Reading>) -> impl Iterator<Item = Token> {
    Lexer::new(sql, 0..sql.len(), reading).map_while(Result::ok)
}

fn is_routine(word: &str) -> bool {
    ["procedure", "function", "trigger", "event", "package"].iter().any(|noun| word.eq_ignore_ascii_case(noun))
}

/// Joins the parts of an `E'…'` that goes on in a further line: the server reads all of them alike, and psql the later ones
/// without escapes.
#[derive(Default)]
struct Joint {
    /// Where the literal ends that may go on, in what is written.
    end: Option<usize>,
    has_line: bool,
}

impl Joint {
    /// Takes note of a token that comes next; returns what of it is written, after the end of the literal was taken back
    /// if it is a part of that.
    fn pass<'a>(&mut self, kind: TokenKind, part: &'a str, text: &mut String) -> &'a str {
        match kind {
            TokenKind::Space | TokenKind::Comment => self.has_line |= part.contains('\n'),
            TokenKind::String if self.has_line && self.end.is_some() && part.starts_with('\'') => {
                text.truncate(self.end.unwrap_or(text.len()).saturating_sub(1));
                *self = Self { end: Some(text.len() + part.len() - 1), has_line: false };
                return &part[1..];
            }
            TokenKind::String if part.starts_with(['e', 'E']) => {
                *self = Self { end: Some(text.len() + part.len()), has_line: false };
            }
            _ => *self = Self::default(),
        }
        part
    }
}

/// Keeps psql from putting its variables in the place of `:name`, and from ending a statement at an inner `;`.
fn psql(statement: &Statement) -> String {
    let sql = statement.sql();
    let mut text = String::with_capacity(sql.len() + 8);
    let (mut joint, has_escapes) = (Joint::default(), sql.contains('\\'));
    for token in lexed(sql, statement.reading) {
        let is_escaped = match token.kind {
            TokenKind::Symbol if &sql[token.range.clone()] == ":" => begins_variable(&sql[token.range.end..]),
            TokenKind::Semicolon => true,
            _ => false,
        };
        if is_escaped {
            text.push('\\');
        }
        let part = &sql[token.range];
        let part = if has_escapes { joint.pass(token.kind, part, &mut text) } else { part };
        text.push_str(part);
    }
    // After an escaped `;` psql no longer knows how deep in a body it is, so it is told where the end is.
    text.push_str(if statement.is_compound { "\n\\g\n" } else { ";\n" });
    if let Some(data) = statement.copy_data() {
        text.push_str(data);
        // The server wants the end in the same style as the data.
        text.push_str(if data.ends_with("\r\n") { "\\.\r\n" } else { "\\.\n" });
    }
    text
}

fn begins_variable(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '{') || !c.is_ascii())
}

/// Keeps sqlite3 from taking a line `/` or `go` for the end of the statement.
fn not_as_go(sql: &str) -> String {
    let is_end = |line: &str| matches!(line.trim_ascii_start().chars().next(), Some('/' | 'g' | 'G'));
    if !sql.lines().skip(1).any(is_end) {
        return sql.to_owned();
    }
    let mut text = String::with_capacity(sql.len() + 8);
    let mut at_start = false;
    for token in lexed(sql, Family::Sqlite) {
        let part = &sql[token.range];
        let is_alone = part == "/" || part.eq_ignore_ascii_case("go");
        if at_start && is_alone {
            text.push_str("/**/");
        }
        at_start = match token.kind {
            TokenKind::Space => at_start || part.contains('\n'),
            // A line may hold nothing more than a comment and the word.
            TokenKind::Comment => at_start,
            _ => false,
        };
        text.push_str(part);
    }
    text
}

/// Keeps the mariadb program from running its own commands, such as `\!`: no SQL but `\N` has a backslash outside of
/// quotes, and with a space behind it it is the error that it is on the server.
fn no_commands(statement: &Statement) -> String {
    let sql = statement.sql();
    let mut text = String::with_capacity(sql.len());
    for token in lexed(sql, statement.reading) {
        let part = &sql[token.range.clone()];
        text.push_str(part);
        if part == "\\" && !sql[token.range.end..].starts_with('N') {
            text.push(' ');
        }
    }
    text
}

/// Returns what can stand for `;` because the text does not hold it.
fn delimiter(text: &str) -> String {
    let fits = |end: &String| format!("{text}{end}").find(end.as_str()) == Some(text.len());
    let known = ["//", "$$", ";;"].map(str::to_owned).into_iter();
    let numbered = (1u32..).map(|number| format!("//{number}//"));
    known.chain(numbered).find(fits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::Source;
    use crate::sql::split;

    /// Compares what each statement of `text` becomes, one after another, with `expected`.
    fn check(dialect: Dialect, text: &str, expected: &str) {
        let journal = Journal::new(dialect, "", "rev_version", "rev_");
        let statements = split(&Source::new("a.sql", text), 0..text.len(), dialect.family()).unwrap();
        let written: String = statements.iter().map(|statement| Shell::new(&journal).statement(statement)).collect();
        assert_eq!(written, expected);
    }

    #[test]
    fn psql_leaves_colons_alone() {
        check(
            Dialect::Postgres,
            "SELECT a[1:n], a[:2], 1::int, f(x := 1)",
            "SELECT a[1\\:n], a[\\:2], 1::int, f(x := 1);\n",
        );
        check(Dialect::Postgres, "SELECT a[1:'2'], b[1 : 2]", "SELECT a[1\\:'2'], b[1 : 2];\n");
        check(Dialect::Postgres, "SELECT ':x', $$ :x $$ -- :x\n", "SELECT ':x', $$ :x $$;\n");
    }

    #[test]
    fn psql_gets_a_literal_with_escapes_in_one_piece() {
        let check = |sql: &str, expected: &str| check(Dialect::Postgres, sql, &format!("{expected};\n"));
        check("SELECT E'a\\n'\n 'b\\'c;'", "SELECT E'a\\nb\\'c;'");
        check("SELECT e'a'\n'b\\n'\n\n'c\\'', 'x'\n'y'", "SELECT e'ab\\nc\\'', 'x'\n'y'");
        check("SELECT E'\\'' -- and\n'b;'", "SELECT E'\\'b;'");
        check("SELECT E'a\\n', 'b'\n'c', E'd'\nAS x", "SELECT E'a\\n', 'b'\n'c', E'd'\nAS x");
        check("SELECT E'a;'\n'b;'", "SELECT E'a;'\n'b;'");
    }

    #[test]
    fn psql_sends_a_body_whole() {
        check(
            Dialect::Postgres,
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT ';'; SELECT 1; END;",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT ';'\\; SELECT 1\\; END\n\\g\n",
        );
    }

    #[test]
    fn copy_data_follows_its_statement_and_ends_as_its_lines_do() {
        check(Dialect::Postgres, "COPY t FROM stdin;\n:x\t\\\\\n\\.\n", "COPY t FROM stdin;\n:x\t\\\\\n\\.\n");
        check(Dialect::Postgres, "COPY t FROM stdin;\r\n1\r\n\\.\r\n", "COPY t FROM stdin;\n1\r\n\\.\r\n");
        check(Dialect::Postgres, "COPY t FROM stdin;\n\\.\n", "COPY t FROM stdin;\n\\.\n");
    }

    #[test]
    fn a_line_that_ends_statements_of_sqlite3_is_no_such_line_any_more() {
        check(Dialect::Sqlite, "SELECT 4\n/\n2", "SELECT 4\n/**//\n2;\n");
        check(Dialect::Sqlite, "SELECT 1 AS\n  Go -- x\n", "SELECT 1 AS\n  /**/Go;\n");
        check(Dialect::Sqlite, "SELECT '\n/\ngo\n', google\n/* go */", "SELECT '\n/\ngo\n', google;\n");
    }

    #[test]
    fn line_ends_survive_shells_that_drop_half_of_them() {
        check(Dialect::Sqlite, "SELECT 'a\r\nb'", "SELECT 'a\r\r\nb';\n");
        check(Dialect::Mariadb, "SELECT 'a\r\nb'", "SELECT 'a\r\r\nb';\n");
        check(Dialect::Postgres, "SELECT 'a\r\nb'", "SELECT 'a\r\nb';\n");
    }

    #[test]
    fn a_body_of_mysql_has_a_delimiter_that_it_does_not_hold() {
        let procedure = |body: &str| format!("CREATE PROCEDURE p() BEGIN SELECT {body}; END");
        for (body, end) in [("1", "//"), ("'//'", "$$"), ("'//$$'", ";;"), ("'//$$;;'", "//1//")] {
            let sql = procedure(body);
            check(Dialect::Mysql, &sql, &format!("DELIMITER {end}\n{sql}{end}\nDELIMITER ;\n"));
        }
        assert_eq!(delimiter("/*!50003 BEGIN END */"), "$$"); // `//` would begin one character early
    }

    #[test]
    fn comments_of_routines_are_kept_by_mariadb() {
        let sql = "CREATE FUNCTION f() RETURNS INT RETURN 1 /* it's */ + 1";
        check(Dialect::Mariadb, sql, &format!("EXECUTE IMMEDIATE '{}';\n", sql.replace('\'', "''")));
        check(Dialect::Mysql, sql, &format!("{sql};\n"));
        check(Dialect::Mariadb, "CREATE TABLE t (n INT /* a */)", "CREATE TABLE t (n INT /* a */);\n");
    }

    #[test]
    fn commands_of_the_mysql_program_are_not_run() {
        check(Dialect::Mysql, "SELECT 1\n, \\N, '\\!'", "SELECT 1\n, \\N, '\\!';\n");
        check(Dialect::Mysql, "USE\n  `shop`", "USE `shop`;\n");
    }

    proptest! {
        #[test]
        fn psql_gets_every_character(text in r#"([a-z:;'"$( )\[\]-]|::|\n|BEGIN ATOMIC |END){0,30}"#) {
            let source = Source::new("a.sql", text.as_str());
            let Ok(statements) = split(&source, 0..text.len(), Family::Postgres) else { return Ok(()) };
            for statement in statements {
                let written = psql(&statement);
                let body = written.strip_suffix(";\n").or_else(|| written.strip_suffix("\n\\g\n")).unwrap();
                prop_assert_eq!(body.replace("\\:", ":").replace("\\;", ";"), statement.sql());
            }
        }

        #[test]
        fn a_delimiter_is_found_where_the_text_ends(text in "[/$;1a]{0,20}") {
            let end = delimiter(&text);
            prop_assert_eq!(format!("{text}{end}").find(&end), Some(text.len()));
        }
    }
}
