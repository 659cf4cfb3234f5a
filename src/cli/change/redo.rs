//! `rev redo`.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::model_dump::Did;
use crate::cli::model_dump::write_dump;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Sections;

/// Undo a revision and apply it again
///
/// For working on a script: one down, one up. What stands above the revision goes down and up with it. Both ways are
/// checked before the first statement.
#[derive(Debug, clap::Args)]
pub struct RedoArgs {
    /// Which: an id or its beginning, a label, `label@head`; it must be applied
    #[arg(default_value = "current")]
    target: String,
    /// Undo it with the downgrade that is stored in the database
    ///
    /// It was stored when the revision was applied; for a script that was edited since.
    #[arg(long)]
    stored: bool,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Wait this long for a table [default: 3s]
    ///
    /// Then it is given up, so that nobody queues behind it, and tried again a little later.
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<String>,
    /// Do not ask about a protected database
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
    cx.name_run("redo");
    let mut observer = Confirming::new(cx, &project.config, args.yes).of_redo();
    let report = project.redo(&target, sections, &mut session, &cx.actor, &mut observer).await?;
    session.close().await;
    let outcome = cx.report(&report)?;
    write_dump(&project, Did::of(&report), cx).await;
    Ok(outcome)
}
