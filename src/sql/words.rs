//! The tokens of a text that mean something, as text.

use std::ops::Range;

use crate::dialect::Family;
use crate::sql::lex::Lexer;

/// Returns the text of each token that means something; ends at what has no end.
pub fn significant(text: &str, range: Range<usize>, family: Family) -> impl Iterator<Item = &str> {
    Lexer::new(text, range, family)
        .map_while(Result::ok)
        .filter(|token| token.kind.is_significant())
        .map(|token| &text[token.range])
}
