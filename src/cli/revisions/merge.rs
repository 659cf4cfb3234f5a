//! `rev merge`.

use crate::author::Parents;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::revisions::new::NewArgs;

/// Join branches with a new revision
///
/// `rev merge heads -m "join"` joins all of them. The new script needs no statements.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// What to join: `heads`, ids or their beginnings, labels, `label@head`
    #[arg(required = true)]
    revisions: Vec<String>,
    /// What it is for; the first line of the script
    #[arg(short, long, default_value = "merge branches")]
    message: String,
    #[command(flatten)]
    new: NewArgs,
}

/// Runs the command.
pub async fn run(args: &MergeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let targets = args.revisions.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    args.new.create(args.message.clone(), Parents::Merge(targets), Vec::new(), cx).await
}
