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
use crate::cli::ui::wrap;
use crate::journal::HistoryRow;
use crate::program::Halfway;

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
    cx.name_run("log");
    let mut entries = session.history().await?;
    let halfway = project.halfway(&session);
    session.close().await;
    entries.reverse();
    entries.truncate(args.limit.unwrap_or(usize::MAX));
    if cx.is_json() {
        return cx.text(&json::log(&entries));
    }
    if let Some(halfway) = &halfway {
        // It gets its row when it ends, or when the next run finds that it did not.
        let Halfway { direction, revision, started, .. } = halfway;
        cx.talk(&escape(&format!(
            "the {direction} of {revision}, begun {}, has not ended: see `rev status`",
            seconds(started)
        )));
    } else if entries.is_empty() {
        cx.talk("nothing ran on this database yet");
        cx.tell_of_missing_file();
    }
    let rows: Vec<Vec<String>> = entries.iter().map(cells).collect();
    let lines = table(&rows);
    let columns = cx.terminal.columns.filter(|_| !cx.global.verbose);
    let below = |row| columns.map_or_else(|| below(row), |columns| wrap(&below(row), columns));
    let text: String = lines.lines().zip(&entries).map(|(line, row)| format!("{line}\n{}", below(row))).collect();
    cx.list(&text).await
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
        let end =
            "does not say how it ended: it is still running, or was killed; `rev status` shows where the database is";
        cx.terminal.warn(&format!("the log of run {} {end}", run.run));
    }
    Ok(Outcome::Done)
}

fn count(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "write a whole number")
}

/// Returns what is told of every step: when, what, how it ended, how long it took.
fn cells(row: &HistoryRow) -> Vec<String> {
    let took = row.duration_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    let started = seconds(&row.started);
    let took = took.map_or("-".to_owned(), humane);
    // Ids may be long, and come last.
    let cells = [&started, &row.direction, &row.outcome, &took, &row.revision];
    cells.map(|cell| escape(cell).into_owned()).to_vec()
}

/// Returns the line below, with what has no bounds: the message, and who it was.
fn below(row: &HistoryRow) -> String {
    let who = match (&row.user, &row.host) {
        (Some(user), Some(host)) => format!("by {user}@{host}"),
        (Some(name), None) | (None, Some(name)) => format!("by {name}"),
        (None, None) => String::new(),
    };
    let who = match (who.is_empty(), row.other_user()) {
        (_, None) => who,
        (false, Some(user)) => format!("{who} as {user}"),
        (true, Some(user)) => format!("as {user}"),
    };
    // What a failed step failed at says more than what it was for.
    let message = row.error.as_ref().or(row.message.as_ref()).cloned().unwrap_or_default();
    let said: Vec<String> = [message, who].into_iter().filter(|text| !text.is_empty()).collect();
    if said.is_empty() { String::new() } else { format!("    {}\n", escape(&said.join(", "))) }
}

/// Cuts the fraction of a second off, which only programs read.
fn seconds(started: &str) -> String {
    match started.split_once('.') {
        Some((seconds, fraction)) if fraction.ends_with('Z') => format!("{seconds}Z"),
        _ => started.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_whole_seconds() {
        assert_eq!(seconds("2026-11-20T09:12:44.310Z"), "2026-11-20T09:12:44Z");
        assert_eq!(seconds("2026-11-20T09:12:44Z"), "2026-11-20T09:12:44Z");
        assert_eq!(seconds("some time"), "some time");
    }
}
