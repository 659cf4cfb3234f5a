//! A run as it goes on, on standard error: plain lines, or on a terminal one living line above the finished ones.

use std::io;
use std::io::Write;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::cli::ui::duration::humane;
use crate::cli::ui::fit::fit;
use crate::cli::ui::fit::wrap;
use crate::cli::ui::log::held_by;
use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::cli::ui::place::Lines;
use crate::cli::ui::risk::risks;
use crate::cli::ui::step::notice_lines;
use crate::cli::ui::step::step_line;
use crate::cli::ui::step::warning_line;
use crate::config::url::mask_passwords;
use crate::db::Blocker;
use crate::db::StatementProgress;
use crate::dialect::Family;
use crate::escape::escape;
use crate::program::Program;
use crate::program::ProgramStep;
use crate::run::Event;
use crate::run::Observer;
use crate::sql::Statement;
use crate::sql::summary;
use crate::sql::without_strings;

/// The most revisions that are listed before a question.
const LISTED: usize = 20;

/// The most that is shown of a command of the user's.
const WIDTH: usize = 60;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Nothing but results and errors.
    Quiet,
    /// What happens.
    Normal,
    /// Also each statement.
    Verbose,
}

/// Shows a run; when it is dropped before a revision is through, that revision is shown as stopped.
#[derive(Debug)]
pub struct Progress<W: Write = io::Stderr> {
    out: W,
    paint: Paint,
    volume: Volume,
    /// The living line; without one, the line of a revision is begun when it begins, and ended when it ends.
    living: Option<ProgressBar>,
    /// The line of the revision that runs.
    running: Option<String>,
    /// Whether that line was begun, and nothing was written after it.
    is_open: bool,
    /// How the statements of others are read.
    family: Family,
    /// How wide the terminal is, if it is one.
    columns: Option<usize>,
}

/// A statement of a revision, safe to show.
pub(super) struct Listed {
    /// Its script.
    pub path: String,
    /// The line that it begins on.
    pub line: usize,
    /// Its beginning.
    pub text: String,
}

impl<W: Write> Progress<W> {
    /// Shows plain lines.
    pub fn lines(out: W, paint: Paint, volume: Volume) -> Self {
        Self { out, paint, volume, living: None, running: None, is_open: false, family: Family::Sqlite, columns: None }
    }

    /// Shows a living line, which is drawn on standard error; `out` must be the same terminal.
    pub fn living(out: W, paint: Paint, volume: Volume, columns: usize) -> Self {
        // The elapsed time stands first, so that it does not jump with the length of the statement.
        let style = ProgressStyle::with_template("{spinner} {elapsed:>3} {wide_msg}").expect("the template is correct");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.finish_and_clear(); // it is shown while a revision runs
        let mut progress = Self::lines(out, paint, volume);
        progress.living = Some(bar);
        progress.columns = Some(columns);
        progress
    }

    /// Lists what will be done, before somebody is asked; also when only results are wanted.
    pub fn plan(&mut self, program: &Program) {
        let Program { from, to, steps, .. } = program;
        let mut text = format!("from {from} to {to}:");
        for step in steps.iter().take(LISTED) {
            text.push_str(&format!("\n  {}", unnumbered(step, self.paint)));
        }
        if steps.len() > LISTED {
            text.push_str(&format!("\n  and {} more", steps.len() - LISTED));
        }
        text.push_str(&risks(&program.risks(), self.paint));
        if let Some(halfway) = &program.gives_up {
            text.push_str(&format!("\n  gives up {}", escape(&halfway.forgotten())));
        }
        self.print(&text);
    }

    /// Says what will be noted, before somebody is asked.
    pub fn say(&mut self, what: &str) {
        self.print(&escape(what));
    }

    /// Begins a revision; `statements` are listed when more is wanted.
    pub(super) fn begin(&mut self, line: String, statements: impl IntoIterator<Item = Listed>) {
        if self.volume == Volume::Verbose {
            self.print(&line);
            self.list(statements);
        }
        self.open(line, self.volume == Volume::Normal);
    }

    /// Lists statements below the line of their revision.
    pub(super) fn list(&mut self, statements: impl IntoIterator<Item = Listed>) {
        let mut told = None;
        for Listed { path, line, text } in statements {
            if told.as_ref() != Some(&path) {
                self.print(&format!("  {}", self.paint.text(Role::Faint, &path)));
                told = Some(path);
            }
            let line = self.paint.text(Role::Faint, &format!("line {line}")).into_owned();
            self.print(&format!("    {line}  {text}"));
        }
    }

