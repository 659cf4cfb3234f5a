//! The leading comment block of a script: its message, and who it is in the graph.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Label;
use crate::id::RevisionId;
use crate::script::line::Directive;
use crate::script::line::Line;
use crate::script::line::directive;
use crate::script::line::lines;
use crate::script::slip::KEYS;
use crate::script::slip::Slip;
use crate::script::slip::is_none;
use crate::script::slip::nearly;
use crate::span::Source;

/// What the header of a script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The first paragraph, on one line; empty when there is none.
    pub message: String,
    /// Every other line that is no key, as it was written.
    pub description: String,
    /// Who this is.
    pub revision: Spanned<RevisionId>,
    /// What it grows from, ids or labels; empty for a base, several for a merge.
    pub down_revisions: Vec<Spanned<String>>,
    /// What must be applied first, ids or labels.
    pub depends_on: Vec<Spanned<String>>,
    /// The labels that it declares.
    pub branch_labels: Vec<Spanned<Label>>,
    /// When it was made, as it was written.
    pub created: Option<Spanned<String>>,
}

/// A value with its place in the file, so that a problem of the graph can show the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands, in bytes of the text.
    pub range: Range<usize>,
}

/// Where the parts of a header end.
pub(super) struct Parsed {
    /// Nothing when the header has no revision id.
    pub(super) header: Option<Header>,
    /// The end of the message, in which nothing is searched.
    pub(super) message_end: usize,
    pub(super) end: usize,
}

/// Reads the header at the start of `source`; problems are added to `errors`.
pub(super) fn parse(source: &Arc<Source>, errors: &mut Vec<Error>) -> Parsed {
    let (message, rest) = header_lines(&source.text);
    let mut reader =
        Reader { source, errors, seen: Vec::new(), names_id: false, revision: None, fields: Fields::default() };
    for line in &rest {
        reader.line(line);
    }
    let (revision, fields, names_id) = (reader.revision, reader.fields, reader.names_id);
    let end = rest.last().or(message.last()).map_or(0, |line| line.next);
    let in_message = message.iter().find(|line| looks_like_key(line.text));
    if let Some(line) = in_message.filter(|_| names_id) {
        let kind = ErrorKind::KeyInMessage { line: line.text.trim_end().into() };
        errors.push(Error::from(kind).at(source.span(line.range())));
    }
    for (line, key) in below(&source.text, end) {
        let kind = ErrorKind::MisplacedHeaderKey { key: key.into() };
        errors.push(Error::from(kind).at(source.span(line.range())));
    }
    let message_text = message.iter().map(|line| line.text[2..].trim()).collect::<Vec<_>>().join(" ");
    if !names_id {
        let range = in_message.or(message.first()).or(rest.first()).map_or(0..0, Line::range);
        let in_message = in_message.map(|line| line.text.trim_end().to_owned());
        errors.push(Error::from(ErrorKind::NoRevisionId { in_message }).at(source.span(range)));
    }
    Parsed {
        header: revision.map(|revision| fields.into_header(revision, message_text)),
        message_end: message.last().map_or(0, |line| line.next),
        end,
    }
}

/// Returns the lines of the message, and those behind it that are keys or description.
fn header_lines(text: &str) -> (Vec<Line<'_>>, Vec<Line<'_>>) {
    let mut block: Vec<Line<'_>> = lines(text, 0)
        .skip_while(|line| line.text.trim().is_empty())
        .take_while(|line| line.text.starts_with("--"))
        .take_while(|line| !matches!(directive(line.text), Some(Directive::Exact(_))))
        .collect();
    let has_message = block.first().is_some_and(|line| !begins_with_key(line.text));
    let paragraph = block.iter().take_while(|line| has_message && !line.text[2..].trim().is_empty()).count();
    let rest = block.split_off(paragraph);
    (block, rest)
}

/// Returns the line of a key, without its end, and the place of the value in the text, without white space around it.
#[cfg(feature = "engine")]
pub(super) fn find_key(text: &str, key: &str) -> Option<(Range<usize>, Range<usize>)> {
    let (_, rest) = header_lines(text);
    rest.iter().find_map(|line| {
        let (found, value) = line.text[2..].split_once(':')?;
        let value = Item::trimmed(value, line.start + line.text.len() - value.len());
        (found.trim() == key).then(|| (line.range(), value.range()))
    })
}

/// Returns whether the first line of a header is a key, so that there is no message.
///
/// More than one space in front makes it a message that only looks like a key.
pub(super) fn begins_with_key(line: &str) -> bool {
    let body = line.strip_prefix("--").unwrap_or(line);
    let body = body.strip_prefix(' ').unwrap_or(body);
    body.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key))
}

