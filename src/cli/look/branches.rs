//! `rev branches`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::branch_point;
use crate::cli::ui::json;

/// List the revisions from which several others grow
#[derive(Debug, clap::Args)]
pub struct BranchesArgs {}

/// Runs the command.
pub async fn run(_args: &BranchesArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    let graph = &project.graph;
    if cx.is_json() {
        return cx.text(&json::branches(graph, &graph.branch_points()));
    }
    let paint = cx.terminal.paint;
    let points = graph.branch_points().into_iter().map(|revision| branch_point(graph, revision, None, paint) + "\n");
    let text: String = points.collect();
    if text.is_empty() {
        cx.talk("no revision has more than one child");
    }
    cx.list(&text).await
}
