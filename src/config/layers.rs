//! What the layers of a configuration say together about one database: variables, the environment, the file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::config::database::DatabaseConfig;
use crate::config::environment::Environment;
use crate::config::file::ConfigFile;
use crate::config::file::Table;
use crate::config::key::DATABASE_KEYS;
use crate::config::key::Key;
use crate::config::key::LONGEST_NAME;
use crate::config::key::URL_KEYS;
use crate::config::selection::Selection;
use crate::config::setting::Data;
use crate::config::setting::Setting;
use crate::config::source::UrlOrigin;
use crate::config::source::UrlSource;
use crate::config::trust::Trust;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::span::Span;

/// What may say something about the database, strongest first.
pub(super) struct Layers<'a> {
    variables: &'a Environment,
    trust: &'a Trust,
    chosen: Option<(&'a str, &'a Span, &'a Table)>,
    file: &'a Table,
}

impl<'a> Layers<'a> {
    pub(super) fn new(
        file: &'a ConfigFile,
        chosen: Option<&'a str>,
        variables: &'a Environment,
        trust: &'a Trust,
    ) -> Result<Self, Error> {
        let chosen = match chosen {
            None => None,
            Some(name) => {
                let Some((span, table)) = file.environments.get(name) else {
                    let known = file.environments.keys().cloned().collect();
                    return Err(ErrorKind::UnknownEnvironment { name: name.to_owned(), known }.into());
                };
                Some((name, span, table))
            }
        };
        Ok(Self { variables, trust, chosen, file: &file.database })
    }

    pub(super) fn source(
        &self,
        (given, origin): (Option<Setting>, UrlOrigin),
        working: &Path,
        root: &Path,
    ) -> UrlSource {
        UrlSource {
            given,
            origin,
            root: root.to_owned(),
            working: working.to_owned(),
            environment: self.variables.clone(),
            chosen: self.chosen.map(|(name, span, _)| (name.to_owned(), span.clone())),
            trust: self.trust.clone(),
            extensions: None,
            resolved: OnceLock::new(),
        }
    }

    pub(super) fn database(&self, url: UrlSource, selection: &Selection) -> Result<DatabaseConfig, Error> {
        let mut database = DatabaseConfig::new(url);
        let mut effective = BTreeMap::new();
        for key in DATABASE_KEYS {
            if let Some(setting) = self.setting(key)? {
                (key.set)(&mut database, &setting)?;
                effective.insert(key.name, setting);
            }
        }
        if database.auto_upgrade == Some(true) && !self.says_itself() {
            database.auto_upgrade = None;
        }
        check_tables(&mut database, &effective)?;
        database.wait = selection.wait.unwrap_or(database.wait);
        database.lock_wait = selection.lock_wait.unwrap_or(database.lock_wait);
        database.lock_timeout = selection.lock_timeout.unwrap_or(database.lock_timeout);
        Ok(database)
    }

    /// Returns whether `auto_upgrade` is about the chosen environment: what `[database]` says of it is no word for an
    /// environment that is protected.
    fn says_itself(&self) -> bool {
        let is_variable = DATABASE_KEYS.iter().any(|key| key.name == "auto_upgrade" && self.variable(key).is_some());
        let has = |name: &str| self.chosen.is_some_and(|(_, _, table)| table.get(name).is_some());
        is_variable || has("auto_upgrade") || !has("protected")
    }

    /// Returns what the strongest layer says about `key`, with its variables filled in.
    fn setting(&self, key: &Key<DatabaseConfig>) -> Result<Option<Setting>, Error> {
        if let Some(setting) = self.variable(key) {
            return Ok(Some(setting));
        }
        let chosen = self.chosen.and_then(|(_, _, table)| table.get(key.name));
        chosen.or_else(|| self.file.get(key.name)).map(|setting| setting.clone().filled(self.variables)).transpose()
    }

    /// Returns what says which database it is. With an environment chosen, `[database]` has no say: a missing line
    /// must not send what was meant for one database to another.
    pub(super) fn url(&self, selection: &Selection) -> Result<(Option<Setting>, UrlOrigin), Error> {
        if let Some(url) = &selection.url {
            if url.trim().is_empty() {
                let hint = Some("is the variable set that it comes from?".to_owned());
                return Err(ErrorKind::Usage { message: "`--url` is empty".to_owned(), hint }.into());
            }
            let setting = Setting { key: "--url".to_owned(), data: Data::Word(url.clone()), span: None, written: None };
            return Ok((Some(setting), UrlOrigin::Flag));
        }
        let mut variables = URL_KEYS.iter().filter_map(|key| self.variable(key));
        if let Some(setting) = variables.next() {
            if let Some(other) = variables.next() {
                let message = format!("{} and {} are both set; keep one", setting.key, other.key);
                return Err(ErrorKind::BadConfig { message }.into());
            }
            return Ok((Some(setting), UrlOrigin::Variable));
        }
        Ok(self.url_of_file())
    }

    pub(super) fn url_of_file(&self) -> (Option<Setting>, UrlOrigin) {
        let (table, origin) = match self.chosen {
            Some((_, _, table)) => (table, UrlOrigin::Environment),
            None => (self.file, UrlOrigin::File),
        };
        let setting = URL_KEYS.iter().find_map(|key| table.get(key.name)).cloned();
        let origin = if setting.is_some() { origin } else { UrlOrigin::Default };
        (setting, origin)
    }

    fn variable<T>(&self, key: &Key<T>) -> Option<Setting> {
        let name = key.variable_name();
        let value = self.variables.get_filled(&name).filter(|_| key.variable)?;
        Some(Setting { data: Data::Word(value.to_owned()), key: name, span: None, written: None })
    }
}

/// Derives the version table's name from the prefix where it is not given, and checks that it is a table of its own.
fn check_tables(database: &mut DatabaseConfig, settings: &BTreeMap<&str, Setting>) -> Result<(), Error> {
    let prefix = &database.table_prefix;
    let Some(given) = settings.get("version_table") else {
        database.version_table = format!("{prefix}version");
        debug_assert!(database.version_table.len() <= LONGEST_NAME, "the prefix leaves room for the longest name");
        return Ok(());
    };
    let taken = ["history", "progress", "lock"].map(|table| format!("{prefix}{table}"));
    if taken.iter().any(|table| table.eq_ignore_ascii_case(&database.version_table)) {
        return Err(given.refuse("rev has another table of that name"));
    }
    Ok(())
}
