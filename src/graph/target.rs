//! What a user types to name revisions: `[label@]anchor[±N]`.

use std::fmt;
use std::str::FromStr;

use crate::error::ErrorKind;
use crate::id::RevisionId;

/// A parsed target; what it means is decided by `RevisionGraph::resolve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The label, id or prefix of an id whose lineage it is narrowed to.
    pub label: Option<String>,
    /// Where to begin.
    pub anchor: Anchor,
    /// How many revisions to walk from there: up, or down if negative.
    pub offset: i32,
}

/// Where a target begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// The single head.
    Head,
    /// All heads.
    Heads,
    /// Before the first revision.
    Base,
    /// The state of the database.
    Current,
    /// Nothing was written before the offset: the state of the database, or the other end of a history range.
    Here,
    /// An id, a unique prefix of one, or a label.
    Name(String),
}

impl Target {
    /// Makes the target that is only an anchor.
    pub fn new(anchor: Anchor) -> Self {
        Self { label: None, anchor, offset: 0 }
    }

    /// Makes the target that is exactly this revision.
    pub fn revision(id: &RevisionId) -> Self {
        Self::new(Anchor::Name(id.to_string()))
    }

    /// Returns whether its meaning depends on the state of the database.
    pub fn needs_rows(&self) -> bool {
        matches!(self.anchor, Anchor::Current | Anchor::Here)
    }

    /// Returns whether it is `+N`, which in a history range counts from the lower end.
    pub(super) fn is_above_here(&self) -> bool {
        self.anchor == Anchor::Here && self.offset > 0
    }

    /// Returns whether it is `-N`, which in a history range counts from the upper end.
    pub(super) fn is_below_here(&self) -> bool {
        self.anchor == Anchor::Here && self.offset < 0
    }
}

impl FromStr for Target {
    type Err = ErrorKind;

    fn from_str(text: &str) -> Result<Self, ErrorKind> {
        if text.contains(':') {
            return Err(ErrorKind::RangeNotAllowed { text: text.to_owned() });
        }
        parse(text).map_err(|reason| ErrorKind::BadTarget { text: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Target, String> {
    let (label, rest) = match text.split_once('@') {
        Some((label, rest)) => (Some(name(label, text)?), rest),
        None => (None, text),
    };
    if rest.is_empty() {
        return Err(if label.is_some() { "nothing follows the `@`" } else { "it is empty" }.to_owned());
    }
    if rest.contains('@') {
        return Err("`@` may occur only once".to_owned());
    }
    let (anchor, offset) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
    let anchor = match anchor {
        "" => Anchor::Here,
        "head" => Anchor::Head,
        "heads" => Anchor::Heads,
        "base" => Anchor::Base,
        "current" => Anchor::Current,
        "none" => return Err("say `base` for what is before the first revision".to_owned()),
        other => Anchor::Name(name(other, text)?),
    };
    let offset = if offset.is_empty() { 0 } else { number(offset)? };
    Ok(Target { label, anchor, offset })
}

/// Reads the name that is `text`, or a part of it.
fn name(part: &str, text: &str) -> Result<String, String> {
    if part.is_empty() {
        return Err("a label or an id must come before the `@`".to_owned());
    }
    match RevisionId::parse(part) {
        Ok(id) => Ok(id.to_string()),
        Err(illegal) if part == text => Err(illegal.reason.to_owned()),
        Err(illegal) => Err(format!("`{part}` is not a legal name: {}", illegal.reason)),
    }
}

/// Reads `+3` or `-3`.
fn number(text: &str) -> Result<i32, String> {
    let digits = &text[1..];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{}` must be followed by a number and nothing else", &text[..1]));
    }
    text.parse().map_err(|_| format!("the number {digits} is too large"))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &self.label {
            write!(f, "{label}@")?;
        }
        match &self.anchor {
            Anchor::Head => f.write_str("head"),
            Anchor::Heads => f.write_str("heads"),
            Anchor::Base => f.write_str("base"),
            Anchor::Current => f.write_str("current"),
            Anchor::Here => return write!(f, "{:+}", self.offset),
            Anchor::Name(name) => f.write_str(name),
        }?;
        if self.offset == 0 { Ok(()) } else { write!(f, "{:+}", self.offset) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, label: Option<&str>, anchor: Anchor, offset: i32) {
        let target = Target { label: label.map(str::to_owned), anchor, offset };
        assert_eq!(text.parse::<Target>().unwrap(), target);
        assert_eq!(target.to_string(), text);
    }

    fn check_refused(text: &str, message: &str) {
        assert_eq!(text.parse::<Target>().unwrap_err().to_string(), message);
    }

    #[test]
    fn a_target_is_label_anchor_and_offset() {
        check("head", None, Anchor::Head, 0);
        check("heads-1", None, Anchor::Heads, -1);
        check("shop@base", Some("shop"), Anchor::Base, 0);
        check("shop@+2", Some("shop"), Anchor::Here, 2);
        check("-1", None, Anchor::Here, -1);
        check("+0", None, Anchor::Here, 0);
        check("current-1", None, Anchor::Current, -1);
        check("9f2c@2026.1+10", Some("9f2c"), Anchor::Name("2026.1".to_owned()), 10);
    }

    #[test]
    fn a_bad_target_says_why() {
        check_refused("", "`` is not a target: it is empty");
        check_refused("@head", "`@head` is not a target: a label or an id must come before the `@`");
        check_refused("shop@", "`shop@` is not a target: nothing follows the `@`");
        check_refused("a@b@head", "`a@b@head` is not a target: `@` may occur only once");
        check_refused("head@a", "`head@a` is not a target: `head` is not a legal name: the word is reserved");
        check_refused("+1junk", "`+1junk` is not a target: `+` must be followed by a number and nothing else");
        check_refused("--1", "`--1` is not a target: `-` must be followed by a number and nothing else");
        check_refused("-99999999999", "`-99999999999` is not a target: the number 99999999999 is too large");
        check_refused("a b", "`a b` is not a target: only letters, digits, `_` and `.` are allowed");
        check_refused("none", "`none` is not a target: say `base` for what is before the first revision");
        check_refused("a:b", "`a:b` is a range, which only `history -r` and `--sql` take");
    }

    #[test]
    fn only_the_state_of_the_database_needs_rows() {
        for (text, needs) in [("head-1", false), ("a@base", false), ("-1", true), ("a@current", true)] {
            assert_eq!(text.parse::<Target>().unwrap().needs_rows(), needs, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_comes_back_the_same(text in r"\PC{0,6}|[ah.@+0-9-]{0,8}") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
            }
        }
    }
}
