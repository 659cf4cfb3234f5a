//! Tokens with their byte ranges, by the lexical rules of each family of dialects.

use std::ops::Range;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::sql::reading::Reading;
use crate::sql::token::Token;
use crate::sql::token::TokenKind;
use crate::sql::token::Unterminated;

/// An iterator over the tokens of a piece of text; together they cover every byte of it.
///
/// After an [`Unterminated`] it ends, since nothing behind an open quote can be told apart.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    reading: Reading,
    delimiter: Option<&'a str>,
    hint: Option<Range<usize>>,
    escape_string: EscapeString,
}

/// Whether an `E'…'` of PostgreSQL goes on: a further `'…'` on a later line is a part of it, and read as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EscapeString {
    No,
    /// It ended on this line.
    Ended,
    /// Only white space and `--` comments stand behind it, and a line has ended.
    GoesOn,
}

impl<'a> Lexer<'a> {
    /// Reads `range` of `text`; a range that does not fit is cut to what is there.
    pub fn new(text: &'a str, range: Range<usize>, reading: impl Into<Reading>) -> Self {
        let end = text.floor_char_boundary(range.end);
        let at = text.floor_char_boundary(range.start.min(end));
        let (text, reading) = (&text[..end], reading.into());
        Self { text, at, reading, delimiter: None, hint: None, escape_string: EscapeString::No }
    }

    /// Reads what follows in another way: a statement changed a mode.
    pub fn read_as(&mut self, reading: Reading) {
        self.reading = reading;
    }

    /// Returns where the next token begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes on at `at`; used to step over what is not SQL.
    pub fn jump(&mut self, at: usize) {
        self.at = self.text.floor_char_boundary(at);
    }

    /// Returns the rest of the line, without its end, and where the next line begins.
    pub fn line(&self) -> (&'a str, usize) {
        let rest = &self.text[self.at..];
        match rest.find('\n') {
            Some(end) => (rest[..end].trim_end_matches('\r'), self.at + end + 1),
            None => (rest, self.text.len()),
        }
    }

    /// Ends statements at `delimiter` from here on; nothing stands for `;`.
    pub fn delimit(&mut self, delimiter: Option<&'a str>) {
        self.delimiter = delimiter;
    }

