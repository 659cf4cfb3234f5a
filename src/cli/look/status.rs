//! `rev status`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Applied;
use crate::cli::ui::Paint;
use crate::cli::ui::Role;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::cli::ui::row;
use crate::cli::ui::short;
use crate::cli::ui::standing;
use crate::error::ErrorKind;
use crate::journal::HistoryRow;
use crate::program::Halfway;
use crate::project::Project;
use crate::watch::FullStatus;
use crate::watch::State;

/// Show what is applied and what is pending
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Exit with status 1 unless the database is up to date
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub async fn run(args: &StatusArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    cx.warn_of_unread(&project);
    let mut session = cx.open(&project).await.map_err(Failed::unreachable)?;
    cx.name_run("status");
    let full = project.full_status(&mut session).await?;
    session.close().await;
    if cx.is_json() {
        cx.text(&json::status(&full))?;
    } else {
        let text = text(&project, &full, cx.terminal.paint);
        cx.prose(&text)?;
        cx.tell_of_missing_file();
    }
    if args.exit_code && full.status.state != State::UpToDate { Ok(Outcome::Found) } else { Ok(Outcome::Done) }
}

/// How many pending revisions are listed before it is only said how many there are.
const LISTED: usize = 20;

/// Returns what somebody must look at before the next run, as the error that the run would be.
fn look(full: &FullStatus) -> Option<ErrorKind> {
    let FullStatus { status, last, .. } = full;
    if let Some(revision) = status.unknown.first().cloned() {
        let step = last.get(&revision).map(|last| &last.step);
        let (applied, below) = (step.map(HistoryRow::note), step.and_then(HistoryRow::parent).map(str::to_owned));
        return Some(ErrorKind::UnknownRow { revision, applied, below });
    }
    status.halfway.as_ref().map(Halfway::error)
}

/// Returns what people read of where a database stands.
pub(super) fn text(project: &Project, full: &FullStatus, paint: Paint) -> String {
    let FullStatus { status, last, edited, moved, working } = full;
    let graph = &project.graph;
    let applied = Applied::of(graph, &status.current).stopped_at(status.halfway.as_ref());
    let mut text = match status.state {
        State::UpToDate => "up to date".to_owned(),
        State::Pending => "pending".to_owned(),
        State::InProgress => "in progress".to_owned(),
        State::UnknownRevision => "unknown revision".to_owned(),
    };
    match status.state {
        // What such a revision brought with it, nobody can know.
        State::UnknownRevision => text.push('\n'),
        _ => text.push_str(&format!(": {} applied, {} pending\n", status.applied, status.pending.len())),
    }
    if status.state != State::UnknownRevision && !status.heads.is_empty() {
        let halfway = status.halfway.as_ref().map(|halfway| &halfway.revision);
        text.push('\n');
        text.push_str(&standing(graph, &status.current, halfway, paint));
    }
    if let (Some(by), Some(halfway)) = (working, &status.halfway) {
        text.push_str(&format!("\n{}\n", escape(&halfway.worked_on(by))));
    } else if let (Some(by), None) = (working, &status.halfway) {
        text.push_str(&format!("\na run is at work: {}\n", escape(&by.to_string())));
    } else if let Some(kind) = look(full) {
        let hint = kind.hint().unwrap_or_default();
        text.push_str(&format!("\n{}\n  help: {}\n", escape(&kind.to_string()), escape(&hint)));
    }
    if !status.current.is_empty() {
        text.push_str("\ncurrent:\n");
        for id in status.current.iter() {
            text.push_str(&format!("  {}\n", row(graph, id, Some(&applied), paint)));
            let lost = last.get(id).filter(|_| graph.get(id).is_none());
            if let Some(last) = lost {
                text.push_str(&format!("    {}\n", escape(&last.step.note())));
            }
        }
    }
    if !edited.is_empty() {
        text.push_str("\nedited after they were applied:\n");
        for edited in edited {
            let place = escape(&edited.path.display().to_string()).into_owned();
            let applied = escape(&edited.applied.applied()).into_owned();
            text.push_str(&format!("  {}  {place}, {applied}\n", paint.text(Role::Id, edited.revision.as_str())));
            if edited.ran_nothing {
                text.push_str(&format!("    {}\n", escape(&edited.hint())));
            }
        }
        if let Some(edited) = edited.iter().find(|edited| !edited.ran_nothing) {
            text.push_str(&format!("  help: {}\n", escape(&edited.hint())));
        }
    }
    for moved in moved {
        text.push_str(&format!("\n{}\n  help: {}\n", escape(&moved.to_string()), escape(&moved.hint())));
    }
    if !status.pending.is_empty() && status.state != State::UnknownRevision {
        text.push_str("\npending, in order:\n");
        for revision in status.pending.iter().take(LISTED).filter_map(|id| graph.get(id)) {
            text.push_str(&format!("  {}\n", short(graph, revision, None, paint)));
        }
        if let Some(more) = status.pending.len().checked_sub(LISTED).filter(|more| *more > 0) {
            text.push_str(&format!("  and {more} more\n"));
        }
    }
    text
}
