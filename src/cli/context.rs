//! What every command needs: the configuration, the project, the database, and a way to answer.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::check::unread_hint;
use crate::cli::global::GlobalArgs;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Extent;
use crate::cli::ui::Pager;
use crate::cli::ui::Record;
use crate::cli::ui::Telling;
use crate::cli::ui::Terminal;
use crate::cli::ui::dry_run;
use crate::cli::ui::dry_run_json;
use crate::cli::ui::escape;
use crate::cli::ui::fit;
use crate::cli::ui::json;
use crate::cli::ui::wrap;
use crate::config::Config;
use crate::config::Environment;
use crate::config::Selection;
use crate::config::UnknownVariable;
use crate::config::UrlOrigin;
use crate::config::url::DatabaseUrl;
use crate::duration::parse_duration;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::program::Program;
use crate::project::Project;
use crate::run::Actor;
use crate::run::Interrupt;
use crate::run::Report;
use crate::run::RunFailure;
use crate::run::Session;
use crate::typed;

/// One run of the program.
pub struct Context {
    /// The options of every command.
    pub global: GlobalArgs,
    /// The variables of the process.
    pub environment: Environment,
    /// Who runs it.
    pub actor: Actor,
    /// How a signal stops a run.
    pub interrupt: Interrupt,
    /// How long to wait for another run, where the command has that option.
    pub lock_wait: Option<String>,
    /// How long to wait for tables, where the command has that option.
    pub lock_timeout: Option<String>,
    /// Where it answers.
    pub terminal: Terminal,
    /// The database that it is about, once that is known.
    pub database: Option<Named>,
    /// Whether it was warned of variables that nothing reads.
    pub has_told_variables: bool,
}

/// A database, and what says that it is this one.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Named {
    /// Where it is, without a password.
    pub url: String,
    /// What gave the URL, as a person would look for it.
    pub from: String,
    /// Whether it is a file that is not there yet.
    #[serde(skip)]
    pub is_missing_file: bool,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.url, self.from)
    }
}

impl Context {
    /// Returns whether one JSON document is wanted instead of text.
    pub fn is_json(&self) -> bool {
        self.global.json
    }

    /// Reads a target; what it means is decided later.
    pub fn target(&self, text: &str) -> Result<Target, Error> {
        text.parse::<Target>().map_err(Error::from)
    }

    /// Reads the configuration, and warns once of variables that look like rev's own, and that nothing reads.
    pub fn config(&mut self) -> Result<Config, Error> {
        let config = Config::load(Path::new(""), &self.selection()?, &self.environment)?;
        self.warn_of_variables(&config);
        Ok(config)
    }

    /// Reads a configuration that will be a file at `path`.
    pub fn config_of(&mut self, path: &Path, text: &str) -> Result<Config, Error> {
        let config = Config::of_text(path, text, &self.selection()?, &self.environment)?;
        self.warn_of_variables(&config);
        Ok(config)
    }

    fn selection(&self) -> Result<Selection, Error> {
        Ok(Selection {
            config: self.global.config.clone(),
            env: self.global.env.clone(),
            url: self.global.url.clone(),
            wait: duration("--wait", self.global.wait.as_deref())?,
            lock_wait: duration("--lock-wait", self.lock_wait.as_deref())?,
            lock_timeout: duration("--lock-timeout", self.lock_timeout.as_deref())?,
        })
    }

    fn warn_of_variables(&mut self, config: &Config) {
        if !std::mem::replace(&mut self.has_told_variables, true) {
            for UnknownVariable { name, nearest } in config.unknown_variables() {
                let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
                self.terminal.warn(&format!("nothing reads the variable `{name}`{hint}"));
            }
        }
    }

    /// Reads configuration and scripts.
    pub fn project(&mut self) -> Result<Project, Error> {
        Project::load(self.config()?)
    }

    /// Reads configuration and scripts to add one.
    pub fn project_to_add(&mut self) -> Result<Project, Error> {
        Project::load_to_add(self.config()?)
    }

