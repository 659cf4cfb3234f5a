//! What a piece of SQL is made of.

use std::ops::Range;

/// What a token is, as far as splitting and comparing scripts need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or an unquoted identifier.
    Word,
    /// An identifier in quotes: `"x"`, `` `x` `` or `[x]`.
    Quoted,
    /// A string of any form, with its prefix.
    String,
    /// A number.
    Number,
    /// An operator or another single character.
    Symbol,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `;`.
    Semicolon,
    /// What a `DELIMITER` command put in the place of `;`.
    Delimiter,
    /// `/*!50003`, which begins SQL that MySQL and MariaDB run.
    HintOpen,
    /// The `*/` that ends a [`TokenKind::HintOpen`].
    HintClose,
    /// `/*+ … */`, which steers the planner.
    Hint,
    /// White space.
    Space,
    /// A comment that no server looks into.
    Comment,
}

impl TokenKind {
    /// Returns whether the token means something to the server; white space and comments do not.
    pub fn is_significant(self) -> bool {
        !matches!(self, Self::Space | Self::Comment)
    }
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands, in bytes of the lexed text.
    pub range: Range<usize>,
}

/// A quote, comment or dollar quote that never ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unterminated {
    /// What has no end.
    pub what: &'static str,
    /// The mark that begins it.
    pub range: Range<usize>,
}
