//! The question before a protected database is changed.

use std::io;
use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Write;

use crate::cli::ui::Telling;
use crate::config::Config;
use crate::engine::Event;
use crate::engine::Observer;
use crate::engine::Program;
use crate::error::Error;
use crate::error::ErrorKind;

/// Shows progress, and asks before a protected environment is changed.
pub struct Confirming {
    telling: Telling,
    /// What must be typed; nothing when no question is asked.
    answer: Option<String>,
    /// Whether it was typed once; a redo goes down and up with one answer.
    is_confirmed: bool,
}

impl Confirming {
    /// Asks when the database is protected, unless the answer is `yes` already.
    pub fn new(telling: Telling, config: &Config, yes: bool) -> Self {
        let name = config.environment.clone().unwrap_or_else(|| "yes".to_owned());
        let answer = (config.database.protected && !yes).then_some(name);
        Self { telling, answer, is_confirmed: false }
    }

    fn ask(&mut self) -> Result<(), Error> {
        let Some(answer) = &self.answer else { return Ok(()) };
        if !io::stdin().is_terminal() {
            return Err(ErrorKind::NobodyToAsk.into());
        }
        let failed = |cause: io::Error| Error::from(ErrorKind::Output).because(cause);
        let mut terminal = io::stderr();
        write!(terminal, "this database is protected; type `{answer}` to go on: ").map_err(failed)?;
        terminal.flush().map_err(failed)?;
        let mut typed = String::new();
        io::stdin().lock().read_line(&mut typed).map_err(failed)?;
        self.is_confirmed = typed.trim() == answer;
        if self.is_confirmed { Ok(()) } else { Err(ErrorKind::Declined.into()) }
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
