//! Where statements stand, found in one walk over their script.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::escape::escape;
use crate::span::Source;
use crate::span::Span;

/// Counts lines on from where it was asked last: a script of many statements is read once, not once a statement.
#[derive(Debug, Default)]
pub(super) struct Lines {
    source: Option<Arc<Source>>,
    offset: usize,
    line: usize,
    /// The file whose path was shown last.
    path: Option<PathBuf>,
}

impl Lines {
    /// Returns the line that a span begins on, from 1.
    pub(super) fn of(&mut self, span: &Span) -> usize {
        let is_same = self.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, &span.source));
        let start = span.range.start.min(span.source.text.len());
        if !is_same || start < self.offset {
            (self.source, self.offset, self.line) = (Some(Arc::clone(&span.source)), 0, 1);
        }
        let passed = &span.source.text.as_bytes()[self.offset..start];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = start;
        self.line
    }

    /// Returns `line N`, and before the first line of another file than the last one its path, safe to show.
    pub(super) fn told(&mut self, span: &Span) -> (Option<String>, String) {
        let path = &span.source.path;
        let is_other = self.path.as_ref() != Some(path);
        let path = is_other.then(|| {
            self.path = Some(path.clone());
            escape(&path.display().to_string()).into_owned()
        });
        (path, format!("line {}", self.of(span)))
    }

    /// Notes that the path of a file is shown already.
    pub(super) fn has_told(&mut self, path: &Path) {
        self.path = Some(path.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_on_and_back() {
        let (a, b) = (Source::new("a.sql", "é\n\nx\ny"), Source::new("b\x1b.sql", "x"));
        let mut lines = Lines::default();
        for (start, line) in [(0, 1), (4, 3), (4, 3), (6, 4), (3, 2), (99, 4)] {
            assert_eq!(lines.of(&a.span(start..start)), line, "{start}");
        }
        let told = |path: Option<&str>, line: &str| (path.map(str::to_owned), line.to_owned());
        assert_eq!(lines.told(&b.span(0..1)), told(Some(r"b\u{1b}.sql"), "line 1"));
        assert_eq!(lines.told(&b.span(0..1)), told(None, "line 1"));
        lines.has_told(Path::new("a.sql"));
        assert_eq!(lines.told(&a.span(3..4)), told(None, "line 2"));
        assert_eq!(lines.of(&a.span(4..5)), 3);
    }
}
