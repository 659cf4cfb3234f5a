//! A program that shows long output page by page, as git's does.

use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use crate::config::Environment;

/// The pager where nobody says another.
const DEFAULT: &str = "less";

/// What the shell ends with when it cannot start a program.
const NOT_STARTED: [i32; 2] = [126, 127];

/// A command that shows what it reads from standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// The command line, for a shell.
    pub command: String,
    /// What it is told besides, where the user has not said it.
    variables: Vec<(&'static str, &'static str)>,
}

impl Pager {
    /// Returns the pager that the variables choose: `REV_PAGER`, else `PAGER`, else `less`.
    ///
    /// An empty one and `cat` are none. A terminal that cannot move its cursor gets none either: `less` would complain
    /// about it, and wait.
    pub fn chosen(environment: &Environment) -> Option<Self> {
        let is_dumb = environment.get("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let command = ["REV_PAGER", "PAGER"].iter().find_map(|name| environment.get(name)).unwrap_or(DEFAULT).trim();
        if is_dumb || command.is_empty() || command == "cat" {
            return None;
        }
        // `less` ends at once when all fits the screen, passes colours on, and leaves the text where it was shown.
        let told = [("LESS", "FRX"), ("LV", "-c")].into_iter().filter(|(name, _)| environment.get(name).is_none());
        Some(Self { command: command.to_owned(), variables: told.collect() })
    }

    /// Shows the text, and waits until the user has seen enough.
    ///
    /// Returns false when there is no such program, and nothing was shown.
    pub fn show(&self, text: &str) -> bool {
        let mut command = shell(&self.command);
        command.envs(self.variables.iter().copied()).stdin(Stdio::piped());
        let Ok(mut child) = command.spawn() else { return false };
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever quits before the end has seen enough: that pipe is broken on purpose.
            let _ = stdin.write_all(text.as_bytes());
        }
        let code = child.wait().ok().and_then(|status| status.code());
        !code.is_some_and(|code| NOT_STARTED.contains(&code))
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&'static str, &'static str)], expected: Option<&str>) {
        let variables = [("TERM", "xterm")].iter().chain(variables).copied();
        let pager = Pager::chosen(&variables.collect());
        assert_eq!(pager.map(|pager| pager.command).as_deref(), expected);
    }

    #[test]
    fn the_nearest_variable_chooses_the_pager() {
        check(&[], Some("less"));
        check(&[("PAGER", "more")], Some("more"));
        check(&[("PAGER", "more"), ("REV_PAGER", "less -S")], Some("less -S"));
        check(&[("PAGER", "more"), ("REV_PAGER", "")], None);
        check(&[("PAGER", "")], None);
        check(&[("PAGER", "cat")], None);
        check(&[("PAGER", "cat"), ("REV_PAGER", "more")], Some("more"));
        check(&[("TERM", "dumb")], None);
        check(&[("TERM", "")], None);
    }

    #[test]
    fn less_is_told_how_to_show_it_unless_the_user_has() {
        let told = |variables: &[(&'static str, &'static str)]| {
            let variables = [("TERM", "xterm")].iter().chain(variables).copied();
            Pager::chosen(&variables.collect()).unwrap().variables
        };
        assert_eq!(told(&[]), [("LESS", "FRX"), ("LV", "-c")]);
        assert_eq!(told(&[("LESS", "-i"), ("LV", "")]), []);
    }

    #[cfg(unix)]
    #[test]
    fn only_a_program_that_is_missing_has_shown_nothing() {
        let show = |command: &str, text: &str| Pager { command: command.into(), variables: Vec::new() }.show(text);
        assert!(show("cat >/dev/null", "a"));
        assert!(!show("/nowhere/pager", "a"));
        assert!(!show("/nowhere/pager --option", &"a".repeat(1 << 20)));
        assert!(!show("/", "a"));
        // Closed at once, and closed in the middle.
        assert!(show("true", &"a".repeat(1 << 20)));
        assert!(show("head -c 9 >/dev/null; exit 3", &"a".repeat(1 << 20)));
    }
}
