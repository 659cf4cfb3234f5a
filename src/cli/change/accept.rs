//! `rev accept`.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::id::RevisionId;

/// Say that the edit of an applied script is harmless
///
/// `upgrade` refuses to build upon scripts that were edited after they were applied. This records, in the history and
/// with your name, that the script as it is now stands for what was applied. Nothing is run. Its downgrade is the one that
/// counts from then on.
#[derive(Debug, clap::Args)]
pub struct AcceptArgs {
    /// Which: ids or their beginnings, labels, `head`; they must be applied
    #[arg(required = true, value_name = "REVISION")]
    revisions: Vec<String>,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Do not ask about a protected database
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
pub async fn run(args: &AcceptArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let targets = args.revisions.iter().map(|text| cx.target(text)).collect::<Result<Vec<_>, _>>()?;
    cx.lock_wait.clone_from(&args.lock_wait);
    let project = cx.project().map_err(Failed::before_run)?;
    let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
    cx.name_run("accept");
    let mut observer = Confirming::new(cx, &project.config, args.yes);
    let accepted = project.accept(&targets, &mut session, &cx.actor, &mut observer).await?;
    drop(observer);
    session.close().await;
    if cx.is_json() {
        return cx.text(&json::accepted(&accepted));
    }
    let names: Vec<&str> = accepted.iter().map(RevisionId::as_str).collect();
    cx.talk(&match names.is_empty() {
        true => "nothing to do: these scripts are what was applied".to_owned(),
        false => format!("accepted as they are now: {}", names.join(", ")),
    });
    Ok(Outcome::Done)
}
