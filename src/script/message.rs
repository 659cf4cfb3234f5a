//! The message of a new revision, as `-m` gives it.

use std::fmt;

use crate::error::ErrorKind;
#[cfg(feature = "engine")]
use crate::script::header::looks_like_key;
#[cfg(feature = "engine")]
use crate::script::line::directive;

/// A message on one line, without control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message(String);

impl Message {
    /// Folds `text` to one line; what is neither text nor white space is refused, since terminals would obey it.
    pub fn parse(text: &str) -> Result<Self, ErrorKind> {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if folded.chars().any(char::is_control) {
            return Err(ErrorKind::ControlCharacter { what: "message" });
        }
        Ok(Self(folded))
    }

    /// Returns the message as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the message as it stands behind `-- ` in a header.
    ///
    /// One that looks like a key or a directive gets another space in front; the reader takes it away again.
    #[cfg(feature = "engine")]
    pub(super) fn in_header(&self) -> String {
        let line = format!("-- {}", self.0);
        let is_taken = looks_like_key(&line) || directive(&line).is_some();
        if is_taken { format!(" {}", self.0) } else { self.0.clone() }
    }

    /// Returns the words of the message for a file name: lower case, joined by `_`, cut between words at 40 characters.
    pub fn slug(&self) -> String {
        const LONGEST: usize = 40;
        let words = self.0.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        let mut slug = String::new();
        let mut length = 0;
        for word in words.map(str::to_lowercase) {
            let gap = usize::from(length > 0);
            let count = word.chars().count();
            if length > 0 && length + gap + count > LONGEST {
                break;
            }
            slug.extend(std::iter::repeat_n('_', gap).chain(word.chars().take(LONGEST)));
            length += gap + count;
        }
        slug
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_slug(message: &str, expected: &str) {
        assert_eq!(Message::parse(message).unwrap().slug(), expected);
    }

    #[test]
    fn a_message_is_folded_to_one_line() {
        let check = |text: &str, expected: &str| assert_eq!(Message::parse(text).unwrap().as_str(), expected);
        check("  add\r\n\tusers  table\u{2028}now ", "add users table now");
        check("", "");
        assert!(matches!(Message::parse("a\u{1b}[31m"), Err(ErrorKind::ControlCharacter { what: "message" })));
        assert!(Message::parse("a\0").is_err());
    }

    #[test]
    fn a_slug_has_words_only_and_ends_between_them() {
        check_slug("Add User-Preferences: é!", "add_user_preferences_é");
        check_slug("../../etc/passwd", "etc_passwd");
        check_slug("create the table that holds what users prefer", "create_the_table_that_holds_what_users");
        check_slug(&"x".repeat(99), &"x".repeat(40));
        check_slug("!?", "");
    }
}
