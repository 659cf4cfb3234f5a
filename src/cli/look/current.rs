//! `rev current`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Applied;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::cli::ui::row;
use crate::cli::ui::verbose;
use crate::error::ErrorKind;
use crate::watch::State;

/// Show where the database is
#[derive(Debug, clap::Args)]
pub struct CurrentArgs {
    /// Exit with status 1 unless every head is applied and nothing is in progress
    #[arg(long)]
    check_heads: bool,
}

/// Runs the command.
pub async fn run(args: &CurrentArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    let mut session = cx.open(&project).await?;
    cx.name_run("current");
    let status = project.status(&session)?;
    let working = if status.halfway.is_some() { session.working().await? } else { None };
    session.close().await;
    let graph = &project.graph;
    let is_up_to_date = status.state == State::UpToDate;
    if cx.is_json() {
        cx.text(&json::current(&status, working.as_ref()))?;
    } else {
        let applied = Applied::of(graph, &status.current).stopped_at(status.halfway.as_ref());
        let paint = cx.terminal.paint;
        let mut text = String::new();
        if cx.global.verbose {
            let url = project.config.database.url.resolve()?.url;
            text.push_str(&format!("Current revisions of {url}:\n"));
        }
        for (index, id) in status.current.iter().enumerate() {
            if index > 0 && cx.global.verbose {
                text.push('\n');
            }
            match graph.get(id) {
                Some(revision) if cx.global.verbose => text.push_str(&verbose(graph, revision, Some(&applied), paint)),
                _ => text.push_str(&(row(graph, id, Some(&applied), paint) + "\n")),
            }
        }
        cx.list(&text).await?;
        if status.current.is_empty() {
            cx.talk("the database is at base: nothing is applied");
            cx.tell_of_missing_file();
        }
        if let Some(halfway) = &status.halfway {
            match &working {
                Some(by) => cx.talk(&escape(&halfway.worked_on(by))),
                None => cx.talk(&with_hint(&halfway.error())),
            }
        }
    }
    if args.check_heads && !is_up_to_date {
        if !cx.is_json() {
            let heads = status.heads.iter().cloned().collect();
            cx.talk(&with_hint(&ErrorKind::NotAtHeads { current: status.current, heads }));
        }
        return Ok(Outcome::Found);
    }
    Ok(Outcome::Done)
}

/// Returns what is not an error here as an error says it.
fn with_hint(kind: &ErrorKind) -> String {
    let message = escape(&kind.to_string()).into_owned();
    kind.hint().map_or(message.clone(), |hint| format!("{message}\n  help: {}", escape(&hint)))
}
