//! An error as people read it: the message, the line with a caret, what is known besides, and what to type next.

use std::ops::Range;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;

use crate::cli::ui::paint::Paint;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::escape::is_hostile;
use crate::escape::push_escaped;
use crate::span::Span;

/// The most characters of a line that are shown; data in one line can be as long as the file.
const WIDTH: usize = 120;

/// The fewest that are shown, however narrow the terminal is.
const LEAST: usize = 30;

/// Stands for the path until the line is drawn; no escaped text holds it.
///
/// The library counts the column in the excerpt, whose characters were cut and escaped, so the place is put in last.
const PLACE: &str = "\u{2060}";

/// Returns the error in lines, each ended; of several problems each one, and their number at the end. On a terminal of so
/// many columns, less is shown of a long line of a script.
pub fn render(error: &Error, paint: Paint, columns: Option<usize>) -> String {
    let problems = single_problems(error);
    let [only] = problems[..] else {
        let mut text = String::new();
        for problem in &problems {
            text.push_str(&render_one(problem, paint, columns));
            text.push('\n');
        }
        text.push_str(&title_line(&format!("{} problems were found", problems.len()), paint));
        return text;
    };
    render_one(only, paint, columns)
}

/// Returns the problems that are no lists themselves, in order.
pub(super) fn single_problems(error: &Error) -> Vec<&Error> {
    let mut open = vec![error];
    let mut found = Vec::new();
    while let Some(error) = open.pop() {
        match &*error.kind {
            ErrorKind::Several { problems } => open.extend(problems.iter().rev()),
            _ => found.push(error),
        }
    }
    found
}

/// Returns what is known besides the message: the database's code and detail, then the chain of causes.
pub(super) fn notes(error: &Error) -> Vec<String> {
    let mut notes = Vec::new();
    if let ErrorKind::StatementFailed { code, detail, .. } = &*error.kind {
        notes.extend(detail.clone());
        // 1 is SQLite's for everything that has none of its own.
        let code = code.as_ref().filter(|code| *code != "1");
        notes.extend(code.map(|code| format!("the database's code is {code}")));
    }
    match &*error.kind {
        ErrorKind::InDoubt { seen, .. } => notes.extend(seen.clone()),
        ErrorKind::BeforeHookFailed { said, .. } | ErrorKind::AfterHookFailed { said, .. } => {
            notes.extend(said.iter().map(|said| format!("the last that it said: {said}")));
        }
        ErrorKind::EditedDowngrade { difference, .. } => {
            notes.push(format!("from what was applied to what the script says now:\n{}", difference.trim_end()));
        }
        ErrorKind::LostScript { stored: Some(stored), .. } => {
            notes.push(format!("what was stored when it was applied:\n{}", stored.trim_end()));
        }
        _ => {}
    }
    let mut said = error.message();
    let mut cause = error.cause.as_deref().map(|cause| cause as &dyn std::error::Error);
    while let Some(next) = cause {
        let text = next.to_string();
        // Many libraries repeat their own cause in their message.
        if !said.contains(&text) {
            notes.push(format!("because: {text}"));
        }
        said = text;
        cause = next.source();
    }
    notes
}

fn render_one(error: &Error, paint: Paint, columns: Option<usize>) -> String {
    let (message, notes, hint) = (error.message(), notes(error), error.hint());
    Shown { code: error.code(), message: &message, span: error.span.as_ref(), notes: &notes, hint: hint.as_deref() }
        .render(paint, columns)
}

/// What is shown of an error, wherever it came from.
pub(super) struct Shown<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
    pub(super) span: Option<&'a Span>,
    pub(super) notes: &'a [String],
    pub(super) hint: Option<&'a str>,
}

impl Shown<'_> {
    pub(super) fn render(&self, paint: Paint, columns: Option<usize>) -> String {
        let title = Level::ERROR.primary_title(escape_lines(self.message)).id(escape(self.code));
        let mut group = Group::with_title(title);
        let excerpt = self.span.map(|span| Excerpt::of(span, columns));
        if let (Some(span), Some(excerpt)) = (self.span, &excerpt) {
            let mark = AnnotationKind::Primary.span(excerpt.mark.clone());
            let snippet = Snippet::source(&excerpt.text).path(PLACE).line_start(span.start().line).annotation(mark);
            group = group.element(snippet);
        }
        for note in self.notes {
            group = group.element(Level::NOTE.message(escape_lines(note).into_owned()));
        }
        if let Some(hint) = self.hint {
            group = group.element(Level::HELP.message(escape_lines(hint).into_owned()));
        }
        let mut text = renderer(paint).render(&[group]);
        text.push('\n');
        match (self.span, &excerpt) {
            (Some(span), Some(excerpt)) => text.replacen(&excerpt.place(span), &escape(&span.to_string()), 1),
            _ => text,
        }
    }
}

