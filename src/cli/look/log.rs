//! `rev log`.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Replay;
use crate::cli::ui::StoredRun;
use crate::cli::ui::escape;
use crate::cli::ui::humane;
use crate::cli::ui::json;
use crate::cli::ui::table;
use crate::journal::HistoryRow;

/// Show what ran on the database: when, by whom, and how it ended
#[derive(Debug, clap::Args)]
pub struct LogArgs {
    /// Only the last N steps
    #[arg(short = 'n', long, value_name = "N", value_parser = count)]
    limit: Option<usize>,

    /// Show a run again that `--log-file FILE --log-format json` stored, as it was shown while it ran
    ///
    /// With `--log-filter debug` the statements are stored, too, and `-v` lists them. No database is asked.
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    replay: Option<PathBuf>,

    /// The run of that file, by the id that each of its lines has; else the last one
    #[arg(long, value_name = "ID", requires = "replay")]
    run: Option<String>,
}

/// Runs the command.
pub async fn run(args: &LogArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    if let Some(file) = &args.replay {
        return replay(&StoredRun::read(file, args.run.as_deref())?, cx);
    }
    let project = cx.project()?;
    let mut session = cx.open(&project).await?;
    let mut entries = session.history().await?;
    session.close().await;
    entries.reverse();
    entries.truncate(args.limit.unwrap_or(usize::MAX));
    if cx.is_json() {
        return cx.text(&json::log(&entries));
    }
    if entries.is_empty() {
        cx.talk("nothing ran on this database yet");
    }
    let rows: Vec<Vec<String>> = entries.iter().map(cells).collect();
    cx.text(&table(&rows))
}

fn replay(run: &StoredRun, cx: &mut Context) -> Result<Outcome, Failed> {
    if cx.is_json() {
        cx.text(&run.document())?;
    } else {
        let mut text = Vec::new();
        Replay::new(&mut text, cx.terminal.paint, cx.terminal.volume).run(run);
        cx.text(&String::from_utf8_lossy(&text))?;
    }
    if run.is_cut {
        cx.terminal.warn("the last line of the log is cut off: whoever wrote it was stopped, or the disk was full");
    }
    if !run.has_ended() {
        let end = "does not say how it ended: it goes on, or was killed; `rev status` shows where the database is";
        cx.terminal.warn(&format!("the log of run {} {end}", run.run));
    }
    Ok(Outcome::Done)
}

fn count(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "write a whole number")
}

fn cells(row: &HistoryRow) -> Vec<String> {
    let took = row.duration_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    let who = match (&row.user, &row.host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => String::new(),
    };
    // What a failed step failed at says more than what it was for.
    let message = row.error.as_deref().or(row.message.as_deref()).unwrap_or_default();
    let cells = [&row.started, &row.direction, &row.revision, &row.outcome];
    let mut cells: Vec<String> = cells.map(|cell| escape(cell).into_owned()).to_vec();
    cells.extend([took.map_or(String::new(), humane), escape(&who).into_owned(), escape(message).into_owned()]);
    cells
}
