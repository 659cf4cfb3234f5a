//! `rev upgrade`.

use crate::cli::change::offline;
use crate::cli::change::run::RunArgs;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Request;

/// Bring the database up to a revision
///
/// Runs the upgrade sections of every revision that the target needs and the database does not have, parents first.
/// Each revision commits by itself together with rev's own rows, so that whatever happens, the next `rev upgrade`
/// goes on from there.
///
/// With `--sql` the script for the database's own shell is printed instead: from where the database is, or, as in
/// `FROM:TO` or `:head`, from where you say it is.
#[derive(Debug, clap::Args)]
pub struct UpgradeArgs {
    /// Where to stop: `head`, `heads`, `+1`, an id or its beginning, a label, `label@head`; `FROM:TO` with `--sql`
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub async fn run(args: &UpgradeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    if args.run.sql {
        return offline::print(&offline::upgrade(&args.target)?, cx).await;
    }
    let request = Request::Upgrade(cx.target(&args.target)?);
    args.run.migrate(&request, cx).await
}
