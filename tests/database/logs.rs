//! The log for programs: one event a line, on standard error or in a file, and nothing else there.

use std::fs;
use std::net::TcpListener;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::support::Kind;
use crate::support::Output;
use crate::support::Proxy;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// What must be seen nowhere.
const SECRET: &str = "hunter2";

/// Returns the events of a log, of which each line must be one.
#[track_caller]
fn events(log: &str) -> Vec<Value> {
    assert!(!log.contains(SECRET), "{log}");
    let event = |line: &str| -> Value {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["time", "level", "target", "event", "run", "command", "message"] {
            assert!(event[key].is_string(), "no {key}: {line}");
        }
        event
    };
    log.lines().map(event).collect()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[track_caller]
fn the<'a>(events: &'a [Value], name: &str) -> &'a Value {
    let found = events.iter().find(|event| event["event"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", names(events)))
}

fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output::from(output)
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    workspace.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn project(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    let body = format!("-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (length('{SECRET}'));\n");
    workspace.script("a", "", &body);
    workspace
}

fn a_run_is_told_from_its_start_to_its_end(database: &TestDatabase) {
    let workspace = project(database);
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t VALUES (2);\n");
    let output = workspace.rev(&["upgrade", "--log-format", "json", "--json", "-v"]);
    assert_eq!((output.code, &output.json()["to"][0]), (0, &"b".into()));
    let told = events(&output.stderr);
    let runs: Vec<&Value> = told.iter().map(|event| &event["run"]).collect();
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
    let frame: Vec<&str> = names(&told).into_iter().filter(|name| !name.starts_with("statement")).collect();
    assert_eq!(
        frame,
        [
            "database",
            "journal_created",
            "started",
            "step_started",
            "step_done",
            "step_started",
            "step_done",
            "finished"
        ]
    );
    assert_eq!((&told[2]["steps"], &told[2]["direction"]), (&2.into(), &"upgrade".into()));
    let statements: Vec<&str> =
        told.iter().filter(|event| event["event"] == "statement").map(|event| event["sql"].as_str().unwrap()).collect();
    assert_eq!(statements.len(), 3);
    assert_eq!(statements[1], "INSERT INTO t VALUES (length('…'))");
    let begun = names(&told).into_iter().filter(|name| *name == "statement_started").count();
    assert_eq!(begun, if database.kind == Kind::Mariadb { 3 } else { 0 });
}

fn a_failure_is_told_with_its_place_and_what_was_reached(database: &TestDatabase) {
    let workspace = project(database);
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO nowhere VALUES (2);\n");
    let output = workspace.rev(&["upgrade", "--log-format=json", "--log-filter", "error"]);
    assert_eq!((output.code, output.stdout.as_str()), (3, ""));
    let told = events(&output.stderr);
    let [failed] = &told[..] else { panic!("{:?}", names(&told)) };
    assert_eq!(
        (&failed["event"], &failed["level"], &failed["exit_code"]),
        (&"failed".into(), &"error".into(), &3.into())
    );
    assert_eq!(
        (&failed["code"], &failed["line"], &failed["steps"]),
        (&"statement-failed".into(), &6.into(), &1.into())
    );
    assert_eq!(failed["to"][0], "a");
    assert!(failed["state"].as_str().unwrap().starts_with("the database is at a; "), "{failed}");
}

fn a_file_is_added_to_by_all_and_people_read_what_they_always_did(database: &TestDatabase) {
    let workspace = project(database);
    let args = ["upgrade", "--log-format", "json", "--log-file", "rev.log"];
    let children: Vec<Child> = (0..8).map(|_| start(&workspace, &args)).collect();
    let outputs: Vec<Output> = children.into_iter().map(finish).collect();
    for output in &outputs {
        output.succeeded();
        assert!(output.stderr.ends_with("the database is at a\n"), "{}", output.stderr);
    }
    let told = events(&workspace.read("rev.log"));
    let count = |name: &str| names(&told).into_iter().filter(|found| *found == name).count();
    assert_eq!((count("step_done"), count("finished"), count("failed")), (1, 8, 0));
}

on_each_database!(
    a_run_is_told_from_its_start_to_its_end,
    a_failure_is_told_with_its_place_and_what_was_reached,
    a_file_is_added_to_by_all_and_people_read_what_they_always_did,
);

/// The same database through `address`, with a password that must not be told; the test's server asks for none.
fn through(database: &TestDatabase, address: &str) -> String {
    let (scheme, rest) = database.url.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (_, name) = rest.split_once('/').unwrap();
    format!("{scheme}://{user}:{SECRET}@{address}/{name}")
}

fn address(database: &TestDatabase) -> &str {
    database.url.split_once('@').unwrap().1.split_once('/').unwrap().0
}

#[test]
fn waits_and_who_is_in_the_way_are_told() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nDO $$ BEGIN RAISE WARNING 'careful'; END $$;\nALTER TABLE t ADD m INTEGER;\n",
    );
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(); // free again at once
    let own = format!("127.0.0.1:{port}");
    let url = through(&database, &own);
    let blocker = format!("BEGIN; INSERT INTO t VALUES (length('{SECRET}')); SELECT pg_sleep(8); COMMIT");
    thread::scope(|scope| {
        scope.spawn(|| database.execute(&blocker));
        let holds =
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'BEGIN; INSERT INTO t %' AND wait_event = 'PgSleep'";
        until(|| !database.query(holds).is_empty());
        let mut command =
            workspace.command(&["upgrade", "--wait", "30s", "--lock-timeout", "300ms", "--log-format", "json"]);
        let rev = command.env("REV_URL", &url).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        thread::sleep(Duration::from_millis(2500));
        let _proxy = Proxy::start_at(&own, address(&database));
        thread::sleep(Duration::from_millis(1000));
        let second = start(&workspace, &["upgrade", "--log-format", "json"]);
        let output = finish(rev);
        output.succeeded();
        let told = events(&output.stderr);
        let waiting = the(&told, "server_waiting");
        assert_eq!(waiting["code"], "connection-failed");
        assert!(waiting["reason"].as_str().unwrap().contains(&own), "{waiting}");
        let retry = the(&told, "retry");
        assert_eq!((&retry["revision"], &retry["retry"], &retry["level"]), (&"b".into(), &1.into(), &"warn".into()));
        assert!(retry["blockers"][0]["sql"].as_str().unwrap().contains("length('…')"), "{retry}");
        let notice = the(&told, "notice");
        assert_eq!((&notice["text"], &notice["level"]), (&"careful".into(), &"warn".into()));
        let output = finish(second);
        output.succeeded();
        let told = events(&output.stderr);
        let pid = the(&told, "lock_waiting")["holder"]["pid"].clone();
        assert!(pid.is_number(), "{pid}");
        assert_eq!(names(&told).last(), Some(&"finished"));
    });
}

