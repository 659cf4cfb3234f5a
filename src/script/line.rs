//! The lines of a script with their places, and which of them are directives.

use std::ops::Range;

use crate::script::disguise::nearly;

/// A line without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) next: usize,
}

impl Line<'_> {
    /// Returns the place of the line in the file.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// A line that is a directive, or was surely meant to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    /// `-- rev: …`; what follows the colon.
    Exact(&'a str),
    /// Another way to write it; what follows the word. Taken for a comment it would silently join two sections.
    Nearly(&'a str),
}

/// Returns the lines of `text` from the one that begins at `start`; LF and CRLF end a line.
pub(super) fn lines(text: &str, start: usize) -> impl Iterator<Item = Line<'_>> {
    let mut next = start;
    text[start..].split_inclusive('\n').map(move |line| {
        let start = next;
        next += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        Line { text: line.strip_suffix('\r').unwrap_or(line), start, next }
    })
}

/// Returns the words of `text` with their places, where `text` begins at `start`.
pub(super) fn words(text: &str, start: usize) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    text.split_whitespace().map(move |word| {
        at += text[at..].find(word).unwrap_or_default();
        let range = start + at..start + at + word.len();
        at += word.len();
        (word, range)
    })
}

/// Reads a line as a directive, if it is one or nearly one.
pub(super) fn directive(line: &str) -> Option<Directive<'_>> {
    const BEGIN: [u8; 6] = [b'-', b'#', b'/', b' ', b'\t', 0x80];
    if !line.as_bytes().first().is_some_and(|b| BEGIN.contains(b) || *b > 0x80 || b.is_ascii_whitespace()) {
        return None;
    }
    if let Some(rest) = line.strip_prefix("-- rev:").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return Some(Directive::Exact(rest));
    }
    mistyped(line).or_else(|| nearly(line)).map(Directive::Nearly)
}

/// Returns what follows the word `rev` where it begins a comment and nothing but white space or a letter's case is odd.
fn mistyped(line: &str) -> Option<&str> {
    let body = line.trim_start().strip_prefix("--")?.trim_start_matches('-').trim_start();
    let after = body.get(3..).filter(|_| body[..3].eq_ignore_ascii_case("rev"))?;
    let rest = after.trim_start();
    if let Some(rest) = rest.strip_prefix(':') {
        return Some(rest);
    }
    let first = rest.split_whitespace().next().unwrap_or_default();
    let names_one = rest.len() < after.len() && ["upgrade", "downgrade"].contains(&first);
    names_one.then_some(rest)
}

/// Returns whether a line would be taken for a directive of rev's, or for a mistyped one.
#[cfg(feature = "engine")]
pub(crate) fn is_directive(line: &str) -> bool {
    directive(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<Directive<'_>>) {
        assert_eq!(directive(line), expected, "{line:?}");
    }

    #[test]
    fn a_directive_stands_in_column_1_with_one_space() {
        check("-- rev: upgrade", Some(Directive::Exact(" upgrade")));
        check("-- rev:", Some(Directive::Exact("")));
        check("-- revision: a", None);
        check("SELECT 1; -- rev: upgrade", None);
    }

    #[test]
    fn a_mistyped_directive_is_never_a_comment() {
        for line in ["--rev: upgrade", " -- rev: upgrade", "--  rev: upgrade", "-- Rev: upgrade", "-- rev : upgrade"] {
            check(line, Some(Directive::Nearly(" upgrade")));
        }
        check("-- rev:upgrade", Some(Directive::Nearly("upgrade")));
        check("-- rev downgrade x", Some(Directive::Nearly("downgrade x")));
        check("-- rev is a tool", None);
        check("--é", None);
    }
}
