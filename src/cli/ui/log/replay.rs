//! A stored run, shown as it was while it ran, or as its document.

use std::io::Write;
use std::mem;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::cli::ui::diagnostic::Shown;
use crate::cli::ui::duration::humane;
use crate::cli::ui::log::stored::Stored;
use crate::cli::ui::log::stored::StoredEvent;
use crate::cli::ui::log::stored::StoredFailure;
use crate::cli::ui::log::stored::StoredRun;
use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::cli::ui::progress::Listed;
use crate::cli::ui::progress::Progress;
use crate::cli::ui::progress::Volume;
use crate::cli::ui::step::StepName;
use crate::cli::ui::step::notice_lines;
use crate::cli::ui::step::warning_line;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::regular_file;
use crate::span::Source;
use crate::span::Span;

/// Shows stored events through what shows a run that goes on.
#[derive(Debug)]
pub struct Replay<W: Write> {
    progress: Progress<W>,
    paint: Paint,
    volume: Volume,
}

impl<W: Write> Replay<W> {
    /// Shows lines.
    pub fn new(out: W, paint: Paint, volume: Volume) -> Self {
        Self { progress: Progress::lines(out, paint, volume), paint, volume }
    }

    /// Shows a run.
    pub fn run(&mut self, run: &StoredRun) {
        let mut statements = Vec::new();
        for stored in &run.events {
            // All statements of a revision follow its beginning, and are listed below it.
            match &stored.event {
                StoredEvent::Statement { file, line, sql } => {
                    let (path, text) = (escape(file).into_owned(), escape(sql).into_owned());
                    statements.push(Listed { path, line: *line, text });
                    continue;
                }
                _ => self.list(mem::take(&mut statements)),
            }
            self.event(stored);
        }
        self.list(statements);
        self.progress.end(Role::Bad, "stopped", "");
    }

    fn list(&mut self, statements: Vec<Listed>) {
        if self.volume == Volume::Verbose {
            self.progress.list(statements);
        }
    }

    fn event(&mut self, Stored { message, event }: &Stored) {
        if let StoredEvent::Failed(failure) = event {
            self.progress.end(Role::Bad, "stopped", "");
            let text = failure.render(self.paint);
            return self.progress.print(text.trim_end_matches('\n'));
        }
        if self.volume == Volume::Quiet {
            return;
        }
        match event {
            StoredEvent::Started {} | StoredEvent::Statement { .. } | StoredEvent::StatementStarted {} => {}
            StoredEvent::JournalCreated {}
            | StoredEvent::Database { .. }
            | StoredEvent::RestorePoint { .. }
            | StoredEvent::NoRestorePoint {}
            | StoredEvent::ServerWaiting {}
            | StoredEvent::LockWaiting {}
            | StoredEvent::Starting {}
            | StoredEvent::Finished { .. } => self.progress.print(&escape(message)),
            StoredEvent::StatementProgress {} | StoredEvent::Blocked {} | StoredEvent::Retry {} => {
                self.progress.print(&format!("  {}", escape(message)));
            }
            StoredEvent::Message { text } => self.progress.print(&escape_lines(text)),
            StoredEvent::Warning { text, file, line, column } => {
                let place = match (file, line, column) {
                    (Some(file), Some(line), Some(column)) => Some(format!("{file}:{line}:{column}")),
                    _ => None,
                };
                self.progress.print(&warning_line(place.as_deref(), text, self.paint));
            }
            StoredEvent::StepStarted { revision, direction, number, of, title, ran } => {
                let ran = ran.as_ref().map(|ran| (ran.parts, ran.of));
                let name = StepName { number: *number, of: *of, direction, revision, title, ran };
                self.progress.begin(name.line(self.paint), []);
            }
            StoredEvent::Notice { severity, text } => {
                self.progress.print(&notice_lines(severity, text, self.paint));
            }
            StoredEvent::StepDone { duration_ms, .. } => self.done(*duration_ms),
            StoredEvent::HookStarted { hook, runs } => self.progress.begin_hook(hook, runs),
            StoredEvent::HookOutput { text } => self.progress.print(&format!("  {}", escape(text))),
            StoredEvent::HookEnded { failure: None, duration_ms } => self.done(*duration_ms),
            StoredEvent::HookEnded { failure: Some(failure), .. } => {
                self.progress.end(Role::Bad, "failed", &format!(" ({})", escape(failure)));
            }
            StoredEvent::Failed(_) => {}
        }
    }

