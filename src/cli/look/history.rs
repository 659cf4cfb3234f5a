//! `rev history`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Applied;
use crate::cli::ui::draw;
use crate::cli::ui::json;
use crate::cli::ui::line;
use crate::cli::ui::short;
use crate::cli::ui::verbose;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Range;
use crate::id::Heads;

/// List the revisions, newest first
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// Only a part: `A:B`, `A:`, `:B`, `-3:current`, `current:+2`, `label@base:`
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    range: Option<String>,
    /// Mark where the database is
    #[arg(short, long)]
    indicate_current: bool,
    /// Draw the branches beside the list
    #[arg(long)]
    graph: bool,
    /// Where others write the range.
    #[arg(hide = true)]
    misplaced: Option<String>,
}

/// Runs the command.
pub async fn run(args: &HistoryArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    if let Some(misplaced) = &args.misplaced {
        let message = format!("`rev history` takes a range as an option, and got `{misplaced}`");
        return Err(ErrorKind::Usage { message, hint: Some(range_hint(misplaced)) }.into());
    }
    let range: Range = match &args.range {
        Some(text) => text.parse().map_err(Error::from)?,
        None => Range::default(),
    };
    let project = cx.project()?;
    let graph = &project.graph;
    let needs_rows = args.indicate_current || range.needs_rows();
    let (rows, halfway) = match needs_rows {
        true => {
            let session = cx.open(&project).await?;
            let found = (session.rows.clone(), project.halfway(&session));
            session.close().await;
            found
        }
        false => (Heads::empty(), None),
    };
    let revisions = graph.history(&range, needs_rows.then_some(&rows))?;
    let applied = args.indicate_current.then(|| Applied::of(graph, &rows).stopped_at(halfway.as_ref()));
    if cx.is_json() {
        return cx.text(&json::history(graph, &revisions, applied.as_ref()));
    }
    let paint = cx.terminal.paint;
    let is_verbose = cx.global.verbose;
    let text = match (args.graph, is_verbose) {
        (true, true) => draw(&revisions, paint, |revision| verbose(graph, revision, applied.as_ref(), paint) + "\n"),
        (true, false) => draw(&revisions, paint, |revision| short(graph, revision, applied.as_ref(), paint)),
        (false, true) => {
            revisions.iter().map(|revision| verbose(graph, revision, applied.as_ref(), paint) + "\n").collect()
        }
        (false, false) => {
            revisions.iter().map(|revision| line(graph, revision, applied.as_ref(), paint) + "\n").collect()
        }
    };
    if revisions.is_empty() {
        cx.talk("no revision to list");
    }
    cx.list(&text).await
}

/// Returns what to type instead: a range with its option, or the command for one revision.
fn range_hint(misplaced: &str) -> String {
    match misplaced.parse::<Range>() {
        Ok(_) => format!("`rev history -r {misplaced}`"),
        Err(_) => {
            format!("`rev history -r {misplaced}:` is what grew since; `rev show {misplaced}` shows one revision")
        }
    }
}
