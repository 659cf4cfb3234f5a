//! `rev upgrade`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::run::RunArgs;
use crate::engine::Request;

/// Bring the database up to a revision
///
/// Runs the upgrade sections of every revision that the target needs and the database does not have, parents first.
/// Each revision commits by itself together with rev's own rows, so that whatever happens, the next `rev upgrade`
/// goes on from there.
#[derive(Debug, clap::Args)]
pub struct UpgradeArgs {
    /// Where to stop: `head`, `heads`, `+1`, an id or its beginning, a label, `label@head`
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub async fn run(args: &UpgradeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let request = Request::Upgrade(cx.target(&args.target)?);
    args.run.migrate(&request, cx).await
}
