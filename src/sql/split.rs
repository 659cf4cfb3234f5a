//! Statements with their places, split as the server's own client would.

use std::ops::Range;
use std::sync::Arc;

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::span::Source;
use crate::span::Span;
use crate::sql::body::Body;
use crate::sql::client;
use crate::sql::kind::StatementKind;
use crate::sql::lex::Lexer;
use crate::sql::mode::Following;
use crate::sql::reading::Reading;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;
use crate::sql::token::Unterminated;
use crate::sql::words::telling;

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text: from its first token to its last, without the `;` or delimiter behind it.
    pub span: Span,
    /// What it does.
    pub kind: StatementKind,
    /// The data of `COPY … FROM STDIN`, in bytes of the source, without the `\.` line.
    pub copy_data: Option<Range<usize>>,
    /// Whether a `;` stands inside, so that the mariadb program needs a `DELIMITER` around it.
    pub is_compound: bool,
    /// How the server reads it, with the modes that the statements before it have set.
    pub reading: Reading,
}

impl Statement {
    /// Returns what is sent to the server.
    pub fn sql(&self) -> &str {
        self.span.text()
    }

    /// Returns the words that say what it does: without marks of `/*! … */`, and without what `SET STATEMENT` sets for it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        telling(self.sql(), self.reading).map(|token| &self.sql()[token.range])
    }

    /// Returns the data that follows `COPY … FROM STDIN`.
    pub fn copy_data(&self) -> Option<&str> {
        self.span.source.text.get(self.copy_data.clone()?)
    }
}

/// Splits `range` of the source into statements; what is between them is white space, comments and delimiters.
///
/// Every problem is reported, up to the first quote or comment that has no end.
pub fn split(
    source: &Arc<Source>,
    range: Range<usize>,
    reading: impl Into<Reading>,
) -> Result<Vec<Statement>, Vec<Error>> {
    let (statements, errors) = split_following(source, range, &mut Following::new(reading.into()));
    if errors.is_empty() { Ok(statements) } else { Err(errors) }
}

/// Splits `range` of the source into statements, and goes on with the modes of the text before it; returns all that was
/// found, also beside problems.
pub fn split_following(
    source: &Arc<Source>,
    range: Range<usize>,
    following: &mut Following,
) -> (Vec<Statement>, Vec<Error>) {
    let family = following.reading.family;
    let lexer = Lexer::new(&source.text, range, following.reading);
    let pending = Pending::new(following.reading);
    let mut splitter =
        Splitter { source, family, lexer, following, pending, statements: Vec::new(), errors: Vec::new() };
    splitter.run();
    (splitter.statements, splitter.errors)
}

struct Splitter<'a, 'f> {
    source: &'a Arc<Source>,
    family: Family,
    lexer: Lexer<'a>,
    following: &'f mut Following,
    pending: Pending<'a>,
    statements: Vec<Statement>,
    errors: Vec<Error>,
}

/// The statement that is being read.
struct Pending<'a> {
    body: Body<'a>,
    range: Option<Range<usize>>,
    /// The first tokens, as many as any rule looks at.
    words: Vec<&'a str>,
    is_whole: bool,
    /// A `;` was seen; it belongs to the statement only if more follows.
    semicolon: bool,
    is_compound: bool,
}

impl Pending<'_> {
    fn new(reading: Reading) -> Self {
        Self {
            body: Body::new(reading),
            range: None,
            words: Vec::new(),
            is_whole: true,
            semicolon: false,
            is_compound: false,
        }
    }
}