    fn done(&mut self, duration_ms: u64) {
        let took = humane(Duration::from_millis(duration_ms));
        self.progress.end(Role::Good, "done", &format!(" ({took})"));
    }
}

impl StoredFailure {
    /// Renders the error as it was shown; the line of the script is there if the script is as it was.
    fn render(&self, paint: Paint) -> String {
        let span = self.span();
        let mut notes = self.notes.clone();
        if let (None, Some(file), Some(line), Some(column)) = (&span, &self.file, self.line, self.column) {
            notes.insert(0, format!("at {file}:{line}:{column}, which is not there as it was"));
        }
        let shown = Shown {
            code: &self.code,
            message: &self.error,
            span: span.as_ref(),
            notes: &notes,
            hint: self.hint.as_deref(),
        };
        let state = self.state.as_ref().map_or(String::new(), |state| format!("\n{}\n", escape_lines(state)));
        shown.render(paint, None) + &state
    }

    /// Finds the place in the script as it is now.
    fn span(&self) -> Option<Span> {
        let (file, line, column) = (self.file.as_ref()?, self.line?, self.column?);
        let path = Path::new(file);
        let text = regular_file::read_to_string(path).ok()?;
        let source = Source::new(path, text);
        let begin: usize = source.text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let own = source.text[begin..].lines().next()?;
        let start = begin + own.char_indices().map(|(at, _)| at).chain([own.len()]).nth(column.checked_sub(1)?)?;
        let end = start.checked_add(self.length.unwrap_or_default())?;
        Some(source.span(start..end))
    }
}

/// The document of a run, as `--json` printed it.
#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Connection<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument<'a>>,
    #[serde(flatten)]
    reached: Option<Reached<'a>>,
}

/// Which database it was, and what gave the URL.
#[derive(Serialize)]
struct Connection<'a> {
    url: &'a str,
    from: &'a str,
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    code: &'a str,
    message: &'a str,
    file: &'a Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    hint: &'a Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct Reached<'a> {
    from: &'a [String],
    to: &'a [String],
    steps: Vec<StepDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_point: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    journal_created: bool,
}

#[derive(Serialize)]
struct StepDocument<'a> {
    revision: &'a str,
    direction: &'a str,
    duration_ms: u64,
    statements: usize,
}

