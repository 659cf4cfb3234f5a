//! Scripts that are a part of a program, on every database, in tasks that may move from thread to thread.

use std::fs;
use std::time::Duration;

use rev::Project;
use rev::config::Config;
use rev::project::Request;
use rev::project::Sections;
use rev::run::Actor;
use rev::run::Event;
use rev::run::Observer;
use rev::script::Embedded;
use rev::watch::State;

use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const A: &str =
    "-- a\n--\n-- revision: a\n-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t;\n";
const B: &str = "-- b\n--\n-- revision: b\n-- down_revision: a\n-- rev: upgrade\nINSERT INTO t VALUES (1);\n-- rev: downgrade\nDELETE FROM t;\n";
const BAD: &str = "-- b\n--\n-- revision: b\n-- down_revision: a\n-- rev: upgrade\nINSERT INTO nosuch VALUES (1);\n";

const SCRIPTS: Embedded = Embedded::new(&[("versions/a.sql", A), ("versions/b.sql", B)]);
const BROKEN: Embedded = Embedded::new(&[("versions/a.sql", A), ("versions/b.sql", BAD)]);
const TWICE: Embedded = Embedded::new(&[("versions/a.sql", B), ("versions/b.sql", B)]);

/// Runs something as a task of its own, which may move from thread to thread.
fn run<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(work).await.unwrap() })
}

/// Counts what is told.
#[derive(Default)]
struct Counting(usize);

impl Observer for Counting {
    fn event(&mut self, event: Event<'_>) {
        self.0 += usize::from(matches!(event, Event::StepDone { .. }));
    }
}

fn several_that_start_together_apply_each_revision_once(database: &TestDatabase) {
    let url = database.url.clone();
    let applied: usize = run(async move {
        let start = |url: String| tokio::spawn(async move { rev::upgrade(SCRIPTS, &url).await.unwrap().steps.len() });
        let running: Vec<_> = (0..5).map(|_| start(url.clone())).collect();
        let mut applied = 0;
        for one in running {
            applied += one.await.unwrap();
        }
        applied
    });
    assert_eq!(applied, 2);
    assert_eq!(database.query("SELECT n FROM t"), [["1"]]);
}

fn the_same_calls_work_as_for_files(database: &TestDatabase) {
    let url = database.url.clone();
    let told = run(async move {
        let mut config = Config::of_url(&url).unwrap();
        config.database.lock_wait = Duration::from_secs(5);
        let project = Project::embedded(SCRIPTS, config).unwrap();
        let mut counting = Counting::default();
        let report = project.upgrade(&Actor::default(), &mut counting).await.unwrap();
        assert_eq!(report.to.to_string(), "b");
        let mut session = project.open().await.unwrap();
        assert_eq!(project.status(&session).unwrap().state, State::UpToDate);
        let down = Request::Downgrade("a".parse().unwrap(), Sections::Script);
        project.migrate(&down, &mut session, &Actor::default(), &mut counting).await.unwrap();
        session.close().await;
        counting.0
    });
    assert_eq!(told, 3);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    // The program's history is that of the command line.
    let workspace = Workspace::new(database);
    fs::write(workspace.path().join("versions/a.sql"), A).unwrap();
    fs::write(workspace.path().join("versions/b.sql"), B).unwrap();
    assert_eq!(workspace.rev(&["status", "--json"]).json()["edited_revisions"], serde_json::json!([]));
    workspace.rev(&["upgrade"]).succeeded();
}

fn a_failure_names_the_file_that_the_script_was(database: &TestDatabase) {
    let url = database.url.clone();
    let failure = run(async move { rev::upgrade(BROKEN, &url).await.unwrap_err() });
    assert_eq!(failure.error.code(), "statement-failed");
    assert!(failure.to_string().starts_with("versions/b.sql:6:"), "{failure}");
    assert!(failure.to_string().contains("the database is at a"), "{failure}");
}

on_each_database!(
    several_that_start_together_apply_each_revision_once,
    the_same_calls_work_as_for_files,
    a_failure_names_the_file_that_the_script_was,
);

#[test]
fn an_edited_script_is_refused_without_files_too() {
    let database = TestDatabase::new(crate::support::Kind::Sqlite);
    let (first, second) = (database.url.clone(), database.url.clone());
    let one = Embedded::new(&[("versions/a.sql", A)]);
    let other = "-- a\n--\n-- revision: a\n-- rev: upgrade\nSELECT 1;\n";
    run(async move { rev::upgrade(one, &first).await.unwrap() });
    let other: &'static [(&str, &str)] = Box::leak(Box::new([("versions/a.sql", other), ("versions/b.sql", B)]));
    let failure = run(async move { rev::upgrade(Embedded::new(other), &second).await.unwrap_err() });
    assert_eq!(failure.error.code(), "edited");
}

#[test]
fn what_is_not_sound_is_an_error_and_no_panic() {
    let config = || Config::of_url("sqlite:x.db").unwrap();
    assert!(Project::embedded(TWICE, config()).unwrap_err().problems().len() > 1);
    let text = Embedded::new(&[("versions/a.sql", "DROP TABLE t;")]);
    assert!(Project::embedded(text, config()).unwrap_err().to_string().contains("problems"));
    assert_eq!(Config::of_url("").unwrap_err().code(), "bad-url");
    assert_eq!(Config::of_url("oracle://h/x").unwrap_err().code(), "unknown-scheme");
}
