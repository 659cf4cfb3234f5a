//! Places in a file, so that every error can show the line it is about.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

/// A file as it was read: where it came from and what stood in it (without a byte order mark).
#[derive(Debug)]
pub struct Source {
    /// The path as the user would type it from the working folder.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    /// Where each stretch of [`STRETCH`] bytes begins, once somebody asks for a place: a script of many statements is
    /// asked for many.
    marks: OnceLock<Vec<Position>>,
}

/// How much of a text is read at most to find a place in it, in bytes.
const STRETCH: usize = 4096;

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for Source {}

impl Source {
    /// Keeps `text` for spans into it; a byte order mark at its start is dropped.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        let text: String = text.into();
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Arc::new(Self { path: path.into(), text, marks: OnceLock::new() })
    }

    fn position(&self, offset: usize) -> Position {
        let end = boundary(&self.text, offset.min(self.text.len()));
        let marks = self.marks.get_or_init(|| marks(&self.text));
        // The beginning of a stretch may lie within a character, which then belongs to it.
        let stretch = (end / STRETCH).min(marks.len() - 1);
        marks[stretch].after(&self.text[boundary(&self.text, stretch * STRETCH)..end])
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
        self.source.position(self.range.start)
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

impl Position {
    /// Returns where a text ends that begins here.
    fn after(self, text: &str) -> Self {
        match text.rfind('\n') {
            Some(last) => {
                Self { line: self.line + text.matches('\n').count(), column: text[last + 1..].chars().count() + 1 }
            }
            None => Self { line: self.line, column: self.column + text.chars().count() },
        }
    }
}

fn marks(text: &str) -> Vec<Position> {
    let mut marks = vec![Position { line: 1, column: 1 }];
    let (mut start, mut position) = (0, marks[0]);
    for stretch in (STRETCH..=text.len()).step_by(STRETCH) {
        let end = boundary(text, stretch);
        position = position.after(&text[start..end]);
        marks.push(position);
        start = end;
    }
    marks
}

/// Returns the beginning of the character at `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
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
    fn a_place_is_the_same_wherever_one_begins_to_count() {
        let text = "é\nab\n".repeat(STRETCH) + &"ü".repeat(3 * STRETCH) + "\nx";
        let source = Source::new("a.sql", text.clone());
        let (mut position, mut at) = (Position { line: 1, column: 1 }, 0);
        for (next, char) in text.char_indices().filter(|(next, _)| next % 61 == 0 || next % STRETCH < 5) {
            position = position.after(&text[at..next]);
            assert_eq!(source.span(next..next + char.len_utf8()).start(), position, "{next}");
            at = next;
        }
        assert_eq!(source.span(text.len()..text.len()).start().column, 2);
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        check("a\nb", 99..100, "a.sql:2:2");
    }
}
