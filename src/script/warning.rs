//! What is odd about a script, though it can run.

use crate::span::Span;

/// Something that is accepted, but that its author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A slug that stays the same from version to version.
    pub code: &'static str,
    /// What it is about, in the style of an error's message.
    pub message: String,
    /// The text it is about.
    pub span: Span,
}
