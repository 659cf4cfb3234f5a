//! `rev completions`.

use clap::Command;
use clap_complete::Shell;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;

/// Print a completion script for a shell
///
/// For bash: `rev completions bash > ~/.local/share/bash-completion/completions/rev`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell that is to know rev's commands and options
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, mut command: Command, cx: &mut Context) -> Result<Outcome, Failed> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "rev", &mut script);
    cx.text(&String::from_utf8_lossy(&script))
}
