//! `rev rebase`.

use serde::Serialize;

use crate::author::Rebase;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Role;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::id::RevisionId;

/// Move a revision, and all that grows from it, onto another parent
///
/// Two people's branches become a line: name the lowest revision of the one that moves. Only the `down_revision` line
/// of its script changes. Refused when a database that the configuration names has applied it.
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
}

#[derive(Serialize)]
struct RebaseJson<'a> {
    revision: &'a RevisionId,
    path: String,
    from: &'a [RevisionId],
    to: &'a [RevisionId],
}

/// Runs the command.
pub async fn run(args: &RebaseArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let (revision, onto) = (cx.target(&args.revision)?, cx.target(&args.onto)?);
    let project = cx.project()?;
    let rows = cx.rows_for(&project, revision.needs_rows() || onto.needs_rows()).await?;
    let rebase = project.plan_rebase(&revision, &onto, &rows)?;
    if rebase.edit.is_some() {
        for warning in project.check_not_applied(&rebase.change.revision).await? {
            cx.terminal.warn(&warning);
        }
        if !args.dry_run {
            rebase.write()?;
            cx.run_post_write(&project, &rebase.path)?;
        }
    }
    answer(&rebase, args.dry_run, cx)
}

fn answer(rebase: &Rebase, is_dry: bool, cx: &mut Context) -> Result<Outcome, Failed> {
    let change = &rebase.change;
    if cx.is_json() {
        let (from, to) = (&change.parents_before[..], &change.parents_after[..]);
        let path = rebase.path.to_string_lossy().into_owned();
        return cx.text(&json::document(&RebaseJson { revision: &change.revision, path, from, to }));
    }
    let parents = match &change.parents_after[..] {
        [] => "is a base".to_owned(),
        parents => {
            format!("grows from {}", parents.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and "))
        }
    };
    let Some(edit) = &rebase.edit else {
        cx.talk(&format!("nothing to do: `{}` {parents} already", change.revision));
        return Ok(Outcome::Done);
    };
    let path = escape(&rebase.path.display().to_string()).into_owned();
    if is_dry {
        let paint = cx.terminal.paint;
        let line = |role, sign, line: &str| format!("{}\n", paint.text(role, &format!("{sign} {}", escape(line))));
        let before = edit.before.as_ref().map_or(String::new(), |before| line(Role::Bad, '-', before));
        return cx.text(&format!("{path}:{}\n{before}{}", edit.line, line(Role::Good, '+', &edit.after)));
    }
    cx.text(&format!("{}\n", rebase.path.display()))?;
    let before = match &change.from {
        Some(from) => format!("no longer grows from `{from}`"),
        None => "is no longer a base".to_owned(),
    };
    cx.talk(&format!("`{}` {parents} now, and {before}", change.revision));
    Ok(Outcome::Done)
}
