//! The tokens of a definition, one after the other.

use std::ops::Range;

use crate::dialect::Family;
use crate::sql::Lexer;
use crate::sql::Token;
use crate::sql::TokenKind;
use crate::sql::sqlite_name_of;

/// What a definition holds that its reader did not expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unexpected(pub(super) String);

/// The tokens of a text that mean something, and where the reader is.
#[derive(Debug, Clone)]
pub(super) struct Words<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'t> Words<'t> {
    /// Reads all tokens of a text.
    pub(super) fn of(text: &'t str) -> Result<Self, Unexpected> {
        let mut tokens = Vec::new();
        for token in Lexer::new(text, 0..text.len(), Family::Sqlite) {
            let token = token.map_err(|open| Unexpected(format!("a {} without an end", open.what)))?;
            if token.kind.is_significant() {
                tokens.push(token);
            }
        }
        Ok(Self { text, tokens, at: 0 })
    }

    /// Returns the words between two places of this text.
    pub(super) fn within(&self, range: Range<usize>) -> Self {
        Self { text: self.text, tokens: self.tokens[range].to_vec(), at: 0 }
    }

    /// Returns the place of the next token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Iterates over what is left.
    pub(super) fn rest(&self) -> impl Iterator<Item = (TokenKind, &'t str)> {
        let text = self.text;
        self.tokens[self.at.min(self.tokens.len())..].iter().map(move |token| (token.kind, &text[token.range.clone()]))
    }

    /// Returns the token `ahead` of the next one.
    pub(super) fn peek(&self, ahead: usize) -> Option<(TokenKind, &'t str)> {
        let token = self.tokens.get(self.at + ahead)?;
        Some((token.kind, &self.text[token.range.clone()]))
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<(TokenKind, &'t str), Unexpected> {
        let token = self.peek(0).ok_or_else(|| Unexpected("it ends too early".to_owned()))?;
        self.at += 1;
        Ok(token)
    }

    /// Returns whether the next token is this word or symbol.
    pub(super) fn is(&self, word: &str) -> bool {
        self.is_at(0, word)
    }

    /// Returns whether a token ahead is this word or symbol.
    pub(super) fn is_at(&self, ahead: usize, word: &str) -> bool {
        let is = |(kind, text): (TokenKind, &str)| {
            !matches!(kind, TokenKind::Quoted | TokenKind::String) && text.eq_ignore_ascii_case(word)
        };
        self.peek(ahead).is_some_and(is)
    }

    /// Takes these words if they are next.
    pub(super) fn takes(&mut self, words: &[&str]) -> bool {
        let has_all = words.iter().enumerate().all(|(ahead, word)| self.is_at(ahead, word));
        if has_all {
            self.at += words.len();
        }
        has_all
    }

    /// Takes a word that must be next.
    pub(super) fn expect(&mut self, word: &str) -> Result<(), Unexpected> {
        if self.takes(&[word]) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes a name.
    pub(super) fn name(&mut self) -> Result<String, Unexpected> {
        match self.peek(0) {
            Some((TokenKind::Word | TokenKind::Quoted | TokenKind::String, text)) => {
                self.at += 1;
                Ok(sqlite_name_of(text))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Takes a group in parentheses, and returns what is in it.
    pub(super) fn group(&mut self) -> Result<Self, Unexpected> {
        self.expect("(")?;
        let start = self.at;
        let mut depth = 1usize;
        while depth > 0 {
            match self.take()?.0 {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                _ => {}
            }
        }
        Ok(self.within(start..self.at - 1))
    }

    /// Takes all up to the next of these words outside of parentheses, or to the end.
    pub(super) fn until(&mut self, words: &[&str]) -> Result<Self, Unexpected> {
        let start = self.at;
        while !self.is_done() && !words.iter().any(|word| self.is(word)) {
            match self.peek(0) {
                Some((TokenKind::Open, _)) => drop(self.group()?),
                _ => drop(self.take()?),
            }
        }
        Ok(self.within(start..self.at))
    }

    /// Returns what to say of a token that nobody expected.
    pub(super) fn unexpected(&self) -> Unexpected {
        match self.peek(0) {
            Some((_, text)) => Unexpected(format!("`{text}` is not expected there")),
            None => Unexpected("it ends too early".to_owned()),
        }
    }
}
