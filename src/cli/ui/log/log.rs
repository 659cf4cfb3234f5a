//! Where a log goes, and how a line of it looks.

use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::cli::ui::log::filter::Filter;
use crate::cli::ui::log::filter::Level;
use crate::cli::ui::log::filter::Target;
use crate::cli::ui::log::record::Record;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::escape::escape;
use crate::escape::is_hostile;
use crate::regular_file;
use crate::wall;

/// How the lines of a log look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// As many as an id of a revision has.
const RUN_DIGITS: usize = 12;

/// Where a log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// There is none.
    Nowhere,
    /// Standard error, in the place of what people read there.
    Stderr,
    /// The end of a file.
    File(PathBuf),
}

/// A log that all parts of the command line write to; cheap to clone, and one that writes nothing by default.
#[derive(Clone, Default)]
pub struct Log(Option<Arc<Open>>);

struct Open {
    out: Mutex<Box<dyn Write + Send>>,
    place: LogPlace,
    format: LogFormat,
    filter: Filter,
    /// Tells the lines of one command from those of others.
    run: String,
    command: String,
    began: Instant,
}

/// A line of JSON; the keys that all have stand first.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    level: Level,
    target: Target,
    event: &'static str,
    run: &'a str,
    command: &'a str,
    message: &'a str,
    #[serde(flatten)]
    record: &'a Record<'a>,
}

impl Log {
    /// Opens a log for one `command`.
    pub fn open(place: LogPlace, format: LogFormat, filter: Filter, command: &str) -> Result<Self, Error> {
        let out: Box<dyn Write + Send> = match &place {
            LogPlace::Nowhere => return Ok(Self::default()),
            LogPlace::Stderr => Box::new(io::stderr()),
            LogPlace::File(path) => {
                let file = regular_file::expect_to_write(path)
                    .and_then(|()| OpenOptions::new().create(true).append(true).open(path));
                let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: path.clone() }).because(cause);
                Box::new(file.map_err(unwritable)?)
            }
        };
        Ok(Self::to(out, place, format, filter, command))
    }

    #[cfg(test)]
    pub(super) fn to_json(out: Box<dyn Write + Send>, filter: Filter) -> Self {
        Self::to(out, LogPlace::Nowhere, LogFormat::Json, filter, "upgrade")
    }

    fn to(out: Box<dyn Write + Send>, place: LogPlace, format: LogFormat, filter: Filter, command: &str) -> Self {
        let command = command.to_owned();
        let mut run = Uuid::new_v4().simple().to_string();
        run.truncate(RUN_DIGITS);
        Self(Some(Arc::new(Open { out: Mutex::new(out), place, format, filter, run, command, began: Instant::now() })))
    }

    /// Returns whether standard error belongs to it, so that nothing else may be written there.
    pub fn has_stderr(&self) -> bool {
        self.0.as_ref().is_some_and(|open| open.place == LogPlace::Stderr)
    }

    /// Returns whether such an event would be written.
    pub fn lets(&self, level: Level, target: Target) -> bool {
        self.0.as_ref().is_some_and(|open| open.filter.lets(level, target))
    }

    /// Returns how long the command runs by now.
    pub fn elapsed(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |open| open.began.elapsed())
    }

    /// Writes an event, in one piece, so that several processes can share a file.
    ///
    /// A run does not stop because nobody can read of it.
    pub fn write(&self, record: &Record<'_>) {
        let Some(open) = &self.0 else { return };
        let (_, level, target) = record.kind();
        if !open.filter.lets(level, target) {
            return;
        }
        let line = match open.format {
            LogFormat::Text => open.text(record, wall::now()),
            LogFormat::Json => open.json(record, wall::now()),
        };
        let mut out = open.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(line.as_bytes());
        let _ = out.flush();
    }
}

impl Open {
    fn json(&self, record: &Record<'_>, now: Timestamp) -> String {
        let (event, level, target) = record.kind();
        let message = record.message();
        let (run, command) = (self.run.as_str(), self.command.as_str());
        let line = Line { time: format!("{now:.3}"), level, target, event, run, command, message: &message, record };
        let line = serde_json::to_string(&line).expect("structs of texts and numbers have a JSON form");
        harmless(&line) + "\n"
    }

    fn text(&self, record: &Record<'_>, now: Timestamp) -> String {
        let (_, level, target) = record.kind();
        let (level, target) = (level.as_str(), target.as_str());
        let message = record.message();
        format!("{now:.3}  {level:<5}  {target:<9}  {}  {}  {}\n", self.run, self.command, escape(&message))
    }
}

/// Writes what could steer a terminal as JSON's own escapes: the text stays what it was.
///
/// Outside of strings JSON holds nothing of the kind.
fn harmless(json: &str) -> String {
    if !json.contains(is_hostile) {
        return json.to_owned();
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hostile(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}")));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const DOCS: &str = include_str!("../../../../docs/logs.md");

    fn open(filter: &str) -> Open {
        let filter = Filter::parse(filter, Filter::from(Level::Info)).unwrap();
        let log = Log::to(Box::new(io::sink()), LogPlace::Stderr, LogFormat::Json, filter, "upgrade");
        Arc::into_inner(log.0.unwrap()).unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-20T09:12:44.31Z".parse().unwrap()
    }

    #[test]
    fn a_line_begins_with_the_keys_that_are_documented() {
        let line = open("").json(&Record::Talk { text: "x" }, now());
        let table = DOCS.split_once("\n## Every event\n").unwrap().1.split("\n###").next().unwrap();
        let keys = table.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once("` | text | ")?.0));
        let places: Vec<usize> = keys.map(|key| line.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(places.len() == 7 && places.is_sorted() && *places.last().unwrap() < line.find("\"text\":").unwrap());
        assert!(
            line.starts_with(r#"{"time":"2026-11-20T09:12:44.310Z","level":"info","target":"run","event":"message","#)
        );
        assert_eq!(line.matches('\n').count(), 1);
    }

    #[test]
    fn a_line_of_text_is_one_line_whatever_is_said() {
        let open = open("");
        let line = open.text(&Record::Talk { text: "a\nb\x1b[2J" }, now());
        let expected =
            format!("2026-11-20T09:12:44.310Z  info   run        {}  upgrade  a\\u{{a}}b\\u{{1b}}[2J\n", open.run);
        assert_eq!(line, expected);
    }

    #[test]
    fn a_line_that_does_not_matter_enough_is_not_written() {
        let log = Log(Some(Arc::new(open("warn"))));
        assert!(!log.lets(Level::Info, Target::Run) && log.lets(Level::Warn, Target::Run) && log.has_stderr());
        assert!(!Log::default().lets(Level::Error, Target::Run) && !Log::default().has_stderr());
    }

    proptest! {
        #[test]
        fn json_holds_every_text_as_it_is_and_nothing_that_steers_a_terminal(text in any::<String>()) {
            let line = open("").json(&Record::Talk { text: &text }, now());
            let line = line.strip_suffix('\n').unwrap();
            prop_assert!(!line.contains(is_hostile));
            let value: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
            prop_assert_eq!(value["text"].as_str(), Some(text.as_str()));
        }
    }
}
