//! SIGINT and SIGTERM: the statement ends on the server, the transaction goes, and the next run goes on.

use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// A statement that runs for a minute and more.
fn slow(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
        Kind::Postgres => "SELECT pg_sleep(60)",
        // Of three rows, since MySQL lets the SLEEP that it cancels succeed, and stops at the next.
        Kind::Mariadb => "SELECT SLEEP(60) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three",
    }
}

/// Returns a query that answers rows while the server runs a statement with `word` in it for another connection.
fn running(kind: Kind, word: &str) -> Option<String> {
    match kind {
        Kind::Sqlite => None,
        Kind::Postgres => Some(format!(
            "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() \
             AND query LIKE '%{word}%' AND pid <> pg_backend_pid()"
        )),
        Kind::Mariadb => Some(format!(
            "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%{word}%' \
             AND id <> CONNECTION_ID()"
        )),
    }
}

/// A run that is at the statement with `word` in it.
struct Run {
    child: Child,
    running: Option<String>,
}

impl Run {
    fn at(workspace: &Workspace, database: &TestDatabase, args: &[&str], word: &str) -> Self {
        let mut command = workspace.command(args);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let run = Self { child, running: running(database.kind, word) };
        match &run.running {
            Some(query) => until(|| !database.query(query).is_empty()),
            // Nobody can see what SQLite does; where its epoch has begun, the script follows within milliseconds.
            None => {
                until(|| {
                    database.try_query("SELECT 1 FROM rev_lock WHERE epoch = 2").is_ok_and(|rows| !rows.is_empty())
                });
                thread::sleep(Duration::from_millis(300));
            }
        }
        run
    }

    fn send(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end, which must come soon, and for the end of the statement on the server.
    fn ends(self, database: &TestDatabase) -> Output {
        let began = Instant::now();
        let output = self.child.wait_with_output().unwrap();
        assert!(began.elapsed() < Duration::from_secs(15), "it took {:?}", began.elapsed());
        if let Some(query) = &self.running {
            until(|| database.query(query).is_empty());
        }
        Output::from(output)
    }
}

#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let ends = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < ends, "it does not come");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A project whose revision `a` is applied; `b`, which is not, begins with an INSERT and then takes long.
fn project(database: &TestDatabase, options: &str) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    write_b(&workspace, options, slow(database.kind));
    workspace
}

fn write_b(workspace: &Workspace, options: &str, last: &str) {
    workspace.script("b", "a", &format!("-- rev: upgrade{options}\nINSERT INTO a VALUES (1);\n{last};\n"));
}

fn check(database: &TestDatabase, signal: &str, code: i32, options: &str) {
    let workspace = project(database, options);
    let run = Run::at(&workspace, database, &["upgrade"], "(60)");
    run.send(signal);
    let output = run.ends(database);
    assert_eq!(output.code, code, "{}", output.stderr);
    assert!(output.stderr.contains("error[interrupted]: stopped by SIG"), "{}", output.stderr);
    assert!(output.stderr.contains("the database is at a; "), "{}", output.stderr);
    assert!(output.stderr.contains("run the same upgrade again to continue"), "{}", output.stderr);
    // Where each statement is a part, the first one is kept, and is not run again.
    let kept = usize::from(database.kind == Kind::Mariadb || !options.is_empty());
    assert_eq!(database.query("SELECT n FROM a").len(), kept);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    write_b(&workspace, options, "SELECT 1");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
}

fn ctrl_c_stops_the_statement_and_the_next_run_goes_on(database: &TestDatabase) {
    check(database, "-INT", 130, "");
}

fn sigterm_stops_a_statement_outside_of_a_transaction(database: &TestDatabase) {
    check(database, "-TERM", 143, " transaction=off");
}

fn programs_read_what_was_done(database: &TestDatabase) {
    let workspace = project(database, "");
    workspace.script("a2", "a", "-- rev: upgrade\nINSERT INTO a VALUES (2);\n");
    workspace.script("b", "a2", &format!("-- rev: upgrade\n{};\n", slow(database.kind)));
    let run = Run::at(&workspace, database, &["--json", "upgrade"], "(60)");
    run.send("-TERM");
    let output = run.ends(database);
    let json = output.json();
    assert_eq!((output.code, json["error"]["code"].as_str()), (143, Some("interrupted")));
    assert_eq!(json["steps"][0]["revision"], "a2");
    assert!(json["error"]["file"].as_str().unwrap().ends_with("b.sql"), "{json}");
    assert_eq!(database.query("SELECT n FROM a"), [["2"]]);
}

