//! The documents of `--json`: exactly one for each command, on one line, its keys always in the same order.
//!
//! `ok` is false when the command could not do its work, and then there is an `error`; what a command found is no error.

use std::path::Path;

use serde::Serialize;

use crate::cli::ui::diagnostic::notes;
use crate::cli::ui::diagnostic::single_problems;
use crate::cli::ui::revision::Applied;
use crate::direction::Direction;
use crate::engine::Finding;
use crate::engine::Report;
use crate::engine::Severity;
use crate::engine::State;
use crate::engine::Status;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::script::SectionState;

/// Returns the document of a command that did its work: `ok` and the keys of `body`, which must be a struct or a map.
pub fn document(body: &impl Serialize) -> String {
    text(&Success { ok: true, body })
}

/// Returns the document of a command that could not do its work.
pub fn failure(error: &Error) -> String {
    failure_with(error, &Nothing {})
}

/// Returns the document of a run that stopped: the error, and what was reached.
pub fn failed_run(error: &Error, report: &Report) -> String {
    failure_with(error, &ReportJson::of(report))
}

/// Returns the document of `status` for a database that cannot be reached.
pub fn unreachable(error: &Error) -> String {
    failure_with(error, &UnreachableJson { status: "unreachable" })
}

/// Returns the document of `upgrade`, `downgrade` and `stamp`.
pub fn report(report: &Report) -> String {
    document(&ReportJson::of(report))
}

/// Returns the document of `current`.
pub fn current(status: &Status) -> String {
    let Status { current, heads, state, .. } = status;
    document(&CurrentJson { current, heads, up_to_date: *state == State::UpToDate })
}

/// Returns the document of `status`.
pub fn status(status: &Status) -> String {
    document(&StatusJson {
        status: status.state,
        applied: status.applied,
        pending: status.pending.len(),
        current: &status.current,
        heads: &status.heads,
        pending_revisions: &status.pending,
    })
}

/// Returns the document of `heads`.
pub fn heads(heads: &[&Revision]) -> String {
    document(&HeadsJson { heads: heads.iter().map(|revision| &revision.id).collect() })
}

/// Returns the document of `history`.
pub fn history(graph: &RevisionGraph, revisions: &[&Revision], applied: Option<&Applied<'_>>) -> String {
    let revisions = revisions.iter().map(|revision| RevisionJson::of(graph, revision, applied)).collect();
    document(&HistoryJson { revisions })
}

/// Returns the document of `show`; the states are those of the sections that run on the configured dialect.
pub fn show(
    graph: &RevisionGraph,
    revision: &Revision,
    applied: Option<&Applied<'_>>,
    upgrade: SectionState,
    downgrade: SectionState,
) -> String {
    document(&ShowJson { revision: RevisionJson::of(graph, revision, applied), upgrade, downgrade })
}

/// Returns the document of `branches`.
pub fn branches(graph: &RevisionGraph, branch_points: &[&Revision]) -> String {
    let branch = |revision: &&'_ Revision| BranchJson {
        revision: revision.id.clone(),
        children: graph.children(&revision.id).into_iter().map(|child| child.id.clone()).collect(),
    };
    document(&BranchesJson { branches: branch_points.iter().map(branch).collect() })
}

/// Returns the document of `revision` and `merge`.
pub fn new_script(revision: &RevisionId, path: &Path) -> String {
    document(&NewScriptJson { revision, path: self::path(path) })
}

/// Returns the document of `check`.
pub fn check(findings: &[Finding]) -> String {
    document(&CheckJson { findings: findings.iter().map(FindingJson::of).collect() })
}

/// Returns the document of `log`.
pub fn log(entries: &[HistoryRow]) -> String {
    document(&LogJson { entries })
}

