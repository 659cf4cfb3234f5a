//! The configuration of a project for one command: file, environment, variables and flags put together.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::config::database::DatabaseConfig;
use crate::config::database::EditedPolicy;
use crate::config::database::LockKind;
use crate::config::dotenv;
use crate::config::environment::Environment;
use crate::config::file::ConfigFile;
use crate::config::find::FILE_NAME;
use crate::config::find::find;
use crate::config::hook::Hook;
use crate::config::hook::Hooks;
use crate::config::key::PROJECT_KEYS;
use crate::config::key::SCRATCH_KEYS;
use crate::config::layers::Layers;
use crate::config::model::Model;
use crate::config::models::models;
use crate::config::project::DEFAULT_VERSIONS;
use crate::config::project::ProjectConfig;
use crate::config::scratch::SCRATCH_VARIABLE;
use crate::config::scratch::ScratchServer;
use crate::config::scratch::ScratchSettings;
use crate::config::selection::Selection;
use crate::config::setting::Data;
use crate::config::setting::Setting;
use crate::config::source::UrlOrigin;
use crate::config::source::UrlSource;
use crate::config::trust::Choice;
use crate::config::trust::Trust;
use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;

/// The configuration of a project, with everything decided but the URL.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The folder of the file; empty when that is the working folder.
    pub root: PathBuf,
    /// The script folders, at least one.
    pub versions: Vec<PathBuf>,
    /// Whether the folders inside them are script folders too.
    pub recursive: bool,
    /// The template of new scripts; nothing means the one that is built in.
    pub template: Option<PathBuf>,
    /// The template of new scripts' names, without `.sql`.
    pub file_name: String,
    /// The time zone of dates in new scripts and their names.
    pub timezone: String,
    /// What is run after a script was written.
    pub post_write: Vec<Hook>,
    /// What `check` does not complain about, by the codes of its rules.
    pub allowed: Vec<String>,
    /// Where scratch databases are made.
    pub scratch: ScratchServer,
    /// What the schema should be, for each product.
    pub models: BTreeMap<Dialect, Model>,
    /// The environment that was chosen.
    pub environment: Option<String>,
    /// The environments that the file has, sorted.
    pub environments: Vec<String>,
    /// The variables of the process and of `.env`.
    pub variables: Environment,
    /// How the chosen database is changed.
    pub database: DatabaseConfig,
}

/// A database that the configuration names.
#[derive(Debug)]
pub struct NamedDatabase {
    /// The environment; nothing for `[database]`.
    pub environment: Option<String>,
    /// What holds for it, or why that cannot be known.
    pub settings: Result<DatabaseConfig, Error>,
}

impl Config {
    /// Reads the configuration that holds in the `working` folder (empty for the process's own).
    ///
    /// Without a file the defaults hold, if there is a `versions` folder; else nobody has said that this is a project.
    pub fn load(working: &Path, selection: &Selection, environment: &Environment) -> Result<Self, Error> {
        let named = selection.config.clone().or_else(|| environment.get_filled("REV_CONFIG").map(PathBuf::from));
        let choice = if named.is_some() { Choice::Named } else { Choice::Found };
        let path = named.map(|named| working.join(named)).or_else(|| find(working));
        if path.is_none() && !working.join(DEFAULT_VERSIONS).is_dir() {
            return Err(ErrorKind::NoConfig { name: FILE_NAME.to_owned() }.into());
        }
        let root = path.as_deref().and_then(Path::parent).unwrap_or(working).to_owned();
        let trust = Trust::new(choice, path.as_deref(), environment);
        path.iter().try_for_each(|path| trust.check(path))?;
        let file = path.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        Self::of_file(&file, path, root, working, &trust, selection, environment)
    }

    /// Reads a configuration that is not written yet, as it would be in a file at `path`.
    pub fn of_text(path: &Path, text: &str, selection: &Selection, environment: &Environment) -> Result<Self, Error> {
        let root = path.parent().unwrap_or(Path::new("")).to_owned();
        let trust = Trust::new(Choice::Named, None, environment);
        let file = ConfigFile::parse(path, text)?;
        Self::of_file(&file, None, root, Path::new(""), &trust, selection, environment)
    }

