//! SQL as text: tokens, statements and what kind each one is; no I/O, and no grammar beyond what that needs.
//!
//! Comes in: text, and which database reads it. No files, no catalog.

mod body;
mod changed;
mod compound;
mod effect;
mod kind;
mod lex;
mod loss;
mod mask;
mod object;
mod rebuild;
mod rules;
mod split;
mod summary;
mod token;
mod touch;
mod value;
mod words;

pub use changed::TableName;
pub use changed::changed_tables;
pub use effect::Effect;
pub use effect::unquoted;
pub use kind::StatementKind;
pub use lex::Lexer;
pub use loss::Loss;
pub use mask::without_strings;
pub use object::Change;
pub use object::ObjectChange;
pub use object::ObjectKind;
pub use object::Trace;
pub use rebuild::Rebuild;
pub use rules::RULES;
pub use rules::Rule;
pub use split::Statement;
pub use split::split;
pub use summary::summary;
pub use token::Token;
pub use token::TokenKind;
pub use token::Unterminated;
pub use touch::Detail;
pub use touch::DetailKind;
pub use touch::Touch;
pub use touch::Touched;
pub use touch::mentions;
pub use value::SessionValues;
pub use words::significant;
