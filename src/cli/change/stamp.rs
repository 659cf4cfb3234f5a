//! `rev stamp`.

use crate::cli::change::offline;
use crate::cli::change::run::RunArgs;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::graph::Purge;
use crate::project::Request;

/// Note revisions as applied or not, without running their scripts
///
/// Writes the rows that `upgrade` to the target would leave if it is not applied, and those that `downgrade` to it
/// would leave if it is. Several targets are taken from left to right.
#[derive(Debug, clap::Args)]
pub struct StampArgs {
    /// What is true: `head`, `heads`, `base`, ids, labels; with `--sql` the first may be `FROM:TO`
    #[arg(required = true, allow_negative_numbers = true)]
    targets: Vec<String>,
    /// Forget all rows first
    ///
    /// Also those that no script has, and those of a revision in progress.
    #[arg(long)]
    purge: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub async fn run(args: &StampArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let purge = if args.purge { Purge::All } else { Purge::Keep };
    if args.run.sql {
        return offline::print(&offline::stamp(&args.targets, purge)?, cx).await;
    }
    let targets = args.targets.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    args.run.migrate(&Request::Stamp(targets, purge), cx).await
}
