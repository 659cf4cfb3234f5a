//! The command line that clap reads, and how its help looks.

use clap::Command;
use clap::CommandFactory;
use clap::builder::StyledStr;

use crate::cli::args::Cli;

/// What people come for, and the commands for it.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Start a project", &["init", "db"]),
    ("Work on revisions", &["revision", "merge", "rebase", "edit", "check"]),
    ("Change a database", &["upgrade", "downgrade", "redo", "restore", "resume", "stamp", "accept"]),
    ("Work on schemas", &["diff", "drift", "dump", "load", "create", "scratch"]),
    ("Look", &["status", "current", "log", "history", "graph", "show", "heads", "branches", "env", "help"]),
    ("For programs", &["exec", "wait", "serve", "completions", "man"]),
];

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

    /// Returns what a terminal of the usual size shows, whatever size this one has.
    fn shown<'a>(line: impl IntoIterator<Item = &'a str>) -> String {
        command().term_width(WIDTH).try_get_matches_from(line).unwrap_err().render().to_string()
    }

    #[test]
    fn the_short_help_of_a_command_fits_a_terminal() {
        for sub in command().get_subcommands() {
            let line = ["rev", sub.get_name(), "-h"];
            let text = shown(line);
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
            let text = shown(line.clone());
            let wide = text.lines().find(|line| line.chars().count() > WIDTH);
            assert_eq!(wide, None, "{line:?}");
        }
    }
}
