//! Every event of a log, with its keys; docs/logs.md lists them, and a test compares the two.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::cli::ui::json::path;
use crate::cli::ui::log::filter::Level;
use crate::cli::ui::log::filter::Target;
use crate::cli::ui::log::part::BlockerJson;
use crate::cli::ui::log::part::FailedJson;
use crate::cli::ui::log::part::HolderJson;
use crate::cli::ui::log::part::RanJson;
use crate::cli::ui::log::part::ms;
use crate::cli::ui::log::part::place;
use crate::config::Hook;
use crate::config::url::mask_passwords;
use crate::db::Blocker;
use crate::db::Notice;
use crate::db::StatementProgress;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Holder;
use crate::program::Program;
use crate::program::ProgramStep;
use crate::run::CreatedJournal;
use crate::run::Report;
use crate::span::Span;
use crate::sql::Statement;
use crate::sql::summary;
use crate::sql::without_strings;

/// Something that is logged. Keys stay from version to version; new ones may come.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)] // docs/logs.md says what each event and each key is
pub enum Record<'a> {
    Database {
        /// The frame of every event has it.
        #[serde(skip)]
        command: &'static str,
        url: &'a str,
        from: &'a str,
    },
    Started {
        direction: Option<Direction>,
        dialect: Dialect,
        from: &'a Heads,
        to: &'a Heads,
        steps: usize,
    },
    Warning {
        code: Option<&'static str>,
        text: &'a str,
        file: Option<String>,
        line: Option<usize>,
        column: Option<usize>,
    },
    JournalCreated {
        place: &'a str,
        others: &'a [String],
        #[serde(skip)]
        shown: String,
    },
    RestorePoint {
        path: String,
    },
    NoRestorePoint {
        bytes: u64,
        limit: u64,
    },
    ServerWaiting {
        code: &'static str,
        reason: String,
    },
    LockWaiting {
        holder: HolderJson<'a>,
    },
    StepStarted {
        revision: &'a RevisionId,
        direction: Direction,
        number: usize,
        of: usize,
        title: &'a str,
        file: String,
        ran: Option<RanJson>,
    },
    Statement {
        revision: &'a RevisionId,
        file: String,
        line: usize,
        sql: String,
    },
    StatementStarted {
        revision: Option<&'a RevisionId>,
        file: String,
        line: usize,
        sql: String,
    },
    StatementProgress {
        revision: Option<&'a RevisionId>,
        phase: &'a str,
        percent: Option<u8>,
    },
    Blocked {
        revision: Option<&'a RevisionId>,
        blockers: Vec<BlockerJson<'a>>,
    },
    Retry {
        revision: Option<&'a RevisionId>,
        retry: u32,
        of: u32,
        pause_ms: u64,
        blockers: Vec<BlockerJson<'a>>,
    },
    Notice {
        revision: &'a RevisionId,
        severity: &'a str,
        text: &'a str,
    },
    StepDone {
        revision: &'a RevisionId,
        direction: Direction,
        number: usize,
        of: usize,
        title: &'a str,
        duration_ms: u64,
        statements: usize,
    },
    HookStarted {
        hook: &'static str,
        runs: String,
    },
    HookOutput {
        hook: &'static str,
        text: &'a str,
    },
    HookEnded {
        hook: &'static str,
        runs: String,
        ok: bool,
        failure: Option<&'a str>,
        duration_ms: u64,
    },
    Starting {
        program: &'a str,
        ok: bool,
    },
    Talk {
        text: &'a str,
    },
    Finished {
        from: &'a Heads,
        to: &'a Heads,
        steps: usize,
        duration_ms: u64,
    },
    Failed(Box<FailedJson<'a>>),
}

