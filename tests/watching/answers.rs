//! What each path answers in each state of a database.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use openmetrics_parser::PrometheusType;
use openmetrics_parser::PrometheusValue;
use openmetrics_parser::prometheus::parse_prometheus;
use serde_json::Value;

use crate::served::Served;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// Two revisions, of which the first can be applied, and the second has a part that fails after one that is kept.
fn workspace(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n\n-- rev: downgrade\nDROP TABLE a;\n");
    let parts =
        "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n\n-- rev: upgrade transaction=off\nSELECT no_such_thing;\n";
    workspace.script("b", "a", parts);
    workspace
}

fn mended(workspace: &Workspace) {
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n\n-- rev: upgrade transaction=off\nSELECT 1;\n",
    );
}

/// Reads the metrics with a parser of their own; a metric with a label is called `name{value}`.
fn metrics(served: &Served) -> BTreeMap<String, f64> {
    let reply = served.get("/metrics");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let found = parse_prometheus(&reply.body).unwrap_or_else(|error| panic!("{error}\n{}", reply.body));
    let mut values = BTreeMap::new();
    for (name, family) in &found.families {
        assert!(!family.help.is_empty(), "{name} has no help");
        let is_counter = family.family_type == PrometheusType::Counter;
        assert_eq!(is_counter, name.ends_with("_total"), "{name}");
        for sample in family.iter_samples() {
            let label = sample.get_labelset().unwrap().iter_values().next().cloned();
            let value = match &sample.value {
                PrometheusValue::Gauge(value) => value.as_f64(),
                PrometheusValue::Counter(counter) => counter.value.as_f64(),
                other => panic!("{name}: {other:?}"),
            };
            values.insert(label.map_or(name.clone(), |label| format!("{name}{{{label}}}")), value);
        }
    }
    values
}

