//! Where the database URL comes from, and what it is once it is needed.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::config::environment::Environment;
use crate::config::interpolate::variables;
use crate::config::output::Ended;
use crate::config::output::output;
use crate::config::setting::Data;
use crate::config::setting::Setting;
use crate::config::trust::Trust;
use crate::config::url::DatabaseUrl;
use crate::config::url::HIDDEN;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::regular_file;
use crate::span::Span;

/// How long a command may take that prints the URL: it may ask for a password.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// What gave the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlOrigin {
    /// `-u`; a password in it can be read by everyone who may list the processes.
    Flag,
    /// `REV_URL` or `REV_URL_FILE`.
    Variable,
    /// The table of the chosen environment.
    Environment,
    /// The `[database]` table.
    File,
    /// `PGHOST`, `PGDATABASE` and the like.
    PgVariables,
    /// `[scratch]`, or `REV_SCRATCH_URL`.
    Scratch,
    /// A program that uses the library.
    Program,
    /// Nothing: `sqlite:app.db`.
    Default,
}

/// A URL that was resolved, and what gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedUrl {
    /// The database.
    pub url: DatabaseUrl,
    /// What gave it.
    pub origin: UrlOrigin,
    /// What gave it, as a person would look for it: `migrations.toml`, `DATABASE_URL in migrations.toml`, `--url`.
    pub source: String,
}

/// What is known of the URL before it is needed: variables are not filled in, files not read, commands not run.
#[derive(Clone)]
pub struct UrlSource {
    pub(super) given: Option<Setting>,
    pub(super) origin: UrlOrigin,
    /// The folder of the configuration file.
    pub(super) root: PathBuf,
    pub(super) working: PathBuf,
    pub(super) environment: Environment,
    /// The environment that was chosen, and where its table begins.
    pub(super) chosen: Option<(String, Span)>,
    /// Who may write the program of a command.
    pub(super) trust: Trust,
    /// What `extensions` says.
    pub(super) extensions: Option<Setting>,
    /// What came of it, so that a command runs once.
    pub(super) resolved: OnceLock<ResolvedUrl>,
}

impl UrlSource {
    /// Returns what is known where nothing says which database it is.
    pub(super) fn nothing() -> Self {
        Self {
            given: None,
            origin: UrlOrigin::Default,
            root: PathBuf::new(),
            working: PathBuf::new(),
            environment: Environment::default(),
            chosen: None,
            trust: Trust::of_program(),
            extensions: None,
            resolved: OnceLock::new(),
        }
    }

    /// Returns what is known where the database is known already.
    pub(super) fn of(url: DatabaseUrl) -> Self {
        let resolved = ResolvedUrl { url, origin: UrlOrigin::Program, source: "program".to_owned() };
        Self { origin: UrlOrigin::Program, resolved: OnceLock::from(resolved), ..Self::nothing() }
    }

    /// Returns the URL: the first time fills in its variables, reads its file or runs its command.
    pub fn resolve(&self) -> Result<ResolvedUrl, Error> {
        self.resolve_within(COMMAND_LIMIT)
    }

    /// Returns the URL like [`Self::resolve`]; a command may take this long.
    pub fn resolve_within(&self, limit: Duration) -> Result<ResolvedUrl, Error> {
        if let Some(resolved) = self.resolved.get() {
            return Ok(resolved.clone());
        }
        let mut resolved = self.find(limit)?;
        if let DatabaseUrl::Sqlite(file) = &mut resolved.url {
            file.extensions = self.libraries()?;
        }
        Ok(self.resolved.get_or_init(|| resolved).clone())
    }

    /// Returns what gives the URL, as far as that is known before it is needed.
    pub fn origin(&self) -> UrlOrigin {
        self.origin
    }

    /// Returns whether a command must run to find the URL.
    pub(super) fn runs_command(&self) -> bool {
        self.given.as_ref().is_some_and(|given| given.key == "url_command")
    }

    /// Returns whether something says which database it is.
    pub fn is_given(&self) -> bool {
        self.given.is_some()
    }

