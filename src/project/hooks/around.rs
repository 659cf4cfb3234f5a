//! The user's commands around a run: before it, while nothing was changed yet, and after it, however it ended.

use std::time::Instant;

use crate::config::Hook;
use crate::config::Hooks;
use crate::config::url::mask_passwords;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::program::program::Program;
use crate::project::hooks::child;
use crate::project::hooks::child::Heed;
use crate::project::hooks::hook;
use crate::project::project::Project;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::session::Session;

/// The longest text that a command is given in a variable; systems refuse much longer ones.
const LONGEST_TEXT: usize = 10_000;

/// A run that commands are run around.
pub(crate) struct Occasion {
    /// Which ways it goes; none when it runs no script.
    ways: Vec<Direction>,
    from: Heads,
    to: Heads,
    steps: usize,
    /// Whether it is no run inside of another.
    is_outer: bool,
}

/// A command that failed: how, and the last that it said.
struct Broken<'a> {
    hook: &'static str,
    command: &'a Hook,
    status: Option<String>,
    said: Option<String>,
}

impl Occasion {
    /// Returns the occasion of running `program`; a stamp runs nothing, so it is none.
    pub(crate) fn of(program: &Program) -> Self {
        let way = program.steps.first().map(|step| step.direction);
        let ways = way.into_iter().filter(|way| *way != Direction::Stamp).collect();
        Self { ways, from: program.from.clone(), to: program.to.clone(), steps: program.steps.len(), is_outer: false }
    }

    /// Returns the occasion of running `down`, and then as many steps up to where it was.
    pub(crate) fn there_and_back(down: &Program) -> Self {
        let ways = vec![Direction::Downgrade, Direction::Upgrade];
        Self { ways, from: down.from.clone(), to: down.from.clone(), steps: down.steps.len() * 2, is_outer: false }
    }

    fn before<'h>(&self, hooks: &'h Hooks) -> Vec<(&'static str, &'h Hook)> {
        self.each(|way| match way {
            Direction::Upgrade => ("before_upgrade", &hooks.before_upgrade),
            Direction::Downgrade | Direction::Stamp => ("before_downgrade", &hooks.before_downgrade),
        })
    }

    fn after<'h>(&self, hooks: &'h Hooks) -> Vec<(&'static str, &'h Hook)> {
        self.each(|way| match way {
            Direction::Upgrade => ("after_upgrade", &hooks.after_upgrade),
            Direction::Downgrade | Direction::Stamp => ("after_downgrade", &hooks.after_downgrade),
        })
    }

    fn each<'h>(&self, of: impl Fn(Direction) -> (&'static str, &'h Vec<Hook>)) -> Vec<(&'static str, &'h Hook)> {
        let lists = self.ways.iter().map(|way| of(*way));
        lists.flat_map(|(name, hooks)| hooks.iter().map(move |hook| (name, hook))).collect()
    }

    /// Returns the variables that say which run it is.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let ways: Vec<&str> = self.ways.iter().map(|way| way.as_str()).collect();
        vec![
            ("REV_DIRECTION", ways.join(" ")),
            ("REV_FROM", spaced(&self.from)),
            ("REV_TO", spaced(&self.to)),
            ("REV_STEPS", self.steps.to_string()),
        ]
    }
}

impl Project {
    /// Runs the configured commands before a run; the lock must be held, and the state read.
    ///
    /// What they say is of the state that is changed then: nobody else can, and that they did not change it themselves is
    /// checked. A run inside of another has none of its own.
    pub(crate) async fn hooks_before(
        &self,
        occasion: &mut Occasion,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        occasion.is_outer = !occasion.ways.is_empty() && !session.set_in_hooks(true);
        if !occasion.is_outer {
            return Ok(());
        }
        let hooks = occasion.before(&self.config.database.hooks);
        if hooks.is_empty() {
            return Ok(());
        }
        let before = (session.rows.clone(), session.progress.clone());
        for (name, hook) in hooks {
            let ended = self.run_hook(name, hook, &occasion.variables(), Heed::Signals, session, observer).await;
            session.check_interrupt()?;
            ended.map_err(|broken| {
                let Broken { hook, command, status, said } = broken;
                ErrorKind::BeforeHookFailed { hook, command: shown(command), status, said }
            })?;
        }
        session.check_lock().await?;
        session.refresh().await?;
        if before != (session.rows.clone(), session.progress.clone()) {
            let expected =
                format!("it was at {} before the hooks ran, and is at {} after them", before.0, session.rows);
            return Err(ErrorKind::DatabaseMoved { expected }.into());
        }
        Ok(())
    }

