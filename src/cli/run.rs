//! What `upgrade`, `downgrade` and `stamp` have in common.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::project::Request;

/// Options of every command that changes a database.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Print the SQL instead of running it, for sqlite3, psql or mariadb; `FROM:TO` as the target needs no database
    #[arg(long, conflicts_with = "dry_run")]
    pub sql: bool,
    /// Show what would be done, each statement and each transaction, and touch nothing
    #[arg(long)]
    dry_run: bool,
    /// Wait this long until another rev on the same database is through, as in 10m [default: 60s]
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Give up the lock of a table after this long, and try again a little later [default: 3s]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<String>,
    /// Do not ask before a protected database is changed
    #[arg(short, long)]
    yes: bool,
}

impl RunArgs {
    /// Does what is asked, or shows it.
    pub async fn migrate(&self, request: &Request, cx: &mut Context) -> Result<Outcome, Failed> {
        cx.lock_wait.clone_from(&self.lock_wait);
        cx.lock_timeout.clone_from(&self.lock_timeout);
        let project = cx.project().map_err(Failed::before_run)?;
        let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
        if self.dry_run {
            let program = project.program(request, &mut session).await?;
            session.close().await;
            return cx.dry_run(&program);
        }
        let mut observer = Confirming::new(cx.telling(), &project.config, self.yes);
        let report = project.migrate(request, &mut session, &cx.actor, &mut observer).await?;
        session.close().await;
        cx.report(&report)
    }
}
