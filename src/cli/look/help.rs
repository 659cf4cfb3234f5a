//! `rev help`.

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Paint;
use crate::error::ErrorKind;
use crate::nearest::nearest_within;

/// Explain a command, or with `options` the options of every command
#[derive(Debug, clap::Args)]
pub struct HelpArgs {
    /// Which: `upgrade`, `db create`, `options`; without it, all commands are listed
    #[arg(value_name = "COMMAND")]
    topic: Vec<String>,
}

/// The topic that is no command.
const OPTIONS: &str = "options";

/// Runs the command.
pub fn run(args: &HelpArgs, command: fn() -> Command, cx: &mut Context) -> Result<Outcome, Failed> {
    let words: Vec<&str> = args.topic.iter().map(String::as_str).collect();
    let text = match words[..] {
        [OPTIONS] => options(command()),
        _ => help(&words, command)?,
    };
    match cx.terminal.paint {
        Paint::Color => cx.text(&text.ansi().to_string()),
        Paint::Plain => cx.text(&text.to_string()),
    }
}

/// Returns the whole help of a command; that of the program is the short one, which lists the commands.
fn help(words: &[&str], command: fn() -> Command) -> Result<StyledStr, ErrorKind> {
    let mut at = command();
    for word in words {
        let Some(found) = at.find_subcommand(word) else { return Err(no_topic(word, &at)) };
        at = found.clone();
    }
    let flag = if words.is_empty() { "-h" } else { "--help" };
    let line = ["rev"].iter().chain(words).chain([&flag]).map(OsString::from);
    match command().try_get_matches_from(line) {
        Err(shown) => Ok(shown.render()),
        Ok(_) => Err(no_topic(flag, &at)),
    }
}

fn no_topic(word: &str, command: &Command) -> ErrorKind {
    let known = command.get_subcommands().map(Command::get_name).chain([OPTIONS]);
    let hint = match nearest_within(word, known, SIMILAR) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`rev help` lists the commands".to_owned(),
    };
    ErrorKind::Usage { message: format!("there is no command `{word}`"), hint: Some(hint) }
}

/// Returns how similar a mistyped word is at least to the command or option that is proposed for it.
pub const SIMILAR: f64 = 0.75;

/// Returns the options of every command, as `--help` shows them.
fn options(mut command: Command) -> StyledStr {
    command.build();
    let options = command.mut_args(|arg| match arg.is_global_set() {
        true => arg.help_heading(None),
        false => arg.hide(true),
    });
    let mut options = options.help_template("Options of every command:\n{options}").after_long_help("");
    options.render_long_help()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line::command;

    #[test]
    fn a_topic_is_a_command_or_options() {
        assert!(help(&["db", "create"], command).unwrap().to_string().contains("Usage: rev db create"));
        assert!(help(&[], command).unwrap().to_string().contains("Work on revisions:"));
        assert!(options(command()).to_string().contains("--log-filter"));
        for (word, hint) in [("upgrad", "did you mean `upgrade`?"), ("zzz", "`rev help` lists the commands")] {
            let ErrorKind::Usage { hint: found, .. } = help(&[word], command).unwrap_err() else { panic!("{word}") };
            assert_eq!(found.as_deref(), Some(hint));
        }
    }
}
