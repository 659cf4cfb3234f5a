//! `rev completions`.

use std::path::Path;

use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::cli::complete::ASKED;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::error::Error;
use crate::error::ErrorKind;

/// Print a completion script for a shell
///
/// It completes commands, options, ids, labels and environments; for that it runs rev, which reads the project's
/// scripts, and connects to nothing. For bash: `rev completions bash > ~/.local/share/bash-completion/completions/rev`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell that is to know rev's commands and options
    shell: Shell,
}

/// Lets zsh complete on the first Tab, too, where the script is a file of `fpath` that then runs as the function itself.
fn autoloaded(script: &str) -> String {
    let Some((before, last)) = script.trim_end().rsplit_once('\n') else { return script.to_owned() };
    let words: Vec<&str> = last.split(' ').collect();
    let ["compdef", function, name] = words[..] else { return script.to_owned() };
    format!("{before}\nif [[ $funcstack[1] == _{name} ]]; then\n    {function} \"$@\"\nelse\n    {last}\nfi\n")
}

/// Runs the command for the program that was started as `program`.
pub fn run(args: &CompletionsArgs, program: Option<&Path>, cx: &mut Context) -> Result<Outcome, Failed> {
    let name = program.and_then(Path::file_stem).and_then(|name| name.to_str()).unwrap_or("rev");
    let shell = args.shell.to_string();
    let mut script = Vec::new();
    if let Some(known) = Shells::builtins().completer(&shell) {
        let written = known.write_registration(ASKED, name, name, name, &mut script);
        written.map_err(|cause| Error::from(ErrorKind::Output).because(cause))?;
    }
    let script = String::from_utf8_lossy(&script);
    if args.shell == Shell::Zsh {
        return cx.text(&autoloaded(script.trim_start()));
    }
    cx.text(script.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zsh_calls_the_function_where_the_script_is_loaded_as_one() {
        let text = autoloaded("#compdef rev\nfunction _f() {\n}\n\ncompdef _f rev\n");
        let end = "if [[ $funcstack[1] == _rev ]]; then\n    _f \"$@\"\nelse\n    compdef _f rev\nfi\n";
        assert_eq!(text, format!("#compdef rev\nfunction _f() {{\n}}\n\n{end}"));
        assert_eq!(autoloaded("complete\n"), "complete\n");
    }
}