fn whoever_waits_for_the_lock_can_be_stopped(database: &TestDatabase) {
    let workspace = project(database, "");
    let first = Run::at(&workspace, database, &["upgrade"], "(60)");
    let mut command = workspace.command(&["upgrade"]);
    let second = Run { child: command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), running: None };
    thread::sleep(Duration::from_millis(1500));
    // What runs in one transaction has left nothing yet that shows it, but its lock.
    let told = workspace.rev(&["status"]);
    let is_told = ["a run is at work: process ", "runs now, after part 1 of 2: process "];
    assert!(is_told.iter().any(|text| told.stdout.contains(text)), "{}", told.stdout);
    second.send("-INT");
    let output = second.ends(database);
    assert_eq!(output.code, 130, "{}", output.stderr);
    assert!(output.stderr.contains("waiting for the lock"), "{}", output.stderr);
    assert!(output.stderr.ends_with("nothing was changed\n"), "{}", output.stderr);
    first.send("-INT");
    assert_eq!(first.ends(database).code, 130);
}

fn a_revision_that_runs_now_is_told_from_one_that_stopped(database: &TestDatabase) {
    let workspace = project(database, " transaction=off");
    let run = Run::at(&workspace, database, &["upgrade"], "(60)");
    for command in ["status", "current"] {
        let told = workspace.rev(&[command]);
        let told = format!("{}{}", told.stdout, told.stderr);
        assert!(told.contains("the upgrade of revision b runs now, after part 1 of 2: "), "{told}");
        assert!(told.contains("process ") && !told.contains("stopped") && !told.contains("--purge"), "{told}");
        let document = workspace.rev(&[command, "--json"]).json();
        assert!(document["running_by"].as_str().is_some_and(|by| by.contains("process ")), "{document}");
    }
    run.send("-TERM");
    run.ends(database);
    let told = workspace.rev(&["status"]).succeeded().to_owned();
    assert!(told.contains("stopped half-way through its upgrade") && !told.contains("runs now"), "{told}");
    assert!(workspace.rev(&["status", "--json"]).json()["running_by"].is_null());
    // Programs get the commands as they would be typed for the same database, too.
    let document = workspace.rev(&["-c", "migrations.toml", "status", "--json"]).json();
    assert_eq!(document["in_progress"]["continue"], "rev -c migrations.toml upgrade b", "{document}");
}

on_each_database!(
    a_revision_that_runs_now_is_told_from_one_that_stopped,
    ctrl_c_stops_the_statement_and_the_next_run_goes_on,
    sigterm_stops_a_statement_outside_of_a_transaction,
    programs_read_what_was_done,
    whoever_waits_for_the_lock_can_be_stopped,
);

/// A statement that takes no cancellation, so that only a second signal ends the run.
const STUBBORN: &str = "DO $$ BEGIN FOR i IN 1..60 LOOP BEGIN PERFORM pg_sleep(1); \
                        EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$";

#[test]
fn a_second_signal_kills_and_leaves_nothing_running() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database, "");
    write_b(&workspace, "", STUBBORN);
    let run = Run::at(&workspace, &database, &["upgrade"], "pg_sleep(1");
    run.send("-INT");
    thread::sleep(Duration::from_millis(700));
    run.send("-TERM");
    assert_eq!(run.ends(&database).code, 143);
    assert!(database.query("SELECT n FROM a").is_empty());
}

#[test]
fn a_rev_that_is_killed_leaves_nothing_running_on_postgres() {
    for options in ["", " transaction=off"] {
        let database = TestDatabase::new(Kind::Postgres);
        let workspace = project(&database, options);
        let run = Run::at(&workspace, &database, &["upgrade"], "pg_sleep(60");
        run.send("-KILL");
        assert_eq!(run.ends(&database).code, -1);
    }
}