impl<'a> Splitter<'a, '_> {
    fn run(&mut self) {
        while let Some(token) = self.lexer.next() {
            match token {
                Ok(token) => {
                    if let Some(mode) = self.unknown_mode(&token) {
                        self.error(ErrorKind::UnknownMode { mode }, token.range);
                        return;
                    }
                    self.token(&token);
                }
                Err(Unterminated { what, range }) => {
                    if let Some(mode) = self.following.reading.unknown_mode(&self.source.text[range.start..]) {
                        self.error(ErrorKind::UnknownMode { mode }, range);
                        return;
                    }
                    self.error(ErrorKind::Unterminated { what }, range);
                    return;
                }
            }
        }
        if let Some((what, start)) = self.pending.body.unended().filter(|_| self.lexer.delimiter().is_none()) {
            let end = self.source.text[start..].find(char::is_whitespace).map_or(start + 1, |length| start + length);
            self.error(ErrorKind::Unterminated { what }, start..end);
            return;
        }
        self.finish();
    }

    fn token(&mut self, token: &Token) {
        let text = &self.source.text[token.range.clone()];
        match token.kind {
            TokenKind::Space | TokenKind::Comment => {}
            TokenKind::Delimiter => self.finish(),
            TokenKind::Semicolon if self.ends_statement() => self.finish(),
            TokenKind::Symbol if self.family == Family::Postgres && text == "\\" => self.psql_command(token),
            TokenKind::Symbol if self.family == Family::Mysql && text == "\\" && !self.is_null(token) => {
                self.backslash_command(token);
            }
            TokenKind::Symbol if self.is_dashes(token) => self.dashes(token),
            TokenKind::Word if self.is_delimiter_command(text) => self.delimiter_command(token),
            TokenKind::Word | TokenKind::Symbol if self.pending.range.is_none() => {
                if !self.shell_command(token, text) {
                    self.append(token, text);
                }
            }
            _ => self.append(token, text),
        }
    }

    fn ends_statement(&self) -> bool {
        let is_inside = match self.lexer.delimiter() {
            Some(_) => self.pending.body.is_compound(),
            None => self.pending.body.is_open(),
        };
        !is_inside && !self.lexer.in_hint()
    }

    fn append(&mut self, token: &Token, text: &'a str) {
        const LOOKED_AT: usize = 64;
        let pending = &mut self.pending;
        pending.body.see(token.kind, text, token.range.start);
        if token.kind == TokenKind::Semicolon {
            pending.semicolon = true;
            return;
        }
        pending.is_compound |= std::mem::take(&mut pending.semicolon);
        pending.range.get_or_insert(token.range.clone()).end = token.range.end;
        if matches!(token.kind, TokenKind::HintOpen | TokenKind::HintClose | TokenKind::Hint) {
            return;
        }
        if pending.words.len() < LOOKED_AT {
            pending.words.push(text);
        } else {
            pending.is_whole = false;
        }
    }

    /// Ends the statement that is being read, if there is one.
    fn finish(&mut self) {
        if let Some(range) = self.lexer.take_hint() {
            self.error(ErrorKind::Unterminated { what: "comment" }, range);
        }
        let pending = std::mem::replace(&mut self.pending, Pending::new(self.following.reading));
        let Some(range) = pending.range else { return };
        let copies_in = pending.body.copies_in();
        let reading = self.following.reading;
        let text = &self.source.text[range.clone()];
        let kind = match pending.words.first() {
            _ if copies_in => StatementKind::CopyIn,
            Some(first) if self.family == Family::Mysql && first.eq_ignore_ascii_case("set") => {
                let words: Vec<&str> = telling(text, reading).map(|token| &text[token.range]).collect();
                StatementKind::of(&words, true, self.family)
            }
            _ => StatementKind::of(&pending.words, pending.is_whole, self.family),
        };
        let copy_data = if copies_in { self.copy_data(&range) } else { None };
        let span = self.source.span(range);
        self.following.pass(text, kind);
        self.lexer.read_as(self.following.reading);
        self.pending = Pending::new(self.following.reading);
        self.statements.push(Statement { span, kind, copy_data, is_compound: pending.is_compound, reading });
    }

    fn unknown_mode(&self, token: &Token) -> Option<&'static str> {
        let is_quoted = matches!(token.kind, TokenKind::String | TokenKind::Quoted);
        self.following.reading.unknown_mode(&self.source.text[token.range.clone()]).filter(|_| is_quoted)
    }

    /// Steps over the data behind `COPY … FROM STDIN`, up to a line `\.`.
    fn copy_data(&mut self, statement: &Range<usize>) -> Option<Range<usize>> {
        let (rest, start) = self.lexer.line();
        let rest_start = self.lexer.at();
        let is_blank = Lexer::new(rest, 0..rest.len(), self.following.reading)
            .all(|token| token.is_ok_and(|token| !token.kind.is_significant()));
        if !is_blank {
            self.error(ErrorKind::TextAfterCopy, rest_start..rest_start + rest.len());
        }
        self.lexer.jump(start);
        self.skip_data(statement).map(|end| start..end)
    }

    /// Steps over lines up to one that is `\.`, and returns where that begins.
    fn skip_data(&mut self, statement: &Range<usize>) -> Option<usize> {
        loop {
            let at = self.lexer.at();
            let (line, next) = self.lexer.line();
            self.lexer.jump(next);
            if line == "\\." {
                return Some(at);
            }
            if at == next {
                self.error(ErrorKind::Unterminated { what: "COPY data" }, statement.clone());
                return None;
            }
        }
    }

    /// Refuses a line of psql by name, and goes on behind it: what else the script has is to be found, too.
    fn psql_command(&mut self, token: &Token) {
        let (rest, next) = self.lexer.line();
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let range = token.range.start..token.range.end + word.len();
        if self.pending.range.is_none() && is_restriction(rest) {
            self.lexer.jump(next);
            return;
        }
        let command = format!("\\{word}");
        let instead = client::instead_of_psql(&command);
        let ends = client::sends_query(&command);
        let has_data = word == "copy" && rest.to_ascii_lowercase().contains("from stdin");
        self.error(ErrorKind::PsqlCommand { command, instead }, range.clone());
        self.lexer.jump(next);
        if has_data {
            self.skip_data(&range);
        } else if ends {
            self.finish();
        }
    }

    /// `\N` is NULL, with the letter in upper case.
    fn is_null(&self, token: &Token) -> bool {
        self.source.text[token.range.end..].starts_with('N')
    }

    /// Refuses `\G` and its like of the mariadb and mysql programs.
    fn backslash_command(&mut self, token: &Token) {
        let letter = self.source.text[token.range.end..].chars().next().filter(|c| !c.is_whitespace());
        let (rest, next) = self.lexer.line();
        let length = letter.map_or(0, char::len_utf8);
        let range = token.range.start..token.range.end + length;
        let letter = letter.unwrap_or(' ');
        let kind = ErrorKind::ClientCommand {
            client: MYSQL_SHELLS,
            command: format!("\\{letter}").trim_end().to_owned(),
            instead: client::instead_of_backslash(letter),
        };
        self.error(kind, range.clone());
        let goes_on = matches!(letter, 'G' | 'g');
        self.lexer.jump(if goes_on || rest.is_empty() { range.end } else { next });
        if goes_on {
            self.finish();
        }
    }

    /// Whether a line begins with `--` that the shells of MySQL take for a comment, and the server does not.
    fn is_dashes(&self, token: &Token) -> bool {
        self.family == Family::Mysql
            && self.pending.range.is_none()
            && self.source.text[token.range.start..].starts_with("--")
    }

    fn dashes(&mut self, token: &Token) {
        let (_, next) = self.lexer.line();
        let word = self.source.text[token.range.start..].split(char::is_whitespace).next().unwrap_or_default();
        self.error(ErrorKind::DashesWithoutSpace, token.range.start..token.range.start + word.len());
        self.lexer.jump(next);
    }

    /// Refuses a line of a shell that stands where a statement begins; returns whether it was one.
    fn shell_command(&mut self, token: &Token, text: &str) -> bool {
        let (rest, next) = self.lexer.line();
        let begins_line = self.source.text[..token.range.start].ends_with('\n') || token.range.start == 0;
        if rest.trim_start().starts_with(':') || (text == "." && !begins_line) {
            return false; // a label
        }
        let argument = rest.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
        let Some((client, instead)) = client::command(self.family, text, argument) else { return false };
        let length = if text == "." { argument.len() } else { 0 };
        let range = token.range.start..token.range.end + length;
        let command = self.source.text[range.clone()].to_owned();
        self.error(ErrorKind::ClientCommand { client, command, instead }, range);
        self.lexer.jump(next);
        true
    }

    fn is_delimiter_command(&self, word: &str) -> bool {
        self.family == Family::Mysql && self.pending.range.is_none() && word.eq_ignore_ascii_case("delimiter")
    }

    fn delimiter_command(&mut self, token: &Token) {
        let (rest, next) = self.lexer.line();
        match delimiter(rest) {
            Some(";") => self.lexer.delimit(None),
            Some(delimiter) if !delimiter.contains('\\') => self.lexer.delimit(Some(delimiter)),
            _ => {
                let kind = ErrorKind::BadOptionValue {
                    option: "DELIMITER".into(),
                    value: rest.trim().to_owned(),
                    expected: "what ends a statement, such as `//`, and has no backslash",
                    nearest: None,
                };
                self.error(kind, token.range.clone());
            }
        }
        self.lexer.jump(next);
    }

    fn error(&mut self, kind: ErrorKind, range: Range<usize>) {
        self.errors.push(Error::from(kind).at(self.source.span(range)));
    }
}

