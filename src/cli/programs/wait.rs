//! `rev wait`.

use std::time::Duration;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::context::duration;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Record;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::watch::Reach;
use crate::watch::Until;

/// How long is waited where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Wait until the database is where you want it, without changing it
///
/// For everything that starts beside the one that upgrades: it looks with SELECTs only, less and less often, and holds no
/// connection between two looks. A server that does not answer yet is waited for, too.
#[derive(Debug, clap::Args)]
pub struct WaitArgs {
    /// What for: `head`, `heads`, an id or its beginning, a label, `label@head`; `connect` for an answer of the server
    #[arg(long, value_name = "TARGET", default_value = "head")]
    until: String,
    /// How long, as in 5m; then the exit status is 1, or 2 if the database could not even be asked [default: 60s]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
}

/// The document: whether it came, and where the database is.
#[derive(Serialize)]
struct WaitJson<'a> {
    until: &'a str,
    reached: bool,
    current: Option<&'a Heads>,
    missing: &'a [RevisionId],
    in_progress: Option<&'a RevisionId>,
}

/// Runs the command.
pub async fn run(args: &WaitArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let timeout = duration("--timeout", args.timeout.as_deref())?.unwrap_or(TIMEOUT);
    let project = cx.project()?;
    let until = match args.until.as_str() {
        "connect" => Until::Connect,
        text => project.until(&cx.target(text)?)?,
    };
    project.config.database.url.resolve()?;
    cx.interrupt.heed();
    let interrupt = cx.interrupt.clone();
    let tell = |seen: &Result<Reach, Error>| match seen {
        Ok(standing) => cx.talk(&format!("waiting: {}", behind(standing))),
        Err(error) => {
            let text = format!("waiting for the server: {}", escape(&error.to_string()));
            cx.terminal.tell(&text, &Record::server_waiting(error));
        }
    };
    let standing = project.wait_until(&until, timeout, &interrupt, tell).await.map_err(Failed::unreachable_if_so)?;
    if cx.is_json() {
        let Reach { reached, current, missing, in_progress } = &standing;
        let (current, in_progress) = (current.as_ref(), in_progress.as_ref());
        let body = WaitJson { until: &args.until, reached: *reached, current, missing, in_progress };
        cx.text(&json::document(&body))?;
    } else {
        cx.talk(&match (&standing.current, standing.reached) {
            (None, _) => "the server answers".to_owned(),
            (Some(current), true) => format!("the database is at {}", escape(&current.to_string())),
            (Some(_), false) => format!("given up: {}", behind(&standing)),
        });
    }
    if standing.reached { Ok(Outcome::Done) } else { Ok(Outcome::Found) }
}

/// Says what is not yet as it is wanted.
fn behind(standing: &Reach) -> String {
    let Reach { current, missing, in_progress, .. } = standing;
    let at = current.as_ref().map_or(String::new(), |current| format!("the database is at {current}"));
    let missing: Vec<&str> = missing.iter().map(RevisionId::as_str).collect();
    let missing = if missing.is_empty() { String::new() } else { format!(", without {}", missing.join(", ")) };
    let stopped = in_progress.as_ref().map_or(String::new(), |id| format!(", and {id} is in progress"));
    escape(&format!("{at}{missing}{stopped}")).into_owned()
}
