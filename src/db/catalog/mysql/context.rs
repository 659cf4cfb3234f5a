//! What all parts of a reading share.

use std::collections::BTreeMap;

use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::name_of;
use crate::dialect::Dialect;
use crate::sql::Reading;
use crate::sql::TokenKind;

/// Which server and database is read, by whom, and what its words mean.
#[derive(Debug)]
pub(super) struct Context {
    /// The product.
    pub dialect: Dialect,
    /// What the server says of its version.
    pub version: String,
    /// How its SQL is read.
    pub reading: Reading,
    /// The database's name.
    pub database: String,
    /// Who reads, as `user@host`: what that one made itself is not said to be anybody's.
    pub user: String,
    /// The `sql_mode` that a session has when nobody sets it.
    pub sql_mode: String,
    /// The time zone that a session has when nobody sets it.
    pub time_zone: String,
    /// The collation that each character set has when none is named.
    pub collations: BTreeMap<String, String>,
}

impl Context {
    /// Cuts what the server printed into tokens.
    pub(super) fn tokens<'t>(&self, text: &'t str) -> Tokens<'t> {
        Tokens::new(text, self.reading)
    }

    /// Returns the character set of a collation, and its collation, from what is printed of them.
    pub(super) fn charset(&self, charset: Option<String>, collation: Option<String>) -> Option<(String, String)> {
        let charset = match (charset, &collation) {
            (Some(charset), _) => charset,
            (None, Some(collation)) => collation.split('_').next().unwrap_or_default().to_owned(),
            (None, None) => return None,
        };
        let charset = if charset == "utf8" { "utf8mb3".to_owned() } else { charset };
        let usual = || self.collations.get(&charset).cloned().unwrap_or_default();
        let collation = collation.unwrap_or_else(usual);
        Some((charset, collation))
    }

    /// Returns an expression without what depends on where it is and who made it: the database's own name, and the
    /// character set of the connection before a string.
    pub(super) fn expression(&self, tokens: &Tokens<'_>) -> String {
        let pieces: Vec<_> = tokens.pieces().collect();
        let is_own = |at: usize| self.is_own_name(&pieces, at);
        let is_introducer = |at: usize| {
            let (kind, text) = pieces[at];
            let string = pieces.get(at + 1).filter(|(kind, _)| *kind == TokenKind::String).map(|(_, text)| *text);
            let is_utf8 = matches!(text, "_utf8mb4" | "_utf8mb3" | "_utf8");
            kind == TokenKind::Word
                && text.strip_prefix('_').is_some_and(|name| self.collations.contains_key(name) || name == "utf8")
                && string.is_some_and(|string| string.starts_with('\'') && (is_utf8 || string.is_ascii()))
                && text != "_binary"
        };
        tokens.text_without(|at| is_own(at) || at > 0 && pieces[at].1 == "." && is_own(at - 1) || is_introducer(at))
    }

    /// Returns a query in the same way, but with its introducers: there they were written by a person.
    pub(super) fn query(&self, tokens: &Tokens<'_>) -> String {
        let pieces: Vec<_> = tokens.pieces().collect();
        // Another thing of that name, an alias, may be meant.
        let is_alias = |at: usize| {
            at > 0 && name_of(pieces[at].1) == self.database && {
                let (kind, before) = pieces[at - 1];
                before.eq_ignore_ascii_case("as") || before == ")" || kind == TokenKind::Quoted
            }
        };
        if (0..pieces.len()).any(is_alias) {
            return tokens.text_without(|_| false);
        }
        let is_own = |at: usize| self.is_own_name(&pieces, at);
        tokens.text_without(|at| is_own(at) || at > 0 && pieces[at].1 == "." && is_own(at - 1))
    }

    fn is_own_name(&self, pieces: &[(TokenKind, &str)], at: usize) -> bool {
        let (kind, text) = pieces[at];
        kind == TokenKind::Quoted
            && pieces.get(at + 1).is_some_and(|(_, next)| *next == ".")
            && (at == 0 || pieces[at - 1].1 != ".")
            && name_of(text) == self.database
    }
}