impl<'a> Record<'a> {
    /// Returns its name, how much it matters and what it is about.
    pub fn kind(&self) -> (&'static str, Level, Target) {
        match self {
            Self::Started { .. } => ("started", Level::Info, Target::Run),
            Self::Warning { .. } => ("warning", Level::Warn, Target::Run),
            Self::JournalCreated { .. } => ("journal_created", Level::Info, Target::Run),
            Self::RestorePoint { .. } => ("restore_point", Level::Info, Target::Run),
            Self::NoRestorePoint { .. } => ("no_restore_point", Level::Warn, Target::Run),
            Self::Database { .. } => ("database", Level::Info, Target::Run),
            Self::ServerWaiting { .. } => ("server_waiting", Level::Info, Target::Server),
            Self::LockWaiting { .. } => ("lock_waiting", Level::Info, Target::Lock),
            Self::StepStarted { .. } => ("step_started", Level::Info, Target::Step),
            Self::Statement { .. } => ("statement", Level::Debug, Target::Statement),
            Self::StatementStarted { .. } => ("statement_started", Level::Debug, Target::Statement),
            Self::StatementProgress { .. } => ("statement_progress", Level::Info, Target::Statement),
            Self::Blocked { .. } => ("blocked", Level::Warn, Target::Lock),
            Self::Retry { .. } => ("retry", Level::Warn, Target::Lock),
            Self::Notice { severity, .. } => ("notice", level_of(severity), Target::Server),
            Self::StepDone { .. } => ("step_done", Level::Info, Target::Step),
            Self::HookStarted { .. } => ("hook_started", Level::Info, Target::Hook),
            Self::HookOutput { .. } => ("hook_output", Level::Info, Target::Hook),
            Self::HookEnded { ok, .. } => ("hook_ended", level_of_end(*ok), Target::Hook),
            Self::Starting { ok, .. } => ("starting", level_of_end(*ok), Target::Run),
            Self::Talk { .. } => ("message", Level::Info, Target::Run),
            Self::Finished { .. } => ("finished", Level::Info, Target::Run),
            Self::Failed(_) => ("failed", Level::Error, Target::Run),
        }
    }

    pub(super) fn started(program: &'a Program) -> Self {
        let Program { dialect, from, to, steps, .. } = program;
        let direction = steps.first().map(|step| step.direction);
        Self::Started { direction, dialect: *dialect, from, to, steps: steps.len() }
    }

    /// Makes a warning of what has a place, or none.
    pub fn warning(code: Option<&'static str>, text: &'a str, span: Option<&Span>) -> Self {
        let (file, line, column) = place(span);
        Self::Warning { code, text, file, line, column }
    }

    pub(super) fn lock_waiting(holder: &'a Holder) -> Self {
        Self::LockWaiting { holder: HolderJson::of(holder) }
    }

    pub(super) fn journal_created(journal: &'a CreatedJournal) -> Self {
        Self::JournalCreated { place: &journal.place, others: &journal.others, shown: journal.to_string() }
    }

    pub(super) fn restore_point(file: &Path) -> Self {
        Self::RestorePoint { path: path(file) }
    }

    pub(super) fn step_started(number: usize, of: usize, step: &'a ProgramStep) -> Self {
        let ProgramStep { revision, direction, message, path: file, .. } = step;
        Self::StepStarted {
            revision,
            direction: *direction,
            number,
            of,
            title: message,
            file: path(file),
            ran: RanJson::of(step),
        }
    }

    pub(super) fn step_done(number: usize, of: usize, step: &'a ProgramStep, duration: Duration) -> Self {
        let ProgramStep { revision, direction, message, .. } = step;
        let (duration_ms, statements) = (ms(duration), step.statements().count());
        Self::StepDone { revision, direction: *direction, number, of, title: message, duration_ms, statements }
    }

    pub(super) fn statement(revision: &'a RevisionId, statement: &Statement, line: usize) -> Self {
        let file = path(&statement.span.source.path);
        Self::Statement { revision, file, line, sql: shown(statement) }
    }

    pub(super) fn statement_started(revision: Option<&'a RevisionId>, statement: &Statement, line: usize) -> Self {
        let file = path(&statement.span.source.path);
        Self::StatementStarted { revision, file, line, sql: shown(statement) }
    }

