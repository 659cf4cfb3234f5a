//! How close two catalogs must be to count as equal.

/// How close two catalogs must be to count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They mean the same: the order of columns, names that the server chose and how much statistics are gathered do
    /// not count.
    #[default]
    Logical,
    /// Everything counts that a dump would show.
    Exact,
}

impl Level {
    /// Both, in the order in which they are listed to people.
    pub const ALL: [Self; 2] = [Self::Logical, Self::Exact];

    /// Returns the word that flags, configuration and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logical => "logical",
            Self::Exact => "exact",
        }
    }
}
