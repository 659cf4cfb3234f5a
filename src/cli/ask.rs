//! Questions on the terminal that want a word typed, so that nobody answers them by habit.

use std::io;
use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Write;

use crate::cli::ui::escape;
use crate::cli::ui::wrapped;
use crate::error::Error;
use crate::error::ErrorKind;

/// Returns whether there is a terminal to ask on.
pub fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// Asks a question that is answered with yes or no; anything but yes is no.
pub fn agrees(question: &str) -> Result<bool, Error> {
    let failed = |cause: io::Error| Error::from(ErrorKind::Output).because(cause);
    let mut terminal = io::stderr();
    write!(terminal, "{}", wrapped(&format!("{} [y/N] ", escape(question)))).map_err(failed)?;
    terminal.flush().map_err(failed)?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(failed)?;
    Ok(matches!(typed.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Says what is about to happen, and fails unless `answer` is typed; where there is no terminal, with `otherwise`.
pub fn ask(what: &str, answer: &str, otherwise: ErrorKind) -> Result<(), Error> {
    if !can_ask() {
        return Err(otherwise.into());
    }
    let failed = |cause: io::Error| Error::from(ErrorKind::Output).because(cause);
    let mut terminal = io::stderr();
    let question = format!("{}; type `{}` to continue: ", escape(what), escape(answer));
    write!(terminal, "{}", wrapped(&question)).map_err(failed)?;
    terminal.flush().map_err(failed)?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(failed)?;
    if typed.trim() == answer { Ok(()) } else { Err(ErrorKind::Declined.into()) }
}