    pub(super) fn statement_progress(revision: Option<&'a RevisionId>, progress: &'a StatementProgress) -> Self {
        Self::StatementProgress { revision, phase: &progress.phase, percent: progress.percent }
    }

    pub(super) fn blocked(revision: Option<&'a RevisionId>, blockers: &'a [Blocker], family: Family) -> Self {
        Self::Blocked { revision, blockers: blockers.iter().map(|one| BlockerJson::of(one, family)).collect() }
    }

    pub(super) fn retry(
        revision: Option<&'a RevisionId>,
        (retry, of, pause): (u32, u32, Duration),
        blockers: &'a [Blocker],
        family: Family,
    ) -> Self {
        let blockers = blockers.iter().map(|one| BlockerJson::of(one, family)).collect();
        Self::Retry { revision, retry, of, pause_ms: ms(pause), blockers }
    }

    pub(super) fn notice(revision: &'a RevisionId, notice: &'a Notice) -> Self {
        Self::Notice { revision, severity: &notice.severity, text: &notice.message }
    }

    pub(super) fn hook_started(hook: &'static str, command: &Hook) -> Self {
        Self::HookStarted { hook, runs: mask_passwords(&command.to_string()) }
    }

    pub(super) fn hook_ended(hook: &'static str, command: &Hook, duration: Duration, failure: Option<&'a str>) -> Self {
        let (runs, ok, duration_ms) = (mask_passwords(&command.to_string()), failure.is_none(), ms(duration));
        Self::HookEnded { hook, runs, ok, failure, duration_ms }
    }

    /// Says that a server does not accept connections yet.
    pub fn server_waiting(error: &Error) -> Self {
        Self::ServerWaiting { code: error.code(), reason: error.to_string() }
    }

    /// Says what a run did that reached its end.
    pub fn finished(report: &'a Report, duration: Duration) -> Self {
        let Report { from, to, steps, .. } = report;
        Self::Finished { from, to, steps: steps.len(), duration_ms: ms(duration) }
    }

    /// Says why a command failed, what its run did before, and where the database is.
    pub fn failed(
        error: &Error,
        report: Option<&'a Report>,
        state: Option<&'a str>,
        exit_code: u8,
        duration: Duration,
    ) -> Self {
        Self::Failed(Box::new(FailedJson::of(error, report, state, exit_code, duration)))
    }
}

/// Returns the beginning of a statement; what stands in strings may be a password: `CREATE ROLE … PASSWORD '…'`.
fn shown(statement: &Statement) -> String {
    summary(&without_strings(statement.sql(), statement.reading), statement.reading)
}

/// PostgreSQL's and MySQL's own words for how much something matters.
fn level_of(severity: &str) -> Level {
    match severity {
        "warning" | "error" => Level::Warn,
        "debug" => Level::Debug,
        _ => Level::Info,
    }
}

