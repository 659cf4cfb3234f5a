//! Variables that look like rev's own, and that nothing reads.

use crate::config::config::Config;
use crate::config::key::DATABASE_KEYS;
use crate::config::key::URL_KEYS;
use crate::config::scratch::SCRATCH_VARIABLE;
use crate::nearest::nearest;
use crate::regular_file;

/// What the names of rev's variables begin with.
const PREFIX: &str = "REV_";

/// What only the tests of rev set.
const OF_TESTS: &str = "REV_TEST_";

/// The variables of rev that are no keys.
const READ: [&str; 7] =
    ["REV_CONFIG", "REV_ENV", "REV_LOG", "REV_LOG_FILE", "REV_LOG_FORMAT", "REV_PAGER", "REV_COMPLETE"];

/// The variables that commands around a run are given, which may run rev themselves.
const OF_HOOKS: [&str; 8] =
    ["REV_DIRECTION", "REV_ERROR", "REV_FROM", "REV_MESSAGE", "REV_REVISION", "REV_STATE", "REV_STEPS", "REV_TO"];

/// A variable that nothing reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVariable {
    /// Its name.
    pub name: String,
    /// The variable that may have been meant.
    pub nearest: Option<String>,
}

impl Config {
    /// Returns the variables, of the process and of `.env`, whose names say that they are for rev, and that it does not
    /// know; those that the configuration file names are read.
    pub fn unknown_variables(&self) -> Vec<UnknownVariable> {
        let known = known();
        let is_known = |name: &str| known.iter().chain(&OF_HOOKS.map(str::to_owned)).any(|known| known == name);
        let names = self.variables.iter().map(|(name, _)| name);
        let unknown = names.filter(|name| name.starts_with(PREFIX) && !name.starts_with(OF_TESTS) && !is_known(name));
        let unknown: Vec<&str> = unknown.collect();
        if unknown.is_empty() {
            return Vec::new();
        }
        let text = self.file.as_ref().and_then(|path| regular_file::read(path).ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let unread = unknown.into_iter().filter(|name| !is_named_in(&text, name));
        let told = |name: &str| UnknownVariable {
            name: name.to_owned(),
            nearest: nearest(bare(name), known.iter().map(|known| bare(known))).map(|near| format!("{PREFIX}{near}")),
        };
        unread.map(told).collect()
    }
}

/// Returns the name without what all have in common, which would make all of them alike.
fn bare(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// Returns whether `text` has `name` as a word of its own.
fn is_named_in(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(goes_on) && !text[at + name.len()..].starts_with(goes_on))
}

fn known() -> Vec<String> {
    let keys = DATABASE_KEYS.iter().filter(|key| key.variable).map(|key| key.variable_name());
    let urls = URL_KEYS.iter().filter(|key| key.variable).map(|key| key.variable_name());
    READ.iter().chain(&[SCRATCH_VARIABLE]).map(|name| (*name).to_owned()).chain(urls).chain(keys).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::environment::Environment;
    use crate::config::find::FILE_NAME;
    use crate::config::selection::Selection;

    fn check(config: &str, dotenv: &str, variables: &[&'static str], expected: &[(&str, Option<&str>)]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), config).unwrap();
        fs::write(folder.path().join(".env"), dotenv).unwrap();
        let environment: Environment = variables.iter().map(|name| (*name, "")).collect();
        let config = Config::load(folder.path(), &Selection::default(), &environment).unwrap();
        let found = config.unknown_variables();
        let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.nearest.as_deref())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_nothing_reads_is_found_with_what_may_have_been_meant() {
        check("", "", &["REV_URLS"], &[("REV_URLS", Some("REV_URL"))]);
        check("", "", &["REV_LOCK_TIMOUT"], &[("REV_LOCK_TIMOUT", Some("REV_LOCK_TIMEOUT"))]);
        check("", "", &["REV_QQXYZ", "REVIEW", "REV"], &[("REV_QQXYZ", None)]);
        check("", "REV_LOCK_WIAT=a\n", &[], &[("REV_LOCK_WIAT", Some("REV_LOCK_WAIT"))]);
    }

    #[test]
    fn what_is_read_is_not() {
        check("", "", &["REV_URL", "REV_URL_FILE", "REV_ENV", "REV_PAGER", "REV_LOG", "REV_SCHEMA", "REV_TO"], &[]);
        check("", "", &["REV_TEST_POSTGRES", "REV_TEST_CLOCK_SHIFT_X"], &[]);
        check("[database]\nschema = '${REV_OWN_NAME:-}'\n", "", &["REV_OWN_NAME"], &[]);
        check("# REV_OWN_NAMES\n", "", &["REV_OWN_NAME"], &[("REV_OWN_NAME", None)]);
    }
}
