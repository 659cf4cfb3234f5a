//! What the types of SQLite's columns mean.

/// What a column does to the values that are put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affinity {
    /// Whole numbers; a text that looks like a number becomes one.
    Integer,
    /// Texts; a number becomes one.
    Text,
    /// Everything as it is.
    Blob,
    /// Numbers with a point.
    Real,
    /// Numbers of both kinds.
    Numeric,
}

impl Affinity {
    /// Returns the affinity of a declared type, by SQLite's rules.
    pub fn of(declared: &str) -> Self {
        let upper = declared.to_ascii_uppercase();
        let has = |word: &str| upper.contains(word);
        match () {
            () if has("INT") => Self::Integer,
            () if has("CHAR") || has("CLOB") || has("TEXT") => Self::Text,
            () if has("BLOB") || upper.is_empty() => Self::Blob,
            () if has("REAL") || has("FLOA") || has("DOUB") => Self::Real,
            () => Self::Numeric,
        }
    }
}
