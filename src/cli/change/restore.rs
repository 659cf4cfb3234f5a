//! `rev restore`.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::ask::ask;
use crate::cli::context::Context;
use crate::cli::model_dump::Did;
use crate::cli::model_dump::write_dump;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::cli::ui::table;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::Project;
use crate::run::RestorePoint;

/// Put a restore point of a SQLite database back
///
/// Before a run that can lose data, rev writes a copy of the database beside it. This puts one back, as a whole, and
/// keeps what was there as one more restore point. Stop the programs that use the database first.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// Which copy [default: the newest restore point]
    file: Option<PathBuf>,
    /// Show the restore points, newest first, and touch nothing
    #[arg(long, conflicts_with_all = ["file", "yes"])]
    list: bool,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Do not ask before the database is replaced
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
pub async fn run(args: &RestoreArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    cx.lock_wait.clone_from(&args.lock_wait);
    let config = cx.config()?;
    if args.list {
        return list(&RestorePoint::list(&config)?, cx);
    }
    cx.resolve(&config)?;
    cx.name_run("restore");
    let from = RestorePoint::choose(&config, args.file.as_deref())?;
    if !args.yes {
        let name = config.environment.as_deref().filter(|_| config.database.protected);
        confirm(&from, name).map_err(Failed::before_run)?;
    }
    let restored = RestorePoint::put_back(&config, &from).await?;
    if let Ok(project) = Project::load(config) {
        write_dump(&project, Did::Something, cx).await;
    }
    if cx.is_json() {
        return cx.text(&json::restored(&restored));
    }
    cx.talk(&format!("put back {}", shown(&restored.from)));
    if let Some(kept) = &restored.kept {
        cx.talk(&format!("what was there is now {}", shown(kept)));
    }
    cx.talk(&format!("the database is at {}", restored.current));
    Ok(Outcome::Done)
}

fn list(points: &[RestorePoint], cx: &mut Context) -> Result<Outcome, Failed> {
    if cx.is_json() {
        return cx.text(&json::restore_points(points));
    }
    if points.is_empty() {
        cx.talk("there are no restore points");
    }
    let row = |point: &RestorePoint| {
        vec![point.made.clone(), escape(&point.at).into_owned(), format!("{} bytes", point.bytes), shown(&point.path)]
    };
    cx.text(&table(&points.iter().map(row).collect::<Vec<_>>()))
}

/// Asks on the terminal; a protected database by its name.
fn confirm(from: &Path, name: Option<&str>) -> Result<(), Error> {
    let otherwise = ErrorKind::NotConfirmed { done: "replaced" };
    ask(&format!("the database is replaced by {}", from.display()), name.unwrap_or("yes"), otherwise)
}

fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}