fn title_line(message: &str, paint: Paint) -> String {
    let mut text = renderer(paint).render(&[Group::with_title(Level::ERROR.primary_title(message))]);
    text.push('\n');
    text
}

fn renderer(paint: Paint) -> Renderer {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Color => Renderer::styled().hyperlink(false),
    };
    // Lines were cut here already, around the place.
    renderer.term_width(WIDTH * 20)
}

/// The line that a span begins on, safe to show, with the part that the span marks.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    mark: Range<usize>,
}

impl Excerpt {
    fn of(span: &Span, columns: Option<usize>) -> Self {
        let source = &span.source.text;
        let start = source.floor_char_boundary(span.range.start.min(source.len()));
        let end = source.ceil_char_boundary(span.range.end.clamp(start, source.len()));
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let line = source[line_start..line_end].trim_end_matches('\r');
        let start = (start - line_start).min(line.len());
        let end = (end - line_start).clamp(start, line.len());
        // A span of several lines marks the rest of its first one, without the space at its end.
        let end = start + line[start..end].trim_end().len();
        // The number of the line and a bar stand before it, and an ellipsis may on both sides.
        let beside = span.start().line.to_string().len() + " | ……".chars().count();
        let width = columns.map_or(WIDTH, |columns| columns.saturating_sub(beside).clamp(LEAST, WIDTH));
        Self::window(line, start..end, width)
    }

    /// Returns the place as the library writes it: the column is that of the excerpt.
    fn place(&self, span: &Span) -> String {
        format!("{PLACE}:{}:{}", span.start().line, self.text[..self.mark.start].chars().count() + 1)
    }

