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

/// Runs the command for the program that was started as `program`.
pub fn run(args: &CompletionsArgs, program: Option<&Path>, cx: &mut Context) -> Result<Outcome, Failed> {
    let name = program.and_then(Path::file_stem).and_then(|name| name.to_str()).unwrap_or("rev");
    let shell = args.shell.to_string();
    let mut script = Vec::new();
    if let Some(known) = Shells::builtins().completer(&shell) {
        let written = known.write_registration(ASKED, name, name, name, &mut script);
        written.map_err(|cause| Error::from(ErrorKind::Output).because(cause))?;
    }
    cx.text(String::from_utf8_lossy(&script).trim_start())
}
