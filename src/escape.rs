//! Text of scripts and databases, made safe to show to people.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns `text` as one line in which nothing can move the cursor, change colours or reorder what is read.
///
/// Control characters, line ends and tabs included, and invisible characters that turn or hide text become `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_but(text, |_| false)
}

/// Returns `text` escaped like [`escape`], with its line ends and tabs as they are: servers report in several lines.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return escape_but(&text.replace("\r\n", "\n"), |c| matches!(c, '\n' | '\t')).into_owned().into();
    }
    escape_but(text, |c| matches!(c, '\n' | '\t'))
}

/// Returns whether the character does something else than be seen.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // direction
            | '\u{2028}' | '\u{2029}' // line ends of some terminals
            | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' // unseen
        )
}

/// Appends the character as `\u{…}`.
pub fn push_escaped(text: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
}

fn escape_but(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hostile = |c: char| is_hostile(c) && !keep(c);
    if !text.contains(hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hostile(c) { push_escaped(&mut escaped, c) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(escape(text), expected);
    }

    #[test]
    fn ordinary_text_of_any_language_stays_as_it_is() {
        check("añadir `x`, 添加 👩‍🚀 \\n", "añadir `x`, 添加 👩‍🚀 \\n");
        assert!(matches!(escape("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn terminal_commands_are_shown_instead_of_obeyed() {
        check("\x1b[2J\x1b]0;title\x07", r"\u{1b}[2J\u{1b}]0;title\u{7}");
        check("\u{9b}31m\r\n\t\x7f\0", r"\u{9b}31m\u{d}\u{a}\u{9}\u{7f}\u{0}");
    }

    #[test]
    fn text_cannot_be_turned_around_or_hidden() {
        check("a\u{202e}b\u{2066}c\u{200f}", r"a\u{202e}b\u{2066}c\u{200f}");
        check("\u{feff}x\u{200b}y\u{2028}z\u{e0041}", r"\u{feff}x\u{200b}y\u{2028}z\u{e0041}");
    }

    #[test]
    fn reports_in_lines_keep_their_lines() {
        assert_eq!(escape_lines("a\r\n\tb\x1b[0m\nc\rd"), "a\n\tb\\u{1b}[0m\nc\\u{d}d");
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_left(text in any::<String>()) {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(is_hostile));
            prop_assert_eq!(escape(&escaped), &*escaped);
        }
    }
}
