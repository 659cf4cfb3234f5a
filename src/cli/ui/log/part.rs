//! What some events hold besides texts and numbers.

use std::borrow::Borrow;
use std::time::Duration;

use serde::Serialize;

use crate::cli::ui::diagnostic::notes;
use crate::cli::ui::json::path;
use crate::cli::ui::step::ran;
use crate::db::Blocker;
use crate::dialect::Family;
use crate::error::Error;
use crate::id::Heads;
use crate::journal::Holder;
use crate::program::ProgramStep;
use crate::run::Report;
use crate::span::Span;
use crate::sql::without_strings;

/// Who holds rev's lock.
#[derive(Debug, Serialize)]
pub struct HolderJson<'a> {
    user: Option<&'a str>,
    host: Option<&'a str>,
    pid: Option<u32>,
    since: Option<&'a str>,
    lease_left: Option<i64>,
    #[serde(skip)]
    pub(super) shown: String,
    #[serde(skip)]
    pub(super) note: String,
}

/// Who holds what a statement needs.
#[derive(Debug, Serialize)]
pub struct BlockerJson<'a> {
    pid: &'a str,
    name: Option<&'a str>,
    age_ms: Option<u64>,
    is_idle: bool,
    sql: Option<String>,
    #[serde(skip)]
    pub(super) shown: String,
}

/// How much ran of a revision that a step undoes.
#[derive(Debug, Serialize)]
pub struct RanJson {
    parts: usize,
    of: usize,
}

/// A command that failed.
#[derive(Debug, Serialize)]
pub struct FailedJson<'a> {
    code: &'static str,
    error: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    length: Option<usize>,
    hint: Option<String>,
    notes: Vec<String>,
    /// The database now, in a sentence; only of commands that change one.
    state: Option<&'a str>,
    from: Option<&'a Heads>,
    to: Option<&'a Heads>,
    steps: usize,
    exit_code: u8,
    duration_ms: u64,
}

impl<'a> HolderJson<'a> {
    pub(super) fn of(holder: &'a Holder) -> Self {
        let Holder { user, host, pid, since, lease_left } = holder;
        let (user, host, since) = (user.as_deref(), host.as_deref(), since.as_deref());
        let (shown, note) = (holder.to_string(), holder.lease_note());
        Self { user, host, pid: *pid, since, lease_left: *lease_left, shown, note }
    }
}

impl<'a> BlockerJson<'a> {
    pub(super) fn of(blocker: &'a Blocker, family: Family) -> Self {
        let sql = blocker.query.as_ref().map(|query| without_strings(query, family));
        let shown = Blocker { query: sql.clone(), ..blocker.clone() }.to_string();
        let Blocker { pid, name, age, is_idle, .. } = blocker;
        Self { pid, name: name.as_deref(), age_ms: age.map(ms), is_idle: *is_idle, sql, shown }
    }
}

impl RanJson {
    pub(super) fn of(step: &ProgramStep) -> Option<Self> {
        ran(step).map(|(parts, of)| Self { parts, of })
    }
}

impl FailedJson<'_> {
    /// Returns it in a sentence.
    pub(super) fn message(&self) -> String {
        let mut text = format!("error[{}]: ", self.code);
        if let (Some(file), Some(line), Some(column)) = (&self.file, self.line, self.column) {
            text.push_str(&format!("{file}:{line}:{column}: "));
        }
        text.push_str(&self.error);
        for note in &self.notes {
            text.push_str(&format!("; {note}"));
        }
        if let Some(state) = self.state {
            text.push_str(&format!("; {state}"));
        }
        text
    }
}

impl<'a> FailedJson<'a> {
    pub(super) fn of(
        error: &Error,
        report: Option<&'a Report>,
        state: Option<&'a str>,
        exit_code: u8,
        duration: Duration,
    ) -> Self {
        let (file, line, column) = place(error.span.as_ref());
        Self {
            code: error.code(),
            error: error.message(),
            file,
            line,
            column,
            length: error.span.as_ref().map(|span| span.range.len()),
            hint: error.hint(),
            notes: error
                .problems()
                .iter()
                .filter(|one| !std::ptr::eq(*one, error))
                .map(Error::to_string)
                .chain(notes(error))
                .collect(),
            state,
            from: report.map(|report| &report.from),
            to: report.map(|report| &report.to),
            steps: report.map_or(0, |report| report.steps.len()),
            exit_code,
            duration_ms: ms(duration),
        }
    }
}

/// Returns file, line and column, for events.
pub(super) fn place(span: Option<&Span>) -> (Option<String>, Option<usize>, Option<usize>) {
    let start = span.map(Span::start);
    (span.map(|span| path(&span.source.path)), start.map(|at| at.line), start.map(|at| at.column))
}

/// Returns who is in the way, in words.
pub(super) fn named(blockers: &[BlockerJson<'_>]) -> String {
    let who: Vec<&str> = blockers.iter().map(|blocker| blocker.shown.as_str()).collect();
    held_by(&who)
}

pub(super) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
/// Returns who holds a lock, as it follows the word.
pub fn held_by<T: Borrow<str>>(who: &[T]) -> String {
    match who {
        [] => ", and the holder is not known".to_owned(),
        who => format!(" held by {}", who.iter().map(Borrow::borrow).collect::<Vec<&str>>().join(", and by ")),
    }
}