/// Returns whether a line of a message would be taken for a key if it stood further below, or was surely meant as one.
pub(super) fn looks_like_key(line: &str) -> bool {
    let body = line.strip_prefix("--").unwrap_or(line);
    let is_single = body.chars().take_while(|c| c.is_whitespace()).count() < 2;
    begins_with_key(line) || (is_single && Slip::find(body.trim()).is_some_and(|slip| slip.has_mark))
}

/// Finds keys in the comments between the header and the first statement, and below a directive: nobody reads them
/// there, and without them a revision would be a base.
fn below(text: &str, end: usize) -> Vec<(Line<'_>, &'static str)> {
    // What makes a revision grow from another; a dump has comments such as `-- created: 2019` of its own.
    const LINKS: [&str; 3] = ["down_revision", "branch_labels", "depends_on"];
    let (mut found, mut is_in_section) = (Vec::new(), false);
    for line in lines(text, end) {
        let trimmed = line.text.trim();
        if directive(line.text).is_some() {
            is_in_section = true;
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        let Some(intro) = ["--", "#", "/*", "*"].iter().find(|intro| trimmed.starts_with(**intro)) else { break };
        let body = trimmed[intro.len()..].trim_end_matches("*/").trim();
        let exact = || body.split_once(':').and_then(|(key, _)| LINKS.into_iter().find(|known| *known == key.trim()));
        let slip = || Slip::find(body).map(|slip| slip.key).filter(|key| !is_in_section && LINKS.contains(key));
        if let Some(key) = exact().or_else(slip) {
            found.push((line, key));
        }
    }
    found
}

/// Everything but the id, which alone is required.
#[derive(Default)]
struct Fields {
    description: Vec<String>,
    down_revisions: Vec<Spanned<String>>,
    depends_on: Vec<Spanned<String>>,
    branch_labels: Vec<Spanned<Label>>,
    created: Option<Spanned<String>>,
}

impl Fields {
    fn into_header(self, revision: Spanned<RevisionId>, message: String) -> Header {
        Header {
            message,
            description: self.description.join("\n").trim().to_owned(),
            revision,
            down_revisions: self.down_revisions,
            depends_on: self.depends_on,
            branch_labels: self.branch_labels,
            created: self.created,
        }
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: &'a mut Vec<Error>,
    seen: Vec<&'static str>,
    /// A `revision` line was there, right or wrong; another error says what is wrong with it.
    names_id: bool,
    revision: Option<Spanned<RevisionId>>,
    fields: Fields,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &Line<'a>) {
        let body = &line.text[2..];
        if let Some(slip) = Slip::find(body.trim()) {
            self.names_id |= slip.key == "revision";
            let start = line.start + line.text.len() - body.trim_start().len();
            // Of a key that is right, something else is wrong: the mark behind it.
            let key = if slip.written == slip.key { body.trim() } else { slip.written };
            let kind = ErrorKind::UnknownHeaderKey { key: key.into(), nearest: slip.right() };
            return self.error(kind, start..start + key.len());
        }
        let Some((key, value)) = body.split_once(':').map(|(key, value)| (key.trim(), value)) else {
            return self.describe(body);
        };
        let key_start = line.start + line.text.len() - body.trim_start().len();
        if let Some(known) = KEYS.into_iter().find(|known| *known == key) {
            let start = line.start + line.text.len() - value.len();
            self.names_id |= known == "revision";
            return self.key(known, Item::trimmed(value, start), key_start);
        }
        let nearest = nearly(key);
        self.names_id |= nearest == Some("revision");
        match nearest {
            Some(nearest) => {
                let kind = ErrorKind::UnknownHeaderKey { key: key.into(), nearest: nearest.into() };
                self.error(kind, key_start..key_start + key.len());
            }
            None => self.describe(body),
        }
    }

    fn describe(&mut self, line: &str) {
        self.fields.description.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
    }

    fn key(&mut self, key: &'static str, value: Item<'a>, key_start: usize) {
        if self.seen.contains(&key) {
            return self.error(ErrorKind::DuplicateHeaderKey { key: key.into() }, key_start..key_start + key.len());
        }
        self.seen.push(key);
        if value.text.is_empty() {
            return self.error(ErrorKind::EmptyHeaderValue { key: key.into() }, key_start..key_start + key.len());
        }
        match key {
            "revision" => self.revision = self.name(value, RevisionId::parse),
            "down_revision" => self.fields.down_revisions = self.list(key, value, any_name),
            "depends_on" => self.fields.depends_on = self.list(key, value, any_name),
            "branch_labels" => self.fields.branch_labels = self.list(key, value, Label::parse),
            _ => self.fields.created = Some(Spanned { value: value.text.to_owned(), range: value.range() }),
        }
    }

    fn list<T, E: Into<ErrorKind>>(
        &mut self,
        key: &str,
        value: Item<'a>,
        parse: fn(&str) -> Result<T, E>,
    ) -> Vec<Spanned<T>> {
        if value.text == "none" {
            return Vec::new();
        }
        if is_none(value.text) {
            self.error(ErrorKind::NotNone { key: key.into(), value: value.text.into() }, value.range());
            return Vec::new();
        }
        let mut names = Vec::new();
        let mut start = value.start;
        for part in value.text.split(',') {
            let item = Item::trimmed(part, start);
            start += part.len() + 1;
            if item.text.is_empty() {
                self.error(ErrorKind::EmptyHeaderValue { key: key.into() }, value.range());
            } else {
                names.extend(self.name(item, parse));
            }
        }
        names
    }

    fn name<T, E: Into<ErrorKind>>(&mut self, item: Item<'_>, parse: fn(&str) -> Result<T, E>) -> Option<Spanned<T>> {
        match parse(item.text) {
            Ok(value) => Some(Spanned { value, range: item.range() }),
            Err(illegal) => {
                self.error(illegal.into(), item.range());
                None
            }
        }
    }

    fn error(&mut self, kind: ErrorKind, range: Range<usize>) {
        self.errors.push(Error::from(kind).at(self.source.span(range)));
    }
}

/// A piece of a line, without the white space around it.
#[derive(Clone, Copy)]
struct Item<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Item<'a> {
    fn trimmed(text: &'a str, start: usize) -> Self {
        let trimmed = text.trim_start();
        Self { text: trimmed.trim_end(), start: start + text.len() - trimmed.len() }
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Checks a name that may be an id or a label; the rules are the same.
fn any_name(text: &str) -> Result<String, ErrorKind> {
    RevisionId::parse(text)?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Header>, Vec<String>) {
        let mut errors = Vec::new();
        let parsed = parse(&Source::new("a.sql", text), &mut errors);
        (parsed.header, errors.iter().map(|error| format!("{error}{}", hint(error))).collect())
    }

    fn hint(error: &Error) -> String {
        error.hint().filter(|hint| hint.starts_with("did")).map_or(String::new(), |hint| format!("; {hint}"))
    }

    /// Compares message, id, parents, labels, dependencies, date and description with `expected`.
    fn check(text: &str, expected: [&str; 7]) {
        let (header, errors) = read(text);
        assert_eq!(errors, [""; 0], "{text}");
        let header = header.expect("it has a revision");
        let names = |names: &[Spanned<String>]| names.iter().map(|n| n.value.clone()).collect::<Vec<_>>().join(" ");
        let labels: Vec<&str> = header.branch_labels.iter().map(|label| label.value.as_str()).collect();
        let found = [
            header.message,
            header.revision.value.to_string(),
            names(&header.down_revisions),
            labels.join(" "),
            names(&header.depends_on),
            header.created.map_or(String::new(), |created| created.value),
            header.description,
        ];
        assert_eq!(found, expected);
    }

    fn check_errors(text: &str, expected: &[&str]) {
        assert_eq!(read(text).1, expected, "{text}");
    }

    #[test]
    fn a_header_has_a_message_keys_and_a_description() {
        check(
            "-- add user\n-- preferences\n--\n-- Why: they asked.\n-- revision: a\n--   see also\n-- down_revision: b, c\n-- branch_labels: shop\n-- depends_on: d\n-- created: 2026-11-20T09:12:44Z\n-- note: x\n\nSELECT 1",
            [
                "add user preferences",
                "a",
                "b c",
                "shop",
                "d",
                "2026-11-20T09:12:44Z",
                "Why: they asked.\n  see also\nnote: x",
            ],
        );
    }

    #[test]
    fn the_message_is_never_searched() {
        check("-- fix: it\n--  revision: x\n--\n-- revision: a\n", ["fix: it revision: x", "a", "", "", "", "", ""]);
        check("--  revision: x\n--\n-- revision: a\n", ["revision: x", "a", "", "", "", "", ""]);
    }

    #[test]
    fn a_header_that_begins_with_a_key_has_no_message() {
        check("-- revision: a\n-- down_revision: none\n", ["", "a", "", "", "", "", ""]);
        check("\r\n--\r\n-- revision: a\r\n-- text\r\n", ["", "a", "", "", "", "", "text"]);
    }

    #[test]
    fn the_header_ends_at_a_directive_and_at_anything_else() {
        check("-- m\n--\n-- revision: a\n-- rev: upgrade\n-- note: b\n", ["m", "a", "", "", "", "", ""]);
        check("-- m\n--\n-- revision: a\n\n-- note: b\nSELECT 1\n-- revision: x\n", ["m", "a", "", "", "", "", ""]);
    }

    #[test]
    fn values_keep_their_places() {
        let text = "-- é\n--\n-- revision:  a\n-- down_revision: b ,c\n";
        let header = read(text).0.unwrap();
        assert_eq!(&text[header.revision.range], "a");
        assert_eq!(&text[header.down_revisions[1].range.clone()], "c");
        assert_eq!(header.down_revisions[1].range.start, text.len() - 2);
    }

    #[test]
    fn nearly_known_keys_are_errors_and_other_words_are_not() {
        check_errors(
            "-- revision: a\n-- down_revison: b\n-- Depends_On: c\n-- labels: d\n-- down-revision: e\n",
            &[
                "a.sql:2:4: `down_revison` is not a header key; did you mean `down_revision`?",
                "a.sql:3:4: `Depends_On` is not a header key; did you mean `depends_on: c`?",
                "a.sql:4:4: `labels` is not a header key; did you mean `branch_labels`?",
                "a.sql:5:4: `down-revision` is not a header key; did you mean `down_revision: e`?",
            ],
        );
        let others = ["author", "reviewer", "reviewed", "note", "creator", "Revised", "ticket", "why not", ""];
        let text: String = others.iter().map(|key| format!("-- {key}: x\n")).collect();
        check_errors(&format!("-- revision: a\n{text}"), &[]);
    }

    #[test]
    fn a_slip_never_makes_a_base() {
        let expected = "a.sql:4:4: `down_revision = b` is not a header key; did you mean `down_revision: b`?";
        check_errors("-- m\n--\n-- revision: a\n-- down_revision = b\n", &[expected]);
        let expected = "a.sql:4:4: `Revises` is not a header key; did you mean `down_revision: b`?";
        check_errors("-- m\n--\n-- revision: a\n-- Revises: b\n", &[expected]);
        for value in ["None", "NULL", "nil", "-", "base"] {
            let expected = format!("a.sql:2:19: `{value}` is not a value of `down_revision`; did you mean `none`?");
            check_errors(&format!("-- revision: a\n-- down_revision: {value}\n"), &[&expected]);
        }
    }

    #[test]
    fn a_key_that_nobody_reads_is_an_error() {
        for text in [
            "-- revision: a\n\n-- down_revision: b\n",
            "-- revision: a\n\n/* down_revision: b */\n",
            "-- revision: a\n  -- down_revision: b\n",
            "-- revision: a\n\n-- rev: upgrade\n\n-- down_revision: b\nSELECT 1",
            "-- revision: a\n\n-- Revises: b\n",
        ] {
            let errors = read(text).1;
            assert_eq!(errors.len(), 1, "{text}");
            assert!(errors[0].ends_with(": `down_revision` is below the header, where it is a comment"), "{errors:?}");
        }
        // What a dump says of itself.
        check_errors(
            "-- revision: a\n\n-- rev: upgrade\n-- created: 2019\n-- Revision: 12\n-- parent: x\nSELECT 1",
            &[],
        );
        for line in ["down_revision: b", "Revises: b", "down_revision = b"] {
            let expected = format!("a.sql:2:1: `-- {line}` was read as part of the message");
            check_errors(&format!("-- m\n-- {line}\n--\n-- revision: a\n"), &[&expected]);
        }
        let first = "a.sql:1:1: `-- Revises: b` was read as part of the message";
        check_errors("-- Revises: b\n--\n-- revision: a\n", &[first]);
        check_errors("-- Note: this\n-- parent: of all\n--\n-- revision: a\n", &[]);
    }

    #[test]
    fn every_problem_is_reported() {
        check_errors(
            "-- m\n--\n-- revision: a-b\n-- revision: a\n-- down_revision:\n-- depends_on: b,,head\n",
            &[
                "a.sql:3:14: `a-b` is not a legal name: only letters, digits, `_` and `.` are allowed",
                "a.sql:4:4: `revision` occurs twice in the header",
                "a.sql:5:4: `down_revision` has no value",
                "a.sql:6:16: `depends_on` has no value",
                "a.sql:6:19: `head` is not a legal name: the word is reserved",
            ],
        );
    }

    #[test]
    fn a_header_without_an_id_is_an_error() {
        check_errors("-- m\n\nSELECT 1", &["a.sql:1:1: the header has no `revision:` line"]);
        check_errors("-- m\n-- revision: a\n", &["a.sql:2:1: the header has no `revision:` line"]);
        check_errors("", &["a.sql:1:1: the header has no `revision:` line"]);
    }
}
