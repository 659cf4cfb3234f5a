//! Every key of the configuration file; a new key is one line here, one field and one row in the documentation.

use std::path::PathBuf;

use crate::config::database::DatabaseConfig;
use crate::config::database::EditedPolicy;
use crate::config::database::LockKind;
use crate::config::database::OtherJournals;
use crate::config::database::TransactionScope;
use crate::config::hook::Hook;
use crate::config::model::ModelSettings;
use crate::config::model::Patterns;
use crate::config::project::ProjectConfig;
use crate::config::scratch::ScratchSettings;
use crate::config::setting::Setting;
use crate::error::Error;

/// A key, and how its value gets into a `T`.
pub(super) struct Key<T> {
    /// The name in the file.
    pub(super) name: &'static str,
    /// Whether a `REV_…` variable can give it; lists of words do not fit one.
    pub(super) variable: bool,
    /// Checks the value and keeps it.
    pub(super) set: fn(&mut T, &Setting) -> Result<(), Error>,
}

impl<T> Key<T> {
    const fn new(name: &'static str, set: fn(&mut T, &Setting) -> Result<(), Error>) -> Self {
        Self { name, variable: true, set }
    }

    const fn list(name: &'static str, set: fn(&mut T, &Setting) -> Result<(), Error>) -> Self {
        Self { name, variable: false, set }
    }

    /// Returns the variable that gives it.
    pub(super) fn variable_name(&self) -> String {
        format!("REV_{}", self.name.to_ascii_uppercase())
    }
}

/// What a name in a database may be long; PostgreSQL cuts names after 63 bytes.
pub(super) const LONGEST_NAME: usize = 63;

/// The tables of the file's first level.
pub(super) const TABLES: [&str; 6] = ["hooks", "check", "scratch", "model", "database", "env"];

/// The keys before the first table.
pub(super) const PROJECT_KEYS: &[Key<ProjectConfig>] = &[
    Key::list("versions", set_versions),
    Key::new("recursive", |config, setting| setting.boolean().map(|value| config.recursive = value)),
    Key::new("template", |config, setting| setting.line().map(|value| config.template = Some(value.into()))),
    Key::new("file_name", |config, setting| setting.line().map(|value| config.file_name = value.to_owned())),
    Key::new("timezone", |config, setting| setting.line().map(|value| config.timezone = value.to_owned())),
];

/// The keys of `[hooks]`.
pub(super) const HOOKS_KEYS: [&str; 1] = ["post_write"];

/// The keys of `[[hooks.post_write]]`.
pub(super) const POST_WRITE_KEYS: &[Key<Vec<Hook>>] =
    &[Key::list("command", |hooks, setting| setting.command().map(|hook| hooks.push(hook)))];

/// The keys of `[check]`.
pub(super) const CHECK_KEYS: &[Key<Vec<String>>] =
    &[Key::list("allow", |allowed, setting| setting.texts().map(|value| *allowed = value))];

/// The keys of `[scratch]`; one of them.
pub(super) const SCRATCH_KEYS: &[Key<ScratchSettings>] = &[
    Key::list("url", |scratch, setting| {
        setting.text()?;
        scratch.url = Some(setting.clone());
        Ok(())
    }),
    Key::list("command", |scratch, setting| setting.command().map(|value| scratch.command = Some(value))),
    Key::list("local", |scratch, setting| setting.boolean().map(|value| scratch.local = value)),
];

/// The keys of `[model]`, and of the tables in it that are for one database product.
pub(super) const MODEL_KEYS: &[Key<ModelSettings>] = &[
    Key::list("sql", |model, setting| setting.paths().map(|value| model.sql = Some(value))),
    Key::list("command", |model, setting| setting.command().map(|value| model.command = Some(value))),
    Key::list("dump", |model, setting| setting.line().map(|value| model.dump = Some(value.to_owned()))),
    Key::list("include", |model, setting| Patterns::read(setting).map(|value| model.include = Some(value))),
    Key::list("exclude", |model, setting| Patterns::read(setting).map(|value| model.exclude = Some(value))),
];

/// The keys of `[database]` and `[env.NAME]` that say which database it is; one of them in a table.
pub(super) const URL_KEYS: &[Key<()>] = &[
    Key::new("url", |_, setting| setting.text().map(|_| ())),
    Key::new("url_file", |_, setting| setting.line().map(|_| ())),
    Key::list("url_command", |_, setting| setting.command().map(|_| ())),
];

