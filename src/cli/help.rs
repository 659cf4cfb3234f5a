//! `rev help`, and how every command's help looks.

use std::ffi::OsString;

use clap::Command;
use clap::CommandFactory;
use clap::builder::StyledStr;

use crate::cli::args::Cli;
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

/// What people come for, and the commands for it.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Start a project", &["init", "db"]),
    ("Work on revisions", &["revision", "merge", "rebase", "edit", "check"]),
    ("Change a database", &["upgrade", "downgrade", "redo", "restore", "resume", "stamp", "accept"]),
    ("Look", &["status", "current", "log", "history", "graph", "show", "heads", "branches", "env", "help"]),
    ("For programs", &["exec", "wait", "serve", "completions", "man"]),
];

/// The topic that is no command.
const OPTIONS: &str = "options";

/// The options of every command, where there is one line for them.
const GLOBAL: &str = "Global options: -c, -e, -u, -q, -v, --json … (`rev help options` explains them)";

/// How to begin.
const BEGIN: &str = "\
To begin: `rev init`, `rev revision -m \"create users\"`, write the SQL into the
new script, `rev upgrade`.
Exit status: 0 done, 1 something was found, 2 could not begin, 3 failed on the
way.";

/// Returns the command line, with help that is short for `-h` and complete for `--help`.
pub fn command() -> Command {
    let command = short(Cli::command().mut_args(|arg| match arg.is_global_set() {
        true => arg.hide_short_help(true),
        false => arg,
    }));
    let template = template(&command);
    command.help_template(template).after_help(format!("{GLOBAL}\n{BEGIN}")).after_long_help(BEGIN)
}

/// Puts the options of every command into one line of the short help of `command`, and of those below it.
fn short(command: Command) -> Command {
    let long = command.get_after_long_help().or(command.get_after_help()).cloned().unwrap_or_default();
    command.after_help(GLOBAL).after_long_help(long).mut_subcommands(short)
}

/// Returns the help of the program, where clap would list the commands without their groups.
fn template(command: &Command) -> StyledStr {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let mut text = String::from("{before-help}{about-with-newline}\n{usage-heading} {usage}\n");
    for (group, names) in GROUPS {
        text.push_str(&format!("\n{header}{group}:{header:#}\n"));
        for command in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let about = command.get_about().map(StyledStr::to_string).unwrap_or_default();
            text.push_str(&format!("  {literal}{:<11}{literal:#}  {about}\n", command.get_name()));
        }
    }
    text.push_str(&format!("\n{header}Options:{header:#}\n{{options}}{{after-help}}"));
    text.into()
}

/// Runs the command.
pub fn run(args: &HelpArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let words: Vec<&str> = args.topic.iter().map(String::as_str).collect();
    let text = match words[..] {
        [OPTIONS] => options(),
        _ => help(&words)?,
    };
    match cx.terminal.paint {
        Paint::Color => cx.text(&text.ansi().to_string()),
        Paint::Plain => cx.text(&text.to_string()),
    }
}

/// Returns the whole help of a command; that of the program is the short one, which lists the commands.
fn help(words: &[&str]) -> Result<StyledStr, ErrorKind> {
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
fn options() -> StyledStr {
    let mut command = Cli::command();
    command.build();
    let options = command.mut_args(|arg| match arg.is_global_set() {
        true => arg.help_heading(None),
        false => arg.hide(true),
    });
    let mut options = options.help_template("Options of every command:\n{options}");
    options.render_long_help()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal of the usual size.
    const WIDTH: usize = 80;
    const HEIGHT: usize = 24;

    #[test]
    fn every_command_is_in_one_group() {
        let command = command();
        let mut known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        known.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, known);
    }

    #[test]
    fn the_short_help_of_a_command_fits_a_terminal() {
        for sub in command().get_subcommands() {
            let line = ["rev", sub.get_name(), "-h"];
            let text = command().try_get_matches_from(line).unwrap_err().render().to_string();
            assert!(text.lines().count() < HEIGHT, "{}", text);
        }
    }

    #[test]
    fn no_line_of_help_is_wider_than_a_terminal() {
        let program = [vec!["rev", "-h"], vec!["rev", "--help"]];
        let command = command();
        let subs =
            command.get_subcommands().flat_map(|sub| ["-h", "--help"].map(|flag| vec!["rev", sub.get_name(), flag]));
        for line in program.into_iter().chain(subs) {
            let text = super::command().try_get_matches_from(&line).unwrap_err().render().to_string();
            let wide = text.lines().find(|line| line.chars().count() > WIDTH);
            assert_eq!(wide, None, "{line:?}");
        }
    }

    #[test]
    fn a_topic_is_a_command_or_options() {
        assert!(help(&["db", "create"]).unwrap().to_string().contains("Usage: rev db create"));
        assert!(help(&[]).unwrap().to_string().contains("Work on revisions:"));
        assert!(options().to_string().contains("--log-filter"));
        for (word, hint) in [("upgrad", "did you mean `upgrade`?"), ("zzz", "`rev help` lists the commands")] {
            let ErrorKind::Usage { hint: found, .. } = help(&[word]).unwrap_err() else { panic!("{word}") };
            assert_eq!(found.as_deref(), Some(hint));
        }
    }
}
