//! What `load` and `create` have in common.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::model_dump::Did;
use crate::cli::model_dump::write_dump;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Load;
use crate::project::Project;
use crate::run::Session;

/// Options of the commands that build an empty database.
#[derive(Debug, clap::Args)]
pub struct LoadingArgs {
    /// Show what would be done, and touch nothing
    ///
    /// Each statement and each transaction is shown.
    #[arg(long)]
    dry_run: bool,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    pub(super) lock_wait: Option<String>,
    /// Do not ask about a protected database
    #[arg(short, long)]
    yes: bool,
}

impl LoadingArgs {
    /// Builds the database, or shows how.
    pub(super) async fn run(
        &self,
        load: &Load,
        project: &Project,
        mut session: Session,
        cx: &mut Context,
    ) -> Result<Outcome, Failed> {
        if self.dry_run {
            let program = project.load_program(load, &mut session).await?;
            session.close().await;
            return cx.dry_run(&program).await;
        }
        let mut observer = Confirming::new(cx, &project.config, self.yes);
        let report = project.load_into(load, &mut session, &cx.actor, &mut observer).await?;
        session.close().await;
        let outcome = cx.report(&report)?;
        write_dump(project, Did::of(&report), cx).await;
        Ok(outcome)
    }
}
