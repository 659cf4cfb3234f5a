//! The JSON documents; docs/serve.md describes them, and other programs rely on their keys.

use hyper::StatusCode;
use serde::Serialize;

use crate::direction::Direction;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::picture::Picture;
use crate::picture::StepTaken;
use crate::program::Halfway;
use crate::project::Project;
use crate::serve::answer::Answer;
use crate::serve::watched::Seen;
use crate::watch::Observation;
use crate::watch::Portrait;
use crate::watch::State;
use crate::watch::Status;

/// Answers `/health`: whether the database is where the scripts say.
pub(super) fn health(seen: &Seen<Observation>) -> Answer {
    let is_healthy = seen.answer.as_ref().is_ok_and(|seen| seen.status.state == State::UpToDate);
    checked(seen, is_healthy, ["healthy", "unhealthy"])
}

/// Answers `/ready`: whether programs that need these scripts can work, which they can when the database is ahead.
pub(super) fn ready(seen: &Seen<Observation>) -> Answer {
    let is_ready = |seen: &Observation| matches!(seen.status.state, State::UpToDate | State::UnknownRevision);
    checked(seen, seen.answer.as_ref().is_ok_and(is_ready), ["ready", "not_ready"])
}

fn checked(seen: &Seen<Observation>, is_well: bool, [well, unwell]: [&'static str; 2]) -> Answer {
    let code = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let status = if is_well { well } else { unwell };
    let migrations = Migrations::of(&seen.project, seen.answer.as_ref().map(|seen| &seen.status));
    Answer::json(code, &Checked { status, checks: Checks { migrations } })
}

/// Answers `/api/status`.
pub(super) fn status(seen: &Seen<Observation>) -> Answer {
    let answer = seen.answer.as_ref();
    let found = answer.ok();
    let body = StatusDocument {
        ok: answer.is_ok(),
        error: answer.err().map(ErrorDocument::of),
        place: Place::of(&seen.project, seen.broken.as_deref()),
        migrations: Migrations::of(&seen.project, answer.map(|seen| &seen.status)),
        pending_revisions: found.map_or(&[], |seen| &seen.status.pending),
        unknown_revisions: found.map_or(&[], |seen| &seen.status.unknown),
        in_progress: found.and_then(|seen| seen.status.halfway.as_ref()).map(InProgress::of),
        last_step: found.and_then(|seen| seen.last_step.as_ref()).map(Entry::of),
        failed_steps: found.map(|seen| seen.failed),
    };
    Answer::json(reached(answer.is_ok()), &body)
}

/// Answers `/api/history`.
pub(super) fn history(seen: &Seen<Vec<HistoryRow>>) -> Answer {
    let entries = seen.answer.as_ref().map_or(&[][..], Vec::as_slice);
    let error = seen.answer.as_ref().err().map(ErrorDocument::of);
    let entries = entries.iter().map(Entry::of);
    Answer::json(reached(error.is_none()), &HistoryDocument { ok: error.is_none(), error, entries: entries.collect() })
}

/// Answers `/api/graph`, which is drawn also while the database cannot be reached.
pub(super) fn graph(seen: &Seen<Portrait>, picture: &Picture) -> Answer {
    let answer = seen.answer.as_ref();
    let body = GraphDocument {
        ok: answer.is_ok(),
        error: answer.err().map(ErrorDocument::of),
        place: Place::of(&seen.project, seen.broken.as_deref()),
        migrations: Migrations::of(&seen.project, answer.map(|seen| &seen.status)),
        in_progress: answer.ok().and_then(|seen| seen.status.halfway.as_ref()).map(InProgress::of),
        picture,
    };
    // The page shows it either way, so that is no failure of the answer.
    Answer::json(StatusCode::OK, &body)
}

fn reached(is_reached: bool) -> StatusCode {
    if is_reached { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

#[derive(Serialize)]
struct Checked<'a> {
    status: &'static str,
    checks: Checks<'a>,
}

#[derive(Serialize)]
struct Checks<'a> {
    migrations: Migrations<'a>,
}

/// Where a database stands; what it did not tell is null.
#[derive(Serialize)]
struct Migrations<'a> {
    status: &'static str,
    applied: Option<usize>,
    pending: Option<usize>,
    current: Option<&'a Heads>,
    heads: Vec<&'a RevisionId>,
}

impl<'a> Migrations<'a> {
    fn of(project: &'a Project, status: Result<&'a Status, &Error>) -> Self {
        let heads = project.graph.heads().into_iter().map(|revision| &revision.id).collect();
        let status = status.ok();
        Self {
            status: status.map_or("unreachable", |status| status.state.as_str()),
            applied: status.map(|status| status.applied),
            pending: status.map(|status| status.pending.len()),
            current: status.map(|status| &status.current),
            heads,
        }
    }
}

/// A revision that stopped between its parts, by the names of `rev status --json`.
#[derive(Serialize)]
struct InProgress<'a> {
    revision: &'a RevisionId,
    direction: Direction,
    parts_done: usize,
    parts: Option<usize>,
    started: &'a str,
    #[serde(rename = "continue")]
    on: Option<&'a str>,
    back: Option<&'a str>,
}

impl<'a> InProgress<'a> {
    fn of(halfway: &'a Halfway) -> Self {
        Self {
            revision: &halfway.revision,
            direction: halfway.direction,
            parts_done: halfway.done,
            parts: halfway.of,
            started: &halfway.started,
            on: halfway.on.as_deref(),
            back: halfway.back.as_deref(),
        }
    }
}

/// Which database it is, and which scripts.
#[derive(Serialize)]
struct Place<'a> {
    environment: Option<&'a str>,
    database: Option<String>,
    /// What is wrong with the scripts as they are now; all else is told by the scripts as they were before.
    scripts_error: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(project: &'a Project, broken: Option<&'a str>) -> Self {
        let config = &project.config;
        Self {
            environment: config.environment.as_deref(),
            database: config.database.url.resolve().ok().map(|resolved| resolved.url.to_string()),
            scripts_error: broken,
        }
    }
}

#[derive(Serialize)]
struct ErrorDocument {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl ErrorDocument {
    fn of(error: &Error) -> Self {
        Self { code: error.code(), message: error.message(), hint: error.hint() }
    }
}

#[derive(Serialize)]
struct StatusDocument<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument>,
    #[serde(flatten)]
    place: Place<'a>,
    #[serde(flatten)]
    migrations: Migrations<'a>,
    pending_revisions: &'a [RevisionId],
    unknown_revisions: &'a [RevisionId],
    in_progress: Option<InProgress<'a>>,
    last_step: Option<Entry<'a>>,
    failed_steps: Option<u64>,
}

#[derive(Serialize)]
struct HistoryDocument<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    revision: &'a str,
    outcome: &'a str,
    message: Option<&'a str>,
    error: Option<&'a str>,
    #[serde(flatten)]
    step: StepTaken,
    rev_version: &'a str,
}

impl<'a> Entry<'a> {
    fn of(row: &'a HistoryRow) -> Self {
        Self {
            revision: &row.revision,
            outcome: &row.outcome,
            message: row.message.as_deref(),
            error: row.error.as_deref(),
            step: StepTaken::of(row),
            rev_version: &row.rev_version,
        }
    }
}

#[derive(Serialize)]
struct GraphDocument<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument>,
    #[serde(flatten)]
    place: Place<'a>,
    #[serde(flatten)]
    migrations: Migrations<'a>,
    in_progress: Option<InProgress<'a>>,
    #[serde(flatten)]
    picture: &'a Picture,
}