    pub(super) fn begin_hook(&mut self, hook: &str, words: &str) {
        let end = words.char_indices().nth(WIDTH).map_or(words.len(), |(at, _)| at);
        let gap = if end < words.len() { "…" } else { "" };
        let line = format!("{}  {}{gap}", escape(hook), escape(&words[..end]));
        self.open(line, true);
    }

    /// Shows what runs now: in the living line, or as the beginning of a line that is ended later.
    fn open(&mut self, line: String, is_begun: bool) {
        match &self.living {
            Some(bar) => {
                bar.set_message(line.clone());
                bar.reset();
                bar.enable_steady_tick(Duration::from_millis(100));
            }
            None if is_begun => {
                self.write(&format!("{line} … "));
                self.is_open = true;
            }
            None => {}
        }
        self.running = Some(line);
    }

    /// Shows how far a statement is: at once in the living line, and in a line of its own where there is `news`.
    pub fn slow(&mut self, progress: &StatementProgress, is_news: bool) {
        if self.volume == Volume::Quiet {
            return;
        }
        let percent = progress.percent.map_or(String::new(), |percent| format!(" {percent} %"));
        let text = escape(&format!("{}{percent}", progress.phase)).into_owned();
        match (&self.living, &self.running) {
            (Some(bar), Some(line)) => bar.set_message(format!("{line}  {text}")),
            _ if is_news => self.print(&format!("  {text}")),
            _ => {}
        }
    }

    /// Returns the beginning of a statement as the log has it, too: what stands in strings may be a password.
    fn summary(&self, statement: &Statement) -> String {
        let text = without_strings(statement.sql(), statement.reading);
        escape(&summary(&text, statement.reading)).into_owned()
    }

    /// Ends the line of the revision that runs.
    pub(super) fn end(&mut self, role: Role, word: &str, note: &str) {
        let Some(line) = self.running.take() else { return };
        if let Some(bar) = &self.living {
            // Others write to the terminal between two revisions, so nothing may be left there.
            bar.finish_and_clear();
        }
        let length = " … ".chars().count() + word.chars().count();
        let word = self.paint.text(role, word).into_owned();
        if self.is_open {
            self.is_open = false;
            self.write(&format!("{word}{note}\n"));
        } else {
            let line = self.fitting(&line, length + note.chars().count());
            self.print(&format!("{line} … {word}{note}"));
        }
    }

    /// Returns the line of a revision, cut on a terminal so that it and what follows are one line there.
    fn fitting(&self, line: &str, follows: usize) -> String {
        match self.columns.and_then(|columns| columns.checked_sub(follows)) {
            Some(columns) if self.volume != Volume::Verbose => fit(line, columns),
            _ => line.to_owned(),
        }
    }

    /// Writes whole lines, above the living one and after one that is open.
    pub(super) fn print(&mut self, text: &str) {
        let gap = if std::mem::take(&mut self.is_open) { "\n" } else { "" };
        let wrapped = self.columns.filter(|_| self.volume != Volume::Verbose).map(|columns| wrap(text, columns));
        let text = format!("{gap}{}\n", wrapped.as_deref().unwrap_or(text));
        match self.living.clone() {
            Some(bar) => bar.suspend(|| self.write(&text)),
            None => self.write(&text),
        }
    }