    fn of_file(
        file: &ConfigFile,
        path: Option<PathBuf>,
        root: PathBuf,
        working: &Path,
        trust: &Trust,
        selection: &Selection,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let variables = environment.or(dotenv::read(&root, trust)?);
        let mut project = ProjectConfig::default();
        for key in PROJECT_KEYS {
            if let Some(setting) = file.project.get(key.name) {
                (key.set)(&mut project, &setting.clone().filled(&variables)?)?;
            }
        }
        let environment = selection.env.clone().or_else(|| variables.get_filled("REV_ENV").map(str::to_owned));
        let layers = Layers::new(file, environment.as_deref(), &variables, trust)?;
        let database = layers.database(layers.source(layers.url(selection)?, working, &root), selection)?;
        file.post_write.iter().chain(database.hooks.all()).try_for_each(|hook| trust.check_command(hook, &root))?;
        let scratch = scratch(file, &variables, &layers, working, &root, trust)?;
        let versions: Vec<PathBuf> = project.versions.iter().map(|folder| root.join(folder)).collect();
        let models = models(file, environment.as_deref(), &variables, &root, &versions, trust)?;
        let mut config = Self {
            scratch,
            models,
            versions,
            recursive: project.recursive,
            template: project.template.map(|template| root.join(template)),
            file_name: project.file_name,
            timezone: project.timezone,
            environment,
            environments: file.environments.keys().cloned().collect(),
            file: path,
            root,
            post_write: file.post_write.clone(),
            allowed: file.allowed.clone(),
            variables,
            database,
        };
        config.heed_names(file, selection.env.is_some())?;
        Ok(config)
    }

    /// Returns the configuration of a program that knows its database: the defaults, and this URL.
    ///
    /// No file and no variable is read. Set the fields of [`Self::database`] for other time-outs or another journal.
    pub fn of_url(url: &str) -> Result<Self, Error> {
        let ProjectConfig { versions, recursive, template, file_name, timezone } = ProjectConfig::default();
        let setting = Setting { key: "url".to_owned(), data: Data::Word(url.to_owned()), span: None, written: None };
        let source = UrlSource { given: Some(setting), origin: UrlOrigin::Program, ..UrlSource::nothing() };
        source.resolve()?;
        Ok(Self {
            file: None,
            root: PathBuf::new(),
            versions,
            recursive,
            template,
            file_name,
            timezone,
            post_write: Vec::new(),
            allowed: Vec::new(),
            scratch: ScratchServer::OfTarget,
            models: BTreeMap::new(),
            environment: None,
            environments: Vec::new(),
            variables: Environment::default(),
            database: DatabaseConfig::new(source),
        })
    }

    /// Returns the configuration for a scratch database: the same journal and ways, and nothing that is for a database
    /// which is to stay, or to others: no hooks, no restore points, no protection.
    pub fn for_scratch(&self, url: DatabaseUrl) -> Self {
        let database = DatabaseConfig {
            url: UrlSource::of(url),
            restore_points: 0,
            protected: false,
            auto_upgrade: None,
            hooks: Hooks::default(),
            lock: LockKind::Auto,
            edited: EditedPolicy::Refuse,
            ..self.database.clone()
        };
        Self { database, ..self.clone() }
    }

    /// Returns every database that the file names, by what messages call it: `[database]`, if it says which one it is,
    /// and each environment. Flags and variables that say which database it is do not count here.
    pub fn named_databases(&self) -> Result<Vec<(String, DatabaseConfig)>, Error> {
        let mut databases = Vec::new();
        for NamedDatabase { environment, settings } in self.databases()? {
            let settings = settings?;
            let title = environment.as_ref().map_or("[database]".to_owned(), |name| format!("[env.{name}]"));
            if environment.is_some() || settings.url.is_given() {
                databases.push((title, settings));
            }
        }
        Ok(databases)
    }

    /// Returns `[database]`, if it says which one it is or there is nothing else, and then each environment.
    ///
    /// What is wrong with one does not keep the others from being used.
    pub fn databases(&self) -> Result<Vec<NamedDatabase>, Error> {
        let file = self.file.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        let environments = file.environments.keys().cloned().map(Some);
        let mut databases = Vec::new();
        for environment in [None].into_iter().chain(environments) {
            let settings = self.settings(&file, environment.as_deref());
            let is_given = settings.as_ref().map_or(true, |settings| settings.url.is_given());
            if environment.is_some() || is_given || file.environments.is_empty() {
                databases.push(NamedDatabase { environment, settings });
            }
        }
        Ok(databases)
    }

    /// Returns what holds for one environment, without what flags and variables say of which database it is.
    pub(super) fn settings(&self, file: &ConfigFile, environment: Option<&str>) -> Result<DatabaseConfig, Error> {
        let layers = Layers::new(file, environment, &self.variables, &self.database.url.trust)?;
        let url = layers.source(layers.url_of_file(), &self.root, &self.root);
        layers.database(url, &Selection::default())
    }
}