impl StoredRun {
    /// Returns the document of the run; of one whose end is not stored, what it had reached.
    pub fn document(&self) -> String {
        let events = || self.events.iter().map(|stored| &stored.event);
        let steps = events().filter_map(|event| match event {
            StoredEvent::StepDone { revision, direction, duration_ms, statements } => {
                let (duration_ms, statements) = (*duration_ms, *statements);
                Some(StepDocument { revision, direction, duration_ms, statements })
            }
            _ => None,
        });
        let reached = |from, to| Reached {
            from,
            to,
            steps: steps.collect(),
            restore_point: events().find_map(|event| match event {
                StoredEvent::RestorePoint { path } => Some(path.as_str()),
                _ => None,
            }),
            journal_created: events().any(|event| matches!(event, StoredEvent::JournalCreated {})),
        };
        let end = events().rev().find_map(|event| match event {
            StoredEvent::Finished { from, to } => Some((None, Some((from, to)))),
            StoredEvent::Failed(failure) => Some((Some(failure), failure.from.as_ref().zip(failure.to.as_ref()))),
            _ => None,
        });
        let (failure, heads) = end.unwrap_or_default();
        let error = failure.map(|failure| ErrorDocument {
            code: &failure.code,
            message: &failure.error,
            file: &failure.file,
            line: failure.line,
            column: failure.column,
            hint: &failure.hint,
            notes: &failure.notes,
        });
        let ok = failure.is_none() && heads.is_some();
        let connection = events().find_map(|event| match event {
            StoredEvent::Database { url, from } => Some(Connection { url, from }),
            _ => None,
        });
        let document = Document { ok, connection, error, reached: heads.map(|(from, to)| reached(from, to)) };
        serde_json::to_string(&document).expect("structs of texts and numbers have a JSON form") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::ui::fixture::program;
    use crate::cli::ui::log::Filter;
    use crate::cli::ui::log::Level;
    use crate::cli::ui::log::Telling;
    use crate::cli::ui::log::log::Log;
    use crate::cli::ui::page::Page;
    use crate::config::Hook;
    use crate::db::Blocker;
    use crate::db::Notice;
    use crate::db::StatementProgress;
    use crate::journal::Holder;
    use crate::run::CreatedJournal;
    use crate::run::Event;
    use crate::run::Observer;

    /// Tells the events that the numbers stand for, with `text` in all that says something.
    fn tell(telling: &mut Telling<Page>, numbers: &[u8], text: &str, ms: u64) {
        let program = program();
        let (duration, of) = (Duration::from_millis(ms), 12);
        let hook = Hook { program: "./backup".into(), arguments: vec![text.into()] };
        let query = Some(format!("SELECT 'secret' {text}"));
        let blockers =
            [Blocker { pid: "7".into(), name: Some(text.into()), age: Some(duration), is_idle: true, query }];
        let holder = Holder { user: Some(text.into()), host: None, pid: Some(7), since: None, lease_left: Some(9) };
        let journal = CreatedJournal { place: text.into(), is_first: ms.is_multiple_of(2), others: vec![text.into()] };
        let notice = Notice { severity: "warning".into(), message: text.into() };
        let slow = StatementProgress { phase: text.into(), percent: Some(42) };
        let hook_key = "before_upgrade";
        telling.event(Event::Started { program: &program });
        for number in numbers {
            let step = &program.steps[usize::from(number % 2)];
            match number / 2 {
                0 => telling.event(Event::LockWaiting { holder: &holder }),
                1 => telling.event(Event::JournalCreated { journal: &journal }),
                2 => telling.event(Event::RestorePoint { path: Path::new(text) }),
                3 => telling.event(Event::NoRestorePoint { bytes: ms, limit: 1 }),
                4 => telling.event(Event::Warning(&program.warnings[0])),
                5 => telling.event(Event::Notice { step, notice: &notice }),
                6 => telling.event(Event::Blocked { blockers: &blockers }),
                7 => telling.event(Event::LockRetry { retry: 1, of: 3, pause: duration, blockers: &blockers }),
                8 => telling.event(Event::StatementSlow { progress: &slow }),
                9 => telling.event(Event::HookStarted { hook: hook_key, command: &hook }),
                10 => telling.event(Event::HookOutput { hook: hook_key, line: text }),
                11 => {
                    let failure = (number % 2 == 0).then_some(text);
                    telling.event(Event::HookEnded { hook: hook_key, command: &hook, duration, failure });
                }
                12 => telling.event(Event::StepStarted { number: 2, of, step }),
                13 => telling.event(Event::StepDone { number: 2, of, step, duration }),
                _ => step.statements().for_each(|statement| telling.event(Event::StatementStarted { statement })),
            }
        }
    }

    proptest! {
        #[test]
        fn a_run_is_shown_again_as_it_was_shown(
            numbers in prop::collection::vec(0_u8..30, 0..20),
            text in "[a-z'<\\x1b \\n\u{e9}\u{202e}]{0,90}",
            ms in 0_u64..200_000,
            volume in prop::sample::select(vec![Volume::Quiet, Volume::Normal, Volume::Verbose]),
            paint in prop::sample::select(vec![Paint::Plain, Paint::Color]),
        ) {
            let (live, log, again) = (Page::default(), Page::default(), Page::default());
            let stored = Log::to_json(Box::new(log.clone()), Filter::from(Level::Debug));
            let mut telling = Telling::new(Progress::lines(live.clone(), paint, volume), stored);
            tell(&mut telling, &numbers, &text, ms);
            drop(telling);
            let run = StoredRun::parse(&Source::new("a.log", log.text()), None).unwrap();
            Replay::new(again.clone(), paint, volume).run(&run);
            prop_assert_eq!(again.text(), live.text());
        }
    }
}
