//! `rev redo`.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Sections;

/// Take a revision off and apply it again
///
/// For working on a script: one down, one up. What stands above the revision goes down and up with it. Both ways are
/// checked before the first statement.
#[derive(Debug, clap::Args)]
pub struct RedoArgs {
    /// Which: an id or its beginning, a label, `label@head`; it must be applied
    #[arg(default_value = "current")]
    target: String,
    /// Take it off with the downgrade that was stored when it was applied, where that was edited since
    #[arg(long)]
    stored: bool,
    /// Wait this long until another rev on the same database is through, as in 10m [default: 60s]
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Give up the lock of a table after this long, and try again a little later [default: 3s]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<String>,
    /// Do not ask before a protected database is changed
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
pub async fn run(args: &RedoArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let target = cx.target(&args.target)?;
    let sections = if args.stored { Sections::Stored } else { Sections::Script };
    cx.lock_wait.clone_from(&args.lock_wait);
    cx.lock_timeout.clone_from(&args.lock_timeout);
    let project = cx.project().map_err(Failed::before_run)?;
    let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
    let mut observer = Confirming::new(cx.telling(), &project.config, args.yes);
    let report = project.redo(&target, sections, &mut session, &cx.actor, &mut observer).await?;
    cx.report(&report)
}
