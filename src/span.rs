//! Places in a file, so that every error can show the line it is about.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A file as it was read: where it came from and what stood in it (without a byte order mark).
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it from the working folder.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Keeps `text` for spans into it; a byte order mark at its start is dropped.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        let text: String = text.into();
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Arc::new(Self { path: path.into(), text })
    }

    /// Returns the span of `range`, in bytes of the text.
    pub fn span(self: &Arc<Self>, range: Range<usize>) -> Span {
        Span { source: Arc::clone(self), range }
    }
}

/// A piece of a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub source: Arc<Source>,
    /// Byte offsets into the file's text.
    pub range: Range<usize>,
}

/// A line and a column, both from 1; columns count characters, as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

impl Span {
    /// Returns the text of the span, or nothing when the range does not fit the file.
    pub fn text(&self) -> &str {
        self.source.text.get(self.range.clone()).unwrap_or_default()
    }

    /// Returns where the span begins.
    pub fn start(&self) -> Position {
        position(&self.source.text, self.range.start)
    }

    /// Returns the span of the `range` of this span's own text, cut at its end.
    pub fn sub(&self, range: Range<usize>) -> Self {
        let start = (self.range.start + range.start).min(self.range.end);
        let end = (self.range.start + range.end).clamp(start, self.range.end);
        Self { source: Arc::clone(&self.source), range: start..end }
    }
}

impl fmt::Display for Span {
    /// Writes `file:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.start();
        write!(f, "{}:{line}:{column}", self.source.path.display())
    }
}

fn position(text: &str, offset: usize) -> Position {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, range: Range<usize>, expected: &str) {
        assert_eq!(Source::new("a.sql", text).span(range).to_string(), expected);
    }

    #[test]
    fn columns_count_characters() {
        check("é;\nñandú x", 12..13, "a.sql:2:7");
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        check("\u{feff}SELECT", 0..6, "a.sql:1:1");
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        check("a\nb", 99..100, "a.sql:2:2");
    }
}
