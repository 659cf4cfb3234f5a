//! The documents that say where a database stands.

use std::path::Path;

use serde::Serialize;

use crate::cli::ui::halfway::HalfwayJson;
use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::failure_with;
use crate::cli::ui::json::failure::path;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::Holder;
use crate::watch::FullStatus;
use crate::watch::State;
use crate::watch::Status;

/// Returns the document of `status` for a database that cannot be reached.
pub fn unreachable(error: &Error) -> String {
    failure_with(error, &UnreachableJson { status: "unreachable" })
}

/// Returns the document of `current`.
pub fn current(status: &Status, working: Option<&Holder>) -> String {
    let Status { current, heads, state, halfway, .. } = status;
    let in_progress = halfway.as_ref().map(HalfwayJson::of);
    let running_by = working.map(Holder::to_string);
    document(&CurrentJson { current, heads, up_to_date: *state == State::UpToDate, in_progress, running_by })
}

/// Returns the document of `status`.
pub fn status(full: &FullStatus) -> String {
    let FullStatus { status, edited, last, working, .. } = full;
    let unknown = status.unknown.iter().map(|id| AppliedJson::of(id, None, last.get(id).map(|last| &last.step)));
    let edited = edited.iter().map(|one| AppliedJson::of(&one.revision, Some(&one.path), Some(&one.applied)));
    document(&StatusJson {
        status: status.state,
        applied: status.applied,
        pending: status.pending.len(),
        current: &status.current,
        heads: &status.heads,
        pending_revisions: &status.pending,
        unknown_revisions: unknown.collect(),
        edited_revisions: edited.collect(),
        in_progress: status.halfway.as_ref().map(HalfwayJson::of),
        running_by: working.as_ref().map(Holder::to_string),
    })
}

/// Returns the document of `accept`.
pub fn accepted(accepted: &[RevisionId]) -> String {
    document(&AcceptedJson { accepted })
}

#[derive(Serialize)]
struct UnreachableJson {
    status: &'static str,
}

#[derive(Serialize)]
struct CurrentJson<'a> {
    current: &'a Heads,
    heads: &'a [RevisionId],
    up_to_date: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_progress: Option<HalfwayJson<'a>>,
    /// Who works on it now; only while somebody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    running_by: Option<String>,
}

#[derive(Serialize)]
struct StatusJson<'a> {
    status: State,
    applied: usize,
    pending: usize,
    current: &'a Heads,
    heads: &'a [RevisionId],
    pending_revisions: &'a [RevisionId],
    unknown_revisions: Vec<AppliedJson<'a>>,
    edited_revisions: Vec<AppliedJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_progress: Option<HalfwayJson<'a>>,
    /// Who works on it now; only while somebody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    running_by: Option<String>,
}

/// A revision with what the history says of the step that applied it.
#[derive(Serialize)]
struct AppliedJson<'a> {
    revision: &'a RevisionId,
    path: Option<String>,
    message: Option<&'a str>,
    started: Option<&'a str>,
    user: Option<&'a str>,
    host: Option<&'a str>,
}

impl<'a> AppliedJson<'a> {
    fn of(revision: &'a RevisionId, path: Option<&Path>, step: Option<&'a HistoryRow>) -> Self {
        Self {
            revision,
            path: path.map(self::path),
            message: step.and_then(|step| step.message.as_deref()),
            started: step.map(|step| step.started.as_str()),
            user: step.and_then(|step| step.user.as_deref()),
            host: step.and_then(|step| step.host.as_deref()),
        }
    }
}

#[derive(Serialize)]
struct AcceptedJson<'a> {
    accepted: &'a [RevisionId],
}