    fn find(&self, limit: Duration) -> Result<ResolvedUrl, Error> {
        let Some(given) = &self.given else { return self.fallback() };
        let text = match given.key.as_str() {
            "url_file" | "REV_URL_FILE" => self.read_file(given)?,
            "url_command" => self.run_command(given, limit)?,
            _ => self.filled(given)?,
        };
        if text.is_empty() {
            let is_meant = matches!(self.origin, UrlOrigin::Flag | UrlOrigin::Program | UrlOrigin::Scratch);
            return if is_meant { Err(empty_url()) } else { self.unset() };
        }
        let url = DatabaseUrl::parse(&text, self.folder(), &self.environment);
        let url = url.map_err(|kind| given.place(named(kind, &given.key)))?;
        Ok(ResolvedUrl { url, origin: self.origin, source: self.source(given) })
    }

    /// Returns where a person would look for what gave the URL.
    fn source(&self, given: &Setting) -> String {
        let file = given.span.as_ref().map(|span| span.source.path.display().to_string());
        // What a variable holds says more than that the file asks for it.
        let used = match &given.data {
            Data::Text(text) => variables(text).into_iter().find(|name| self.environment.get_filled(name).is_some()),
            _ => None,
        };
        let key = used.or_else(|| matches!(given.key.as_str(), "url_file" | "url_command").then_some(&*given.key));
        let place = match (&self.chosen, file) {
            (Some((name, _)), Some(file)) if self.origin == UrlOrigin::Environment => {
                format!("environment {name} in {file}")
            }
            (_, Some(file)) => file,
            (_, None) if self.origin == UrlOrigin::Program => "program".to_owned(),
            (_, None) => return given.key.clone(),
        };
        key.map_or_else(|| place.clone(), |key| format!("{key}, {place}"))
    }

    /// Returns what relative paths start from: people type flags where they are, and write files for where these are.
    fn folder(&self) -> &Path {
        match self.origin {
            UrlOrigin::Flag | UrlOrigin::Variable | UrlOrigin::PgVariables | UrlOrigin::Program => &self.working,
            UrlOrigin::Environment | UrlOrigin::File | UrlOrigin::Scratch | UrlOrigin::Default => &self.root,
        }
    }

    /// Fills in variables; flags and variables are taken as they are, since the shell had its turn.
    fn filled(&self, given: &Setting) -> Result<String, Error> {
        let filled = match self.origin {
            UrlOrigin::Environment | UrlOrigin::File | UrlOrigin::Scratch => given.clone().filled(&self.environment)?,
            _ => given.clone(),
        };
        filled.text().map(|text| text.trim().to_owned())
    }

    fn read_file(&self, given: &Setting) -> Result<String, Error> {
        let path = self.folder().join(self.filled(given)?);
        // What is no path at all may be a password in its place.
        let own_folder = path.parent().filter(|folder| *folder != self.folder() && **folder != *Path::new("/"));
        let is_path = path.exists() || own_folder.is_some_and(Path::is_dir);
        let shown = if is_path { path.clone() } else { format!("the file of `{}`", given.key).into() };
        let text = match regular_file::read_to_string(&path) {
            Ok(text) => text.trim().to_owned(),
            Err(cause) => return Err(given.place(ErrorKind::Unreadable { path: shown }).because(cause)),
        };
        if text.is_empty() {
            let message = format!("{} holds no URL", shown.display());
            return Err(given.place(ErrorKind::BadConfig { message }));
        }
        Ok(text)
    }

    /// Returns the libraries that SQLite is to load: a path starts from the folder of the configuration, and a name is
    /// left to the system.
    fn libraries(&self) -> Result<Vec<String>, Error> {
        let Some(given) = &self.extensions else { return Ok(Vec::new()) };
        let library = |text: String| {
            if !text.contains(['/', '\\']) {
                return Ok(text);
            }
            let path = self.root.join(&text);
            if path.exists() {
                // It runs in this process, as whoever runs it.
                self.trust.check(&path).map_err(|error| given.place(*error.kind))?;
            }
            Ok(path.to_string_lossy().into_owned())
        };
        given.texts()?.into_iter().map(library).collect()
    }

