//! `rev show`.

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::cli::ui::verbose;
use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::ErrorKind;

/// Show a revision
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Which: `head`, `heads`, `current`, an id or its beginning, a label, `-1`
    #[arg(allow_negative_numbers = true)]
    target: String,
}

/// Runs the command.
pub async fn run(args: &ShowArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let target = cx.target(&args.target)?;
    let project = cx.project()?;
    let graph = &project.graph;
    let rows = cx.rows_for(&project, target.needs_rows()).await?;
    let ids = graph.resolve(&target, &rows)?;
    if ids.is_empty() {
        let at_base = target.needs_rows() && rows.is_empty();
        return Err(ErrorKind::NoRevision { target: args.target.clone(), at_base }.into());
    }
    if cx.is_json() {
        let [id] = &ids[..] else {
            return Err(ErrorKind::SeveralRevisions { target: args.target.clone(), revisions: ids }.into());
        };
        // What can be known without a database is what holds on the configured one.
        let dialect = project.config.database.url.resolve().map_or(Dialect::Sqlite, |url| url.url.dialect());
        let script = project.script(id)?;
        let state = |direction| script.state(direction, dialect);
        let (upgrade, downgrade) = (state(Direction::Upgrade), state(Direction::Downgrade));
        let document = graph.get(id).map(|revision| json::show(graph, revision, None, upgrade, downgrade));
        return cx.text(&document.unwrap_or_default());
    }
    let paint = cx.terminal.paint;
    let revisions = ids.iter().filter_map(|id| graph.get(id));
    let text: Vec<String> = revisions.map(|revision| verbose(graph, revision, None, paint)).collect();
    cx.long(&text.join("\n")).await
}