#[test]
fn how_far_a_statement_is_is_told_but_not_all_the_time() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    let slow = "CREATE FUNCTION slow(n INTEGER) RETURNS INTEGER IMMUTABLE LANGUAGE plpgsql AS $$\n\
                BEGIN PERFORM pg_sleep(0.2); RETURN n; END $$;\n\
                INSERT INTO t SELECT generate_series(1, 25);\nCREATE INDEX t_slow ON t (slow(n));\n";
    workspace.script("b", "a", &format!("-- rev: upgrade\n{slow}"));
    workspace.rev(&["upgrade", "a"]).succeeded();
    let output = workspace.rev(&["upgrade", "--log-format", "json"]);
    output.succeeded();
    let told = events(&output.stderr);
    let progress = the(&told, "statement_progress");
    assert_eq!((&progress["revision"], &progress["target"]), (&"b".into(), &"statement".into()));
    assert!(progress["phase"].as_str().unwrap().starts_with("building index"), "{progress}");
    assert!(names(&told).into_iter().filter(|name| *name == "statement_progress").count() < 4);
}

#[test]
fn a_run_that_is_stopped_says_so() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", "-- rev: upgrade\nSELECT pg_sleep(60);\n");
    let rev = start(&workspace, &["upgrade", "--log-format", "json"]);
    let running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()";
    until(|| !database.query(running).is_empty());
    assert!(Command::new("kill").args(["-TERM", &rev.id().to_string()]).status().unwrap().success());
    let output = finish(rev);
    let told = events(&output.stderr);
    let failed = told.last().unwrap();
    assert_eq!((output.code, &failed["code"], &failed["exit_code"]), (143, &"interrupted".into(), &143.into()));
}

#[test]
fn what_is_wrong_with_the_command_line_or_the_configuration_is_told_too() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = project(&database);
    let check = |args: &[&str], code: &str| {
        let output = workspace.rev(args);
        let told = events(&output.stderr);
        assert_eq!((output.code, names(&told), &told[0]["code"]), (2, vec!["failed"], &code.into()), "{args:?}");
        output.stdout
    };
    assert_eq!(check(&["--log-format", "json", "upgrde"], "usage"), "");
    assert!(check(&["--log-format=json", "upgrade", "--no", "--json"], "usage").starts_with("{\"ok\":false"));
    assert_eq!(check(&["--log-format", "json", "-c", "none.toml", "heads"], "unreadable"), "");
    let mut command = workspace.command(&["heads", "--log-file", "none/rev.log"]);
    Output::of({
        command.env("REV_LOG", "debug");
        command
    })
    .failed(2);
    fs::create_dir(workspace.path().join("none")).unwrap();
    workspace.rev(&["heads", "--log-file", "none/rev.log"]).succeeded();
    assert_eq!(workspace.read("none/rev.log"), "");
}

#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let ends = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < ends, "it does not come");
        thread::sleep(Duration::from_millis(20));
    }
}