    /// Warns of scripts that will not be looked at, where somebody may believe that they are.
    pub fn warn_of_unread(&mut self, project: &Project) {
        let unread = project.unread_scripts();
        if let [first, more @ ..] = &unread[..] {
            let (and, are) = match more.len() {
                0 => (String::new(), "is"),
                more => (format!(" and {more} more"), "are"),
            };
            self.terminal.warn(&format!("{}{and} {are} not read: {}", first.display(), unread_hint(first)));
        }
    }

    /// Connects to the project's database.
    pub async fn open(&mut self, project: &Project) -> Result<Session, Error> {
        self.connect(&project.config, project.ids()).await
    }

    /// Returns which database it is, and warns about a password that others can read.
    pub fn resolve(&mut self, config: &Config) -> Result<DatabaseUrl, Error> {
        let resolved = config.database.url.resolve()?;
        let is_told = self.database.as_ref().is_some_and(|known| known.url == resolved.url.to_string());
        if resolved.origin == UrlOrigin::Flag && resolved.url.has_password() && !is_told {
            self.terminal
                .warn("others on this machine can read a password on the command line; use REV_URL or migrations.toml");
        }
        let is_missing_file = resolved.url.is_missing_file();
        self.database = Some(Named { url: resolved.url.to_string(), from: resolved.source, is_missing_file });
        Ok(resolved.url)
    }

    /// Says which database a command is about, and why that one: the first line of every run, and of every look.
    pub fn name_run(&mut self, command: &'static str) {
        let Some(database) = &self.database else { return };
        let record = Record::Database { command, url: &database.url, from: &database.from };
        self.terminal.tell(&escape(&record.message()), &record);
    }

    /// Says that the database is a file that is not there, since its name may be mistyped.
    pub fn tell_of_missing_file(&mut self) {
        if self.database.as_ref().is_some_and(|database| database.is_missing_file) {
            self.talk("there is no such file yet; the first `rev upgrade` creates it");
        }
    }

    /// Returns what `--wait` says.
    pub fn wait(&self) -> Result<Duration, Error> {
        Ok(duration("--wait", self.global.wait.as_deref())?.unwrap_or_default())
    }