fn level_of_end(ok: bool) -> Level {
    if ok { Level::Info } else { Level::Warn }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::cli::ui::fixture::heads;
    use crate::cli::ui::fixture::program;
    use crate::error::ErrorKind;
    use crate::escape::escape;
    use crate::program::Undo;

    use super::*;

    const DOCS: &str = include_str!("../../../../docs/logs.md");
    const SOURCE: &str = include_str!("record.rs");

    /// Calls `see` with records of every event, with all that can be missing and without.
    fn each(see: &mut dyn FnMut(&Record<'_>)) {
        let program = program();
        let (step, empty) = (&program.steps[0], Program { steps: Vec::new(), ..program.clone() });
        let undo = Some(Undo { parts: 1, of: 2, left_out: Vec::new() });
        let undoing = ProgramStep { undo, ..step.clone() };
        let (id, report) = (&step.revision, report());
        let statement = step.statements().next().unwrap();
        let some = Blocker {
            pid: "7".into(),
            name: Some("psql".into()),
            age: Some(Duration::from_secs(1)),
            is_idle: true,
            query: Some("SELECT 'x'".into()),
        };
        let none = Blocker { name: None, age: None, query: None, ..some.clone() };
        let blockers = [some, none];
        let holder = Holder { user: Some("ada".into()), host: None, pid: Some(7), since: None, lease_left: None };
        let notice = |severity: &str| Notice { severity: severity.into(), message: "x\n".into() };
        let (notice, warning) = (notice("notice"), notice("warning"));
        let slow = |percent| StatementProgress { phase: "scanning".into(), percent };
        let (fast, slow) = (slow(None), slow(Some(42)));
        let of_script = &program.warnings[0];
        let (declined, placed) =
            (Error::from(ErrorKind::Declined), Error::from(ErrorKind::Output).at(of_script.span.clone()));
        let short = Duration::from_millis(5);
        let created =
            CreatedJournal { place: "schema `b`".to_owned(), is_first: true, others: vec!["a.rev_version".to_owned()] };
        let hook = Hook { program: "./backup".into(), arguments: vec!["--all".into()] };
        for record in [
            Record::started(&program),
            Record::started(&empty),
            Record::warning(Some(of_script.code), &of_script.message, Some(&of_script.span)),
            Record::warning(None, "odd", None),
            Record::journal_created(&created),
            Record::restore_point(Path::new("app.db.rev-a")),
            Record::NoRestorePoint { bytes: 2, limit: 1 },
            Record::Database { command: "upgrade", url: "sqlite:app.db", from: "default" },
            Record::server_waiting(&declined),
            Record::lock_waiting(&holder),
            Record::step_started(1, 2, step),
            Record::step_started(1, 2, &undoing),
            Record::statement(id, statement, 6),
            Record::statement_started(Some(id), statement, 6),
            Record::statement_started(None, statement, 6),
            Record::statement_progress(Some(id), &slow),
            Record::statement_progress(None, &fast),
            Record::blocked(Some(id), &blockers, Family::Postgres),
            Record::blocked(None, &blockers, Family::Postgres),
            Record::retry(Some(id), (1, 3, short), &blockers, Family::Postgres),
            Record::retry(None, (1, 3, short), &[], Family::Postgres),
            Record::notice(id, &notice),
            Record::notice(id, &warning),
            Record::step_done(1, 2, step, short),
            Record::hook_started("before_upgrade", &hook),
            Record::HookOutput { hook: "before_upgrade", text: "x" },
            Record::hook_ended("before_upgrade", &hook, short, None),
            Record::hook_ended("before_upgrade", &hook, short, Some("exit status: 1")),
            Record::Starting { program: "uvicorn", ok: true },
            Record::Starting { program: "uvicorn", ok: false },
            Record::Talk { text: "x" },
            Record::finished(&report, short),
            Record::failed(&placed, Some(&report), Some("at base"), 3, short),
            Record::failed(&declined, None, None, 2, short),
        ] {
            see(&record);
        }
    }

    fn report() -> Report {
        Report {
            from: heads("a"),
            to: heads("a b"),
            steps: Vec::new(),
            restore_point: None,
            journal_created: false,
            warnings: Vec::new(),
        }
    }

    /// Returns the keys of a table below a heading, in order, with their types.
    fn documented(heading: &str) -> Vec<(String, BTreeSet<String>)> {
        let below = DOCS.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}")).1;
        let section = below.split("\n##").next().unwrap_or_default();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let types =
            |rest: &str| rest.split(" | ").next().unwrap_or_default().split(" or ").map(str::to_owned).collect();
        rows.map(|(key, rest)| (key.to_owned(), types(rest))).collect()
    }

    fn kind_of(value: &Value) -> String {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        }
        .to_owned()
    }

    #[test]
    fn every_event_has_the_keys_and_types_that_are_documented() {
        let mut found: BTreeMap<&'static str, Vec<(String, BTreeSet<String>)>> = BTreeMap::new();
        each(&mut |record| {
            let (name, level, target) = record.kind();
            let heading = format!("\n### `{name}`\n\n");
            let text = DOCS.split_once(&heading).unwrap_or_else(|| panic!("no {name} in docs/logs.md")).1;
            let text = text.split("\n\n").next().unwrap_or_default();
            for word in [level.as_str(), target.as_str()] {
                assert!(text.contains(&format!("`{word}`")), "{name} is not said to be {word}: {text}");
            }
            // The order is that of the text; a value that was parsed has lost it.
            let json = serde_json::to_string(record).unwrap();
            let value: BTreeMap<String, Value> = serde_json::from_str(&json).unwrap();
            for (common, _) in documented("## Every event") {
                assert!(!value.contains_key(&common), "{name} has a second {common}");
            }
            let mut keys: Vec<&String> = value.keys().collect();
            keys.sort_by_key(|key| json.find(&format!("\"{key}\":")));
            let known =
                found.entry(name).or_insert_with(|| keys.iter().map(|key| ((*key).clone(), BTreeSet::new())).collect());
            assert_eq!(known.iter().map(|(key, _)| key).collect::<Vec<_>>(), keys, "{name}");
            for (key, types) in known {
                types.insert(kind_of(&value[key]));
            }
        });
        for (name, keys) in &found {
            assert_eq!(&documented(&format!("### `{name}`")), keys, "{name}");
        }
        let headings = DOCS.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
        assert_eq!(
            headings.collect::<BTreeSet<_>>(),
            found.keys().copied().collect(),
            "an event is not documented, or not tested"
        );
        let named = SOURCE.lines().filter(|line| line.trim().starts_with("Self::") && line.contains("Target::"));
        assert_eq!(named.count(), found.len(), "an event of `kind` is not tested");
    }

    #[test]
    fn each_event_is_a_sentence() {
        let mut said = Vec::new();
        each(&mut |record| said.push(escape(&record.message()).into_owned()));
        let who = "process 7 (psql, idle in its transaction, for 1 s): SELECT '…', and by process 7 (idle in its transaction)";
        let (blocked, retry) = (
            format!("waiting for a lock held by {who}"),
            format!("retry 1 of 3 in 5 ms: could not get a lock held by {who}"),
        );
        let index = "versions/b.sql:6: CREATE INDEX CONCURRENTLY i ON t (i)";
        let expected = [
            "upgrade from a to c: 2 revisions",
            "run from a to c: 0 revisions",
            "versions/c.sql:1:6: this is odd",
            "odd",
            "first run on this database: rev's tables are created in schema `b` (not this project's: a.rev_version)",
            "restore point: app.db.rev-a",
            "no restore point: the database has 2 bytes, more than the 1 of `restore_point_limit`",
            "upgrade sqlite:app.db (default)",
            "waiting for the server: not confirmed",
            "waiting for the lock held by process 7 (ada)",
            r"upgrade 1/2  b  create \u{1b} t …",
            r"upgrade 1/2  b  create \u{1b} t …",
            index,
            index,
            index,
            "scanning 42 %",
            "scanning",
            &blocked,
            &blocked,
            &retry,
            "retry 1 of 3 in 5 ms: could not get a lock, and the holder is not known",
            "notice: x",
            "warning: x",
            r"upgrade 1/2  b  create \u{1b} t … done (5 ms)",
            "before_upgrade: ./backup --all …",
            "before_upgrade: x",
            "before_upgrade: ./backup --all … done (5 ms)",
            "before_upgrade: ./backup --all … failed after 5 ms: exit status: 1",
            "starting uvicorn",
            "starting uvicorn",
            "x",
            "nothing to do: the database is at a, b",
            "error[output]: versions/c.sql:1:6: the output cannot be written; at base",
            "error[declined]: not confirmed",
        ];
        assert_eq!(said, expected);
    }
}