fn every_state_has_its_answers(database: &TestDatabase) {
    let workspace = workspace(database);
    let served = Served::start(&workspace, &[]);
    assert_eq!(served.state(), ("pending".into(), 503, 503));
    let empty = metrics(&served);
    assert_eq!((empty["rev_up"], empty["rev_revisions_pending"], empty["rev_state{pending}"]), (1.0, 2.0, 1.0));
    assert!(!empty.contains_key("rev_last_step_duration_seconds"));

    workspace.rev(&["upgrade", "head"]).failed(3);
    served.until_state("in_progress");
    assert_eq!(served.state(), ("in_progress".into(), 503, 503));
    let status = served.get("/api/status").json();
    assert_eq!((&status["in_progress"]["revision"], &status["failed_steps"]), (&"b".into(), &1.into()));
    assert_eq!(status["last_step"]["outcome"], "failed");
    let newest = &served.get("/api/graph").json()["revisions"][0];
    assert_eq!((&newest["standing"], &newest["failure"]["direction"]), (&"in_progress".into(), &"upgrade".into()));
    for error in [&status["last_step"]["error"], &newest["failure"]["error"]] {
        let error = error.as_str().unwrap();
        assert!(error.starts_with("versions/b.sql:9:"), "{error}");
        assert!(error.contains("no_such_thing"), "{error}");
    }
    let halfway = metrics(&served);
    assert_eq!(halfway["rev_step_in_progress"], 1.0);
    assert!((0.0..60.0).contains(&halfway["rev_step_in_progress_age_seconds"]));
    assert_eq!((halfway["rev_steps_failed_total"], halfway["rev_last_step_failed"]), (1.0, 1.0));

    mended(&workspace);
    workspace.rev(&["upgrade", "head"]).succeeded();
    served.until_state("up_to_date");
    assert_eq!(served.state(), ("up_to_date".into(), 200, 200));
    let health = served.get("/health").json();
    assert_eq!(
        health.to_string(),
        r#"{"checks":{"migrations":{"applied":2,"current":["b"],"heads":["b"],"pending":0,"status":"up_to_date"}},"status":"healthy"}"#
    );
    let history = served.get("/api/history").json();
    let steps = history["entries"].as_array().unwrap().iter();
    let steps: Vec<String> = steps.map(|step| format!("{} {}", step["revision"], step["outcome"])).collect();
    assert_eq!(steps, [r#""b" "done""#, r#""b" "failed""#, r#""a" "done""#]);
    let errors = history["entries"].as_array().unwrap().iter().map(|step| &step["error"]);
    assert_eq!(errors.map(Value::is_string).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(served.get("/api/graph").json()["revisions"][0]["failure"], Value::Null);
    let done = metrics(&served);
    assert!(!done.contains_key("rev_step_in_progress_age_seconds"));
    assert!(done["rev_last_step_start_timestamp_seconds"] > 1.7e9);
    assert_eq!((done["rev_revisions_applied"], done["rev_last_step_failed"]), (2.0, 0.0));

    database.execute("INSERT INTO rev_version VALUES ('gone')");
    served.until_state("unknown_revision");
    // The database is ahead of the scripts, not behind them.
    assert_eq!(served.state(), ("unknown_revision".into(), 503, 200));
    served.until("/api/graph", |graph| graph["unknown_revisions"][0] == "gone");
}

/// A table that an older rev made has no room for errors.
fn a_history_without_errors_is_written_and_read_all_the_same(database: &TestDatabase) {
    let workspace = workspace(database);
    workspace.rev(&["upgrade", "a"]).succeeded();
    database.execute("ALTER TABLE rev_history DROP COLUMN error");
    workspace.rev(&["upgrade", "head"]).failed(3);
    let log = workspace.rev(&["log", "--json"]);
    let steps = log.succeeded();
    assert!(steps.contains(r#""outcome":"failed""#) && !steps.contains("no_such_thing"), "{steps}");
    assert_eq!(database.query("SELECT count(*) FROM rev_history"), [["2"]]);
    let served = Served::start(&workspace, &[]);
    assert_eq!(served.get("/api/history").json()["entries"][0]["outcome"], "failed");
    assert_eq!(served.get("/api/graph").json()["revisions"][0]["failure"]["error"], Value::Null);
}

fn nothing_is_written(database: &TestDatabase) {
    let workspace = workspace(database);
    let served = Served::start(&workspace, &[]);
    for path in ["/health", "/metrics", "/api/status", "/api/history", "/api/graph", "/"] {
        served.get(path);
    }
    match database.kind {
        Kind::Sqlite => {
            let file = database.url.strip_prefix("sqlite:").unwrap();
            let folder = std::path::Path::new(file).parent().unwrap();
            assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
        }
        Kind::Postgres => {
            let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
            assert_eq!(database.query(tables), [["0"]]);
        }
        Kind::Mariadb => assert_eq!(database.query("SHOW TABLES"), Vec::<Vec<String>>::new()),
    }
}

on_each_database!(
    every_state_has_its_answers,
    a_history_without_errors_is_written_and_read_all_the_same,
    nothing_is_written
);

#[test]
fn what_applied_a_revision_stands_in_the_graph() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = workspace(&database);
    let mut upgrade = workspace.command(&["upgrade", "a", "-q"]);
    upgrade.env("USER", "ada \"<b>\"");
    assert!(upgrade.status().unwrap().success());
    let served = Served::start(&workspace, &[]);
    let reply = served.get("/api/graph");
    let graph = reply.json();
    assert_eq!((&graph["ok"], &graph["status"], &graph["left_out"]), (&true.into(), &"pending".into(), &0.into()));
    let newest = &graph["revisions"][0];
    assert_eq!((&newest["revision"], &newest["standing"]), (&"b".into(), &"pending".into()));
    assert_eq!(graph["revisions"][1]["last_step"]["user"], "ada \"<b>\"");
    let script = served.get("/api/scripts/a").json();
    assert!(script["script"].as_str().unwrap().contains("CREATE TABLE a"));
    // Who has the same graph already is told so, and nothing more.
    let tag = reply.header("etag").unwrap();
    let address = &served.address;
    let again =
        format!("GET /api/graph HTTP/1.1\r\nHost: {address}\r\nIf-None-Match: {tag}\r\nConnection: close\r\n\r\n");
    let again = crate::http::send(address, &again).unwrap();
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[test]
fn scripts_are_read_again_when_they_change() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = workspace(&database);
    let served = Served::start(&workspace, &[]);
    assert_eq!(served.get("/api/status").json()["heads"][0], "b");
    let path = workspace.script("c", "b", "-- rev: upgrade\n");
    served.until("/api/status", |status| status["heads"][0] == "c");
    fs::write(&path, "-- revision: c\n-- down_revision: nowhere\n\n-- rev: upgrade\n").unwrap();
    let status = served.until("/api/status", |status| !status["scripts_error"].is_null());
    assert_eq!((&status["heads"][0], &status["status"]), (&"c".into(), &"pending".into()));
    assert!(status["scripts_error"].as_str().unwrap().contains("`nowhere`"));
    assert_eq!(metrics(&served)["rev_scripts_valid"], 0.0);
    fs::remove_file(&path).unwrap();
    let status = served.until("/api/status", |status| status["scripts_error"].is_null());
    assert_eq!(status["heads"][0], "b");
}

#[test]
fn a_signal_ends_it_in_order() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = workspace(&database);
    for signal in ["-TERM", "-INT"] {
        let served = Served::start(&workspace, &[]);
        let idle = crate::http::connect(&served.address);
        served.get("/live");
        served.signal(signal);
        let output = served.wait();
        assert_eq!((output.code, output.stderr.as_str()), (0, "stopped\n"));
        drop(idle);
    }
}

#[test]
fn who_listens_to_the_world_is_warned_and_a_taken_port_is_refused() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = workspace(&database);
    let wide = Served::run(workspace.command(&["serve", "--listen", "0.0.0.0:0"]));
    let port = wide.address.rsplit_once(':').unwrap().1.to_owned();
    let taken = workspace.rev(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
    assert!(taken.failed(2).starts_with("error[cannot-listen]: cannot listen on 127.0.0.1:"));
    wide.signal("-TERM");
    assert!(wide.wait().stderr.starts_with("warning: whoever can reach this address can read"));
}

#[test]
fn a_password_is_in_no_answer() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = workspace(&database);
    let mut command: Command = workspace.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("REV_URL", "postgres://ada:hunter2@127.0.0.1:1/shop");
    let served = Served::run(command);
    assert_eq!(served.state(), ("unreachable".into(), 503, 503));
    for path in ["/health", "/metrics", "/api/status", "/api/history", "/api/graph", "/"] {
        let reply = served.get(path);
        assert!(!format!("{}{}", reply.head, reply.body).contains("hunter2"), "{path}");
    }
    assert_eq!(served.get("/api/status").json()["database"], "postgres://ada:***@127.0.0.1:1/shop");
    served.signal("-TERM");
    assert!(!served.wait().stderr.contains("hunter2"));
}
