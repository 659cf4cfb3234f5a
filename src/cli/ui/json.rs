//! The documents of `--json`: exactly one for each command, on one line, its keys always in the same order.
//!
//! `ok` is false when the command could not do its work, and then there is an `error`; what a command found is no error.

use std::path::Path;

use serde::Serialize;

use crate::check::Finding;
use crate::check::Severity;
use crate::cli::ui::diagnostic::notes;
use crate::cli::ui::diagnostic::single_problems;
use crate::cli::ui::halfway::HalfwayJson;
use crate::cli::ui::revision::Applied;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::HistoryRow;
use crate::journal::LastSteps;
use crate::project::EditedScript;
use crate::run::Report;
use crate::run::RestorePoint;
use crate::run::Restored;
use crate::script::SectionState;
use crate::watch::State;
use crate::watch::Status;

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
    let Status { current, heads, state, halfway, .. } = status;
    let in_progress = halfway.as_ref().map(HalfwayJson::of);
    document(&CurrentJson { current, heads, up_to_date: *state == State::UpToDate, in_progress })
}

/// Returns the document of `status`; `last` is what the history says of the revisions that no script has.
pub fn status(status: &Status, edited: &[EditedScript], last: &LastSteps) -> String {
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
    })
}

/// Returns the document of `accept`.
pub fn accepted(accepted: &[RevisionId]) -> String {
    document(&AcceptedJson { accepted })
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

/// Returns the document of `restore`.
pub fn restored(restored: &Restored) -> String {
    let Restored { from, kept, current } = restored;
    document(&RestoredJson { restored: path(from), kept: kept.as_deref().map(path), current })
}

/// Returns the document of `restore --list`.
pub fn restore_points(points: &[RestorePoint]) -> String {
    let point = |point: &RestorePoint| PointJson {
        path: path(&point.path),
        made: point.made.clone(),
        at: point.at.clone(),
        bytes: point.bytes,
    };
    document(&PointsJson { restore_points: points.iter().map(point).collect() })
}

#[derive(Serialize)]
struct RestoredJson<'a> {
    restored: String,
    kept: Option<String>,
    current: &'a Heads,
}

#[derive(Serialize)]
struct PointsJson {
    restore_points: Vec<PointJson>,
}

