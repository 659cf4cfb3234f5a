//! The text of a configuration file as errors may show it: what can hold a secret is hidden.

use crate::config::key::CHECK_KEYS;
use crate::config::key::DATABASE_KEYS;
use crate::config::key::MODEL_KEYS;
use crate::config::key::PROJECT_KEYS;
use crate::config::url::is_told;
use crate::config::url::mask_passwords;

/// Replaces by `*` what may be a secret, so that offsets into the text stay true.
///
/// Shown are the values of keys that hold none, and URLs without their passwords. What is not known, above all a key that
/// is none, a broken line and the words of commands, is hidden: it may be a password in a place that is not meant for it.
pub(super) fn mask_config(text: &str) -> String {
    let text = mask_passwords(text);
    let mut masked = String::with_capacity(text.len());
    let mut value = Value { is_hidden: true, quotes: None };
    for line in text.split_inclusive('\n') {
        let from = value.hidden_from(line);
        masked.push_str(&line[..from]);
        masked.extend(line[from..].chars().flat_map(|c| {
            let keeps = c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | '{' | '}' | ',' | '=');
            std::iter::repeat_n(if keeps { c } else { '*' }, if keeps { 1 } else { c.len_utf8() })
        }));
    }
    masked
}

/// The value in which a line begins.
struct Value {
    is_hidden: bool,
    /// The quotes of a string of several lines.
    quotes: Option<&'static str>,
}

impl Value {
    /// Returns from where on a line is hidden, and goes on to the next.
    fn hidden_from(&mut self, line: &str) -> usize {
        let shown = line.len();
        let trimmed = line.trim();
        if self.quotes.is_some() {
            self.go_on(line);
            return if self.is_hidden { 0 } else { shown };
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return shown;
        }
        if trimmed.starts_with('[') && is_header(trimmed) {
            self.is_hidden = true;
            return shown;
        }
        let Some((key, text)) = line.split_once('=').filter(|(key, _)| is_key(key)) else {
            return if self.is_hidden { 0 } else { shown };
        };
        self.is_hidden = hides(key, text);
        self.go_on(text);
        if self.is_hidden { key.len() + 1 } else { shown }
    }

    /// Notes whether a string of several lines begins or ends in `text`.
    fn go_on(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let next = match self.quotes {
                Some(quotes) => rest.find(quotes).map(|at| (at, None)),
                None => ["\"\"\"", "'''"].into_iter().filter_map(|it| Some((rest.find(it)?, Some(it)))).min(),
            };
            let Some((at, quotes)) = next else { return };
            self.quotes = quotes;
            rest = &rest[at + 3..];
        }
    }
}

/// Returns whether a line is the header of a table, and not a list in a list.
fn is_header(line: &str) -> bool {
    let name = line.split('#').next().unwrap_or_default().trim().trim_matches(['[', ']']);
    is_key(name)
}

fn is_key(text: &str) -> bool {
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '\t');
    let text = text.trim();
    !text.is_empty() && text.replace(['"', '\''], "").chars().all(legal) && !text.starts_with(['"', '\''])
}

/// Returns whether the value of `key` may be a secret.
fn hides(key: &str, value: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or_default().trim();
    if name == "url" {
        let is_long = ["\"\"\"", "'''"].iter().any(|quotes| value.trim().starts_with(quotes));
        let text = value.trim().trim_start_matches(['"', '\'']);
        let is_variable = text.starts_with("${") && !text.contains(":-") || text.contains(":-}");
        return is_long || !is_told(text) && !is_variable && !text.trim_end().trim_end_matches(['"', '\'']).is_empty();
    }
    // A path is no secret; a password in its place is.
    if name == "url_file" {
        return !value.contains('/');
    }
    let is_command = |key: &str| key.starts_with("before_") || key.starts_with("after_") || key == "on_failure";
    let project = PROJECT_KEYS.iter().map(|key| key.name).chain(CHECK_KEYS.iter().map(|key| key.name));
    let mut shown = project.chain(MODEL_KEYS.iter().map(|key| key.name).filter(|name| *name != "command"));
    let is_shown = shown.any(|known| known == name) || DATABASE_KEYS.iter().any(|known| known.name == name);
    !is_shown || is_command(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask_config(text), expected);
    }

    #[test]
    fn what_holds_no_secret_is_shown() {
        for text in [
            "versions = [\n  \"a\",\n  \"b\",\n]\n",
            "# c = d\n[database] # e\nlock_timeout = '1s'\nurl = \"sqlite:app.db\"\n",
            "url = \"${A}\"\nurl_file = \"/run/secrets/url\"\nurl = ''\n",
            "[env.prod]\nurl = \"${DATABASE_URL:-}\"\nprotected = true\n",
            "[model]\nsql = 'schema.sql'\nexclude = ['table:legacy_*']\n",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn the_passwords_of_urls_are_hidden() {
        check("url = \"postgres://u:pw@h/db\"\n", "url = \"postgres://u:**@h/db\"\n");
        check("url = \"hunter2\"\n", "url = \"*******\"\n");
        check("url_file = \"hunter2\"\n", "url_file = \"*******\"\n");
        check("url = \"${A:-hunter2}\"\n", "url = \"*{**********}\"\n");
    }

    #[test]
    fn what_is_not_known_is_hidden() {
        check("password = \"hünter2\"\n", "password = \"********\"\n");
        check("database.password = 'a'\nenv = { p = \"x\" }\n", "database.password = '*'\nenv = { * = \"*\" }\n");
        check("url_command = [\"get\", \"--token=x\"]\n", "url_command = [\"***\", \"*******=*\"]\n");
        check("command = [\n  \"a\",\n  [\"b\"],\n]\n", "command = [\n  \"*\",\n  [\"*\"],\n]\n");
        check("hunter2\n[database]\nhunter2\n", "*******\n[database]\n*******\n");
        check(
            "url = \"\"\"\nlock_wait = s\n# t\n\"\"\"\nlock_wait = 'x'\n",
            "url = \"\"\"\n********* = *\n* *\n\"\"\"\nlock_wait = 'x'\n",
        );
    }

    proptest! {
        #[test]
        fn offsets_stay_true(text in "([a-z_]{1,9} ?=|\"\"\"|'|\\[|é|#|\n|url = |p){0,20}") {
            let masked = mask_config(&text);
            prop_assert_eq!(masked.len(), text.len());
            prop_assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
        }
    }
}
