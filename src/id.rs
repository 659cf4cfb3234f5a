//! Names in the graph: revision ids, branch labels, and the heads of a database.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The longest id or label, in bytes; the version table's column is made this wide.
pub const MAX_NAME_BYTES: usize = 255;

/// Words of the target grammar; an id or label that equals one could never be typed.
pub const RESERVED: [&str; 5] = ["head", "heads", "base", "current", "none"];

/// Text that cannot be an id or a label, and why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a legal name: {reason}")]
pub struct IllegalName {
    /// The text as it was written.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The identity of a revision: letters, digits, `_` and `.`, at most [`MAX_NAME_BYTES`], compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevisionId(Arc<str>);

impl RevisionId {
    /// Checks that `text` can be told apart from a target and is safe in a file name.
    pub fn parse(text: &str) -> Result<Self, IllegalName> {
        check_name(text)?;
        Ok(Self(text.into()))
    }

    /// Takes a row of a version table as it is: a foreign tool may have written it, and it must still be shown.
    pub fn from_row(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name for a line of revisions, declared by one of them; the same rules as for an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(Arc<str>);

impl Label {
    /// Checks that `text` can be told apart from a target.
    pub fn parse(text: &str) -> Result<Self, IllegalName> {
        check_name(text)?;
        Ok(Self(text.into()))
    }

    /// Returns the label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_like {
    ($name:ty) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = IllegalName;
            fn from_str(text: &str) -> Result<Self, IllegalName> {
                Self::parse(text)
            }
        }
    };
}
text_like!(RevisionId);
text_like!(Label);

/// The state of a database: the applied revisions that no other applied revision names.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Heads(pub BTreeSet<RevisionId>);

impl Heads {
    /// Returns the state of a database on which nothing was applied.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Returns whether nothing is applied.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the ids in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &RevisionId> + Clone {
        self.0.iter()
    }

    /// Returns whether `id` is one of the heads.
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.0.contains(id)
    }
}

impl FromIterator<RevisionId> for Heads {
    fn from_iter<I: IntoIterator<Item = RevisionId>>(ids: I) -> Self {
        Self(ids.into_iter().collect())
    }
}

impl fmt::Display for Heads {
    /// Writes the ids with commas, or `base` when nothing is applied.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("base");
        }
        let ids: Vec<&str> = self.iter().map(RevisionId::as_str).collect();
        f.write_str(&ids.join(", "))
    }
}

fn check_name(text: &str) -> Result<(), IllegalName> {
    let illegal = |reason| Err(IllegalName { text: text.to_owned(), reason });
    if text.is_empty() {
        return illegal("it is empty");
    }
    if text.len() > MAX_NAME_BYTES {
        return illegal("it is longer than 255 bytes");
    }
    if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
        return illegal("only letters, digits, `_` and `.` are allowed");
    }
    if RESERVED.contains(&text) {
        return illegal("the word is reserved");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, legal: bool) {
        assert_eq!(RevisionId::parse(text).is_ok(), legal, "{text:?}");
    }

    #[test]
    fn an_id_is_letters_digits_underscores_and_dots() {
        check("9f2c41d07ab3", true);
        check("2026.11_añadir", true);
        check("", false);
        check("a-b", false);
        check("a@b", false);
        check("a b", false);
        check("head", false);
        check("none", false);
        check("Head", true);
    }

    #[test]
    fn an_id_has_at_most_255_bytes() {
        check(&"a".repeat(255), true);
        check(&"a".repeat(256), false);
    }

    #[test]
    fn no_heads_read_as_base() {
        assert_eq!(Heads::empty().to_string(), "base");
        let heads: Heads = ["b", "a"].map(|id| RevisionId::parse(id).unwrap()).into_iter().collect();
        assert_eq!(heads.to_string(), "a, b");
    }
}
