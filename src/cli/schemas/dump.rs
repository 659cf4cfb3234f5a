//! `rev dump`.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::Level;
use crate::catalog::Unread;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::dialect::Dialect;
use crate::diff::Options;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::scratch::Kept;
use crate::schemas::Filter;
use crate::schemas::LeftOut;
use crate::schemas::Pattern;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::sql_text;
use crate::schemas::whole_but;

/// Write the schema of a database as SQL
///
/// Of the configured database, of another one, or of what the scripts make up to a target: that is built on a scratch
/// database first. The same schema gives the same text on every run. rev's own tables are left out; rows are not written.
#[derive(Debug, clap::Args)]
pub struct DumpArgs {
    /// Which: `live`, a target such as `head`, `env:NAME`, `file:PATH`, a URL
    #[arg(default_value = "live", value_name = "SIDE")]
    side: String,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only objects of this kind and name, as `table:app.*`
    #[arg(long, value_name = "KIND:GLOB")]
    include: Vec<String>,
    /// No objects of this kind and name
    #[arg(long, value_name = "KIND:GLOB")]
    exclude: Vec<String>,
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
    let filter = filter(&args.include, &args.exclude)?;
    let project = cx.project()?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let read = sides.catalog(&side).await;
    let removed = sides.close().await;
    let mut catalog = read?;
    removed?;
    filter.apply(&mut catalog);
    let (steps, left) = whole_but(&catalog, &Options { level: Level::Exact, ..Options::default() });
    let text = left_out(&left) + &sql_text(&steps, catalog.dialect);
    warn_of(&catalog, cx);
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
        write(path, &text)?;
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

/// Says in the file what is not in it.
fn left_out(left: &[LeftOut]) -> String {
    let line = |LeftOut { identity, reason }: &LeftOut| {
        let text: String = format!("{identity}: {reason}").split_whitespace().collect::<Vec<_>>().join(" ");
        format!("-- left out: {text}\n")
    };
    let lines: String = left.iter().map(line).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// Reads the patterns of two options.
pub(in crate::cli) fn filter(include: &[String], exclude: &[String]) -> Result<Filter, ErrorKind> {
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, ErrorKind>>();
    Ok(Filter { include: patterns(include)?, exclude: patterns(exclude)? })
}

/// Names what could not be read.
pub(in crate::cli) fn warn_of(catalog: &Catalog, cx: &mut Context) {
    for Unread { kind, name, reason } in &catalog.unread {
        cx.terminal.warn(&format!("{kind} {name} could not be read: {reason}"));
    }
}

/// Writes a file in one go: what was there before stays until the new one is whole.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: path.to_owned() }).because(cause);
    // A device or pipe is written to.
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(unwritable);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = folder.join(format!(".{}.part", path.file_name().unwrap_or_default().to_string_lossy()));
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(unwritable)
}
