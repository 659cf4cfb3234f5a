//! The parts of a URL before they mean anything: scheme, authority, path, parameters.

use std::collections::BTreeMap;

use crate::nearest::nearest;

/// A URL cut into its parts; nothing is decoded yet.
///
/// The `url` crate follows the web's rules, under which `postgresql://user@/db?host=/run/postgresql`, which every
/// PostgreSQL program takes, is an error; so the cutting is done here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// What stands before the first `:`, without a driver.
    pub(super) scheme: &'a str,
    /// What SQLAlchemy writes after a `+`: the driver.
    pub(super) driver: Option<&'a str>,
    /// What stands between `//` and the next `/` or `?`.
    pub(super) authority: Option<&'a str>,
    /// What follows, up to `?`.
    pub(super) path: &'a str,
    /// What follows the `?`.
    pub(super) query: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts `url`; nothing when it has no scheme.
    pub(super) fn split(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        if scheme.is_empty() || !scheme.chars().all(legal) {
            return None;
        }
        let (scheme, driver) = match scheme.split_once('+') {
            Some((scheme, driver)) => (scheme, Some(driver)),
            None => (scheme, None),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, rest),
        };
        Some(Self { scheme, driver, authority, path, query })
    }

    /// Returns the parameters by their names in `known`, a list of names with other spellings of each.
    pub(super) fn parameters(
        &self,
        known: &[(&'static str, &[&'static str])],
    ) -> Result<BTreeMap<&'static str, String>, String> {
        let mut parameters = BTreeMap::new();
        // An `@` or `&` in a password that was not encoded makes a parameter of the rest of it.
        let mut is_doubtful = self.query.contains('@');
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let found = known.iter().find(|(known, spellings)| *known == name || spellings.contains(&name));
            let Some((known_name, _)) = found else { return Err(unknown(name, known, is_doubtful)) };
            is_doubtful |= *known_name == "password";
            if parameters.insert(*known_name, decode(value)?).is_some() {
                return Err(format!("the parameter `{known_name}` is given twice"));
            }
        }
        Ok(parameters)
    }
}

/// The most parameters that a message lists.
const MOST_LISTED: usize = 12;

fn unknown(name: &str, known: &[(&'static str, &[&'static str])], is_doubtful: bool) -> String {
    let names = known.iter().map(|(name, _)| *name);
    if is_doubtful || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return "it has a parameter that rev does not know; in a password, `&` is written `%26`".to_owned();
    }
    match nearest(name, names.clone()) {
        Some(nearest) => format!("`{name}` is not a parameter; did you mean `{nearest}`?"),
        None if known.len() > MOST_LISTED => format!("`{name}` is not a parameter; docs/configuration.md lists them"),
        None => format!("`{name}` is not a parameter; they are {}", names.collect::<Vec<_>>().join(", ")),
    }
}

/// Decodes `%41` to `A`; a `%` that no two hex digits follow is itself.
pub(super) fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        match (first, after) {
            (b'%', [high, low, tail @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    if bytes.contains(&0) {
        return Err("it holds a zero byte".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "what is written with `%` in it is not UTF-8".to_owned())
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, scheme: &str, driver: Option<&str>, authority: Option<&str>, path: &str, query: &str) {
        let expected = Parts { scheme, driver, authority, path, query };
        assert_eq!(Parts::split(url), Some(expected), "{url}");
    }

    #[test]
    fn a_url_is_cut_into_its_parts() {
        check("postgres://u:p@h:1/db?a=b", "postgres", None, Some("u:p@h:1"), "/db", "a=b");
        check("postgresql+asyncpg://u@/db", "postgresql", Some("asyncpg"), Some("u@"), "/db", "");
        check("mysql://h?x=/y", "mysql", None, Some("h"), "", "x=/y");
        check("sqlite:a/b.db", "sqlite", None, None, "a/b.db", "");
        check("sqlite:///a", "sqlite", None, Some(""), "/a", "");
    }

    #[test]
    fn text_without_a_scheme_is_no_url() {
        assert!(["", "app.db", ":x", "a b:c", "a/b:c"].iter().all(|text| Parts::split(text).is_none()));
    }

    #[test]
    fn percent_signs_are_decoded() {
        assert_eq!(decode("p%40ss%2fw%C3%A9 100% %4"), Ok("p@ss/wé 100% %4".to_owned()));
        assert!(decode("%ff").is_err() && decode("%00").is_err());
    }
}
