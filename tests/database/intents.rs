//! Statements that commit by themselves, and a run that is killed beside them: nothing is lost, nothing runs twice.

use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use sqlx::AssertSqlSafe;
use sqlx::Connection;
use sqlx::Executor;
use sqlx::MySqlConnection;
use sqlx::PgConnection;
use tokio::runtime::Runtime;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// A connection that keeps what it locked until it is dropped.
struct Holder {
    runtime: Runtime,
    connection: Held,
}

enum Held {
    Postgres(PgConnection),
    Mariadb(MySqlConnection),
}

impl Holder {
    fn of(database: &TestDatabase, sql: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let statement = sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {sql}")));
        let connection = runtime.block_on(async {
            match database.kind {
                Kind::Mariadb => {
                    let mut connection = MySqlConnection::connect(&database.url).await.unwrap();
                    connection.execute(statement).await.unwrap();
                    Held::Mariadb(connection)
                }
                _ => {
                    let mut connection = PgConnection::connect(&database.url).await.unwrap();
                    connection.execute(statement).await.unwrap();
                    Held::Postgres(connection)
                }
            }
        });
        Self { runtime, connection }
    }

    fn release(self) {
        self.runtime.block_on(async {
            match self.connection {
                Held::Postgres(connection) => connection.close().await.unwrap(),
                Held::Mariadb(connection) => connection.close().await.unwrap(),
            }
        });
    }
}

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let ends = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < ends, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn start(workspace: &Workspace) -> Child {
    workspace.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A table with a row, and revision `b`, whose statement fails when it runs a second time.
fn project(database: &TestDatabase, rest: &str) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (0);\n");
    workspace.rev(&["upgrade"]).succeeded();
    let body = format!("-- rev: upgrade transaction=off\nALTER TABLE t ADD COLUMN m INTEGER;\n{rest}");
    workspace.script("b", "a", &body);
    workspace
}

const INTENDED: &str = "SELECT 1 FROM rev_progress WHERE state = 'intended'";
const ALTERED: &str = "SELECT m FROM t";
const MORE: &str = "-- rev: upgrade\nUPDATE t SET n = n + 1;\n";

fn hold_table(database: &TestDatabase) -> Holder {
    let sql = if database.kind == Kind::Postgres { "LOCK TABLE t" } else { "SELECT * FROM t" };
    Holder::of(database, sql)
}

fn check_done(database: &TestDatabase, workspace: &Workspace, n: &str) {
    let output = workspace.rev(&["upgrade"]);
    assert_eq!(output.code, 0, "{:?} {}", database.kind, output.stderr);
    assert_eq!(database.query("SELECT n, m FROM t"), [[n, "NULL"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "up_to_date");
}

#[test]
fn a_statement_that_ran_before_the_kill_does_not_run_again() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        for (rest, n) in [("", "0"), (MORE, "1")] {
            let database = TestDatabase::new(kind);
            let workspace = project(&database, rest);
            let table = hold_table(&database);
            let run = start(&workspace);
            until("an intent", || !database.query(INTENDED).is_empty());
            let proof = Holder::of(&database, "SELECT * FROM rev_progress FOR UPDATE");
            table.release();
            until("the effect", || database.try_query(ALTERED).is_ok());
            assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "in_progress");
            kill(run);
            proof.release();
            check_done(&database, &workspace, n);
        }
    }
}

#[test]
fn a_statement_that_had_not_run_before_the_kill_runs() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        for (rest, n) in [("", "0"), (MORE, "1")] {
            let database = TestDatabase::new(kind);
            let workspace = project(&database, rest);
            let table = hold_table(&database);
            let run = start(&workspace);
            until("an intent", || !database.query(INTENDED).is_empty());
            kill(run);
            // The server may only notice when it is through; whatever it does is seen.
            thread::sleep(Duration::from_millis(1500));
            table.release();
            check_done(&database, &workspace, n);
        }
    }
}

/// On MariaDB the server goes on with what a killed rev was running; the next run waits for it.
#[test]
fn a_statement_that_still_runs_is_waited_for() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = project(&database, "");
    database.execute("INSERT INTO t SELECT 0 FROM seq_1_to_200000");
    workspace.script("b", "a", "-- rev: upgrade\nALTER TABLE t ADD COLUMN m INTEGER, ALGORITHM=COPY;\n");
    let run = start(&workspace);
    until("an intent", || !database.query(INTENDED).is_empty());
    kill(run);
    workspace.rev(&["upgrade"]).succeeded();
    assert!(database.try_query(ALTERED).is_ok());
}

#[test]
fn an_index_that_was_not_finished_is_built_again() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1), (1);\n");
    let index = "-- rev: upgrade transaction=off\nCREATE UNIQUE INDEX CONCURRENTLY \"I 1\" ON t (n);\n";
    workspace.script("b", "a", index);
    workspace.rev(&["upgrade"]).failed(3);
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('\"I 1\"')";
    assert_eq!(database.query(valid), [["f"]]);
    database.execute("DELETE FROM t");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query(valid), [["t"]]);
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
}

