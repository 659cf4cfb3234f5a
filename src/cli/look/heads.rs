//! `rev heads`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::cli::ui::short;
use crate::cli::ui::verbose;

/// List the revisions that no other grows from or depends on
#[derive(Debug, clap::Args)]
pub struct HeadsArgs {}

/// Runs the command.
pub async fn run(_args: &HeadsArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    let graph = &project.graph;
    let heads = graph.heads();
    if cx.is_json() {
        return cx.text(&json::heads(&heads));
    }
    let paint = cx.terminal.paint;
    let lines = heads.iter().map(|revision| match cx.global.verbose {
        true => verbose(graph, revision, None, paint),
        false => short(graph, revision, None, paint) + "\n",
    });
    let text: String = lines.collect();
    if text.is_empty() {
        cx.talk("there are no revisions yet");
    }
    cx.list(&text).await
}