    /// Connects to the configured database, whether or not the scripts are sound.
    ///
    /// `ids` are those of the scripts, as far as they can be read.
    pub async fn connect<'a>(
        &mut self,
        config: &Config,
        ids: impl IntoIterator<Item = &'a RevisionId>,
    ) -> Result<Session, Error> {
        let url = self.resolve(config)?;
        let terminal = &mut self.terminal;
        let tell = |error: &Error| {
            let record = Record::server_waiting(error);
            terminal.tell(&escape(&record.message()), &record);
        };
        if self.actor.pid == Some(1) {
            // Signals do not end the first process of a container, unless it listens.
            self.interrupt.heed();
        }
        let connecting = Session::connect_telling(&config.database, &url, ids, tell);
        let mut session = self.interrupt.or_stop(connecting).await?;
        session.interrupt = self.interrupt.clone();
        Ok(session)
    }

    /// Returns the rows of the database if they are needed, else none.
    pub async fn rows_for(&mut self, project: &Project, needed: bool) -> Result<Heads, Error> {
        if !needed {
            return Ok(Heads::empty());
        }
        let session = self.open(project).await?;
        let rows = session.rows.clone();
        session.close().await;
        Ok(rows)
    }

    /// Runs the commands for a script that was written; what they print is talk, since the answer is the path.
    pub fn run_post_write(&self, project: &Project, path: &Path) -> Result<(), Error> {
        project.run_post_write(path, || Stdio::from(io::stderr()))
    }

    /// Shows what a run does.
    pub fn telling(&self) -> Telling {
        self.terminal.telling()
    }

    /// Answers with text, which ends its lines itself.
    pub fn text(&mut self, text: &str) -> Result<Outcome, Failed> {
        match self.is_json() {
            true => self.document(text)?,
            false => self.terminal.data(text)?,
        }
        Ok(Outcome::Done)
    }

    /// Answers with text that may be longer than a screen: page by page on a terminal.
    pub async fn long(&mut self, text: &str) -> Result<Outcome, Failed> {
        let is_paged = self.terminal.columns.is_some() && !self.global.no_pager && !self.is_json();
        let Some(pager) = is_paged.then(|| Pager::chosen(&self.environment)).flatten() else { return self.text(text) };
        if text.is_empty() {
            return Ok(Outcome::Done);
        }
        // Ctrl-C is for the pager: it must not lose the terminal to a shell while it runs.
        self.interrupt.heed();
        self.interrupt.settled().await;
        if pager.show(text) {
            return Ok(Outcome::Done);
        }
        let outcome = self.text(text);
        self.terminal.warn(&format!("the pager `{}` cannot be started; REV_PAGER names another", pager.command));
        outcome
    }

    /// Answers with a list, one line for each: on a terminal none is longer than that is wide.
    pub async fn list(&mut self, text: &str) -> Result<Outcome, Failed> {
        match self.terminal.columns {
            Some(columns) if !self.global.verbose => self.long(&fit(text, columns)).await,
            _ => self.long(text).await,
        }
    }

    /// Answers with sentences: on a terminal they are broken between words.
    pub fn prose(&mut self, text: &str) -> Result<Outcome, Failed> {
        match self.terminal.columns {
            Some(columns) => self.text(&wrap(text, columns)),
            None => self.text(text),
        }
    }

    /// Answers with a document, which names the database.
    fn document(&mut self, text: &str) -> Result<(), Error> {
        match &self.database {
            Some(database) => self.terminal.data(&json::naming(text, database)),
            None => self.terminal.data(text),
        }
    }

    /// Answers with what a run did.
    pub fn report(&mut self, report: &Report) -> Result<Outcome, Failed> {
        if self.is_json() {
            // What was done stays done when nobody can read of it.
            let began = (!report.steps.is_empty()).then(|| report.clone());
            let unread = |error| RunFailure { error, report: began, stopped: None, standing: None };
            self.document(&json::report(report)).map_err(unread)?;
        }
        let record = Record::finished(report, self.terminal.log().elapsed());
        match self.is_json() {
            true => self.terminal.log().write(&record),
            false => self.terminal.tell(&escape(&record.message()), &record),
        }
        Ok(Outcome::Done)
    }

    /// Answers with what a run would do.
    pub async fn dry_run(&mut self, program: &Program) -> Result<Outcome, Failed> {
        if self.is_json() {
            return self.text(&dry_run_json(program));
        }
        let extent = if self.global.verbose { Extent::Whole } else { Extent::Beginning };
        let text = dry_run(program, extent, self.terminal.paint);
        match self.terminal.columns {
            Some(columns) if !self.global.verbose => self.long(&wrap(&text, columns)).await,
            _ => self.long(&text).await,
        }
    }

    /// Answers that the command failed.
    pub fn fail(&mut self, failed: &Failed) {
        let log = self.terminal.log();
        let (report, state) = (failed.report.as_deref(), failed.state.as_deref());
        log.write(&Record::failed(&failed.error, report, state, failed.exit_code(), log.elapsed()));
        if self.is_json() {
            let document = match &failed.report {
                Some(report) => json::failed_run(&failed.error, report),
                None if failed.is_unreachable => json::unreachable(&failed.error),
                None => json::failure(&failed.error),
            };
            if let Err(error) = self.document(&document) {
                self.terminal.error(&error, failed.state.as_deref());
            }
        } else {
            self.terminal.error(&failed.error, failed.state.as_deref());
        }
    }

    /// Tells people something; not part of the answer.
    pub fn talk(&mut self, text: &str) {
        self.terminal.say(&typed::in_commands(text.to_owned()));
    }
}

/// Reads the value of an option that is a duration.
pub(super) fn duration(option: &str, text: Option<&str>) -> Result<Option<Duration>, ErrorKind> {
    let bad = |text: &str, expected: &str| ErrorKind::BadValue {
        key: option.to_owned(),
        value: text.to_owned(),
        expected: expected.to_owned(),
    };
    text.map(|text| parse_duration(text).map_err(|expected| bad(text, expected))).transpose()
}
