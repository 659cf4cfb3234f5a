//! `rev downgrade`.

use crate::cli::change::offline;
use crate::cli::change::run::RunArgs;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Request;
use crate::project::Sections;

/// Undo revisions, newest first, down to a target
///
/// Runs the downgrade sections of everything that grows from the target or depends on that, newest first. The target
/// itself stays; `base` takes everything off. Refused before the first statement when one of the revisions has no
/// downgrade or is irreversible, or when its script is gone or its downgrade was edited after it was applied.
#[derive(Debug, clap::Args)]
pub struct DowngradeArgs {
    /// What to go back to: `-1`, `base`, an id or its beginning, `label@base`, `label@-1`; `FROM:TO` with `--sql`
    #[arg(allow_negative_numbers = true)]
    target: String,
    /// Run the downgrades stored in the database
    ///
    /// They were stored when the revisions were applied; for a script that is gone or was edited since.
    #[arg(long)]
    stored: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub async fn run(args: &DowngradeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let sections = if args.stored { Sections::Stored } else { Sections::Script };
    if args.run.sql {
        return offline::print(&offline::downgrade(&args.target, sections)?, cx).await;
    }
    let request = Request::Downgrade(cx.target(&args.target)?, sections);
    args.run.migrate(&request, cx).await
}