    /// Returns what a `DELIMITER` command put in the place of `;`.
    pub fn delimiter(&self) -> Option<&'a str> {
        self.delimiter
    }

    /// Returns the `/*!` that has not ended yet, and takes it as ended.
    pub fn take_hint(&mut self) -> Option<Range<usize>> {
        self.hint.take()
    }

    /// Returns whether the next token stands inside `/*! … */`.
    pub fn in_hint(&self) -> bool {
        self.hint.is_some()
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn has(&self, mark: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(mark.as_bytes())
    }

    /// Goes on while `wanted` holds.
    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn one(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn scan(&mut self, first: u8) -> Result<TokenKind, &'static str> {
        if let Some(delimiter) = self.delimiter.filter(|delimiter| self.has(delimiter)) {
            self.at += delimiter.len();
            return Ok(TokenKind::Delimiter);
        }
        if let Some(comment) = self.comment(first) {
            return comment;
        }
        let (family, reading) = (self.reading.family, self.reading);
        match first {
            b if is_space(b) => {
                self.skip(is_space);
                Ok(TokenKind::Space)
            }
            b'(' => Ok(self.one(TokenKind::Open)),
            b')' => Ok(self.one(TokenKind::Close)),
            b';' => Ok(self.one(TokenKind::Semicolon)),
            b'\'' => {
                let goes_on = self.escape_string == EscapeString::GoesOn;
                self.quoted(b'\'', goes_on || reading.escapes(), TokenKind::String)
            }
            b'"' if reading.has_double_quoted_strings() => self.quoted(b'"', reading.escapes(), TokenKind::String),
            b'"' => self.quoted(b'"', false, TokenKind::Quoted),
            b'`' if family != Family::Postgres => self.quoted(b'`', false, TokenKind::Quoted),
            b'[' if family == Family::Sqlite => self.quoted(b']', false, TokenKind::Quoted),
            b'$' if family == Family::Postgres => self.dollar(),
            b'$' if reading.has_dollar_quotes() && self.closes_dollar_quote() => self.dollar(),
            b if is_word_start(b) || b == b'$' => self.word(),
            b if b.is_ascii_digit() => {
                self.number();
                Ok(TokenKind::Number)
            }
            _ => {
                self.at += self.operator();
                Ok(TokenKind::Symbol)
            }
        }
    }

    /// Reads a comment or hint, if one begins here.
    fn comment(&mut self, first: u8) -> Option<Result<TokenKind, &'static str>> {
        match (first, self.peek(1)) {
            (b'-', Some(b'-')) if self.reading.family != Family::Mysql || self.peek(2).is_none_or(|b| b <= b' ') => {
                Some(Ok(self.line_comment()))
            }
            (b'#', _) if self.reading.family == Family::Mysql => Some(Ok(self.line_comment())),
            (b'*', Some(b'/')) if self.hint.take().is_some() => {
                self.at += 2;
                Some(Ok(TokenKind::HintClose))
            }
            (b'/', Some(b'*')) => Some(self.block_comment()),
            _ => None,
        }
    }

    fn line_comment(&mut self) -> TokenKind {
        let family = self.reading.family;
        self.skip(|b| b != b'\n' && !(b == b'\r' && family == Family::Postgres));
        TokenKind::Comment
    }

    fn block_comment(&mut self) -> Result<TokenKind, &'static str> {
        let start = self.at;
        let mut nests = if self.reading.family == Family::Postgres { usize::MAX } else { 1 };
        if self.reading.family == Family::Mysql && (self.has("/*!") || self.has("/*M!")) {
            if let Some(length) = self.reading.opens(&self.text[start..]) {
                self.at += length;
                self.hint = Some(start..self.at);
                return Ok(TokenKind::HintOpen);
            }
            // What a server does not run may hold a comment itself; what it does not know as its own is just a comment.
            nests += usize::from(self.has("/*!") || self.reading.server == Some(Dialect::Mariadb));
        }
        let is_hint = self.reading.family != Family::Sqlite && self.has("/*+");
        self.at += 2;
        let mut depth = 1usize;
        while self.peek(0).is_some() {
            if self.has("*/") {
                self.at += 2;
                depth -= 1;
                if depth == 0 {
                    return Ok(if is_hint { TokenKind::Hint } else { TokenKind::Comment });
                }
            } else if depth < nests && self.has("/*") {
                self.at += 2;
                depth += 1;
            } else {
                self.at += 1;
            }
        }
        Err("comment")
    }

    /// Reads up to the closing `quote`; a doubled one stands for itself, except `]`.
    fn quoted(&mut self, quote: u8, backslash: bool, kind: TokenKind) -> Result<TokenKind, &'static str> {
        self.at += 1;
        while let Some(b) = self.peek(0) {
            self.at += 1;
            if backslash && b == b'\\' {
                self.at += 1;
            } else if b == quote {
                if quote == b']' || self.peek(0) != Some(quote) {
                    return Ok(kind);
                }
                self.at += 1;
            }
        }
        Err(if kind == TokenKind::String { "string" } else { "quoted identifier" })
    }

    /// Reads `$1`, `$tag$ … $tag$` or a lone `$` of PostgreSQL.
    fn dollar(&mut self) -> Result<TokenKind, &'static str> {
        let start = self.at;
        self.at += 1;
        if self.peek(0).is_some_and(|b| b.is_ascii_digit()) {
            self.skip(|b| b.is_ascii_digit());
            return Ok(TokenKind::Symbol);
        }
        self.skip(|b| is_word(b) && b != b'$');
        if self.peek(0) != Some(b'$') {
            self.at = start + 1;
            return Ok(TokenKind::Symbol);
        }
        self.at += 1;
        let tag = &self.text[start..self.at];
        match self.text[self.at..].find(tag) {
            Some(length) => {
                self.at += length + tag.len();
                Ok(TokenKind::String)
            }
            None => Err("dollar-quoted string"),
        }
    }

    /// Returns whether `$tag$` stands here, and once more: a lone one begins a name, as before MySQL 9.
    fn closes_dollar_quote(&self) -> bool {
        let rest = &self.text[self.at..];
        let tag = rest.bytes().skip(1).take_while(|b| is_word(*b) && *b != b'$').count() + 2;
        rest.as_bytes().get(tag - 1) == Some(&b'$') && rest[tag..].contains(&rest[..tag])
    }

    /// Notes whether an `E'…'` may go on behind the token.
    fn note_escape_string(&mut self, token: &Token) {
        let text = self.text.as_bytes();
        let is_escape = |b: u8| b == b'e' || b == b'E';
        self.escape_string = match (token.kind, self.escape_string) {
            _ if self.reading.family != Family::Postgres => EscapeString::No,
            (TokenKind::String, EscapeString::GoesOn) if text[token.range.start] == b'\'' => EscapeString::Ended,
            (TokenKind::String, _) if is_escape(text[token.range.start]) => EscapeString::Ended,
            (TokenKind::Space, EscapeString::Ended | EscapeString::GoesOn) => {
                let ends_line = text[token.range.clone()].iter().any(|b| matches!(b, b'\n' | b'\r'));
                if ends_line { EscapeString::GoesOn } else { self.escape_string }
            }
            (TokenKind::Comment, known) if text[token.range.start] == b'-' => known,
            _ => EscapeString::No,
        };
    }

    /// Reads a word, or the string that it is the prefix of (`E'…'`, `X'…'`, `U&'…'`).
    fn word(&mut self) -> Result<TokenKind, &'static str> {
        let start = self.at;
        self.skip(is_word);
        let prefix = (self.at == start + 1).then(|| self.text.as_bytes()[start].to_ascii_lowercase());
        match (self.reading.family, prefix, self.peek(0), self.peek(1)) {
            (Family::Postgres, Some(b'e'), Some(b'\''), _) => self.quoted(b'\'', true, TokenKind::String),
            (Family::Postgres, Some(b'b' | b'x'), Some(b'\''), _) | (Family::Sqlite, Some(b'x'), Some(b'\''), _) => {
                self.quoted(b'\'', false, TokenKind::String)
            }
            (Family::Postgres, Some(b'n'), Some(b'\''), _)
            | (Family::Mysql, Some(b'b' | b'x' | b'n'), Some(b'\''), _) => {
                self.quoted(b'\'', self.reading.escapes(), TokenKind::String)
            }
            (Family::Postgres, Some(b'u'), Some(b'&'), Some(quote @ (b'\'' | b'"'))) => {
                self.at += 1;
                let kind = if quote == b'"' { TokenKind::Quoted } else { TokenKind::String };
                self.quoted(quote, false, kind)
            }
            _ => Ok(TokenKind::Word),
        }
    }

    fn number(&mut self) {
        let is_hex = self.has("0x") || self.has("0X");
        while let Some(b) = self.peek(0) {
            let takes_sign = matches!(b, b'e' | b'E') && !is_hex && matches!(self.peek(1), Some(b'+' | b'-'));
            if takes_sign && self.peek(2).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 2;
            } else if !(b.is_ascii_alphanumeric() || b == b'_' || (b == b'.' && self.peek(1) != Some(b'.'))) {
                break;
            }
            self.at += 1;
        }
    }

    /// Returns the length of the operator that begins here, so that `a<=b` and `a <= b` have the same tokens.
    fn operator(&self) -> usize {
        const LONG: [&str; 13] = ["<=>", "->>", "->", "<=", ">=", "<>", "!=", "==", "||", "&&", "<<", ">>", ":="];
        const POSTGRES: [&str; 3] = ["::", ":=", ".."];
        let table: &[&str] = if self.reading.family == Family::Postgres { &POSTGRES } else { &LONG };
        if let Some(operator) = table.iter().find(|operator| self.has(operator)) {
            return operator.len();
        }
        if self.reading.family == Family::Postgres { self.postgres_operator() } else { 1 }
    }

    /// Returns the longest operator by PostgreSQL's rule: no comment begins in it, and only one that holds a
    /// character unknown to standard SQL may end with a sign.
    fn postgres_operator(&self) -> usize {
        const LONGEST: usize = 64; // the server takes 63; without a limit a run of signs would be read again and again
        let bytes = &self.text.as_bytes()[self.at..];
        let mut length = bytes.iter().take(LONGEST).take_while(|b| b"+-*/<>=~!@#%^&|`?".contains(b)).count();
        let comment = (1..length).find(|&k| bytes[k..].starts_with(b"--") || bytes[k..].starts_with(b"/*"));
        length = comment.unwrap_or(length);
        let may_end_with_sign = bytes[..length].iter().any(|b| b"~!@#%^&|`?".contains(b));
        while !may_end_with_sign && length > 1 && matches!(bytes[length - 1], b'+' | b'-') {
            length -= 1;
        }
        length.max(1)
    }

    /// Cuts a token that runs into the delimiter: in `END$$` the word is `END`.
    fn cut_at_delimiter(&mut self, start: usize, kind: TokenKind) {
        let Some(delimiter) = self.delimiter else { return };
        if matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Symbol) {
            let bytes = self.text.as_bytes();
            let cut = (start + 1..self.at).find(|&at| bytes[at..].starts_with(delimiter.as_bytes()));
            self.at = cut.unwrap_or(self.at);
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Result<Token, Unterminated>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let Some(first) = self.peek(0) else {
            return self.hint.take().map(|range| Err(Unterminated { what: "comment", range }));
        };
        match self.scan(first) {
            Ok(kind) => {
                self.at = self.at.min(self.text.len());
                self.cut_at_delimiter(start, kind);
                let token = Token { kind, range: start..self.at };
                self.note_escape_string(&token);
                Some(Ok(token))
            }
            Err(what) => {
                self.at = self.text.len();
                self.hint = None;
                Some(Err(Unterminated { what, range: start..self.text.ceil_char_boundary(start + 1) }))
            }
        }
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_word_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

fn is_word(b: u8) -> bool {
    is_word_start(b) || b.is_ascii_digit() || b == b'$'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sql::words::significant;

    /// Compares the significant tokens with `expected`, which has one space between them.
    fn check(family: Family, text: &str, expected: &str) {
        let tokens: Vec<&str> = significant(text, 0..text.len(), family).collect();
        assert_eq!(tokens.join(" "), expected, "{family:?}");
    }

    fn check_unterminated(family: Family, text: &str, what: &str, start: usize) {
        let error = Lexer::new(text, 0..text.len(), family).find_map(Result::err).expect("something has no end");
        assert_eq!((error.what, error.range.start), (what, start), "{text:?}");
    }

    #[test]
    fn postgres_comments_nest_and_others_do_not() {
        check(Family::Postgres, "a /* b /* c */ d */ e", "a e");
        check(Family::Sqlite, "a /* b /* c */ d */ e", "a d * / e");
        check(Family::Mysql, "a /* b /* c */ d", "a d");
    }

    #[test]
    fn mysql_needs_white_space_behind_two_dashes() {
        check(Family::Mysql, "5--2 --\tc\n3 # d\n4", "5 - - 2 3 4");
        check(Family::Sqlite, "5--2\n3", "5 3");
    }

    #[test]
    fn a_carriage_return_ends_a_comment_only_on_postgres() {
        check(Family::Postgres, "a -- b\rc", "a c");
        check(Family::Sqlite, "a -- b\rc\nd", "a d");
    }

    #[test]
    fn executable_comments_are_read_as_sql() {
        check(Family::Mysql, "/*!50003 CREATE /* x */ */ a", "/*!50003 CREATE */ a");
        check(Family::Mysql, "/*M!100100 a '*/' */", "/*M!100100 a '*/' */");
        check(Family::Sqlite, "/*!50003 CREATE */ a", "a");
    }

    #[test]
    fn planner_hints_are_tokens() {
        check(Family::Mysql, "SELECT /*+ NO_MERGE(t) */ 1", "SELECT /*+ NO_MERGE(t) */ 1");
        check(Family::Postgres, "/*+ SeqScan(t) */ SELECT 1", "/*+ SeqScan(t) */ SELECT 1");
        check(Family::Sqlite, "SELECT /*+ x */ 1", "SELECT 1");
    }

    #[test]
    fn backslashes_escape_where_the_server_says_so() {
        check(Family::Postgres, r"'a\' E'b\'' c", r"'a\' E'b\'' c");
        check(Family::Mysql, r#"'a\'' "b\"" N'c\''"#, r#"'a\'' "b\"" N'c\''"#);
        check(Family::Sqlite, r"'a\' x'ab' b", r"'a\' x'ab' b");
    }

    #[test]
    fn dollar_quotes_take_unicode_tags_and_parameters_take_digits_only() {
        check(Family::Postgres, "$é$ ; $é$ a$b$c $1$$;$$", "$é$ ; $é$ a$b$c $1 $$;$$");
        check(Family::Postgres, "$a $ $1x", "$ a $ $1 x");
    }

    #[test]
    fn quoted_identifiers_follow_the_family() {
        check(Family::Sqlite, "[a;b] `c``;` \"d\"\";\"", "[a;b] `c``;` \"d\"\";\"");
        check(Family::Postgres, "a[1] U&\"d;\" U&'x;'", "a [ 1 ] U&\"d;\" U&'x;'");
    }

    #[test]
    fn spaces_around_operators_do_not_change_tokens() {
        check(Family::Postgres, "a<=b::int*-1 @-2 ->>'x'", "a <= b :: int * - 1 @- 2 ->> 'x'");
        check(Family::Postgres, "1 @-- c\n+/* d */2", "1 @ + 2");
        check(Family::Mysql, "a<=>b:=1||2", "a <=> b := 1 || 2");
        check(Family::Mysql, "1..10 1.5e-3 0x1e-3", "1 . . 10 1.5e-3 0x1e - 3");
    }

    #[test]
    fn what_has_no_end_says_where_it_began() {
        check_unterminated(Family::Postgres, "a 'b", "string", 2);
        check_unterminated(Family::Postgres, "a $x$ b $y$", "dollar-quoted string", 2);
        check_unterminated(Family::Sqlite, "[a", "quoted identifier", 0);
        check_unterminated(Family::Sqlite, "a /* b", "comment", 2);
        check_unterminated(Family::Mysql, "a /*!50003 b", "comment", 2);
        check_unterminated(Family::Mysql, r"'a\", "string", 0);
    }

    fn family() -> impl Strategy<Value = Family> {
        prop_oneof![Just(Family::Sqlite), Just(Family::Postgres), Just(Family::Mysql)]
    }

    proptest! {
        #[test]
        fn tokens_cover_the_text_without_gaps(text in r#"([a-eE'"`$;()*/#\\\[\]!+<\-é0-9 \n]|\$\$|/\*!?|\*/|--|\PC){0,60}"#, family in family(), delimiter in prop::option::of("[$/;]{1,2}")) {
            let mut lexer = Lexer::new(&text, 0..text.len(), family);
            lexer.delimit(delimiter.as_deref());
            let mut end = 0;
            for token in lexer.map_while(Result::ok) {
                prop_assert_eq!(token.range.start, end);
                prop_assert!(token.range.end > end && text.is_char_boundary(token.range.end));
                end = token.range.end;
            }
        }

        #[test]
        fn any_range_of_any_text_can_be_read(text in any::<String>(), start in 0..50usize, end in 0..50usize, family in family()) {
            prop_assert!(Lexer::new(&text, start..end, family).count() <= text.len() + 1);
        }
    }
}
