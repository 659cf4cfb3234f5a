//! The question before a protected database is changed.

use crate::cli::ask::ask;
use crate::cli::context::Context;
use crate::cli::context::Named;
use crate::cli::ui::Telling;
use crate::config::Config;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::Program;
use crate::run::Event;
use crate::run::Observer;

/// Shows progress, and asks before a protected environment is changed.
pub struct Confirming {
    telling: Telling,
    /// What must be typed; nothing when no question is asked.
    answer: Option<String>,
    /// Whether a program reads the answer, and nobody the question.
    is_json: bool,
    /// What is asked about.
    database: String,
    /// Whether what goes down comes up again.
    is_redo: bool,
    /// Whether it was typed once; a redo goes down and up with one answer.
    is_confirmed: bool,
}

impl Confirming {
    /// Asks when the database is protected, unless the answer is `yes` already.
    pub fn new(cx: &Context, config: &Config, yes: bool) -> Self {
        let name = config.environment.clone().unwrap_or_else(|| "yes".to_owned());
        let answer = (config.database.protected && !yes).then_some(name);
        let database = cx.database.as_ref().map_or_else(|| "this database".to_owned(), Named::to_string);
        Self { telling: cx.telling(), answer, is_json: cx.is_json(), database, is_redo: false, is_confirmed: false }
    }

    /// Says before the question that what goes down comes up again.
    pub fn of_redo(self) -> Self {
        Self { is_redo: true, ..self }
    }

    fn ask(&mut self) -> Result<(), Error> {
        let Some(answer) = &self.answer else { return Ok(()) };
        if self.is_json {
            return Err(ErrorKind::NobodyToAsk.into());
        }
        ask(&format!("{} is protected", self.database), answer, ErrorKind::NobodyToAsk)?;
        self.is_confirmed = true;
        Ok(())
    }
}

impl Observer for Confirming {
    fn event(&mut self, event: Event<'_>) {
        self.telling.event(event);
    }

    fn confirm(&mut self, program: &Program) -> Result<(), Error> {
        if self.is_confirmed { Ok(()) } else { self.confirm_change(program) }
    }

    fn confirm_change(&mut self, program: &Program) -> Result<(), Error> {
        if self.answer.is_some() {
            self.telling.plan(program);
            if self.is_redo {
                self.telling.say("then the upgrades of the same revisions, as their scripts are now");
            }
        }
        self.ask()
    }

    fn confirm_note(&mut self, what: &str) -> Result<(), Error> {
        if self.answer.is_some() {
            self.telling.say(what);
        }
        self.ask()
    }
}
