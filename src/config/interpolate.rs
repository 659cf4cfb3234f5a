//! `${NAME}` and `${NAME:-default}` in strings of the configuration file.

use crate::config::environment::Environment;

/// Why a string could not be filled in; offsets are in bytes of the string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// The variable is not set and has no default.
    Unset(String),
    /// This is not how a variable is written.
    Malformed(String),
}

/// Returns whether `text` holds anything to fill in or to unescape.
pub(super) fn has_variables(text: &str) -> bool {
    text.contains("${")
}

/// Replaces each `${NAME}` by the variable's value and each `${NAME:-default}` by the default when that is empty.
///
/// `$${` stands for a literal `${`. Any other `$` is itself, so that passwords need no care. What a variable holds is
/// not looked into again.
pub(super) fn interpolate(text: &str, environment: &Environment) -> Result<String, Unfilled> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(before) = before.strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = after;
            continue;
        }
        let Some(end) = after.find('}') else {
            return Err(Unfilled::Malformed("a `${` has no `}`; `$${` stands for `${` itself".to_owned()));
        };
        filled.push_str(before);
        filled.push_str(value(&after[..end], environment)?);
        rest = &after[end + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Returns the names of the variables that `text` asks for, in order.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let after = text.split("${").skip(1).filter_map(|after| after.split_once('}'));
    after.map(|(reference, _)| reference.split_once(":-").map_or(reference, |(name, _)| name)).collect()
}

fn value<'a>(reference: &'a str, environment: &'a Environment) -> Result<&'a str, Unfilled> {
    let (name, default) = match reference.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (reference, None),
    };
    let first_is_letter = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !first_is_letter || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Unfilled::Malformed("a variable is written `${NAME}` or `${NAME:-default}`".to_owned()));
    }
    let Some(default) = default else {
        return environment.get(name).ok_or_else(|| Unfilled::Unset(name.to_owned()));
    };
    if default.contains("${") {
        return Err(Unfilled::Malformed(format!("the default of `${{{name}:-…}}` cannot hold another variable")));
    }
    Ok(environment.get_filled(name).unwrap_or(default))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn environment() -> Environment {
        Environment::from_iter([("A", "1"), ("EMPTY", ""), ("NESTED", "${A}")])
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(interpolate(text, &environment()), Ok(expected.to_owned()));
    }

    #[test]
    fn variables_are_filled_in() {
        check("x${A}y${A}", "x1y1");
        check("${EMPTY}", "");
        check("${EMPTY:-d}${NONE:-d}${NONE:-}${A:-d}", "dd1");
        check("${NESTED}", "${A}");
    }

    #[test]
    fn a_dollar_sign_alone_is_itself() {
        check("pa$$word$1 $", "pa$$word$1 $");
    }

    #[test]
    fn a_doubled_dollar_sign_keeps_the_braces() {
        check("$${A}${A}", "${A}1");
    }

    #[test]
    fn an_unset_variable_without_a_default_is_refused() {
        assert_eq!(interpolate("${NONE}", &environment()), Err(Unfilled::Unset("NONE".to_owned())));
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        for text in ["${", "${}", "${A-x}", "${1}", "${A B}", "${NONE:-${A}}", "${é}"] {
            assert!(matches!(interpolate(text, &environment()), Err(Unfilled::Malformed(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_without_braces_is_kept(text in "[a-z$é:-]{0,20}") {
            check(&text, &text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[A$\\{\\}:é-]{0,20}") {
            let _ = interpolate(&text, &environment());
        }
    }
}
