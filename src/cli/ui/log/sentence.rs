//! Every event of a log in a sentence, for people who read one; programs use the keys.

use std::time::Duration;

use crate::cli::ui::duration::humane;
use crate::cli::ui::log::part::named;
use crate::cli::ui::log::record::Record;
use crate::direction::Direction;
use crate::id::RevisionId;

impl Record<'_> {
    /// Returns it in a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Started { direction, from, to, steps, .. } => {
                let what = direction.map_or("run", Direction::as_str);
                format!("{what} from {from} to {to}: {}", counted(*steps, "revision"))
            }
            Self::Warning { text, file, line, column, .. } => match (file, line, column) {
                (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: {text}"),
                _ => (*text).to_owned(),
            },
            Self::RestorePoint { path } => format!("restore point: {path}"),
            Self::NoRestorePoint { bytes, limit } => {
                format!(
                    "no restore point: the database has {bytes} bytes, more than the {limit} of `restore_point_limit`"
                )
            }
            Self::JournalCreated { shown, .. } => shown.clone(),
            Self::Database { command, url, from } => format!("{command} {url} ({from})"),
            Self::ServerWaiting { code: "table-locked", reason } => {
                format!("waiting for the tables of rev's own: {reason}")
            }
            Self::ServerWaiting { reason, .. } => format!("waiting for the server: {reason}"),
            Self::LockWaiting { holder } => {
                format!("waiting for the lock held by {}{}", holder.shown, holder.note)
            }
            Self::StepStarted { revision, direction, number, of, title, .. } => {
                step(*direction, *number, *of, revision, title) + " …"
            }
            Self::Statement { file, line, sql, .. } | Self::StatementStarted { file, line, sql, .. } => {
                format!("{file}:{line}: {sql}")
            }
            Self::StatementProgress { phase, percent, .. } => match percent {
                Some(percent) => format!("{phase} {percent} %"),
                None => (*phase).to_owned(),
            },
            Self::Blocked { blockers, .. } => format!("waiting for a lock{}", named(blockers)),
            Self::Retry { retry, of, pause_ms, blockers, .. } => {
                let pause = humane(Duration::from_millis(*pause_ms));
                let who = named(blockers);
                format!("retry {retry} of {of} in {pause}: could not get a lock{who}")
            }
            Self::Notice { severity, text, .. } => format!("{severity}: {}", text.trim_end()),
            Self::StepDone { revision, direction, number, of, title, duration_ms, .. } => {
                let took = humane(Duration::from_millis(*duration_ms));
                format!("{} … done ({took})", step(*direction, *number, *of, revision, title))
            }
            Self::HookStarted { hook, runs } => format!("{hook}: {runs} …"),
            Self::HookOutput { hook, text } => format!("{hook}: {text}"),
            Self::HookEnded { hook, runs, failure, duration_ms, .. } => {
                let took = humane(Duration::from_millis(*duration_ms));
                match failure {
                    None => format!("{hook}: {runs} … done ({took})"),
                    Some(failure) => format!("{hook}: {runs} … failed after {took}: {failure}"),
                }
            }
            Self::Starting { program, .. } => format!("starting {program}"),
            Self::Talk { text } => (*text).to_owned(),
            Self::Finished { to, steps: 0, .. } => format!("nothing to do: the database is at {to}"),
            Self::Finished { to, .. } => format!("the database is at {to}"),
            Self::Failed(failed) => failed.message(),
        }
    }
}

fn step(direction: Direction, number: usize, of: usize, revision: &RevisionId, title: &str) -> String {
    let gap = if title.is_empty() { "" } else { "  " };
    format!("{direction} {number}/{of}  {revision}{gap}{title}")
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
