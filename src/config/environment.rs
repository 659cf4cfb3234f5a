//! The variables a command was started with, as a value instead of global state.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Environment variables; cheap to clone.
#[derive(Clone, Default)]
pub struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    /// Reads the variables of this process; only `main` calls this. Those that are not Unicode are left out.
    pub fn process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Returns the value of `name`, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the value of `name` unless it is empty: compose files and CI systems set what they do not know to "".
    pub fn get_filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Returns these variables and those of `others` that are not set here.
    #[must_use]
    pub fn or(&self, others: BTreeMap<String, String>) -> Self {
        let mut variables = others;
        variables.extend(self.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self(Arc::new(variables))
    }

    /// Returns every variable, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(Arc::new(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }
}

impl fmt::Debug for Environment {
    /// Writes the names only: the values hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_wins_over_what_is_added() {
        let environment = Environment::from_iter([("A", "process"), ("EMPTY", "")]);
        let others = ["A", "B", "EMPTY"].map(|name| (name.to_owned(), "file".to_owned()));
        let both = environment.or(others.into());
        assert_eq!((both.get("A"), both.get("B"), both.get("EMPTY")), (Some("process"), Some("file"), Some("")));
    }

    #[test]
    fn debugging_shows_no_values() {
        assert_eq!(format!("{:?}", Environment::from_iter([("PGPASSWORD", "s3cret")])), "{\"PGPASSWORD\"}");
    }
}
