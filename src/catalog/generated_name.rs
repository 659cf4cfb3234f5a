//! The names that PostgreSQL makes for what has none.

use crate::catalog::identity::Identity;

/// A name is cut to this many bytes.
const NAME_BYTES: usize = 63;

/// Returns whether a name is one that the server would make of these pieces: a table, columns, and what it is, such as
/// `key`; a number behind it keeps it apart from another of the same name.
pub fn is_made_of(name: &str, pieces: &[Option<String>]) -> bool {
    let [Some(first), second, Some(ending)] = pieces else { return false };
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number = &name[name.len() - digits..];
    // A number never begins with a zero.
    !number.starts_with('0') && name == made_of(first, second.as_deref(), &format!("{ending}{number}"))
}

/// Returns the name that the server makes for the not-null constraint of a column or domain.
pub fn not_null_name(identity: &Identity) -> String {
    match &identity.owner {
        Some(table) => made_of(table, Some(&identity.name), "not_null"),
        None => made_of(&identity.name, None, "not_null"),
    }
}

/// Returns the name that the server makes: too long ones are cut by turns, the longer of both first.
fn made_of(first: &str, second: Option<&str>, ending: &str) -> String {
    let room = NAME_BYTES.saturating_sub(ending.len() + 1 + usize::from(second.is_some()));
    let (mut left, mut right) = (first.len(), second.map_or(0, str::len));
    while left + right > room && left + right > 0 {
        if left > right { left -= 1 } else { right -= 1 }
    }
    let first = clipped(first, left);
    match second {
        Some(second) => format!("{first}_{}_{ending}", clipped(second, right)),
        None => format!("{first}_{ending}"),
    }
}

/// Cuts a text to a number of bytes, and no character in two.
fn clipped(text: &str, mut bytes: usize) -> &str {
    while !text.is_char_boundary(bytes) {
        bytes -= 1;
    }
    &text[..bytes]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, pieces: [&str; 3], expected: bool) {
        let pieces = pieces.map(|piece| (!piece.is_empty()).then(|| piece.to_owned()));
        assert_eq!(is_made_of(name, &pieces), expected, "{name}");
    }

    #[test]
    fn names_of_the_server_are_known() {
        check("t_pkey", ["t", "", "pkey"], true);
        check("t_a_b_key", ["t", "a_b", "key"], true);
        check("t_a_key12", ["t", "a", "key"], true);
        check("t_a_key01", ["t", "a", "key"], false);
        check("t_b_key", ["t", "a", "key"], false);
        check("t_key", ["t", "a", "key"], false);
    }

    #[test]
    fn long_names_are_cut_by_turns() {
        let (table, column) = ("t".repeat(40), "c".repeat(40));
        let made = made_of(&table, Some(&column), "key");
        assert_eq!(made.len(), NAME_BYTES);
        assert_eq!(made, format!("{}_{}_key", "t".repeat(29), "c".repeat(29)));
        assert!(made_of(&"ä".repeat(40), None, "pkey").len() <= NAME_BYTES);
    }
}
