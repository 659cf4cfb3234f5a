//! The documents as they are read: every key, in its order.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::check::Finding;
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
use crate::run::StepReport;
use crate::script::SectionState;
use crate::span::Source;
use crate::watch::FullStatus;
use crate::watch::State;
use crate::watch::Status;

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

const DECLINED: &str = r#"{"code":"declined","message":"not confirmed","file":null,"line":null,"column":null,"hint":"type the word that the question names, or use `--yes` where nobody can"}"#;

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
    let whole = whole.replace("not confirmed", "2 problems were found");
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
        warnings: Vec::new(),
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
        r#""message":"there is SQL before the first `-- rev:` line","file":null,"line":null,"revision":"b"}]}"#,
    ];
    check_document(check(&findings), &expected.concat());
}

#[test]
fn an_entry_of_the_log_has_the_columns_of_the_history() {
    let cells = ["1", "a", "upgrade", "done", "", "", "", "", "", "2026-11-20T09:12:44.000Z", "5", "", "", "0.1.0", ""];
    let row = cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).to_vec();
    let expected = [
        r#"{"ok":true,"entries":[{"id":1,"revision":"a","direction":"upgrade","outcome":"done","checksum":null,"#,
        r#""message":null,"down_revisions":null,"depends_on":null,"branch_labels":null,"#,
        r#""started":"2026-11-20T09:12:44.000Z","duration_ms":5,"user":null,"host":null,"#,
        r#""rev_version":"0.1.0","downgrade":null,"error":null,"database_user":null}]}"#,
    ];
    check_document(log(&[HistoryRow::from_row(&row).unwrap()]), &expected.concat());
}

fn full(status: Status, edited: Vec<EditedScript>, last: LastSteps) -> FullStatus {
    FullStatus { status, last, edited, moved: Vec::new(), working: None }
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
            current(&standing, None),
            &format!(r#"{{"ok":true,"current":["a"],"heads":["c","b"],"up_to_date":{up_to_date}}}"#),
        );
        let pending = r#""pending_revisions":["c","b"]"#;
        check_document(
            status(&full(standing, Vec::new(), LastSteps::default())),
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
    let edited =
        EditedScript { revision: id("a"), path: "a.sql".into(), span, applied: row.clone(), ran_nothing: false };
    let standing = Status {
        state: State::UnknownRevision,
        applied: 0,
        current: [id("g"), id("h")].into_iter().collect(),
        heads: Vec::new(),
        pending: Vec::new(),
        unknown: vec![id("g"), id("h")],
        halfway: None,
    };
    let told = status(&full(standing, vec![edited], [row].into_iter().collect()));
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
    let document = show(&graph, graph.get(&id("b")).unwrap(), None, SectionState::Present, SectionState::Irreversible);
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