    /// A run does not stop because nobody can read of it.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

impl<W: Write + Send> Observer for Progress<W> {
    fn event(&mut self, event: Event<'_>) {
        if self.volume == Volume::Quiet {
            return;
        }
        match event {
            Event::LockWaiting { holder } => {
                let note = holder.lease_note();
                self.print(&format!("waiting for the lock held by {}{note}", escape(&holder.to_string())));
            }
            Event::JournalCreated { journal } => self.print(&escape(&journal.to_string())),
            Event::RestorePoint { path } => {
                self.print(&format!("restore point: {}", escape(&path.to_string_lossy())));
            }
            Event::NoRestorePoint { bytes, limit } => {
                self.print(&format!(
                    "no restore point: the database has {bytes} bytes, more than the {limit} of `restore_point_limit`"
                ));
            }
            Event::Started { program } => {
                self.family = program.dialect.family();
                if let Some(halfway) = &program.gives_up {
                    self.print(&warning_line(None, &format!("this gives up {}", halfway.forgotten()), self.paint));
                }
            }
            Event::Warning(warning) => {
                let line = warning_line(Some(&warning.span.to_string()), &warning.message, self.paint);
                self.print(&line);
            }
            Event::StepStarted { number, of, step } => {
                let mut lines = Lines::default();
                let listed = (self.volume == Volume::Verbose).then(|| step.statements());
                let listed = listed.into_iter().flatten();
                let list = |statement: &Statement| Listed {
                    path: escape(&statement.span.source.path.display().to_string()).into_owned(),
                    line: lines.of(&statement.span),
                    text: self.summary(statement),
                };
                let statements: Vec<_> = listed.map(list).collect();
                self.begin(step_line(number, of, step, self.paint), statements);
            }
            Event::StatementStarted { statement } => {
                if let (Some(bar), Some(line)) = (&self.living, &self.running) {
                    bar.set_message(format!("{line}  {}", self.summary(statement)));
                }
            }
            Event::Blocked { blockers } => {
                self.print(&escape(&format!("  waiting for a lock{}", named(blockers, self.family))));
            }
            Event::StatementSlow { progress } => self.slow(progress, true),
            Event::LockRetry { retry, of, pause, blockers, .. } => {
                self.print(&retry_line(retry, of, pause, blockers, self.family));
            }
            Event::HookStarted { hook, command } => self.begin_hook(hook, &mask_passwords(&command.to_string())),
            Event::HookOutput { line, .. } => self.print(&format!("  {}", escape(line))),
            Event::HookEnded { duration, failure, .. } => match failure {
                None => self.end(Role::Good, "done", &format!(" ({})", humane(duration))),
                Some(failure) => self.end(Role::Bad, "failed", &format!(" ({})", escape(failure))),
            },
            Event::Notice { notice, .. } => self.print(&notice_lines(&notice.severity, &notice.message, self.paint)),
            Event::StepDone { duration, .. } => self.end(Role::Good, "done", &format!(" ({})", humane(duration))),
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.end(Role::Bad, "stopped", "");
    }
}

fn retry_line(retry: u32, of: u32, pause: Duration, blockers: &[Blocker], family: Family) -> String {
    let who = named(blockers, family);
    let pause = humane(pause);
    escape(&format!("  retry {retry} of {of} in {pause}: could not get a lock{who}")).into_owned()
}

fn named(blockers: &[Blocker], family: Family) -> String {
    let query = |one: &Blocker| one.query.as_ref().map(|query| without_strings(query, family));
    let who: Vec<String> =
        blockers.iter().map(|one| Blocker { query: query(one), ..one.clone() }.to_string()).collect();
    held_by(&who)
}

fn unnumbered(step: &ProgramStep, paint: Paint) -> String {
    let line = step_line(1, 1, step, paint);
    line.replacen(" 1/1", "", 1)
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressDrawTarget;

    use crate::cli::ui::fixture::program;
    use crate::db::Notice;

    use super::*;

    /// What is written of a run that stops after `steps` events of each kind.
    fn written(volume: Volume, is_living: bool, run: impl FnOnce(&mut Progress<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        let mut progress = match is_living {
            true => Progress::living(&mut out, Paint::Plain, volume, 80),
            false => Progress::lines(&mut out, Paint::Plain, volume),
        };
        if let Some(bar) = &progress.living {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        run(&mut progress);
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    fn check(volume: Volume, run: impl Fn(&mut Progress<&mut Vec<u8>>), lines: &[&str], living: &[&str]) {
        assert_eq!(written(volume, false, &run).lines().collect::<Vec<_>>(), lines);
        assert_eq!(written(volume, true, &run).lines().collect::<Vec<_>>(), living);
    }

    fn first(progress: &mut Progress<&mut Vec<u8>>) {
        let program = program();
        progress.event(Event::Started { program: &program });
        let step = &program.steps[0];
        progress.event(Event::StepStarted { number: 1, of: 2, step });
        for statement in step.statements() {
            progress.event(Event::StatementStarted { statement });
        }
        progress.event(Event::StepDone { number: 1, of: 2, step, duration: Duration::from_millis(12) });
    }

    fn second_stops(progress: &mut Progress<&mut Vec<u8>>) {
        let program = program();
        let step = &program.steps[1];
        progress.event(Event::Warning(&program.warnings[0]));
        progress.event(Event::StepStarted { number: 2, of: 2, step });
        let notice = Notice { severity: "notice".into(), message: "one\n\x1btwo\n".into() };
        progress.event(Event::Notice { step, notice: &notice });
    }

    #[test]
    fn a_revision_has_one_line() {
        let line = [r"upgrade 1/2  b  create \u{1b} t … done (12 ms)"];
        check(Volume::Normal, first, &line, &line);
    }

    #[test]
    fn what_is_said_meanwhile_has_lines_of_its_own() {
        let (warning, stopped) = ("warning: versions/c.sql:1:6: this is odd", "upgrade 2/2  c … stopped");
        let notice = ["notice: one", r"  \u{1b}two"];
        check(
            Volume::Normal,
            second_stops,
            &[warning, "upgrade 2/2  c … ", notice[0], notice[1], stopped],
            &[warning, notice[0], notice[1], stopped],
        );
    }

    fn is_slow(progress: &mut Progress<&mut Vec<u8>>) {
        let program = program();
        let step = &program.steps[1];
        let query = Some("SELECT '\x1b'".to_owned());
        let blockers = [Blocker { pid: "7".into(), name: Some("psql".into()), age: None, is_idle: false, query }];
        progress.event(Event::StepStarted { number: 2, of: 2, step });
        progress.event(Event::LockRetry { retry: 1, of: 3, pause: Duration::from_millis(80), blockers: &blockers });
        progress.event(Event::LockRetry { retry: 2, of: 3, pause: Duration::from_millis(80), blockers: &[] });
        progress.event(Event::Blocked { blockers: &blockers });
        let slow = StatementProgress { phase: "building index".into(), percent: Some(42) };
        progress.slow(&slow, true);
        progress.slow(&slow, false); // too soon
        progress.event(Event::StepDone { number: 2, of: 2, step, duration: Duration::from_millis(12) });
    }

    #[test]
    fn what_a_statement_waits_for_and_how_far_it_is_has_lines() {
        let who = "process 7 (psql): SELECT '…'";
        let retry = [
            format!("  retry 1 of 3 in 80 ms: could not get a lock held by {who}"),
            "  retry 2 of 3 in 80 ms: could not get a lock, and the holder is not known".to_owned(),
            format!("  waiting for a lock held by {who}"),
        ];
        let (slow, done) = ("  building index 42 %", "upgrade 2/2  c … done (12 ms)");
        let [one, two, three] = retry.each_ref().map(String::as_str);
        // A terminal of 80 columns has no room for all of it.
        let (begun, rest) = (one.trim_end_matches(" '…'"), "    '…'");
        let living = [begun, rest, two, three, done];
        check(Volume::Normal, is_slow, &["upgrade 2/2  c … ", one, two, three, slow, done], &living);
    }

    #[test]
    fn statements_are_listed_when_more_is_wanted() {
        let lines = [
            r"upgrade 1/2  b  create \u{1b} t",
            "  versions/b.sql",
            "    line 6  CREATE INDEX CONCURRENTLY i ON t (i)",
            r"upgrade 1/2  b  create \u{1b} t … done (12 ms)",
        ];
        check(Volume::Verbose, first, &lines, &lines);
    }

    #[test]
    fn quiet_is_silent_but_for_the_plan_before_a_question() {
        let all = |progress: &mut Progress<&mut Vec<u8>>| {
            first(progress);
            second_stops(progress);
        };
        check(Volume::Quiet, all, &[], &[]);
        let look = "warning: drops a table with its rows: DROP TABLE t (versions/c.sql:1:1)";
        let plan = ["from a to c:", r"  upgrade  b  create \u{1b} t", "  upgrade  c", look];
        check(Volume::Quiet, |progress| progress.plan(&program()), &plan, &plan);
    }

    #[test]
    fn a_long_plan_is_cut() {
        let mut program = program();
        program.steps = vec![program.steps[1].clone(); LISTED + 3];
        let text = written(Volume::Normal, false, |progress| progress.plan(&program));
        assert_eq!(text.lines().count(), 2 * (LISTED + 1) + 1);
        assert!(text.contains("\n  and 3 more\n"), "{text}");
        assert!(text.ends_with("\nand 3 more of these; `--dry-run` shows every statement\n"), "{text}");
    }
}
