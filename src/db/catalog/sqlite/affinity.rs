//! What the types of SQLite's columns make of spellings and defaults.

use crate::sql::Affinity;

/// Returns the one spelling of types that mean the same to SQLite and to people: its integers have 64 bits.
///
/// A column that is the rowid must be spelled `INTEGER`, so this is not for columns of a primary key.
pub(super) fn one_spelling(declared: &str) -> &str {
    match declared {
        "INT" | "BIGINT" => "INTEGER",
        "" => "BLOB",
        other => other,
    }
}

/// Returns a default as the column keeps it: a number in quotes is a number in a numeric column, and the reverse.
pub(super) fn converted(default: &str, affinity: Affinity) -> String {
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // What no number of 64 bits can hold, or would not be written so, stays as it is.
        let is_plain = !digits.is_empty() && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_plain && (digits == "0" || !digits.starts_with('0')) && text != "-0"
    };
    let inner = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match (affinity, inner) {
        (Affinity::Integer | Affinity::Numeric | Affinity::Real, Some(text)) if is_number(text) => text.to_owned(),
        (Affinity::Text, None) if is_number(default) => format!("'{default}'"),
        _ => default.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_what_the_column_makes_of_it() {
        for (default, declared, expected) in [
            ("'5'", "INTEGER", "5"),
            ("'-5'", "DECIMAL(1)", "-5"),
            ("'05'", "INTEGER", "'05'"),
            ("5", "VARCHAR(9)", "'5'"),
            ("'5'", "TEXT", "'5'"),
            ("5", "BLOB", "5"),
            ("'x'", "INTEGER", "'x'"),
        ] {
            assert_eq!(converted(default, Affinity::of(declared)), expected, "{default} {declared}");
        }
    }
}
