//! `rev resume`.

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::run::Answer;
use crate::run::Session;
use crate::run::intent::place_of;

/// Say whether a statement ran that rev cannot find out about
///
/// A run that was killed may leave a statement in doubt that commits by itself. The next run looks at the database
/// and goes on; where it cannot tell, it stops, shows what there is to see, and this command decides.
#[derive(Debug, clap::Args)]
#[command(override_usage = "rev resume [OPTIONS] <--ran|--not-ran>")]
pub struct ResumeArgs {
    /// The statement ran: the next run continues after it
    #[arg(long)]
    ran: bool,
    /// The statement did not run, or was undone by hand: the next run runs it
    #[arg(long, conflicts_with = "ran")]
    not_ran: bool,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Do not ask about a protected database
    #[arg(short, long)]
    yes: bool,
}

/// The document: which part, and what was said of it.
#[derive(serde::Serialize)]
struct ResumeJson<'a> {
    revision: &'a RevisionId,
    part: usize,
    ran: bool,
}

/// Asks what somebody must look at who gives an answer.
fn unanswered(session: &Session) -> ErrorKind {
    let Some(row) = session.progress.iter().find(|row| row.intended.is_some()) else {
        return ErrorKind::NothingInDoubt;
    };
    let statement = place_of(row).map_or(String::new(), |(place, statement)| format!(": {statement} ({place})"));
    ErrorKind::Usage {
        message: format!("say whether part {} of revision `{}` ran{statement}", row.part, row.revision),
        hint: Some(
            "look at the database: `rev resume --ran` if it did, and the next run continues after it; \
             `rev resume --not-ran` if it did not, and the next run runs it"
                .to_owned(),
        ),
    }
}

/// Runs the command.
pub async fn run(args: &ResumeArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    cx.lock_wait.clone_from(&args.lock_wait);
    let project = cx.project()?;
    let mut session = cx.open(&project).await?;
    let answer = match (args.ran, args.not_ran) {
        (true, _) => Answer::Ran,
        (false, true) => Answer::NotRan,
        (false, false) => {
            let asked = unanswered(&session);
            session.close().await;
            return Err(asked.into());
        }
    };
    cx.name_run("resume");
    let mut observer = Confirming::new(cx, &project.config, args.yes);
    let row = project.resume(answer, &mut session, &cx.actor, &mut observer).await?;
    session.close().await;
    if cx.is_json() {
        let body = ResumeJson { revision: &row.revision, part: row.part, ran: answer == Answer::Ran };
        return cx.text(&json::document(&body));
    }
    let what = match answer {
        Answer::Ran => "is noted as done",
        Answer::NotRan => "runs with the next run",
    };
    let revision = row.revision.to_string();
    cx.talk(&format!("part {} of revision {} {what}; `rev {}` goes on", row.part, escape(&revision), row.direction));
    Ok(Outcome::Done)
}