/// Returns where scratch databases are made: `REV_SCRATCH_URL` goes before what the file says.
fn scratch(
    file: &ConfigFile,
    variables: &Environment,
    layers: &Layers<'_>,
    working: &Path,
    root: &Path,
    trust: &Trust,
) -> Result<ScratchServer, Error> {
    if let Some(url) = variables.get_filled(SCRATCH_VARIABLE) {
        let key = SCRATCH_VARIABLE.to_owned();
        let setting = Setting { key, data: Data::Word(url.to_owned()), span: None, written: None };
        return Ok(ScratchServer::Url(Box::new(layers.source((Some(setting), UrlOrigin::Scratch), working, working))));
    }
    let mut settings = ScratchSettings::default();
    for key in SCRATCH_KEYS {
        match file.scratch.get(key.name) {
            Some(setting) if key.name == "url" => settings.url = Some(setting.clone()), // filled in when it is needed
            Some(setting) => (key.set)(&mut settings, &setting.clone().filled(variables)?)?,
            None => {}
        }
    }
    Ok(match settings {
        ScratchSettings { url: Some(url), .. } => {
            ScratchServer::Url(Box::new(layers.source((Some(url), UrlOrigin::Scratch), root, root)))
        }
        ScratchSettings { command: Some(command), .. } => {
            trust.check_command(&command, root)?;
            ScratchServer::Command(command)
        }
        ScratchSettings { local: true, .. } => ScratchServer::Local,
        _ => ScratchServer::OfTarget,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::config::database::TransactionScope;
    use crate::config::key::CHECK_KEYS;
    use crate::config::key::DATABASE_KEYS;
    use crate::config::key::HOOKS_KEYS;
    use crate::config::key::MODEL_KEYS;
    use crate::config::key::POST_WRITE_KEYS;
    use crate::config::key::URL_KEYS;
    use crate::config::source::ResolvedUrl;
    use crate::config::starter::STARTER;

    /// A project in a folder of its own, with a command line and variables.
    struct Project {
        folder: TempDir,
        selection: Selection,
        variables: Vec<(&'static str, &'static str)>,
    }

    impl Project {
        fn new(config: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(FILE_NAME), config).unwrap();
            Self { folder, selection: Selection::default(), variables: Vec::new() }
        }

        fn with(mut self, name: &'static str, value: &'static str) -> Self {
            self.variables.push((name, value));
            self
        }

        fn env(mut self, name: &str) -> Self {
            self.selection.env = Some(name.to_owned());
            self
        }

        fn url(mut self, url: &str) -> Self {
            self.selection.url = Some(url.to_owned());
            self
        }

        fn write(self, name: &str, text: &str) -> Self {
            fs::write(self.folder.path().join(name), text).unwrap();
            self
        }

        fn load(&self) -> Result<Config, Error> {
            Config::load(self.folder.path(), &self.selection, &self.variables.iter().copied().collect())
        }

        fn resolve(&self) -> Result<ResolvedUrl, Error> {
            self.load()?.database.url.resolve()
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// Takes the folder, which differs from run to run, out of a message.
        fn relative(&self, error: &Error) -> String {
            error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
        }
    }

    /// Checks the problems of a configuration, `line:column: message` each.
    fn check_refused(config: &str, expected: &[&str]) {
        let project = Project::new(config);
        let error = project.load().unwrap_err();
        let messages = error.problems().iter().map(|problem| project.relative(problem)).collect::<Vec<_>>();
        let expected = expected.iter().map(|expected| format!("{FILE_NAME}:{expected}")).collect::<Vec<_>>();
        assert_eq!(messages, expected);
    }

    fn check_url(project: &Project, expected: &str, origin: UrlOrigin) {
        let resolved = project.resolve().unwrap();
        let shown = resolved.url.to_string().replace(&format!("{}/", project.folder.path().display()), "");
        assert_eq!((shown.as_str(), resolved.origin), (expected, origin));
    }

    const DATABASES: &str = "[database]\nurl = 'sqlite:file.db'\nlock_timeout = '1s'\n[env.dev]\nurl = 'sqlite:dev.db'\nlock_timeout = '2s'\n";

    #[test]
    fn the_url_comes_from_the_strongest_source() {
        let variable = || Project::new(DATABASES).with("REV_URL", "mysql://h/v");
        check_url(&variable().env("dev").url("mysql://h/f"), "mysql://h:3306/f", UrlOrigin::Flag);
        check_url(&variable().with("REV_ENV", "dev"), "mysql://h:3306/v", UrlOrigin::Variable);
        check_url(&Project::new(DATABASES).env("dev"), "sqlite:dev.db", UrlOrigin::Environment);
        check_url(&Project::new(DATABASES).with("REV_ENV", "dev"), "sqlite:dev.db", UrlOrigin::Environment);
        check_url(&Project::new(DATABASES).with("REV_URL", ""), "sqlite:file.db", UrlOrigin::File);
    }

    #[test]
    fn what_gave_the_url_is_named_as_a_person_would_look_for_it() {
        let check = |project: Project, expected: &str| {
            let source = project.resolve().unwrap().source;
            assert_eq!(source.replace(&format!("{}/", project.folder.path().display()), ""), expected);
        };
        check(Project::new(DATABASES), "migrations.toml");
        check(Project::new(DATABASES).env("dev"), "environment dev in migrations.toml");
        check(Project::new(DATABASES).url("sqlite:x.db"), "--url");
        check(Project::new(DATABASES).with("REV_URL", "sqlite:x.db"), "REV_URL");
        check(Project::new(""), "default");
        check(Project::new("").with("DATABASE_URL", "sqlite:x.db"), "DATABASE_URL");
        check(Project::new("").with("PGHOST", "h").with("PGDATABASE", "d"), "PGHOST");
        let filled = || Project::new("[database]\nurl = '${DATABASE_URL:-sqlite:x.db}'\n");
        check(filled(), "migrations.toml");
        check(filled().with("DATABASE_URL", "sqlite:y.db"), "DATABASE_URL, migrations.toml");
        check(Project::new("[database]\nurl_command = ['echo', 'sqlite:x.db']\n"), "url_command, migrations.toml");
    }

    #[test]
    fn a_variable_is_no_other_database_than_the_environment_that_was_typed() {
        let error = Project::new(DATABASES).env("dev").with("REV_URL", "sqlite:other.db").load().unwrap_err();
        assert!(error.message().contains("`-e dev` and the variable REV_URL mean different databases"), "{error}");
        Project::new("[env.dev]\nlock_timeout = '2s'\n").env("dev").with("REV_URL", "sqlite:other.db").load().unwrap();
        let same = Project::new("[env.dev]\nurl = 'mysql://a@h/d'\n").env("dev").with("REV_URL", "mysql://b@h/d");
        check_url(&same, "mysql://b@h:3306/d", UrlOrigin::Variable);
    }

    #[test]
    fn a_protected_database_is_protected_by_every_name() {
        let config = "[database]\nurl = 'mysql://h/app'\n[env.prod]\nurl = 'mysql://admin@h/live'\nprotected = true\n[env.slow]\nurl_command = ['false']\nprotected = true\n";
        let is_protected = |project: Project| project.load().unwrap().database.protected;
        assert!(is_protected(Project::new(config).env("prod")));
        assert!(is_protected(Project::new(config).url("mysql://h/live")));
        assert!(is_protected(Project::new(config).with("REV_URL", "mysql://root@h:3306/live")));
        assert!(!is_protected(Project::new(config)));
        assert!(!is_protected(Project::new(config).url("mysql://h/other")));
        let files = "[env.prod]\nurl = 'sqlite:prod.db'\nprotected = true\n";
        assert!(is_protected(Project::new(files).url("sqlite:./prod.db")));
    }

    #[test]
    fn a_protected_database_says_itself_that_programs_upgrade_it() {
        let upgrades = |project: Project| project.load().unwrap().database.upgrades_at_start();
        let check = |config: &str, expected: bool| {
            let config = format!("{config}\n[env.prod]\nurl = 'mysql://h/live'\nprotected = true\n");
            assert_eq!(upgrades(Project::new(&config).env("prod")), expected, "{config}");
            assert_eq!(upgrades(Project::new(&config).url("mysql://h/live")), expected, "{config}");
        };
        check("", false);
        check("[database]\nauto_upgrade = true", false);
        check("[database]\nauto_upgrade = false", false);
        let says = "[env.prod]\nurl = 'mysql://h/live'\nprotected = true\nauto_upgrade = true\n";
        assert!(upgrades(Project::new(says).env("prod")));
        assert!(upgrades(Project::new(says).url("mysql://h/live")));
        assert!(upgrades(
            Project::new("[env.prod]\nprotected = true").env("prod").url("mysql://h/d").with("REV_AUTO_UPGRADE", "1")
        ));
        assert!(upgrades(Project::new("")));
        assert!(!upgrades(Project::new("[database]\nauto_upgrade = false")));
        assert!(!upgrades(Project::new("").with("REV_AUTO_UPGRADE", "false")));
        assert!(upgrades(Project::new("[database]\nauto_upgrade = true\n[env.dev]\nurl = 'sqlite:d.db'").env("dev")));
        assert!(upgrades(Project::new("[database]\nprotected = true\nauto_upgrade = true")));
        assert!(!upgrades(Project::new("[database]\nprotected = true")));
    }

    #[test]
    fn an_empty_url_is_that_of_the_pg_variables_or_the_default() {
        for config in ["", "[database]\nurl = ''", "[database]\nurl = '${NONE:-}'", "[env.e]\nurl = ''\n"] {
            let project = || {
                let project = Project::new(config);
                if config.contains("env") { project.env("e") } else { project }
            };
            check_url(&project(), "sqlite:app.db", UrlOrigin::Default);
            let with_variables = project().with("PGHOST", "h").with("PGDATABASE", "d");
            check_url(&with_variables, "postgres://h:5432/d", UrlOrigin::PgVariables);
        }
    }

    #[test]
    fn the_common_variable_is_never_passed_over_for_the_default_file() {
        let project = || Project::new("").with("DATABASE_URL", "postgres://h/d");
        check_url(&project(), "postgres://h:5432/d", UrlOrigin::Variable);
        check_url(&project().with("PGHOST", "h").with("PGDATABASE", "d"), "postgres://h:5432/d", UrlOrigin::Variable);
        let other = project().with("PGHOST", "other").with("PGDATABASE", "d");
        assert!(other.resolve().unwrap_err().to_string().contains("mean different databases"));
        assert_eq!(Project::new("").with("DATABASE_URL", "s3cret").resolve().unwrap_err().code(), "bad-url");
        let chosen = Project::new("[env.e]\n").with("DATABASE_URL", "postgres://h/d").env("e");
        assert!(chosen.resolve().unwrap_err().to_string().contains("`url = \"${DATABASE_URL}\"`"));
        for name in ["MYSQL_HOST", "MYSQL_UNIX_PORT", "MARIADB_DATABASE"] {
            let error = Project::new("").with(name, "x").resolve().unwrap_err();
            assert!(error.to_string().contains("nothing says which database is meant"), "{error}");
        }
        assert_eq!(Project::new("").with("PGSERVICE", "none").resolve().unwrap_err().code(), "bad-url");
    }

    #[test]
    fn nothing_of_a_secrets_source_is_shown() {
        let secret = "hunter2S";
        let check = |project: Project| {
            let error = project.resolve().unwrap_err();
            let spans = error.problems().iter().filter_map(|one| one.span.clone()).map(|span| span.source.text.clone());
            let shown = format!("{error} {error:?} {}", spans.collect::<String>());
            assert!(!shown.contains(secret), "{shown}");
        };
        for text in [secret.to_owned(), format!("{secret}:x"), format!("postgres:{secret}"), format!("u:{secret}@h")] {
            check(Project::new("[database]\nurl_file = 'f'\n").write("f", &text));
            check(Project::new(&format!("[database]\nurl = '{text}'\n")));
            check(Project::new("").url(&text));
            check(Project::new(&format!("[database]\nurl_command = '{text}'\n")));
        }
        check(Project::new("").with("REV_URL", "hunter2S"));
        check(Project::new("").with("REV_URL_FILE", "hunter2S"));
        check(Project::new("[database]\nurl = '${P}'\n").with("P", "hunter2S"));
        check(Project::new("[database]\nlock_timeout = '${P}'\n").with("P", "hunter2S"));
        check(Project::new("[database]\nurl_command = ['printf', 'hunter2S']\n"));
        for config in [
            "[database]\npassword = 'hunter2S'\n",
            "password = \"hunter2S\"\n",
            "[database]\nurl_command = ['hunter2S']\n",
            "[database]\nurl_file = 'hunter2S'\n",
            "[database]\nurl = hunter2S\n",
            "[database]\nhunter2S\n",
            "database = 'hunter2S'\n",
            "[env]\np = 'hunter2S'\n",
            "[database]\nurl = [\"hunter2S\"]\n",
            "[database]\nurl = 'postgres://u@h/d?password=a&hunter2S'\n",
            "[database]\nurl = 'postgres://u:1?hunter2S@h/d'\n",
            "[database]\nurl = 'postgres://u@h/d?password=a&b=hunter2S'\n",
        ] {
            let project = Project::new(config);
            match project.load() {
                Ok(_) => check(project),
                Err(error) => {
                    let spans = error.problems().iter().filter_map(|one| one.span.clone());
                    let texts = spans.map(|span| span.source.text.clone()).collect::<String>();
                    let shown = format!("{error} {error:?} {texts}");
                    assert!(!shown.contains(secret), "{shown}");
                }
            }
        }
    }

    #[test]
    fn a_chosen_environment_without_a_url_never_means_another_database() {
        let config = "[database]\nurl = 'sqlite:file.db'\n[env.production]\nprotected = true\n";
        let project = Project::new(config).env("production");
        let message = project.relative(&project.resolve().unwrap_err());
        assert_eq!(
            message,
            "migrations.toml:3:6: the configuration is not valid: environment `production` has no `url`, \
             and neither PGHOST nor PGDATABASE is set"
        );
        let with_variables = Project::new(config).env("production").with("PGDATABASE", "d").with("PGHOST", "h");
        check_url(&with_variables, "postgres://h:5432/d", UrlOrigin::PgVariables);
    }

    #[test]
    fn an_empty_flag_is_refused() {
        assert_eq!(Project::new(DATABASES).url("").resolve().unwrap_err().code(), "usage");
    }

    #[test]
    fn paths_of_the_file_start_from_its_folder_and_typed_ones_from_the_working_folder() {
        let mut project = Project::new("").write("below", "");
        fs::create_dir_all(project.path("sub/versions")).unwrap();
        fs::write(project.path("sub/migrations.toml"), "template = 't.sql'\n[database]\nurl = 'sqlite:a.db'").unwrap();
        project.selection.config = Some("sub/migrations.toml".into());
        let config = project.load().unwrap();
        assert_eq!(
            (config.versions, config.template),
            (vec![project.path("sub/versions")], Some(project.path("sub/t.sql")))
        );
        check_url(&project, "sqlite:sub/a.db", UrlOrigin::File);
        check_url(&project.url("sqlite:a.db"), "sqlite:a.db", UrlOrigin::Flag);
    }

    #[test]
    fn other_keys_come_from_flag_variable_environment_file_default() {
        let timeout = |project: Project| project.load().unwrap().database.lock_timeout.as_secs();
        let mut flag = Project::new(DATABASES).with("REV_LOCK_TIMEOUT", "4s").env("dev");
        flag.selection.lock_timeout = Some(Duration::from_secs(5));
        assert_eq!(timeout(flag), 5);
        assert_eq!(timeout(Project::new(DATABASES).with("REV_LOCK_TIMEOUT", "4s").env("dev")), 4);
        assert_eq!(timeout(Project::new(DATABASES).env("dev")), 2);
        assert_eq!(timeout(Project::new(DATABASES)), 1);
        assert_eq!(timeout(Project::new("")), 3);
    }

    #[test]
    fn variables_stand_for_every_type() {
        let project = Project::new("[database]\nlock_retries = '${N:-7}'\n")
            .with("REV_PROTECTED", "1")
            .with("REV_TRANSACTION", "run")
            .with("REV_SCHEMA", "app");
        let database = project.load().unwrap().database;
        assert_eq!((database.lock_retries, database.protected), (7, true));
        assert_eq!((database.transaction, database.schema.as_deref()), (TransactionScope::Run, Some("app")));
        let error = Project::new("").with("REV_LOCK_RETRIES", "many").load().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`many` is not a value of `REV_LOCK_RETRIES`: write a whole number from 0 to 1000000"
        );
    }

    #[test]
    fn an_unset_variable_matters_only_where_it_is_used() {
        let config = "[database]\nurl = '${NONE}'\n[env.e]\nurl = 'sqlite:${NAME}.db'\nschema = '${NONE}'\n";
        let project = Project::new(config).with("NAME", "e");
        assert!(project.load().is_ok(), "no URL is needed yet");
        assert_eq!(
            project.relative(&project.resolve().unwrap_err()),
            "migrations.toml:2:7: the variable `NONE` is not set, and `url` needs it"
        );
        let chosen = Project::new(config).with("NAME", "e").with("REV_SCHEMA", "x").env("e");
        check_url(&chosen, "sqlite:e.db", UrlOrigin::Environment);
    }

    #[test]
    fn the_dotenv_file_never_overrides_the_process() {
        let config = "[database]\nurl = 'sqlite:${A}${B}.db'\n[env.e]\n";
        let project = Project::new(config).write(".env", "A=file\nB=file\nREV_LOCK_TIMEOUT=9s\n").with("A", "process");
        check_url(&project, "sqlite:processfile.db", UrlOrigin::File);
        assert_eq!(project.load().unwrap().database.lock_timeout.as_secs(), 9);
    }

    #[test]
    fn a_url_can_be_in_a_file() {
        let project = Project::new("[database]\nurl_file = 'secret'\n").write("secret", "mysql://u:p@h/db\n");
        check_url(&project, "mysql://u:***@h:3306/db", UrlOrigin::File);
        let missing = Project::new(DATABASES).with("REV_URL_FILE", "missing");
        assert_eq!(missing.resolve().unwrap_err().code(), "unreadable");
        assert_eq!(
            Project::new("[database]\nurl_file = 'e'").write("e", "\n").resolve().unwrap_err().code(),
            "bad-config"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_url_can_be_printed_by_a_command() {
        let config = "[database]\nurl_command = ['sh', '-c', 'cat host; echo /$NAME']\n";
        let project = Project::new(config).write("host", "mysql://h").write(".env", "NAME=db");
        check_url(&project, "mysql://h:3306/db", UrlOrigin::File);
        for command in ["false", "true", "no-such-command"] {
            let project = Project::new(&format!("[database]\nurl_command = ['{command}']"));
            assert_eq!(project.resolve().unwrap_err().code(), "command-failed", "{command}");
        }
    }

    #[test]
    fn two_urls_in_one_place_are_refused() {
        check_refused(
            "[database]\nurl = 'sqlite:a'\nurl_file = 'b'\n",
            &["3:12: the configuration is not valid: `url` and `url_file` both say which database it is; keep one"],
        );
        let both = Project::new("").with("REV_URL", "sqlite:a").with("REV_URL_FILE", "b");
        assert_eq!(both.load().unwrap_err().code(), "bad-config");
    }

    #[test]
    fn every_unknown_key_is_reported_with_its_place() {
        let config = "verions = ['a']\nurl = 'x'\n[databas]\n[database]\nlock-timeout = '1s'\n[env.e]\nzzz = 1\n[hooks]\npost = 1\n";
        let project = Project::new(config);
        let error = project.load().unwrap_err();
        let problems = error.problems().iter().map(|problem| (project.relative(problem), problem.hint().unwrap()));
        let mut problems = problems.collect::<Vec<_>>();
        problems.sort();
        let expected = [
            ("1:1: `verions` is not a configuration key", "did you mean `versions`?"),
            ("2:1: `url` is not a configuration key", "did you mean `database.url`?"),
            ("3:2: `databas` is not a configuration key", "did you mean `database`?"),
            ("5:1: `lock-timeout` is not a configuration key of [database]", "did you mean `lock_timeout`?"),
            ("7:1: `zzz` is not a configuration key of [env.e]", "docs/configuration.md lists the keys"),
            ("9:1: `post` is not a configuration key of [hooks]", "did you mean `post_write`?"),
        ];
        assert_eq!(problems, expected.map(|(message, hint)| (format!("{FILE_NAME}:{message}"), hint.to_owned())));
    }

    #[test]
    fn values_are_checked_in_every_environment() {
        check_refused(
            "[env.unused]\nlock_timeout = 3\n",
            &[
                "2:16: `3` is not a value of `lock_timeout`: write a number with a unit, such as `500ms`, `3s`, `5m` or `1h`",
            ],
        );
        check_refused(
            "versions = []\nrecursive = 'yes'\n",
            &[
                "1:12: `[…]` is not a value of `versions`: name at least one folder",
                "2:13: `yes` is not a value of `recursive`: write `true` or `false`",
            ],
        );
        check_refused(
            "[database]\ntransaction = 'all'\nprotected = 1\nlock_retries = -1\n",
            &[
                "2:15: `all` is not a value of `transaction`: write `\"revision\"` or `\"run\"`",
                "4:16: `-1` is not a value of `lock_retries`: write a whole number from 0 to 1000000",
                "3:13: `1` is not a value of `protected`: write `true` or `false`",
            ],
        );
        check_refused(
            "[database]\nversion_table = 'a.b'\n",
            &["2:17: `a.b` is not a value of `version_table`: write letters, digits, `_`, `-` and `$`"],
        );
        check_refused("env.e = 1\n", &["1:9: `1` is not a value of `env.e`: write a table"]);
        check_refused(
            "hooks.post_write = [{}]\n",
            &["1:21: the configuration is not valid: the hook has no `command`"],
        );
    }

    #[test]
    fn broken_toml_is_shown_with_its_place() {
        check_refused(
            "a = \n",
            &["1:5: the configuration is not valid: string values must be quoted, expected literal string"],
        );
        const DEEP: usize = 100_000;
        for nested in [
            format!("versions = {}", "[".repeat(DEEP)),
            format!("{}a = 1", "a.".repeat(DEEP)),
            format!("[{}a]", "a.".repeat(DEEP)),
        ] {
            assert!(Project::new(&nested).load().is_err());
        }
    }

    #[test]
    fn the_line_of_an_error_hides_the_password() {
        let project = Project::new("[database]\nurl = 'mysql://u:s3cret@h'\n");
        let error = project.resolve().unwrap_err();
        let span = error.span.clone().unwrap();
        assert_eq!(span.text(), "'mysql://u:******@h'");
        assert!(!format!("{error:?} {:?}", project.load().unwrap()).contains("s3cret"), "{error:?}");
    }

    #[test]
    fn the_version_table_follows_the_prefix() {
        let tables = |config: &str| {
            let database = Project::new(config).load().unwrap().database;
            (database.version_table, database.table_prefix)
        };
        assert_eq!(tables("[database]\ntable_prefix = 'x_'"), ("x_version".to_owned(), "x_".to_owned()));
        let alembic = "[database]\nversion_table = 'alembic_version'";
        assert_eq!(tables(alembic), ("alembic_version".to_owned(), "rev_".to_owned()));
        assert_eq!(Project::new("[database]\nversion_table = 'REV_history'").load().unwrap_err().code(), "bad-value");
    }

    #[test]
    fn hooks_are_lists_of_words_and_take_no_variables() {
        let config = "[[hooks.post_write]]\ncommand = ['fix', '{path}']\n[database]\nbefore_upgrade = [['./b', '${X}'], ['c']]\n";
        let config = Project::new(config).load().unwrap();
        let shown = |hooks: &[Hook]| hooks.iter().map(Hook::to_string).collect::<Vec<_>>();
        assert_eq!(shown(&config.post_write), ["fix {path}"]);
        assert_eq!(shown(&config.database.hooks.before_upgrade), ["./b ${X}", "c"]);
        for value in ["'./b'", "['./b']", "[[]]", "[['']]", "[[1]]", "[[['a']]]"] {
            let error = Project::new(&format!("[database]\nbefore_upgrade = {value}")).load().unwrap_err();
            assert_eq!(error.code(), "bad-value", "{value}");
        }
    }

    #[test]
    fn an_unknown_environment_names_the_known_ones() {
        let error = Project::new("[env.b]\n[env.a]\n").env("c").load().unwrap_err();
        assert_eq!(error.hint().unwrap(), "the configuration has `a`, `b`");
        assert_eq!(Project::new("[env.b]\n[env.a]\n").load().unwrap().environments, ["a", "b"]);
    }

    #[test]
    fn without_a_file_the_versions_folder_makes_a_project() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let load = || Config::load(folder.path(), &Selection::default(), &Environment::default());
        assert_eq!(load().unwrap_err().code(), "no-config");
        fs::create_dir(folder.path().join("versions")).unwrap();
        let config = load().unwrap();
        assert_eq!((config.file, config.versions), (None, vec![folder.path().join("versions")]));
    }

    #[test]
    fn a_named_file_must_exist() {
        let mut project = Project::new("").with("REV_CONFIG", "missing.toml");
        assert_eq!(project.load().unwrap_err().code(), "unreadable");
        project.selection.config = Some(FILE_NAME.into());
        assert_eq!(project.load().unwrap().file, Some(project.path(FILE_NAME)));
    }

    #[test]
    fn the_starter_is_the_default_configuration() {
        let started = Project::new(STARTER).load().unwrap();
        let template = started.template.clone().unwrap();
        assert!(template.ends_with("templates/revision.sql"));
        check_same_as_defaults(Config { template: None, ..started });
        check_url(&Project::new(STARTER), "sqlite:app.db", UrlOrigin::Default);
    }

    /// Checks everything but where the project is.
    fn check_same_as_defaults(config: Config) {
        let plain = Project::new("").load().unwrap();
        let database = |config: &Config| format!("{:?}", config.database).replace("origin: File", "origin: Default");
        assert_eq!(database(&config), database(&plain));
        let rest =
            |config: Config| (config.recursive, config.template, config.file_name, config.timezone, config.post_write);
        assert_eq!(config.versions.len(), plain.versions.len());
        assert_eq!(rest(config), rest(plain));
    }

    /// The rows of the documentation's tables: section, key, default.
    fn documented() -> Vec<(String, String, String)> {
        let mut section = String::new();
        let mut rows = Vec::new();
        for line in include_str!("../../docs/configuration.md").lines() {
            if let Some(title) = line.strip_prefix("### ") {
                section = title.to_owned();
            }
            let cells = line.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect::<Vec<_>>();
            if let [key, _, default, _] = cells.as_slice()
                && line.starts_with("| `")
            {
                rows.push((section.clone(), (*key).to_owned(), (*default).to_owned()));
            }
        }
        rows
    }

    #[test]
    fn the_documentation_has_every_key_and_no_other() {
        let mut known = Vec::new();
        let mut add = |section: &str, name: &str| known.push((section.to_owned(), name.to_owned()));
        PROJECT_KEYS.iter().for_each(|key| add("Project", key.name));
        POST_WRITE_KEYS.iter().for_each(|key| add(&format!("`[[hooks.{}]]`", HOOKS_KEYS[0]), key.name));
        CHECK_KEYS.iter().for_each(|key| add("`[check]`", key.name));
        SCRATCH_KEYS.iter().for_each(|key| add("`[scratch]`", key.name));
        MODEL_KEYS.iter().for_each(|key| add("`[model]`", key.name));
        URL_KEYS.iter().for_each(|key| add("`[database]` and `[env.NAME]`", key.name));
        DATABASE_KEYS.iter().for_each(|key| add("`[database]` and `[env.NAME]`", key.name));
        let in_documentation = documented().into_iter().map(|(section, key, _)| (section, key)).collect::<Vec<_>>();
        assert_eq!(in_documentation, known);
    }

    #[test]
    fn the_documentation_tells_the_true_defaults() {
        let defaults = documented().into_iter().filter(|(_, _, default)| default != "none");
        let (project, database): (Vec<_>, Vec<_>) = defaults.partition(|(section, ..)| section == "Project");
        let lines = |rows: Vec<(String, String, String)>| {
            rows.into_iter().map(|(_, key, default)| format!("{key} = {default}\n")).collect::<String>()
        };
        check_same_as_defaults(
            Project::new(&format!("{}[database]\n{}", lines(project), lines(database))).load().unwrap(),
        );
    }
}
