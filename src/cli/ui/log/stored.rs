//! A run as its log holds it, read again: one event a line.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::regular_file;
use crate::span::Source;

/// The events of one run.
#[derive(Debug)]
pub struct StoredRun {
    /// Its id.
    pub run: String,
    /// What happened, in order.
    pub(super) events: Vec<Stored>,
    /// Whether the file ends in the middle of a line.
    pub is_cut: bool,
}

/// A line: what is common to all events, and the event.
#[derive(Debug, Deserialize)]
struct Line {
    run: String,
    message: String,
    #[serde(flatten)]
    event: StoredEvent,
}

/// An event, and the sentence that the log has for it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) message: String,
    pub(super) event: StoredEvent,
}

/// An event with what is shown of it; docs/logs.md says what each key is.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum StoredEvent {
    Database { url: String, from: String },
    Started {},
    Warning { text: String, file: Option<String>, line: Option<usize>, column: Option<usize> },
    JournalCreated {},
    RestorePoint { path: String },
    NoRestorePoint {},
    ServerWaiting {},
    LockWaiting {},
    StepStarted { revision: String, direction: String, number: usize, of: usize, title: String, ran: Option<Ran> },
    Statement { file: String, line: usize, sql: String },
    StatementStarted {},
    StatementProgress {},
    Blocked {},
    Retry {},
    Notice { severity: String, text: String },
    StepDone { revision: String, direction: String, duration_ms: u64, statements: usize },
    HookStarted { hook: String, runs: String },
    HookOutput { text: String },
    HookEnded { failure: Option<String>, duration_ms: u64 },
    Starting {},
    Message { text: String },
    Finished { from: Vec<String>, to: Vec<String> },
    Failed(Box<StoredFailure>),
}

/// How much ran of what a step undoes.
#[derive(Debug, Deserialize)]
pub(super) struct Ran {
    pub(super) parts: usize,
    pub(super) of: usize,
}

/// Why a command failed.
#[derive(Debug, Deserialize)]
pub(super) struct StoredFailure {
    pub(super) code: String,
    pub(super) error: String,
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) length: Option<usize>,
    pub(super) hint: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) from: Option<Vec<String>>,
    pub(super) to: Option<Vec<String>>,
}

impl StoredRun {
    /// Reads a run of a file that `--log-file` wrote as JSON: the one of this id, or else the last one.
    pub fn read(path: &Path, run: Option<&str>) -> Result<Self, Error> {
        let bytes = regular_file::read(path)
            .map_err(|cause| Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause))?;
        // A line that was cut may end within a character; the error then shows it.
        Self::parse(&Source::new(path, String::from_utf8_lossy(&bytes)), run)
    }

    /// Reads the text of such a file.
    pub(super) fn parse(source: &Arc<Source>, run: Option<&str>) -> Result<Self, Error> {
        let mut lines: Vec<Line> = Vec::new();
        let (mut at, mut is_cut) = (0, false);
        for text in source.text.split_inclusive('\n') {
            let range = at..at + text.trim_end().len();
            at += text.len();
            if range.is_empty() {
                continue;
            }
            match serde_json::from_str(text) {
                Ok(line) => lines.push(line),
                // Each line is written in one piece, with its end: whoever wrote this one was stopped meanwhile.
                Err(error) if error.is_eof() && !text.ends_with('\n') && !lines.is_empty() => is_cut = true,
                Err(error) => return Err(bad_line(text, &error).at(source.span(range))),
            }
        }
        let chosen = run.map(str::to_owned).or_else(|| lines.last().map(|line| line.run.clone()));
        let mut runs: Vec<String> = lines.iter().map(|line| line.run.clone()).collect();
        let is_last = |run: &String| lines.last().is_some_and(|line| line.run == *run);
        let Some(run) = chosen.filter(|run| runs.contains(run)) else {
            runs.sort();
            runs.dedup();
            return Err(ErrorKind::NoSuchRun { path: source.path.clone(), run: run.map(str::to_owned), runs }.into());
        };
        let is_cut = is_cut && is_last(&run);
        let own = lines.into_iter().filter(|line| line.run == run);
        let events = own.map(|Line { message, event, .. }| Stored { message, event }).collect();
        Ok(Self { run, events, is_cut })
    }

    /// Returns whether the log says how the command ended.
    pub fn has_ended(&self) -> bool {
        let is_end = |event: &StoredEvent| {
            matches!(event, StoredEvent::Finished { .. } | StoredEvent::Failed(_) | StoredEvent::Starting {})
        };
        self.events.last().is_some_and(|last| is_end(&last.event))
    }
}