    /// Runs the configured commands after a run, or those for one that failed.
    pub(crate) async fn hooks_after(
        &self,
        occasion: &Occasion,
        result: Result<Report, RunFailure>,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        if !occasion.is_outer {
            return result;
        }
        let result = match result {
            Ok(report) => self.hooks_after_success(occasion, report, session, observer).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &result {
            self.hooks_on_failure(occasion, failure, session, observer).await;
        }
        session.set_in_hooks(false);
        result
    }

    async fn hooks_after_success(
        &self,
        occasion: &Occasion,
        report: Report,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        for (name, hook) in occasion.after(&self.config.database.hooks) {
            let ended = self.run_hook(name, hook, &occasion.variables(), Heed::Signals, session, observer).await;
            let error = match (session.check_interrupt(), ended) {
                (Err(error), _) => error,
                (Ok(()), Err(broken)) => {
                    let Broken { hook, command, status, said } = broken;
                    ErrorKind::AfterHookFailed { hook, command: shown(command), status, said }.into()
                }
                (Ok(()), Ok(())) => continue,
            };
            return Err(RunFailure { error, report: Some(report), stopped: None, standing: None });
        }
        Ok(report)
    }

    /// Runs the commands for a run that failed; the failure that is reported is the run's own.
    async fn hooks_on_failure(
        &self,
        occasion: &Occasion,
        failure: &RunFailure,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) {
        let hooks = &self.config.database.hooks.on_failure;
        if hooks.is_empty() {
            return;
        }
        let revision = failure.stopped.as_ref().map_or(String::new(), |stopped| stopped.revision.to_string());
        let mut variables = occasion.variables();
        variables.extend([
            ("REV_ERROR", failure.error.code().to_owned()),
            ("REV_MESSAGE", failure.error.to_string()),
            ("REV_REVISION", revision),
            ("REV_STATE", failure.state()),
        ]);
        for hook in hooks {
            let _ = self.run_hook("on_failure", hook, &variables, Heed::Nothing, session, observer).await;
        }
    }

    /// Runs one command, and tells what it prints and how it ends.
    async fn run_hook<'h>(
        &self,
        name: &'static str,
        hook: &'h Hook,
        variables: &[(&'static str, String)],
        heed: Heed,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) -> Result<(), Broken<'h>> {
        observer.event(Event::HookStarted { hook: name, command: hook });
        let began = Instant::now();
        let mut said = None;
        let ended = match self.prepared(hook, variables) {
            Ok(command) => {
                let mut tell = |line: &str| {
                    let line = mask_passwords(line);
                    observer.event(Event::HookOutput { hook: name, line: &line });
                    said = Some(line).filter(|line| !line.trim().is_empty()).or(said.take());
                };
                let limit = self.config.database.hook_timeout;
                child::run(command, heed, limit, session, &mut tell).await
            }
            Err(cause) => Err(cause),
        };
        let status = match ended {
            Ok(status) if status.success() => None,
            Ok(status) => Some(status.to_string()),
            Err(cause) => Some(cause.to_string()),
        };
        let (duration, failure) = (began.elapsed(), status.as_deref());
        observer.event(Event::HookEnded { hook: name, command: hook, duration, failure });
        match status {
            None => Ok(()),
            status => Err(Broken { hook: name, command: hook, status, said }),
        }
    }

    fn prepared(&self, hook: &Hook, variables: &[(&'static str, String)]) -> std::io::Result<std::process::Command> {
        let config = &self.config;
        let mut command = hook::command(hook, config)?;
        // What rev was started with must not tell the commands what `pass_url` does not.
        for name in ["REV_URL", "REV_URL_FILE", "REV_ENV"] {
            command.env_remove(name);
        }
        if let Some(environment) = &config.environment {
            command.env("REV_ENV", environment);
        }
        if let (true, Ok(resolved)) = (config.database.pass_url, config.database.url.resolve()) {
            command.env("REV_URL", resolved.url.expose());
        }
        for (name, value) in variables {
            let value: String = value.chars().filter(|c| *c != '\0').take(LONGEST_TEXT).collect();
            command.env(name, value);
        }
        Ok(command)
    }
}

/// Returns a command for messages; a URL among its words may have a password.
fn shown(command: &Hook) -> String {
    mask_passwords(&command.to_string())
}

fn spaced(heads: &Heads) -> String {
    heads.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" ")
}