#[derive(Serialize)]
struct PointJson {
    path: String,
    made: String,
    at: String,
    bytes: u64,
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

/// An error, as every document has it.
#[derive(Serialize)]
pub struct ErrorJson {
    code: &'static str,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    hint: Option<String>,
    /// What is known besides: the database's code and detail, causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl ErrorJson {
    /// Returns what is told of an error.
    pub fn of(error: &Error) -> Self {
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
    /// Only if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_point: Option<String>,
    /// Only if it was made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    journal_created: bool,
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
        let restore_point = report.restore_point.as_deref().map(path);
        Self {
            from: &report.from,
            to: &report.to,
            steps: steps.collect(),
            restore_point,
            journal_created: report.journal_created,
        }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    in_progress: Option<HalfwayJson<'a>>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    in_progress: Option<HalfwayJson<'a>>,
}

impl<'a> RevisionJson<'a> {
    fn of(graph: &RevisionGraph, revision: &'a Revision, applied: Option<&'a Applied<'_>>) -> Self {
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
            in_progress: applied.and_then(|applied| applied.halfway(id)).map(HalfwayJson::of),
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use crate::run::StepReport;
    use crate::span::Source;

    use super::*;

    fn check_document(document: String, expected: &str) {
        assert_eq!(document, format!("{expected}\n"));
    }

    fn id(text: &str) -> RevisionId {
        RevisionId::parse(text).unwrap()
    }

    fn declined() -> Error {
        ErrorKind::Declined.into()
    }

    const DECLINED: &str = r#"{"code":"declined","message":"declined: nothing was changed","file":null,"line":null,"column":null,"hint":"type the word that the question names, or use `--yes` where nobody can"}"#;

    #[test]
    fn a_failure_says_what_and_where() {
        check_document(failure(&declined()), &format!(r#"{{"ok":false,"error":{DECLINED}}}"#));
        let (message, code) = ("no \"x\"\x1b".to_owned(), Some("42P01".to_owned()));
        let kind = ErrorKind::StatementFailed { message, code, detail: None, hint: None };
        let error = Error::from(kind).at(Source::new("versions/a.sql", "a;\n  ñb").span(7..8));
        let expected = [
            r#"{"ok":false,"error":{"code":"statement-failed","message":"no \"x\"\u001b","file":"versions/a.sql","#,
            r#""line":2,"column":4,"hint":null,"notes":["the database's code is 42P01"]}}"#,
        ];
        check_document(failure(&error), &expected.concat());
    }

    #[test]
    fn several_problems_are_listed_besides() {
        let several = ErrorKind::Several { problems: vec![declined(), declined()] };
        let whole = DECLINED.replace("\"declined\"", "\"several-problems\"");
        let whole = whole.replace("declined: nothing was changed", "2 problems were found");
        let whole = whole.replace("\"type the word that the question names, or use `--yes` where nobody can\"", "null");
        let expected = format!(r#"{{"ok":false,"error":{whole},"errors":[{DECLINED},{DECLINED}]}}"#);
        check_document(failure(&several.into()), &expected);
    }

    #[test]
    fn a_run_says_how_far_it_came_also_when_it_stopped() {
        let (revision, direction, duration) = (id("a"), Direction::Upgrade, Duration::from_micros(12_900));
        let step = StepReport { revision, direction, duration, statements: 3 };
        let done = Report {
            from: Heads::empty(),
            to: [id("a")].into_iter().collect(),
            steps: vec![step],
            restore_point: None,
            journal_created: false,
        };
        let body =
            r#""from":[],"to":["a"],"steps":[{"revision":"a","direction":"upgrade","duration_ms":12,"statements":3}]"#;
        check_document(report(&done), &format!(r#"{{"ok":true,{body}}}"#));
        check_document(failed_run(&declined(), &done), &format!(r#"{{"ok":false,"error":{DECLINED},{body}}}"#));
    }

    #[test]
    fn a_database_that_nobody_reaches_is_a_status() {
        let expected = format!(r#"{{"ok":false,"error":{DECLINED},"status":"unreachable"}}"#);
        check_document(unreachable(&declined()), &expected);
    }

    #[test]
    fn findings_are_a_result_and_no_failure() {
        let error = Error::from(ErrorKind::NoUpgradeSection).at(Source::new("a.sql", "x\ny").span(2..3));
        let mut findings = [Finding::from(&error), Finding::from(&Error::from(ErrorKind::SqlBeforeSection))];
        findings[1].revision = Some(id("b"));
        let expected = [
            r#"{"ok":true,"findings":[{"code":"no-upgrade-section","severity":"error","#,
            r#""message":"the script has no `-- rev: upgrade` section","file":"a.sql","line":2,"revision":null},"#,
            r#"{"code":"sql-before-section","severity":"error","#,
            r#""message":"SQL stands before the first `-- rev:` line","file":null,"line":null,"revision":"b"}]}"#,
        ];
        check_document(check(&findings), &expected.concat());
    }

    #[test]
    fn an_entry_of_the_log_has_the_columns_of_the_history() {
        let cells =
            ["1", "a", "upgrade", "done", "", "", "", "", "", "2026-11-20T09:12:44.000Z", "5", "", "", "0.1.0", ""];
        let row = cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).to_vec();
        let expected = [
            r#"{"ok":true,"entries":[{"id":1,"revision":"a","direction":"upgrade","outcome":"done","checksum":null,"#,
            r#""message":null,"down_revisions":null,"depends_on":null,"branch_labels":null,"#,
            r#""started":"2026-11-20T09:12:44.000Z","duration_ms":5,"user":null,"host":null,"#,
            r#""rev_version":"0.1.0","downgrade":null}]}"#,
        ];
        check_document(log(&[HistoryRow::from_row(&row).unwrap()]), &expected.concat());
    }

    #[test]
    fn where_a_database_stands_is_one_word_besides_the_revisions() {
        let words = [
            (State::UpToDate, "up_to_date", "true"),
            (State::Pending, "pending", "false"),
            (State::InProgress, "in_progress", "false"),
            (State::UnknownRevision, "unknown_revision", "false"),
        ];
        for (state, word, up_to_date) in words {
            let standing = Status {
                state,
                applied: 1,
                current: [id("a")].into_iter().collect(),
                heads: vec![id("c"), id("b")],
                pending: vec![id("c"), id("b")],
                unknown: Vec::new(),
                halfway: None,
            };
            check_document(
                current(&standing),
                &format!(r#"{{"ok":true,"current":["a"],"heads":["c","b"],"up_to_date":{up_to_date}}}"#),
            );
            let pending = r#""pending_revisions":["c","b"]"#;
            check_document(
                status(&standing, &[], &LastSteps::default()),
                &format!(
                    r#"{{"ok":true,"status":"{word}","applied":1,"pending":2,"current":["a"],"heads":["c","b"],{pending},"unknown_revisions":[],"edited_revisions":[]}}"#
                ),
            );
        }
    }

    #[test]
    fn what_is_lost_and_what_was_edited_is_told_with_when_and_by_whom() {
        let cells =
            ["1", "g", "upgrade", "done", "", "m", "", "", "", "2026-11-20T09:12:44.000Z", "5", "ada", "", "0.1.0", ""];
        let row = cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).to_vec();
        let row = HistoryRow::from_row(&row).unwrap();
        let span = Source::new("a.sql", "").span(0..0);
        let edited = EditedScript { revision: id("a"), path: "a.sql".into(), span, applied: row.clone() };
        let standing = Status {
            state: State::UnknownRevision,
            applied: 0,
            current: [id("g"), id("h")].into_iter().collect(),
            heads: Vec::new(),
            pending: Vec::new(),
            unknown: vec![id("g"), id("h")],
            halfway: None,
        };
        let told = status(&standing, &[edited], &[row].into_iter().collect());
        let known = r#""message":"m","started":"2026-11-20T09:12:44.000Z","user":"ada","host":null}"#;
        let unknown = r#""message":null,"started":null,"user":null,"host":null}"#;
        let expected = format!(
            r#""unknown_revisions":[{{"revision":"g","path":null,{known},{{"revision":"h","path":null,{unknown}],"edited_revisions":[{{"revision":"a","path":"a.sql",{known}]}}"#
        );
        assert!(told.ends_with(&format!("{expected}\n")), "{told}");
    }

    fn revision(name: &str, parents: &[&str]) -> Revision {
        Revision {
            id: id(name),
            down_revisions: parents.iter().map(|parent| id(parent)).collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: "say \"hi\"".to_owned(),
            created: None,
            path: PathBuf::from(format!("versions/{name}.sql")),
        }
    }

    fn graph() -> RevisionGraph {
        let mut b = revision("b", &["a"]);
        b.depends_on.push("shop".to_owned());
        b.created = Some("2026-11-20".to_owned());
        let mut x = revision("x", &[]);
        x.labels.push(Label::parse("shop").unwrap());
        RevisionGraph::build(vec![revision("a", &[]), b, revision("c", &["a"]), x]).unwrap()
    }

    /// What is said of `b` and `x`, without what a database says of them.
    const B: &str = r#""revision":"b","down_revisions":["a"],"depends_on":["shop"],"branch_labels":[],"message":"say \"hi\"","created":"2026-11-20","path":"versions/b.sql","is_head":true"#;
    const X: &str = r#""revision":"x","down_revisions":[],"depends_on":[],"branch_labels":["shop"],"message":"say \"hi\"","created":null,"path":"versions/x.sql","is_head":false"#;

    #[test]
    fn a_history_says_what_a_database_has_only_when_one_was_asked() {
        let graph = graph();
        let revisions = [graph.get(&id("b")).unwrap(), graph.get(&id("x")).unwrap()];
        let unknown = r#""is_current":null,"applied":null"#;
        let expected = format!(r#"{{"ok":true,"revisions":[{{{B},{unknown}}},{{{X},{unknown}}}]}}"#);
        check_document(history(&graph, &revisions, None), &expected);
        let applied = Applied::of(&graph, &[id("b")].into_iter().collect());
        let (is_current, is_below) = (r#""is_current":true,"applied":true"#, r#""is_current":false,"applied":true"#);
        let expected = format!(r#"{{"ok":true,"revisions":[{{{B},{is_current}}},{{{X},{is_below}}}]}}"#);
        check_document(history(&graph, &revisions, Some(&applied)), &expected);
    }

    #[test]
    fn a_revision_is_shown_with_what_it_has_for_each_way() {
        let graph = graph();
        let document =
            show(&graph, graph.get(&id("b")).unwrap(), None, SectionState::Present, SectionState::Irreversible);
        let states = r#""is_current":null,"applied":null,"upgrade":"present","downgrade":"irreversible""#;
        check_document(document, &format!(r#"{{"ok":true,{B},{states}}}"#));
    }

    #[test]
    fn heads_branches_and_new_scripts_are_ids() {
        let graph = graph();
        check_document(heads(&graph.heads()), r#"{"ok":true,"heads":["b","c"]}"#);
        let expected = r#"{"ok":true,"branches":[{"revision":"a","children":["b","c"]}]}"#;
        check_document(branches(&graph, &graph.branch_points()), expected);
        let expected = r#"{"ok":true,"revision":"d","path":"versions/d.sql"}"#;
        check_document(new_script(&id("d"), Path::new("versions/d.sql")), expected);
    }
}