/// Says what is wrong with a line; its place is known from elsewhere.
fn bad_line(text: &str, error: &serde_json::Error) -> Error {
    let is_object = text.trim_start().starts_with('{');
    let hint = match (is_object, error.is_data()) {
        (false, _) => "only a log that was written with `--log-format json` can be replayed",
        (true, true) => "if a newer rev wrote this log, replay it with that one",
        (true, false) => "take the line out of a copy of the file, and replay that",
    };
    // The line and column of the library count within this one line.
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason).to_owned();
    let reason = if is_object { reason } else { "it is no JSON object".to_owned() };
    ErrorKind::BadLog { reason, hint }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: &str = r#"{"time":"t","level":"info","target":"run","event":"message","run":"r1","command":"c","message":"x","text":"x"}"#;

    fn parse(text: &str, run: Option<&str>) -> Result<StoredRun, String> {
        let parsed = StoredRun::parse(&Source::new("a.log", text), run);
        parsed.map_err(|error| format!("{}: {error}", error.code()))
    }

    fn refused(text: &str) -> String {
        parse(text, None).unwrap_err()
    }

    #[test]
    fn a_line_that_is_no_event_is_refused_with_its_number() {
        let unknown = TALK.replace("\"message\",\"run\"", "\"dance\",\"run\"");
        let expected = "bad-log: a.log:3:1: this is not an event of a run: ";
        for (line, reason) in [
            ("2026-11-20T09:12:44.310Z  info  run", "it is no JSON object"),
            ("[1]", "it is no JSON object"),
            ("{\"time\"", "EOF while parsing an object"),
            ("{}", "missing field `run`"),
            (unknown.as_str(), "unknown variant `dance`"),
            (&TALK.replace("\"text\":\"x\"", "\"text\":1"), "invalid type: integer `1`, expected a string"),
        ] {
            let found = refused(&format!("{TALK}\n\n{line}\n{TALK}\n"));
            assert!(found.starts_with(&format!("{expected}{reason}")), "{found}");
        }
    }

    #[test]
    fn only_the_last_line_may_be_cut() {
        let run = parse(&format!("{TALK}\n{}", &TALK[..50]), None).unwrap();
        assert!(run.is_cut && !run.has_ended() && run.events.len() == 1);
        assert!(!parse(&format!("{TALK}\n{TALK}"), None).unwrap().is_cut);
        assert!(refused(&format!("{TALK}\n{}\n", &TALK[..50])).contains("a.log:2:1: "));
        assert!(refused(&TALK[..50]).contains("a.log:1:1: "));
        // A line of another run may be the one that was cut: this one then has all of its lines.
        let other = TALK.replace("r1", "r2");
        let run = parse(&format!("{TALK}\n{other}\n{}", &TALK[..50]), Some("r1")).unwrap();
        assert!(!run.is_cut);
    }

    #[test]
    fn a_file_may_hold_several_runs() {
        let text = format!("{TALK}\n{}\n{TALK}\n{}\n", TALK.replace("r1", "r2"), TALK.replace("r1", "r2"));
        assert_eq!(parse(&text, None).map(|run| (run.run, run.events.len())), Ok(("r2".to_owned(), 2)));
        assert_eq!(parse(&text, Some("r1")).map(|run| run.events.len()), Ok(2));
        assert_eq!(parse(&text, Some("r3")).unwrap_err(), "no-such-run: a.log has no run `r3`");
        assert_eq!(refused(""), "no-such-run: a.log has no run in it");
    }
}
