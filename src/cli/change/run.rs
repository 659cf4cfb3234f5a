//! What `upgrade`, `downgrade` and `stamp` have in common.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::model_dump::Did;
use crate::cli::model_dump::write_dump;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Request;

/// Options of every command that changes a database.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Print the SQL instead of running it
    ///
    /// For sqlite3, psql or mariadb; `FROM:TO` as the target needs no database.
    #[arg(long, conflicts_with = "dry_run")]
    pub sql: bool,
    /// Show what would be done, and touch nothing
    ///
    /// Each statement and each transaction is shown.
    #[arg(long)]
    dry_run: bool,
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

impl RunArgs {
    /// Does what is asked, or shows it.
    pub async fn migrate(&self, request: &Request, cx: &mut Context) -> Result<Outcome, Failed> {
        cx.lock_wait.clone_from(&self.lock_wait);
        cx.lock_timeout.clone_from(&self.lock_timeout);
        let project = cx.project().map_err(Failed::before_run)?;
        if matches!(request, Request::Upgrade(_)) {
            cx.warn_of_unread(&project);
        }
        let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
        cx.name_run(request.command());
        if self.dry_run {
            let program = project.program(request, &mut session).await?;
            session.close().await;
            return cx.dry_run(&program).await;
        }
        let mut observer = Confirming::new(cx, &project.config, self.yes);
        let report = project.migrate(request, &mut session, &cx.actor, &mut observer).await?;
        // Who edits a script and runs it again wonders; programs need not wait for another query.
        let is_asked = matches!(request, Request::Upgrade(_)) && report.steps.is_empty() && cx.terminal.is_watched();
        let edited = if is_asked { project.edited_heads(&mut session).await.unwrap_or_default() } else { Vec::new() };
        session.close().await;
        let outcome = cx.report(&report)?;
        edited.iter().for_each(|edited| cx.terminal.warn(&edited.told()));
        write_dump(&project, Did::of(&report), cx).await;
        Ok(outcome)
    }
}