    /// Cuts a long line around the mark and escapes it.
    fn window(line: &str, mark: Range<usize>, width: usize) -> Self {
        let is_long = line.char_indices().nth(width).is_some();
        let from = match line[..mark.start].char_indices().rev().nth(width / 3 - 1) {
            Some((at, _)) if is_long => at,
            _ => 0,
        };
        let to = line[from..].char_indices().nth(width).map_or(line.len(), |(at, _)| from + at);
        let mut text = String::with_capacity(to - from + 8);
        if from > 0 {
            text.push('…');
        }
        let mut shown = text.len()..text.len();
        for (at, c) in line[from..to].char_indices().map(|(at, c)| (from + at, c)) {
            if at == mark.start {
                shown.start = text.len();
            }
            // Tabs are laid out together with the caret below them.
            if is_hostile(c) && c != '\t' {
                push_escaped(&mut text, c)
            } else {
                text.push(c)
            }
            if at < mark.end {
                shown.end = text.len();
            }
        }
        if mark.start >= to {
            shown.start = text.len();
        }
        if to < line.len() {
            text.push('…');
        }
        shown.end = shown.end.max(shown.start);
        Self { text, mark: shown }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::span::Source;

    use super::*;

    fn failed(message: &str, detail: &str, hint: &str) -> Error {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let code = text("42P01");
        ErrorKind::StatementFailed { message: message.into(), code, detail: text(detail), hint: text(hint) }.into()
    }

    fn plain() -> Error {
        ErrorKind::TransactionEnded.into()
    }

    fn check(error: &Error, expected: &[&str]) {
        let text = render(error, Paint::Plain, None);
        assert_eq!(text.lines().collect::<Vec<_>>(), expected, "\n{text}");
    }

    /// Compares the place, the line and the caret's line of an error at `range` of `text`.
    fn check_line(text: &str, range: Range<usize>, place: &str, line: &str, caret: &str) {
        let error = plain().at(Source::new("versions/x.sql", text).span(range));
        let text = render(&error, Paint::Plain, None);
        let lines: Vec<&str> = text.lines().skip(1).take(4).map(str::trim_end).collect();
        let number = place.split(':').next().unwrap();
        let expected = [
            format!("{}--> versions/x.sql:{place}", " ".repeat(number.len())),
            format!("{} |", " ".repeat(number.len())),
            format!("{number} | {line}").trim_end().to_owned(),
            format!("{} | {caret}", " ".repeat(number.len())),
        ];
        assert_eq!(lines, expected, "\n{text}");
    }

    #[test]
    fn an_error_shows_its_line_and_a_caret_and_what_the_server_said() {
        let source = Source::new("versions/x.sql", "-- rev: upgrade\nSELECT * FROM nosuch;\n");
        let error = failed("relation \"nosuch\" does not exist", "first\nsecond", "Perhaps you meant \"such\".");
        check(
            &error.at(source.span(30..36)),
            &[
                "error[statement-failed]: relation \"nosuch\" does not exist",
                " --> versions/x.sql:2:15",
                "  |",
                "2 | SELECT * FROM nosuch;",
                "  |               ^^^^^^",
                "  |",
                "  = note: first",
                "          second",
                "  = note: the database's code is 42P01",
                "  = help: Perhaps you meant \"such\".",
            ],
        );
    }

    #[test]
    fn causes_are_told_once() {
        let outer = Error::from(ErrorKind::Usage { message: "inner failed".into(), hint: None });
        let middle = Error::from(ErrorKind::Output).because(outer.because(std::io::Error::other("inner failed")));
        let expected = ["error[output]: the output cannot be written", " |", " = note: because: inner failed"];
        check(&middle, &expected);
    }

    #[test]
    fn several_problems_are_all_shown_and_counted() {
        let two = ErrorKind::Several { problems: vec![ErrorKind::Declined.into(), ErrorKind::Output.into()] };
        let all = ErrorKind::Several { problems: vec![ErrorKind::Output.into(), two.into()] };
        let text = render(&all.into(), Paint::Plain, None);
        let titles: Vec<&str> = text.lines().filter(|line| line.starts_with("error")).collect();
        let expected = [
            "error[output]: the output cannot be written",
            "error[declined]: not confirmed",
            "error[output]: the output cannot be written",
            "error: 3 problems were found",
        ];
        assert_eq!(titles, expected);
        assert!(text.contains("\n\nerror[declined]"), "{text}");
    }

    #[test]
    fn carets_stand_below_their_text_whatever_precedes_it() {
        check_line("a\nbb cc", 5..7, "2:4", "bb cc", "   ^^");
        check_line("a\r\nbb cc\r\ndd", 6..9, "2:4", "bb cc", "   ^^");
        check_line("\tñandú 添加 x;\n", 16..17, "1:11", "    ñandú 添加 x;", "               ^");
        check_line(&format!("{}x", "\n".repeat(99)), 99..100, "100:1", "x", "^");
    }

    #[test]
    fn a_long_span_marks_its_first_line_only() {
        check_line("SELECT 1 \n  FROM x\n", 0..18, "1:1", "SELECT 1", "^^^^^^^^");
    }

    #[test]
    fn a_place_without_text_has_a_caret_too() {
        check_line("", 0..0, "1:1", "", "^");
        check_line("SELECT\n", 6..6, "1:7", "SELECT", "      ^");
        check_line("a\nb", 99..100, "2:2", "b", " ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}XX{}", "é".repeat(300), "b".repeat(300));
        let shown = format!("…{}XX{}…", "é".repeat(40), "b".repeat(78));
        check_line(&line, 600..602, "1:301", &shown, &format!("{}^^", " ".repeat(41)));
        let shown = format!("XX{}…", "b".repeat(118));
        check_line(&line[600..], 0..200, "1:1", &shown, &"^".repeat(120));
        let end = line.len();
        check_line(&line, end..end, "1:603", &format!("…{}", "b".repeat(40)), &format!("{}^", " ".repeat(41)));
    }

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        check_line("a \x1b[2J\u{202e} b", 10..11, "1:9", r"a \u{1b}[2J\u{202e} b", "                    ^");
        let error = failed("\x1b]0;x\x07", "a\u{9b}", "\u{202e}");
        let error = error.at(Source::new("a\x1b.sql", "").span(0..0)).because("\x1b[2J");
        for paint in [Paint::Plain, Paint::Color] {
            let text = render(&error, paint, None);
            let text =
                text.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[91m", "").replace("\x1b[94m", "");
            assert!(!text.replace('\n', "").contains(is_hostile), "{text:?}");
            assert!(text.contains(r"--> a\u{1b}.sql:1:1"), "{text}");
        }
    }

    #[test]
    fn colour_is_there_when_asked_for() {
        assert!(render(&plain(), Paint::Color, None).contains("\x1b["));
        assert!(!render(&plain(), Paint::Plain, None).contains("\x1b["));
    }

    proptest! {
        #[test]
        fn any_span_of_any_text_is_rendered(text in "(\\PC|[\r\n\t\u{1b}\u{202e}]){0,200}", start in 0..300_usize, end in 0..300_usize) {
            let error = plain().at(Source::new("x.sql", text).span(start..end));
            let text = render(&error, Paint::Plain, None);
            let is_shown = |c: char| c == '\n' || !is_hostile(c);
            prop_assert!(text.chars().all(is_shown), "{:?}", text);
            prop_assert_eq!(text.matches("--> x.sql:").count(), 1);
        }
    }
}
