//! The variables a command was started with, as a value instead of global state.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::accounts;

/// Environment variables; cheap to clone.
#[derive(Clone, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<String, String>>,
    /// Whether they are this process's own, so that its user and the machine's files count, too.
    is_process: bool,
}

impl Environment {
    /// Reads the variables of this process; only `main` calls this. Those that are not Unicode are left out.
    pub fn process() -> Self {
        let variables: Self = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { is_process: true, ..variables }
    }

    /// Returns whether these are the variables of this process, and not of a test or of another program's making.
    pub(super) fn is_process(&self) -> bool {
        self.is_process
    }

    /// Returns the name of the user that this process runs as, by whom the servers' own programs log in.
    pub(super) fn user(&self) -> Option<&'static str> {
        self.is_process.then(accounts::system_user).flatten()
    }

    /// Returns who runs rev, for the history: whom the variables name as login shells do, else whom the system knows.
    pub fn account(&self) -> Option<String> {
        let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| self.get_filled(name)).map(str::to_owned);
        named.or_else(|| self.is_process.then(accounts::own_account).flatten())
    }

    /// Returns the user's home folder.
    pub(super) fn home(&self) -> Option<PathBuf> {
        let known = || self.is_process.then(accounts::system_home).flatten().map(PathBuf::from);
        self.get_filled("HOME").map(PathBuf::from).or_else(known)
    }

    /// Returns the value of `name`, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
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
        Self { variables: Arc::new(variables), is_process: self.is_process }
    }

    /// Returns every variable, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables: Arc::new(variables), is_process: false }
    }
}

impl fmt::Debug for Environment {
    /// Writes the names only: the values hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
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
    fn whom_a_variable_names_is_the_account() {
        let account = |variables: &[(&str, &str)]| Environment::from_iter(variables.iter().copied()).account();
        assert_eq!(account(&[("USER", ""), ("LOGNAME", "ada")]).as_deref(), Some("ada"));
        assert_eq!(account(&[]), None);
    }

    #[test]
    fn debugging_shows_no_values() {
        assert_eq!(format!("{:?}", Environment::from_iter([("PGPASSWORD", "s3cret")])), "{\"PGPASSWORD\"}");
    }
}
