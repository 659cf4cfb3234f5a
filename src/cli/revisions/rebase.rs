//! `rev rebase`.

use std::io;
use std::process::Stdio;

use serde::Serialize;

use crate::author::Rebase;
use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Role;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::cli::ui::json::ReportJson;
use crate::id::RevisionId;
use crate::project::Project;
use crate::project::Rewriting;
use crate::run::Report;

/// Move a revision, and all that grows from it, onto another parent
///
/// Two people's branches become a line: name the lowest revision of the one that moves. Only the `down_revision` line
/// of its script changes. Refused when a database that the configuration names has applied it; `--redo` is for one's own.
#[derive(Debug, clap::Args)]
pub struct RebaseArgs {
    /// The lowest revision of what moves: an id or its beginning, a label
    #[arg(allow_negative_numbers = true)]
    revision: String,
    /// What it shall grow from: an id or its beginning, a label, `label@head`, `base`
    #[arg(long, value_name = "TARGET", allow_hyphen_values = true)]
    onto: String,
    /// Show the line that would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Undo it first where it is applied, and apply it again after
    ///
    /// For one's own database: what grows from the revision goes down and up with it. Both ways are checked before the
    /// first statement, and when a downgrade fails, the script stays as it is. Other databases that have it still refuse.
    #[arg(long)]
    redo: bool,
    /// Wait this long for another rev [default: 60s]
    #[arg(long, value_name = "DURATION", requires = "redo")]
    lock_wait: Option<String>,
    /// Wait this long for a table [default: 3s]
    #[arg(long, value_name = "DURATION", requires = "redo")]
    lock_timeout: Option<String>,
    /// Do not ask about a protected database
    #[arg(short, long, requires = "redo")]
    yes: bool,
}

#[derive(Serialize)]
struct RebaseJson<'a> {
    revision: &'a RevisionId,
    path: String,
    from: &'a [RevisionId],
    to: &'a [RevisionId],
    /// What was undone and applied again, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<ReportJson<'a>>,
}

/// Runs the command.
pub async fn run(args: &RebaseArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let (revision, onto) = (cx.target(&args.revision)?, cx.target(&args.onto)?);
    cx.lock_wait.clone_from(&args.lock_wait);
    cx.lock_timeout.clone_from(&args.lock_timeout);
    let project = cx.project()?;
    let rows = cx.rows_for(&project, revision.needs_rows() || onto.needs_rows()).await?;
    let rebase = project.plan_rebase(&revision, &onto, &rows)?;
    if rebase.edit.is_none() {
        return answer(&rebase, args, None, cx);
    }
    let known = project.check_not_applied_elsewhere(&rebase.change.revision).await?;
    for warning in known.warnings {
        cx.terminal.warn(&warning);
    }
    match known.here {
        Some(error) if !args.redo => Err(error.into()),
        Some(_) if !args.dry_run => {
            let report = redo(args, &rebase, &project, cx).await?;
            answer(&rebase, args, Some(&report), cx)
        }
        _ => {
            if !args.dry_run {
                rebase.write()?;
                cx.run_post_write(&project, &rebase.path)?;
            }
            answer(&rebase, args, None, cx)
        }
    }
}

/// Undoes the revision, moves it, and applies it again.
async fn redo(args: &RebaseArgs, rebase: &Rebase, project: &Project, cx: &mut Context) -> Result<Report, Failed> {
    let mut session = cx.open(project).await.map_err(Failed::before_run)?;
    cx.name_run("rebase");
    let mut observer = Confirming::new(cx, &project.config, args.yes).of_redo();
    let mut is_written = false;
    let mut write = || {
        rebase.write()?;
        is_written = true;
        project.run_post_write(&rebase.path, || Stdio::from(io::stderr()))
    };
    let rewriting = Rewriting { change: &rebase.change, write: &mut write };
    let result = project.redo_moved(rewriting, &mut session, &cx.actor, &mut observer).await;
    session.close().await;
    drop(observer);
    if is_written && result.is_err() {
        cx.talk(&format!("{} was written: {}", rebase.path.display(), sentence(rebase)));
    }
    Ok(result?)
}

fn answer(rebase: &Rebase, args: &RebaseArgs, report: Option<&Report>, cx: &mut Context) -> Result<Outcome, Failed> {
    let change = &rebase.change;
    if cx.is_json() {
        let (from, to) = (&change.parents_before[..], &change.parents_after[..]);
        let path = rebase.path.to_string_lossy().into_owned();
        let run = report.map(ReportJson::of);
        return cx.text(&json::document(&RebaseJson { revision: &change.revision, path, from, to, run }));
    }
    let Some(edit) = &rebase.edit else {
        cx.talk(&format!("nothing to do: `{}` {} already", change.revision, parents(rebase)));
        return Ok(Outcome::Done);
    };
    let path = escape(&rebase.path.display().to_string()).into_owned();
    if args.dry_run {
        let paint = cx.terminal.paint;
        let line = |role, sign, line: &str| format!("{}\n", paint.text(role, &format!("{sign} {}", escape(line))));
        let before = edit.before.as_ref().map_or(String::new(), |before| line(Role::Bad, '-', before));
        return cx.text(&format!("{path}:{}\n{before}{}", edit.line, line(Role::Good, '+', &edit.after)));
    }
    cx.text(&format!("{}\n", rebase.path.display()))?;
    cx.talk(&sentence(rebase));
    match report {
        Some(report) => cx.report(report),
        None => Ok(Outcome::Done),
    }
}

/// Returns what the revision grows from once it has moved.
fn parents(rebase: &Rebase) -> String {
    match &rebase.change.parents_after[..] {
        [] => "is a base".to_owned(),
        parents => {
            format!("grows from {}", parents.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and "))
        }
    }
}

/// Returns what has changed.
fn sentence(rebase: &Rebase) -> String {
    let before = match &rebase.change.from {
        Some(from) => format!("no longer grows from `{from}`"),
        None => "is no longer a base".to_owned(),
    };
    format!("`{}` {} now, and {before}", rebase.change.revision, parents(rebase))
}