    /// Runs the command beside the configuration file, for at most `limit`.
    fn run_command(&self, given: &Setting, limit: Duration) -> Result<String, Error> {
        let hook = given.command()?;
        self.trust.check_command(&hook, &self.root).map_err(|error| given.place(*error.kind))?;
        // A program that was found is no password that came into its place.
        let failed =
            |command: &str, status| given.place(ErrorKind::CommandFailed { command: command.to_owned(), status });
        let folder = if self.root.as_os_str().is_empty() { Path::new(".") } else { &self.root };
        let mut command = Command::new(&hook.program);
        command.args(&hook.arguments).current_dir(folder).envs(self.environment.iter());
        let (status, printed) = match output(&mut command, limit) {
            Ok(Ended::Itself(status, printed)) => (status, printed),
            Ok(Ended::TimedOut) => {
                let status = format!("it did not end within {} s", limit.as_secs_f64());
                return Err(failed(&hook.program, Some(status)));
            }
            Err(cause) => return Err(failed(&given.key, None).because(cause)),
        };
        if !status.success() {
            return Err(failed(&hook.program, Some(status.to_string())));
        }
        let text = String::from_utf8(printed).unwrap_or_default().trim().to_owned();
        if text.is_empty() {
            return Err(failed(&hook.program, Some("it printed no URL".to_owned())));
        }
        Ok(text)
    }

    /// Returns the database when no URL is given at all. A chosen environment must then not end up in the default
    /// file: that would look like success and change nothing that was meant.
    fn fallback(&self) -> Result<ResolvedUrl, Error> {
        let resolved = self.unset()?;
        match &self.chosen {
            Some((name, span)) if resolved.origin == UrlOrigin::Default => {
                let message = match self.environment.get_filled(DATABASE_URL) {
                    Some(_) => {
                        format!("environment `{name}` has no `url`; `url = \"${{{DATABASE_URL}}}\"` is that variable's")
                    }
                    None => format!("environment `{name}` has no `url`, and neither PGHOST nor PGDATABASE is set"),
                };
                Err(Error::from(ErrorKind::BadConfig { message }).at(span.clone()))
            }
            _ => Ok(resolved),
        }
    }

    /// Returns the database of an empty URL.
    fn unset(&self) -> Result<ResolvedUrl, Error> {
        let postgres = DatabaseUrl::from_pg_variables(&self.environment)?;
        // An environment that was chosen names its own.
        let common = self.environment.get_filled(DATABASE_URL).filter(|_| self.chosen.is_none());
        if let Some(text) = common {
            let url = DatabaseUrl::parse(text, &self.working, &self.environment);
            let url = url.map_err(|kind| named(kind, DATABASE_URL))?;
            if postgres.is_some_and(|other| !other.is_same(&url)) {
                let message = format!(
                    "{DATABASE_URL} and the PG… variables mean different databases; say which with `url` or REV_URL"
                );
                return Err(ErrorKind::BadConfig { message }.into());
            }
            return Ok(ResolvedUrl { url, origin: UrlOrigin::Variable, source: DATABASE_URL.to_owned() });
        }
        if let Some(url) = postgres {
            let mut first = ["PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE"].into_iter();
            let source = first.find(|name| self.environment.get_filled(name).is_some()).unwrap_or("PGDATABASE");
            return Ok(ResolvedUrl { url, origin: UrlOrigin::PgVariables, source: source.to_owned() });
        }
        if let Some(name) = MYSQL_PLACES.iter().find(|name| self.environment.get_filled(name).is_some()) {
            let message = format!(
                "{name} is set, and nothing says which database is meant; write it, as in `url = \"mysql:///name\"`"
            );
            return Err(ErrorKind::BadConfig { message }.into());
        }
        let url = DatabaseUrl::parse("sqlite:app.db", &self.root, &self.environment)?;
        Ok(ResolvedUrl { url, origin: UrlOrigin::Default, source: "default".to_owned() })
    }
}

/// The variable in which many programs are told their database.
const DATABASE_URL: &str = "DATABASE_URL";

/// Variables that say that a server of MariaDB or MySQL is meant, but not which of its databases.
const MYSQL_PLACES: [&str; 6] =
    ["MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT", "MYSQL_DATABASE", "MARIADB_HOST", "MARIADB_DATABASE"];

/// Says where the text came from of which nothing is shown.
fn named(kind: ErrorKind, key: &str) -> ErrorKind {
    match kind {
        ErrorKind::BadUrl { url, reason } if url.contains(HIDDEN) && !url.contains("://") => {
            ErrorKind::BadUrl { url: format!("what `{key}` says"), reason }
        }
        kind => kind,
    }
}

fn empty_url() -> Error {
    ErrorKind::BadUrl { url: "``".to_owned(), reason: "it is empty".to_owned() }.into()
}

impl fmt::Debug for UrlSource {
    /// Writes where it comes from only: the rest may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlSource").field("origin", &self.origin).finish_non_exhaustive()
    }
}