#[test]
fn an_index_is_built_again_after_a_signal() {
    for signal in ["-INT", "-KILL"] {
        let database = TestDatabase::new(Kind::Postgres);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
        workspace.rev(&["upgrade"]).succeeded();
        workspace.script("b", "a", "-- rev: upgrade transaction=off\nCREATE INDEX CONCURRENTLY i ON t (n);\n");
        // The build waits for whoever may still write without knowing of the index.
        let writer = Holder::of(&database, "LOCK TABLE t IN ROW EXCLUSIVE MODE");
        let mut run = start(&workspace);
        let invalid = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('i') AND NOT indisvalid";
        until("half an index", || !database.query(invalid).is_empty());
        assert!(Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap().success());
        assert_eq!(run.wait().unwrap().code(), (signal == "-INT").then_some(130));
        writer.release();
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('i')"), [["t"]]);
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
    }
}

fn a_statement_that_fails_leaves_no_doubt(database: &TestDatabase) {
    let workspace = project(database, "");
    for statement in ["ALTER TABLE nosuch ADD COLUMN m INTEGER", "UPDATE nosuch SET n = n + 1"] {
        workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{statement};\n"));
        workspace.rev(&["upgrade"]).failed(3);
        assert!(database.query("SELECT * FROM rev_progress").is_empty(), "{statement}");
        assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "pending");
    }
}

/// Notes by hand what a run leaves that is killed at the UPDATE of revision `b`.
fn in_doubt(database: &TestDatabase) -> Workspace {
    let workspace = project(database, "");
    let statement = "UPDATE t SET n = n + 1";
    workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{statement};\nUPDATE t SET n = n + 10;\n"));
    let hash = hash_of_first_part(database, &workspace);
    database.execute(&format!(
        "INSERT INTO rev_progress (revision, part, direction, state, hash, definition, started) VALUES \
         ('b', 1, 'upgrade', 'intended', '{hash}', \
         '{{\"place\":\"versions/b.sql:6:1\",\"statement\":\"{statement}\",\"connection\":null,\"objects\":[]}}', 'x')"
    ));
    workspace
}

/// The hash that rev itself writes: that of the same part in a revision that stops after it.
fn hash_of_first_part(database: &TestDatabase, workspace: &Workspace) -> String {
    let text = workspace.read("versions/b.sql");
    workspace.write("versions/b.sql", text.replace("UPDATE t SET n = n + 10", "UPDATE nosuch SET n = 1"));
    workspace.rev(&["upgrade"]).failed(3);
    let hash = database.query("SELECT hash FROM rev_progress")[0][0].clone();
    workspace.write("versions/b.sql", text);
    database.execute("DELETE FROM rev_progress");
    database.execute("UPDATE t SET n = 0");
    hash
}

fn what_nobody_can_tell_is_asked(database: &TestDatabase) {
    for (answer, n) in [("--ran", "10"), ("--not-ran", "11")] {
        let workspace = in_doubt(database);
        let output = workspace.rev(&["upgrade"]);
        let told = output.failed(2);
        assert!(told.contains("error[in-doubt]"), "{told}");
        assert!(told.contains("UPDATE t SET n = n + 1 (versions/b.sql:6:1)"), "{told}");
        assert!(told.contains("rev resume --ran"), "{told}");
        assert_eq!(database.query("SELECT n FROM t"), [["0"]]);
        assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "in_progress");
        workspace.rev(&["upgrade", "--sql"]).failed(2);
        let mut protected = workspace.command(&["resume", answer]);
        protected.env("REV_PROTECTED", "true");
        assert!(Output::of(protected).failed(2).contains("error[nobody-to-ask]"));
        let mut agreed = workspace.command(&["--json", "resume", answer, "--yes"]);
        agreed.env("REV_PROTECTED", "true");
        let json = Output::of(agreed).json();
        assert_eq!((json["revision"].as_str(), json["part"].as_u64()), (Some("b"), Some(1)), "{json}");
        assert_eq!(json["ran"], answer == "--ran");
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT n FROM t"), [[n]]);
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
        assert!(workspace.rev(&["resume", "--ran"]).failed(2).contains("nothing-in-doubt"));
        for table in ["t", "rev_version", "rev_history", "rev_lock", "rev_progress"] {
            database.execute(&format!("DROP TABLE {table}"));
        }
    }
}

fn a_purge_gives_up_what_is_in_doubt(database: &TestDatabase) {
    let workspace = in_doubt(database);
    workspace.rev(&["stamp", "b"]).failed(2);
    workspace.rev(&["stamp", "--purge", "b"]).succeeded();
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
}

on_each_database!(
    a_statement_that_fails_leaves_no_doubt,
    what_nobody_can_tell_is_asked,
    a_purge_gives_up_what_is_in_doubt,
);