/// Returns whether a line, behind its backslash, is one of those that pg_dump writes around its output, with a key that
/// is another each time: between them psql takes no commands, and rev takes none anyway.
fn is_restriction(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words.as_slice(), ["restrict" | "unrestrict", key] if key.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// What the shells of MySQL are called.
const MYSQL_SHELLS: &str = "mariadb or mysql";

/// Returns the argument of a DELIMITER command, which may stand in quotes.
fn delimiter(line: &str) -> Option<&str> {
    let line = line.trim_ascii();
    let quoted = line.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'));
    let argument = match quoted {
        Some(quote) => line[1..].split(quote).next(),
        None => line.split_ascii_whitespace().next(),
    };
    argument.filter(|argument| !argument.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(family: Family, text: &str) -> Result<Vec<Statement>, Vec<Error>> {
        split(&Source::new("a.sql", text), 0..text.len(), family)
    }

    /// Compares the problems, as `line:column message`, with `expected`.
    fn check_errors(family: Family, text: &str, expected: &[&str]) {
        let errors = pieces(family, text).expect_err("the text has problems");
        let errors: Vec<String> = errors.iter().map(|error| error.to_string().replacen("a.sql:", "", 1)).collect();
        assert_eq!(errors, expected);
    }

    #[test]
    fn psql_commands_are_refused_by_name_and_all_at_once() {
        check_errors(
            Family::Postgres,
            "\\set ON_ERROR_STOP 'on\nSELECT 1 \\gset\n\\.\nSELECT '\\a';",
            &[
                "1:1: `\\set` is a command of the psql program, not SQL",
                "2:10: `\\gset` is a command of the psql program, not SQL",
                "3:1: `\\.` is a command of the psql program, not SQL",
            ],
        );
    }

    #[test]
    fn the_restrictions_of_a_dump_are_passed_over() {
        let statements = |text: &str| -> Vec<String> {
            pieces(Family::Postgres, text).unwrap().iter().map(|statement| statement.sql().to_owned()).collect()
        };
        let text = "--\n\n\\restrict 4bXqK9\n\nSELECT 1;\r\n\\unrestrict 4bXqK9\r\n SELECT 2; \\restrict b";
        assert_eq!(statements(text), ["SELECT 1", "SELECT 2"]);
        assert_eq!(statements("SELECT '\n\\restrict a\n'"), ["SELECT '\n\\restrict a\n'"]);
        let copy = pieces(Family::Postgres, "COPY t FROM stdin;\n\\restrict a\n\\.\n\\unrestrict a\n").unwrap();
        assert_eq!(copy[0].copy_data(), Some("\\restrict a\n"));
        check_errors(
            Family::Postgres,
            "\\restrict\nSELECT\n\\restrict a\n1;\n\\restricted a\n",
            &[
                "1:1: `\\restrict` is a command of the psql program, not SQL",
                "3:1: `\\restrict` is a command of the psql program, not SQL",
                "5:1: `\\restricted` is a command of the psql program, not SQL",
            ],
        );
    }

    #[test]
    fn copy_data_must_end_and_begin_on_its_own_line() {
        check_errors(Family::Postgres, "SELECT 1;\n  COPY t FROM stdin;\n1\n", &["2:3: this COPY data has no end"]);
        check_errors(
            Family::Postgres,
            "COPY t FROM stdin; SELECT 1;\n1\n\\.\n",
            &["1:19: the data of COPY begins on the next line, so nothing may follow on this one"],
        );
    }

    #[test]
    fn what_stays_open_is_shown_where_it_begins() {
        check_errors(Family::Postgres, "SELECT 1;\nSELECT (2;", &["2:8: this parenthesis has no end"]);
        check_errors(Family::Sqlite, "SELECT 1; 'a", &["1:11: this string has no end"]);
        check_errors(
            Family::Sqlite,
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;",
            &["1:1: this BEGIN … END body has no end"],
        );
        check_errors(
            Family::Mysql,
            "CREATE PROCEDURE p() BEGIN SELECT 1;",
            &["1:22: this BEGIN … END body has no end"],
        );
        check_errors(Family::Mysql, "DELIMITER //\n/*! SELECT 1//", &["2:1: this comment has no end"]);
    }

    #[test]
    fn a_delimiter_command_needs_a_delimiter() {
        check_errors(
            Family::Mysql,
            "DELIMITER \nSELECT 1",
            &["1:1: `` is not a value of `DELIMITER`: what ends a statement, such as `//`, and has no backslash"],
        );
    }

    #[test]
    fn a_statement_knows_that_it_holds_semicolons() {
        let compound = |text| pieces(Family::Mysql, text).unwrap().iter().map(|s| s.is_compound).collect::<Vec<_>>();
        assert_eq!(compound("CREATE PROCEDURE p() BEGIN SELECT 1; END; SELECT ';'"), [true, false]);
        assert_eq!(compound("DELIMITER //\nCREATE PROCEDURE p() SELECT 1;//"), [false]);
    }

    #[test]
    fn an_executable_comment_is_judged_by_what_it_runs() {
        let statements = pieces(Family::Mysql, "/*!40101 SET NAMES utf8 */; /*!80000 COMMIT */").unwrap();
        let kinds: Vec<StatementKind> = statements.iter().map(|statement| statement.kind).collect();
        assert_eq!(kinds, [StatementKind::Session, StatementKind::Commit]);
    }

    #[test]
    fn columns_count_within_the_section() {
        let source = Source::new("a.sql", "é;\nSELECT 1;");
        let statements = split(&source, 4..source.text.len(), Family::Sqlite).unwrap();
        assert_eq!(statements[0].span.to_string(), "a.sql:2:1");
    }

    /// Work in the square of the length would take minutes here, and the test runner would say so.
    #[test]
    fn long_input_of_any_kind_comes_to_its_end() {
        for unit in ["(", "+", "$a", "/*", "CASE ", "BEGIN ", "\\x\n", "'", "DELIMITER $\n", "$$", "a;", "`", "--"] {
            let text = format!("CREATE PROCEDURE p() {}", unit.repeat(200_000 / unit.len()));
            for family in [Family::Sqlite, Family::Postgres, Family::Mysql] {
                let _ = pieces(family, &text);
            }
        }
    }

    fn family() -> impl Strategy<Value = Family> {
        prop_oneof![Just(Family::Sqlite), Just(Family::Postgres), Just(Family::Mysql)]
    }

    const SOUP: &str = r#"(CREATE |TRIGGER |PROCEDURE |FUNCTION |BEGIN |ATOMIC |END|CASE |IF |COPY t FROM stdin;|DELIMITER [/$]{1,2}|\\\.|/\*!?|\*/|--|\$\$|[;;;'"`$()\[\]\\:# é]|\n|[a-e1]){0,40}"#;

    proptest! {
        #[test]
        fn statements_and_what_is_between_them_are_the_text(text in SOUP, family in family()) {
            let Ok(statements) = pieces(family, &text) else { return Ok(()) };
            let mut at = 0;
            for statement in &statements {
                prop_assert!(at <= statement.span.range.start && !statement.sql().is_empty());
                prop_assert_eq!(statement.sql().trim(), statement.sql());
                at = statement.copy_data.as_ref().map_or(statement.span.range.end, |data| data.end);
            }
            prop_assert!(at <= text.len());
        }

        #[test]
        fn nothing_significant_is_lost_without_client_commands(text in r#"(CREATE |TRIGGER |RULE |BEGIN |END|CASE |[;;'"$() \na-c1]){0,40}"#, family in family()) {
            let Ok(statements) = pieces(family, &text) else { return Ok(()) };
            let tokens = |text: &str| -> String { crate::sql::significant(text, 0..text.len(), family).filter(|token| *token != ";").collect() };
            let found: String = statements.iter().map(|statement| tokens(statement.sql())).collect();
            prop_assert_eq!(found, tokens(&text));
        }

        #[test]
        fn random_text_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), family in family()) {
            let _ = pieces(family, &String::from_utf8_lossy(&bytes));
        }
    }
}
