//! `rev downgrade`.

use crate::cli::context::Context;
use crate::cli::offline;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::run::RunArgs;
use crate::engine::Request;

/// Take revisions off the database again
///
/// Runs the downgrade sections of everything that grows from the target or depends on that, newest first. The target
/// itself stays; `base` takes everything off. Refused before the first statement when one of the revisions has no
/// downgrade or is irreversible.
#[derive(Debug, clap::Args)]
pub struct DowngradeArgs {
    /// What to go back to: `-1`, `base`, an id or its beginning, `label@base`, `label@-1`; `FROM:TO` with `--sql`
    #[arg(allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub async fn run(args: &DowngradeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    if args.run.sql {
        return offline::print(&offline::downgrade(&args.target)?, cx).await;
    }
    let request = Request::Downgrade(cx.target(&args.target)?);
    args.run.migrate(&request, cx).await
}
