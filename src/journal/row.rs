//! What a query answers.

/// One row as text; every driver can give that.
pub type Row = Vec<Option<String>>;
