//! `rev dump`.

use std::path::PathBuf;

use serde::Serialize;

use crate::catalog::Level;
use crate::catalog::Unread;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::filter::FilterArgs;
use crate::cli::schemas::unread::warn_of;
use crate::cli::ui::json;
use crate::dialect::Dialect;
use crate::run::scratch::Kept;
use crate::schemas::Dump;
use crate::schemas::LeftOut;
use crate::schemas::Schema;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::dump;
use crate::schemas::write_whole;

/// Write the schema of a database as SQL
///
/// Of the configured database, of another one, or of what the scripts make up to a target, or the model: that is built on
/// a scratch database first. The same schema gives the same text on every run, and `rev load` builds a database from it. rev's own tables are left out; rows are not written.
#[derive(Debug, clap::Args)]
pub struct DumpArgs {
    /// Which: `live`, `model`, a target such as `head`, `env:NAME`, `file:PATH`, a URL
    #[arg(default_value = "live", value_name = "SIDE")]
    side: String,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Serialize)]
struct DumpJson<'a> {
    side: String,
    dialect: Dialect,
    fingerprint: String,
    objects: usize,
    unread: &'a [Unread],
    sql: Option<&'a str>,
    path: Option<String>,
}

/// Runs the command.
pub async fn run(args: &DumpArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let side: Side = args.side.parse()?;
    let filter = args.filter.read()?;
    let project = cx.project()?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let read = sides.schema(&side).await;
    let removed = sides.close().await;
    let Schema { mut catalog, applied } = read?;
    removed?;
    filter.apply(&mut catalog);
    // A part of a schema is not that of its revisions.
    let applied = applied.filter(|_| filter.is_empty());
    let Dump { text, left } = dump(&catalog, applied.as_ref());
    warn_of(&catalog, cx);
    if catalog.is_empty() && !args.filter.is_empty() {
        cx.terminal.warn("nothing in it counts by `--include` and `--exclude`");
    }
    for LeftOut { identity, reason } in &left {
        cx.terminal.warn(&format!("{identity} is left out: {reason}"));
    }
    let named = |LeftOut { identity, reason }: &LeftOut| Unread {
        kind: identity.kind.to_string(),
        name: identity.path(),
        reason: reason.clone(),
    };
    let unread: Vec<_> = catalog.unread.iter().cloned().chain(left.iter().map(named)).collect();
    if let Some(path) = &args.output {
        write_whole(path, &text)?;
    }
    if cx.is_json() {
        let sql = args.output.is_none().then_some(text.as_str());
        return cx.text(&json::document(&DumpJson {
            side: side.to_string(),
            dialect: catalog.dialect,
            fingerprint: catalog.fingerprint(Level::Exact).to_string(),
            objects: catalog.len(),
            unread: &unread,
            sql,
            path: args.output.as_deref().map(json::path),
        }));
    }
    match &args.output {
        Some(path) => {
            cx.text(&format!("{}\n", crate::cli::ui::escape(&path.display().to_string())))?;
            Ok(Outcome::Done)
        }
        None => cx.text(&text),
    }
}
