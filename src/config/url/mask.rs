//! Hides passwords in text that may hold URLs, also in URLs that are not valid.

use std::ops::Range;

use crate::config::url::parameters::PARAMETERS;
use crate::config::url::server::MYSQL_PARAMETERS;

/// Replaces every byte of a password by `*`, so that offsets into the text stay true.
pub(crate) fn mask_passwords(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for range in passwords(text) {
        masked.push_str(&text[end..range.start]);
        masked.extend(std::iter::repeat_n('*', range.len()));
        end = range.end;
    }
    masked.push_str(&text[end..]);
    masked
}

/// What stands for a text of which nothing is shown.
pub(crate) const HIDDEN: &str = "***";

/// Returns whether `text` looks like a URL of which all but the password may be shown; what does not, may be a password.
pub(crate) fn is_told(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let (scheme, _) = scheme.split_once('+').unwrap_or((scheme, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => true,
        "postgres" | "postgresql" | "mysql" | "mariadb" => rest.starts_with("//"),
        _ => false,
    }
}

/// Replaces every password by `***`, and everything that may be one in a URL that is not valid.
pub(super) fn redact(url: &str) -> String {
    if !is_told(url) {
        return HIDDEN.to_owned();
    }
    let mut redacted = String::new();
    let mut end = 0;
    for range in passwords(url) {
        redacted.push_str(&url[end..range.start]);
        redacted.push_str("***");
        end = range.end;
    }
    redacted.push_str(&url[end..]);
    redacted
}

/// Returns the places of passwords, in order and apart from each other. In doubt it is one.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        ranges.extend(
            user_password(line)
                .into_iter()
                .chain(parameters(line))
                .map(|range| Range { start: start + range.start, end: start + range.end }),
        );
        start += line.len();
    }
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let overlaps = next.start <= last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    ranges
}

/// Finds `PASSWORD` in `scheme://user:PASSWORD@host`; it may hold anything but a line end, also `@` and `/`.
fn user_password(line: &str) -> Option<Range<usize>> {
    let Some(start) = line.find("://").map(|scheme| scheme + 3) else {
        // Something may be meant as a URL and not be one.
        let at = line.rfind('@')?;
        let colon = line[..at].find(':')?;
        return Some(colon + 1..at);
    };
    let rest = &line[start..];
    if let Some(at) = rest.rfind('@') {
        let colon = rest[..at].find(':')?;
        return Some(start + colon + 1..start + at);
    }
    // Without a host, what stands in the place of the port may be a password.
    let end = rest.find(['/', '?', '#', '"', '\'', ' ', '\r', '\n']).unwrap_or(rest.len());
    let host = rest[..end].rfind(']').map_or(0, |bracket| bracket + 1);
    let colon = host + rest[host..end].find(':')? + 1;
    (!rest[colon..end].bytes().all(|byte| byte.is_ascii_digit())).then_some(start + colon..start + end)
}

/// Finds the values of parameters that are passwords, or whose names nobody knows: it may be one that is misspelled, or that
/// another tool calls so. What follows may be the rest of one, whose `&` was not encoded.
fn parameters(line: &str) -> Vec<Range<usize>> {
    const NAMES: [&str; 3] = ["password=", "passwd=", "pwd="];
    let lower = line.to_ascii_lowercase();
    let found = NAMES.iter().flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len()));
    let value = |start: usize| {
        let end = line[start..].find(['"', '\'', ' ', '\r', '\n']).unwrap_or(line.len() - start);
        start..start + end
    };
    found.chain(unknown_parameter(line)).map(value).collect()
}

/// Returns where the value of the first parameter of a URL begins whose name is not known.
fn unknown_parameter(line: &str) -> Option<usize> {
    let scheme = line.find("://").or_else(|| line.find("sqlite:"))?;
    let query = scheme + line[scheme..].find('?')? + 1;
    let mut at = query;
    // The URL ends with its line, or where its quotes do.
    let end = line[query..].find(['"', '\'', ' ', '\r', '\n']).map_or(line.len(), |length| query + length);
    for pair in line[query..end].split('&') {
        match pair.split_once('=') {
            Some((name, _)) if !is_known(name) => return Some(at + name.len() + 1),
            _ => at += pair.len() + 1,
        }
    }
    None
}

fn is_known(name: &str) -> bool {
    let postgres = PARAMETERS.iter().map(|known| (known.name, known.spellings));
    let mut known = postgres.chain(MYSQL_PARAMETERS.iter().copied()).chain([("mode", &[][..])]);
    known.any(|(known, spellings)| known == name || spellings.contains(&name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(url: &str, expected: &str) {
        assert_eq!(redact(url), expected);
    }

    #[test]
    fn the_password_is_hidden_and_nothing_else() {
        check("postgres://u:s3cret@h:5432/db", "postgres://u:***@h:5432/db");
        check("postgres://u@h:5432/db", "postgres://u@h:5432/db");
        check("postgres://h:5432/db", "postgres://h:5432/db");
        check("postgres://[::1]:5432/db", "postgres://[::1]:5432/db");
        check("sqlite:app.db", "sqlite:app.db");
        check("mysql://h/db?password=s3cret&x=1&sslpassword=t", "mysql://h/db?password=***");
    }

    #[test]
    fn what_an_unknown_parameter_says_is_hidden() {
        check("postgres://u@h/d?sslmode=require&passwrod=s3cret&x=1", "postgres://u@h/d?sslmode=require&passwrod=***");
        check("sqlite:app.db?key=s3cret", "sqlite:app.db?key=***");
        check("sqlite:app.db?mode=ro", "sqlite:app.db?mode=ro");
        check("mysql://h/db?ssl-mode=disabled&charset=utf8mb4", "mysql://h/db?ssl-mode=disabled&charset=utf8mb4");
        let text = "url = \"postgres://u@h/d?passwrod=s3cret\" # why?a=b";
        assert_eq!(mask_passwords(text), "url = \"postgres://u@h/d?passwrod=******\" # why?a=b");
    }

    #[test]
    fn a_password_in_a_broken_url_is_hidden() {
        check("postgres://u:p@ss/w#rd@h/db", "postgres://u:***@h/db");
        check("postgres://u:s3cret/db", "postgres://u:***/db");
        check("mysql:u:s3cret@h/db", "***");
        check("s3cret@h", "***");
        check("s3cret", "***");
        check("s3cret:pw", "***");
    }

    #[test]
    fn masking_keeps_every_offset() {
        let text = "a = 1\nurl = \"postgres://u:sécret@h/db\" # é\n";
        let masked = mask_passwords(text);
        assert_eq!(masked, "a = 1\nurl = \"postgres://u:*******@h/db\" # é\n");
        assert_eq!(masked.len(), text.len());
        assert_eq!(mask_passwords("url = \"postgres:u:s3cret@h/db\""), "url = \"postgres:********@h/db\"");
        assert_eq!(mask_passwords("url = \"u:s3cret@h\""), "url = \"u:******@h\"");
    }

    proptest! {
        #[test]
        fn no_password_is_ever_shown(user in "[a-z]{0,3}", password in "[A-Z@:/#?&=%é]{1,9}", rest in "[a-z/?=]{0,9}") {
            let url = format!("mysql://{user}:<{password}>@h{rest}");
            prop_assert!(!redact(&url).contains('<') && !mask_passwords(&url).contains('>'), "{}", redact(&url));
        }

        #[test]
        fn masking_never_changes_the_length(text in "[a:/@?p\n\"é]{0,30}(password=)?.{0,9}") {
            prop_assert_eq!(mask_passwords(&text).len(), text.len());
        }
    }
}
