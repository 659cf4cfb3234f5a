//! What a server printed, token by token.

use std::ops::Range;

use crate::sql::Lexer;
use crate::sql::Reading;
use crate::sql::Token;
use crate::sql::TokenKind;

/// A piece of printed SQL, read from left to right; comments and the marks of version comments are left out.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
}

/// What is not understood of it, in words that follow the name of an object.
pub(super) type Unknown = String;

impl<'t> Tokens<'t> {
    /// Cuts a text into tokens; one that a quote leaves open ends there.
    pub(super) fn new(text: &'t str, reading: Reading) -> Self {
        let is_mark = |kind| matches!(kind, TokenKind::HintOpen | TokenKind::HintClose | TokenKind::Hint);
        let tokens = Lexer::new(text, 0..text.len(), reading).map_while(Result::ok);
        let tokens = tokens.filter(|token| token.kind.is_significant() && !is_mark(token.kind)).collect();
        Self { text, tokens, at: 0 }
    }

    /// Returns whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Returns what kind the next token is of.
    pub(super) fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Returns the text of a token that comes, `ahead` tokens from here.
    pub(super) fn peek(&self, ahead: usize) -> &'t str {
        self.tokens.get(self.at + ahead).map_or("", |token| &self.text[token.range.clone()])
    }

    /// Returns whether these words come next.
    pub(super) fn comes(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.peek(ahead).eq_ignore_ascii_case(word))
    }

    /// Steps over words if they come next.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let comes = self.comes(words);
        self.at += if comes { words.len() } else { 0 };
        comes
    }

    /// Steps over words that must come next.
    pub(super) fn expect(&mut self, words: &[&str]) -> Result<(), Unknown> {
        if self.take(words) { Ok(()) } else { Err(self.unknown()) }
    }

    /// Returns the next token's text, and steps over it.
    pub(super) fn next(&mut self) -> Result<&'t str, Unknown> {
        if self.is_at_end() {
            return Err("its definition ends too early".to_owned());
        }
        self.at += 1;
        Ok(&self.text[self.tokens[self.at - 1].range.clone()])
    }

    /// Reads a name.
    pub(super) fn name(&mut self) -> Result<String, Unknown> {
        match self.kind() {
            Some(TokenKind::Quoted | TokenKind::Word) => Ok(name_of(self.next()?)),
            _ => Err(self.unknown()),
        }
    }

    /// Reads a name that may be written as a string.
    pub(super) fn name_or_string(&mut self) -> Result<String, Unknown> {
        if self.kind() == Some(TokenKind::String) { self.string() } else { self.name() }
    }

    /// Reads a string, and returns what it stands for.
    pub(super) fn string(&mut self) -> Result<String, Unknown> {
        match self.kind() {
            Some(TokenKind::String) => Ok(string_of(self.next()?)),
            _ => Err(self.unknown()),
        }
    }

    /// Reads `( … )`, and returns what is between.
    pub(super) fn group(&mut self) -> Result<Self, Unknown> {
        self.expect(&["("])?;
        let start = self.at;
        let mut depth = 1usize;
        while depth > 0 {
            match self.next()? {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
        Ok(self.part(start..self.at - 1))
    }

    /// Cuts what is left at each `,` outside of parentheses.
    pub(super) fn items(&self) -> Vec<Self> {
        let mut items = Vec::new();
        let (mut depth, mut start) = (0usize, self.at);
        for at in self.at..self.tokens.len() {
            match self.tokens[at].kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                TokenKind::Symbol if depth == 0 && &self.text[self.tokens[at].range.clone()] == "," => {
                    items.push(self.part(start..at));
                    start = at + 1;
                }
                _ => {}
            }
        }
        if start < self.tokens.len() {
            items.push(self.part(start..self.tokens.len()));
        }
        items
    }

    /// Reads an expression: at least a token, and all up to one outside of parentheses at which `ends` holds.
    pub(super) fn until(&mut self, ends: impl Fn(&Self) -> bool) -> Self {
        let (start, mut depth) = (self.at, 0usize);
        while !self.is_at_end() && (self.at == start || depth > 0 || !ends(self)) {
            match self.peek(0) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        self.part(start..self.at)
    }

    /// Returns what is left, and steps over it.
    pub(super) fn rest(&mut self) -> Self {
        let part = self.part(self.at..self.tokens.len());
        self.at = self.tokens.len();
        part
    }

    fn part(&self, range: Range<usize>) -> Self {
        Self { text: self.text, tokens: self.tokens[range].to_vec(), at: 0 }
    }

    /// Returns the tokens that are left, with their kinds.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (TokenKind, &'t str)> {
        self.tokens[self.at..].iter().map(|token| (token.kind, &self.text[token.range.clone()]))
    }

    /// Returns what is left as it was printed, with one space where there was white space, without the tokens for which
    /// `leaves_out` holds (by their index among those left).
    pub(super) fn text_without(&self, leaves_out: impl Fn(usize) -> bool) -> String {
        let mut text = String::new();
        let (mut end, mut has_space) = (usize::MAX, false);
        for (index, token) in self.tokens[self.at..].iter().enumerate() {
            has_space |= end < token.range.start;
            end = token.range.end;
            if leaves_out(index) {
                continue;
            }
            let piece = &self.text[token.range.clone()];
            let follows_gap = index > 0 && leaves_out(index - 1);
            let is_apart = has_space && !text.is_empty() && !(follows_gap && matches!(piece, "," | ")"));
            text.push_str(if is_apart { " " } else { "" });
            text.push_str(piece);
            has_space = false;
        }
        text
    }

    /// Returns the text from the next token to the very end, with what no token covers.
    pub(super) fn tail(&self) -> &'t str {
        self.tokens.get(self.at).map_or("", |token| &self.text[token.range.start..])
    }

    /// Returns the text behind the token before to the very end: with a comment at its beginning.
    pub(super) fn behind(&self) -> &'t str {
        let end = self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.range.end);
        self.text[end..].trim_start()
    }

    /// Says that what comes next is not understood.
    pub(super) fn unknown(&self) -> Unknown {
        match self.is_at_end() {
            true => "its definition ends too early".to_owned(),
            false => format!("`{}` in its definition is not understood", self.peek(0).trim_matches('`')),
        }
    }
}

/// Returns a body without what ends the statement: MySQL keeps that `;` when more follows in the same message.
pub(super) fn body_of(text: &str) -> &str {
    text.trim_end_matches(|char: char| char == ';' || char.is_whitespace())
}

/// Returns a name without its quotes.
pub(super) fn name_of(token: &str) -> String {
    let inside = |quote: char| {
        let rest = token.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(rest.replace(&format!("{quote}{quote}"), &quote.to_string()))
    };
    inside('`').or_else(|| inside('"')).unwrap_or_else(|| token.to_owned())
}

/// Returns what a string stands for, where a backslash escapes.
fn string_of(token: &str) -> String {
    let quote = token.chars().next().unwrap_or('\'');
    let inside = token.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(token);
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(char) = chars.next() {
        match char {
            char if char == quote => text.extend(chars.next()),
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some('Z') => text.push('\x1a'),
                Some('b') => text.push('\x08'),
                other => text.extend(other),
            },
            char => text.push(char),
        }
    }
    text
}
