//! Passwords in the URLs of any text that is shown: what a user typed into the wrong place is shown without them.

use std::borrow::Cow;

/// Replaces the password of each `scheme://user:PASSWORD@host` by `***`.
pub fn hide(text: &str) -> Cow<'_, str> {
    let mut hidden = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        hidden.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '`')).unwrap_or(after.len());
        let word = &after[..end];
        match (word.rfind('@'), word.find(':')) {
            (Some(at), Some(colon)) if colon < at => {
                hidden.push_str(&word[..=colon]);
                hidden.push_str("***");
                hidden.push_str(&word[at..]);
            }
            _ => hidden.push_str(word),
        }
        rest = &after[end..];
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.push_str(rest);
    Cow::Owned(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(hide(text), expected);
    }

    #[test]
    fn only_passwords_of_urls_are_hidden() {
        check("plain: label@head", "plain: label@head");
        check("`postgres://u:p@ss@h/db` is no target", "`postgres://u:***@h/db` is no target");
        check("'mysql://u:p/w@h' and pg://h:1/x, b://c:d@e", "'mysql://u:***@h' and pg://h:1/x, b://c:***@e");
        check("see https://example.org/a:b", "see https://example.org/a:b");
        check("a://", "a://");
    }
}
