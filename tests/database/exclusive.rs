//! One runner at a time on every database: together, one after another, killed, fenced off.

use std::process::Child;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// How many start together.
pub(crate) const RUNNERS: usize = 16;

/// A statement that takes about `seconds` and leaves nothing.
pub(crate) fn pause(kind: Kind, seconds: f64) -> String {
    match kind {
        // Counting is the only way to make SQLite busy.
        Kind::Sqlite => format!(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT max(n) FROM c",
            (seconds * 6_000_000.0) as u64
        ),
        Kind::Postgres => format!("SELECT pg_sleep({seconds})"),
        Kind::Mariadb => format!("SELECT SLEEP({seconds})"),
    }
}

pub(crate) fn start(workspace: &Workspace, args: &[&str]) -> Child {
    let mut command = workspace.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output::from(output)
}

/// Waits until a query answers something.
pub(crate) fn until(database: &TestDatabase, query: &str) {
    let ends = Instant::now() + Duration::from_secs(20);
    while !database.try_query(query).is_ok_and(|rows| !rows.is_empty()) {
        assert!(Instant::now() < ends, "{query}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn sixteen_that_start_together_run_each_revision_once(database: &TestDatabase) {
    check_that_each_revision_runs_once(database, |workspace, _| start(workspace, &["upgrade"]));
}

/// Starts runners on a fresh database, each by its number, and looks what became of it.
pub(crate) fn check_that_each_revision_runs_once(database: &TestDatabase, start: impl Fn(&Workspace, usize) -> Child) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\nINSERT INTO n VALUES (0);\n");
    let mut down = "a".to_owned();
    for k in 1..=5 {
        let body = format!("-- rev: upgrade\nUPDATE n SET n = n + 1;\n{};\n", pause(database.kind, 0.05));
        workspace.script(&format!("b{k}"), &down, &body);
        down = format!("b{k}");
    }
    let runners: Vec<Child> = (0..RUNNERS).map(|number| start(&workspace, number)).collect();
    for runner in runners {
        let output = finish(runner);
        assert_eq!(output.code, 0, "{}", output.stderr);
    }
    assert_eq!(database.query("SELECT n FROM n"), [["5"]]);
    let history = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    let expected: Vec<_> = ["a", "b1", "b2", "b3", "b4", "b5"].map(|id| [id, "done"]).to_vec();
    assert_eq!(history, expected);
}

fn who_waits_too_long_is_told_who_holds_the_lock(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script(
        "b",
        "a",
        &format!("-- rev: upgrade\nINSERT INTO a VALUES (1);\n{};\n", pause(database.kind, 2.0)),
    );
    let mut first = workspace.command(&["upgrade"]);
    let first = first.env("USER", "ada").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until(database, "SELECT 1 FROM rev_lock WHERE epoch = 2");
    let second = workspace.rev(&["upgrade", "--lock-wait", "300ms"]);
    let message = second.failed(2);
    let pid = format!("process {}", first.id());
    assert!(message.contains("locked") && message.contains("ada") && message.contains(&pid), "{message}");
    let patient = workspace.rev(&["upgrade"]);
    patient.succeeded();
    assert!(patient.stderr.contains("waiting for the lock"), "{}", patient.stderr);
    assert_eq!(finish(first).code, 0);
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
}

fn who_is_killed_blocks_nobody(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    let slow = format!("-- rev: upgrade\nINSERT INTO a VALUES (1);\n{};\n", pause(database.kind, 3.0));
    workspace.script("b", "a", &slow);
    let mut first = start(&workspace, &["upgrade"]);
    until(database, "SELECT 1 FROM rev_lock WHERE epoch = 2");
    thread::sleep(Duration::from_millis(300));
    first.kill().unwrap();
    first.wait().unwrap();
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n");
    if database.kind == Kind::Mariadb {
        // What had run there is kept, so this is another script now; the server notices the end only when it is through.
        thread::sleep(Duration::from_secs(3));
        workspace.script("b", "a", &slow);
    }
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
}

on_each_database!(
    sixteen_that_start_together_run_each_revision_once,
    who_waits_too_long_is_told_who_holds_the_lock,
    who_is_killed_blocks_nobody,
);

/// A holder loses its lock's connection while it works, another run finishes in between: the first must not go on.
#[test]
fn who_lost_the_lock_is_fenced_off() {
    for (kind, end) in [
        (
            Kind::Postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        ),
        (Kind::Mariadb, "SELECT 1"),
    ] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
        workspace.rev(&["upgrade"]).succeeded();
        // Long enough for the other run on a machine that has more to do.
        let slow = pause(kind, 5.0);
        workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{slow};\n"));
        workspace.script("c", "b", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n");
        let first = start(&workspace, &["upgrade"]);
        until(&database, "SELECT 1 FROM rev_lock WHERE epoch = 2");
        match kind {
            Kind::Mariadb => {
                // Between two statements, the connection that works sleeps, too.
                until(
                    &database,
                    "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'SELECT SLEEP(%'",
                );
                let ids = database.query(
                    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Sleep' AND id <> CONNECTION_ID()",
                );
                for id in ids.iter().flatten() {
                    database.execute(&format!("KILL {id}"));
                }
            }
            _ => database.execute(end),
        }
        let second = Workspace::new(&database);
        second.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
        second.script("b", "a", "-- rev: upgrade\n");
        second.script("c", "b", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n");
        second.rev(&["upgrade"]).succeeded();
        let output = finish(first);
        assert!(output.stderr.contains("lock-lost"), "{kind:?} {}", output.stderr);
        assert_eq!(output.code, 3);
        assert_eq!(database.query("SELECT n FROM a"), [["1"]], "{kind:?}");
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["c"]], "{kind:?}");
        workspace.rev(&["upgrade"]).succeeded();
    }
}

/// A pooler that gives a connection out for a transaction only: the lock must still be one, and the index that cannot be
/// made in a transaction must not wait for those who wait for the lock.
#[test]
fn a_pooler_by_transaction_keeps_runners_apart() {
    let pooler = std::env::var("REV_TEST_PGBOUNCER").expect("REV_TEST_PGBOUNCER names no pooler: run `scripts/test`");
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    let url = pooler.replace("/postgres?", &format!("/{}?", database.name()));
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\nINSERT INTO n VALUES (0);\n");
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nUPDATE n SET n = n + 1;\nSELECT pg_sleep(0.2);\n\
         -- rev: upgrade transaction=off\nCREATE INDEX CONCURRENTLY i ON n (n);\n\
         -- rev: upgrade\nUPDATE n SET n = n + 1;\n",
    );
    let runners: Vec<Child> = (0..RUNNERS).map(|_| start(&workspace, &["upgrade", "-u", &url])).collect();
    for runner in runners {
        let output = finish(runner);
        assert_eq!(output.code, 0, "{}", output.stderr);
    }
    assert_eq!(database.query("SELECT n FROM n"), [["2"]]);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), [["t"]]);
    let history = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    assert_eq!(history, [["a", "done"], ["b", "done"]]);
}

#[test]
fn a_link_to_a_database_has_the_lock_of_the_database() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    let file = database.url.strip_prefix("sqlite:").unwrap();
    let link = workspace.path().join("link.db");
    std::os::unix::fs::symlink(file, &link).unwrap();
    let held = std::fs::File::open(format!("{file}.rev-lock")).unwrap();
    held.try_lock().unwrap();
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE u (n INTEGER);\n");
    let output = workspace.rev(&["upgrade", "--lock-wait", "0s", "-u", &format!("sqlite:{}", link.display())]);
    assert!(output.failed(2).contains("locked"), "{}", output.stderr);
}