/// The other keys of `[database]` and `[env.NAME]`.
pub(super) const DATABASE_KEYS: &[Key<DatabaseConfig>] = &[
    Key::new("version_table", set_version_table),
    Key::new("table_prefix", set_table_prefix),
    Key::new("schema", set_schema),
    Key::new("transaction", |database, setting| {
        let choices = [("revision", TransactionScope::Revision), ("run", TransactionScope::Run)];
        setting.choice(&choices).map(|value| database.transaction = value)
    }),
    Key::new("wait", |database, setting| setting.duration().map(|value| database.wait = value)),
    Key::new("lock_wait", |database, setting| setting.duration().map(|value| database.lock_wait = value)),
    Key::new("lock_timeout", |database, setting| setting.duration().map(|value| database.lock_timeout = value)),
    Key::new("lock_retries", |database, setting| setting.count().map(|value| database.lock_retries = value)),
    Key::new("statement_timeout", |database, setting| {
        setting.duration().map(|value| database.statement_timeout = value)
    }),
    Key::new("lock", |database, setting| {
        let choices = [("auto", LockKind::Auto), ("lease", LockKind::Lease)];
        setting.choice(&choices).map(|value| database.lock = value)
    }),
    Key::new("edited", |database, setting| {
        let choices = [("refuse", EditedPolicy::Refuse), ("warn", EditedPolicy::Warn)];
        setting.choice(&choices).map(|value| database.edited = value)
    }),
    Key::new("other_journals", |database, setting| {
        let choices = [("refuse", OtherJournals::Refuse), ("allow", OtherJournals::Allow)];
        setting.choice(&choices).map(|value| database.other_journals = value)
    }),
    Key::new("restore_points", |database, setting| setting.count().map(|value| database.restore_points = value)),
    Key::new("restore_point_limit", |database, setting| {
        setting.size().map(|value| database.restore_point_limit = value)
    }),
    Key::list("extensions", |database, setting| {
        setting.texts()?;
        database.url.extensions = Some(setting.clone());
        Ok(())
    }),
    Key::new("protected", |database, setting| setting.boolean().map(|value| database.protected = value)),
    Key::new("auto_upgrade", |database, setting| setting.boolean().map(|value| database.auto_upgrade = Some(value))),
    Key::list("before_upgrade", |database, setting| {
        setting.commands().map(|value| database.hooks.before_upgrade = value)
    }),
    Key::list("after_upgrade", |database, setting| {
        setting.commands().map(|value| database.hooks.after_upgrade = value)
    }),
    Key::list("before_downgrade", |database, setting| {
        setting.commands().map(|value| database.hooks.before_downgrade = value)
    }),
    Key::list("after_downgrade", |database, setting| {
        setting.commands().map(|value| database.hooks.after_downgrade = value)
    }),
    Key::list("on_failure", |database, setting| setting.commands().map(|value| database.hooks.on_failure = value)),
    Key::new("hook_timeout", |database, setting| setting.duration().map(|value| database.hook_timeout = value)),
    Key::new("pass_url", |database, setting| setting.boolean().map(|value| database.pass_url = value)),
];

fn set_versions(config: &mut ProjectConfig, setting: &Setting) -> Result<(), Error> {
    let folders = setting.texts()?.into_iter().map(PathBuf::from).collect::<Vec<_>>();
    if folders.is_empty() {
        return Err(setting.refuse("name at least one folder"));
    }
    if (1..folders.len()).any(|at| folders[..at].contains(&folders[at])) {
        return Err(setting.refuse("name each folder once"));
    }
    config.versions = folders;
    Ok(())
}

fn set_version_table(database: &mut DatabaseConfig, setting: &Setting) -> Result<(), Error> {
    let name = setting.name(LONGEST_NAME)?;
    if name.is_empty() {
        return Err(setting.refuse("write the name of a table"));
    }
    database.version_table = name.to_owned();
    Ok(())
}

fn set_table_prefix(database: &mut DatabaseConfig, setting: &Setting) -> Result<(), Error> {
    const LONGEST_TABLE: &str = "progress";
    setting.name(LONGEST_NAME - LONGEST_TABLE.len()).map(|value| database.table_prefix = value.to_owned())
}

fn set_schema(database: &mut DatabaseConfig, setting: &Setting) -> Result<(), Error> {
    let name = setting.name(LONGEST_NAME)?;
    database.schema = Some(name.to_owned()).filter(|name| !name.is_empty()); // an empty one is the current one
    Ok(())
}
