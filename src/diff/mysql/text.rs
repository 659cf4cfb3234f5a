//! Names and strings as SQL.

/// Returns a name in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Returns a string in quotes, for a session in which a backslash escapes.
pub(super) fn literal(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() + 2);
    sql.push('\'');
    for char in text.chars() {
        match char {
            '\'' => sql.push_str("''"),
            '\\' => sql.push_str("\\\\"),
            '\0' => sql.push_str("\\0"),
            '\n' => sql.push_str("\\n"),
            '\r' => sql.push_str("\\r"),
            '\x1a' => sql.push_str("\\Z"),
            char => sql.push(char),
        }
    }
    sql.push('\'');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_what_a_backslash_would_change_is_escaped() {
        assert_eq!(quoted("odd`name"), "`odd``name`");
        assert_eq!(literal("it's\n\\ \0"), "'it''s\\n\\\\ \\0'");
    }
}
