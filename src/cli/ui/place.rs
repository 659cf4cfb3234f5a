//! Where statements stand, found in one walk over their script.

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
}

impl Lines {
    /// Returns the line that a span begins on, from 1.
    pub(super) fn of(&mut self, span: &Span) -> usize {
        let is_same = self.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, &span.source));
        let start = span.range.start.min(span.source.text.len());
        if !is_same || start < self.offset {
            *self = Self { source: Some(Arc::clone(&span.source)), offset: 0, line: 1 };
        }
        let passed = &span.source.text.as_bytes()[self.offset..start];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = start;
        self.line
    }

    /// Returns `file:line`, safe to show.
    pub(super) fn place(&mut self, span: &Span) -> String {
        let line = self.of(span);
        format!("{}:{line}", escape(&span.source.path.display().to_string()))
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
        assert_eq!(lines.place(&b.span(0..1)), r"b\u{1b}.sql:1");
        assert_eq!(lines.of(&a.span(4..5)), 3);
    }
}
