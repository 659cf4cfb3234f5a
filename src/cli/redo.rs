//! `rev redo`.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;

/// Take the last revision off and apply it again
///
/// For working on a script: one down, one up. Both ways are checked before the first statement.
#[derive(Debug, clap::Args)]
pub struct RedoArgs {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
pub async fn run(args: &RedoArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    let mut session = cx.open(&project).await?;
    let mut observer = Confirming::new(cx.progress(), &project.config, args.yes);
    let report = project.redo(&mut session, &cx.actor, &mut observer).await?;
    cx.report(&report)
}