#[derive(Serialize)]
struct Success<'a, T: Serialize> {
    ok: bool,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Failure<'a, T: Serialize> {
    ok: bool,
    error: ErrorJson,
    /// The single problems of `several-problems`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorJson>,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct ErrorJson {
    code: &'static str,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    hint: Option<String>,
    /// What is known besides: the server's code and detail, causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl ErrorJson {
    fn of(error: &Error) -> Self {
        let place = error.span.as_ref().map(|span| span.start());
        Self {
            code: error.code(),
            message: error.kind.to_string(),
            file: error.span.as_ref().map(|span| path(&span.source.path)),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            hint: error.hint(),
            notes: notes(error),
        }
    }
}

#[derive(Serialize)]
struct ReportJson<'a> {
    from: &'a Heads,
    to: &'a Heads,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    revision: &'a RevisionId,
    direction: Direction,
    duration_ms: u64,
    statements: usize,
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a Report) -> Self {
        let steps = report.steps.iter().map(|step| StepJson {
            revision: &step.revision,
            direction: step.direction,
            duration_ms: u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX),
            statements: step.statements,
        });
        Self { from: &report.from, to: &report.to, steps: steps.collect() }
    }
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
}

#[derive(Serialize)]
struct StatusJson<'a> {
    status: State,
    applied: usize,
    pending: usize,
    current: &'a Heads,
    heads: &'a [RevisionId],
    pending_revisions: &'a [RevisionId],
}

#[derive(Serialize)]
struct HeadsJson<'a> {
    heads: Vec<&'a RevisionId>,
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    revisions: Vec<RevisionJson<'a>>,
}

#[derive(Serialize)]
struct ShowJson<'a> {
    #[serde(flatten)]
    revision: RevisionJson<'a>,
    upgrade: SectionState,
    downgrade: SectionState,
}

/// A revision as its script declares it, and where it stands.
#[derive(Serialize)]
struct RevisionJson<'a> {
    revision: &'a RevisionId,
    down_revisions: &'a [RevisionId],
    depends_on: &'a [String],
    branch_labels: &'a [Label],
    message: &'a str,
    created: Option<&'a str>,
    path: String,
    is_head: bool,
    is_current: Option<bool>,
    applied: Option<bool>,
}

impl<'a> RevisionJson<'a> {
    fn of(graph: &RevisionGraph, revision: &'a Revision, applied: Option<&Applied<'_>>) -> Self {
        let id = &revision.id;
        Self {
            revision: id,
            down_revisions: &revision.down_revisions,
            depends_on: &revision.depends_on,
            branch_labels: &revision.labels,
            message: &revision.message,
            created: revision.created.as_deref(),
            path: path(&revision.path),
            is_head: graph.is_head(id),
            is_current: applied.map(|applied| applied.current.contains(id)),
            applied: applied.map(|applied| applied.revisions.contains(id)),
        }
    }
}

#[derive(Serialize)]
struct BranchesJson {
    branches: Vec<BranchJson>,
}

#[derive(Serialize)]
struct BranchJson {
    revision: RevisionId,
    children: Vec<RevisionId>,
}

#[derive(Serialize)]
struct NewScriptJson<'a> {
    revision: &'a RevisionId,
    path: String,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    file: Option<String>,
    line: Option<usize>,
    revision: Option<&'a RevisionId>,
}

impl<'a> FindingJson<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            message: &finding.message,
            file: finding.file.as_deref().map(path),
            line: finding.span.as_ref().map(|span| span.start().line),
            revision: finding.revision.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct LogJson<'a> {
    entries: &'a [HistoryRow],
}

/// Returns a path as text; what is not UTF-8 in it becomes `�`, since JSON can hold nothing else.
pub(super) fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn failure_with(error: &Error, body: &impl Serialize) -> String {
    let errors = match &*error.kind {
        ErrorKind::Several { .. } => single_problems(error).into_iter().map(ErrorJson::of).collect(),
        _ => Vec::new(),
    };
    text(&Failure { ok: false, error: ErrorJson::of(error), errors, body })
}

fn text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string(document).expect("structs of texts and numbers have a JSON form");
    text.push('\n');
    text
}
