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

    /// Returns the connection's number, and a thread in which it is busy with `pause`.
    fn busy(mut self, own: &str, pause: &'static str) -> (i64, thread::JoinHandle<()>) {
        let own = AssertSqlSafe(format!("SELECT CAST(({own}) AS CHAR(20))"));
        let number: String = self.runtime.block_on(async {
            match &mut self.connection {
                Held::Postgres(connection) => sqlx::query_scalar(own).fetch_one(connection).await.unwrap(),
                Held::Mariadb(connection) => sqlx::query_scalar(own).fetch_one(connection).await.unwrap(),
            }
        });
        let number = number.trim().parse().unwrap();
        let busy = thread::spawn(move || {
            self.runtime.block_on(async {
                match &mut self.connection {
                    Held::Postgres(connection) => connection.execute(pause).await.map(|_| ()).unwrap(),
                    Held::Mariadb(connection) => connection.execute(pause).await.map(|_| ()).unwrap(),
                }
            });
        });
        thread::sleep(Duration::from_millis(200));
        (number, busy)
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
    // MySQL has no table of numbers, as MariaDB has.
    database.execute(&format!("INSERT INTO t VALUES (0);{}", "INSERT INTO t SELECT 0 FROM t;".repeat(17)));
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nALTER TABLE t ADD COLUMN m INTEGER COMMENT 'größe 😀', ALGORITHM=COPY;\n",
    );
    let run = start(&workspace);
    until("an intent", || !database.query(INTENDED).is_empty());
    kill(run);
    workspace.rev(&["upgrade"]).succeeded();
    assert!(database.try_query(ALTERED).is_ok());
}

/// The list of processes shows the statement inside.
#[test]
fn a_procedure_that_still_runs_is_waited_for() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = project(&database, "");
    database.execute("UPDATE t SET n = 1");
    let body = "UPDATE t SET n = n * 3; COMMIT; DO SLEEP(2); UPDATE t SET n = n + 1;";
    database.execute(&format!("CREATE PROCEDURE p() BEGIN {body} END"));
    workspace.script("b", "a", "-- rev: upgrade transaction=off\nCALL p();\n");
    let run = start(&workspace);
    until("its first half", || database.query("SELECT n FROM t") == [["3"]]);
    kill(run);
    workspace.rev(&["upgrade"]).failed(2);
    assert_eq!(database.query("SELECT n FROM t"), [["4"]]);
    workspace.rev(&["resume", "--ran"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["4"]]);
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

#[test]
fn an_index_is_looked_for_in_the_schema_of_its_table() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    database.execute(&format!("ALTER DATABASE \"{}\" SET search_path = public, app", database.name()));
    database.execute("CREATE SCHEMA app; CREATE TABLE app.t (n INTEGER); INSERT INTO app.t VALUES (1), (1)");
    workspace.script("b", "", "-- rev: upgrade transaction=off\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (n);\n");
    workspace.rev(&["upgrade"]).failed(3);
    assert!(!database.query("SELECT * FROM rev_progress").is_empty());
    database.execute("DELETE FROM app.t");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'app.i'::regclass"), [["t"]]);
}

#[test]
fn a_table_is_made_in_the_first_schema_whatever_is_in_the_next() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    database.execute(&format!("ALTER DATABASE \"{}\" SET search_path = app, public", database.name()));
    database.execute("CREATE SCHEMA app; CREATE TABLE public.t (n INTEGER)");
    workspace.script("a", "", "-- rev: upgrade transaction=off\nCREATE TABLE t (n INTEGER, m INTEGER);\n");
    workspace.script("z", "", "-- rev: upgrade\nSELECT 1;\n");
    workspace.rev(&["upgrade", "z"]).succeeded();
    // Somebody makes it just now, so that the statement waits and what was noted can be read.
    let table = Holder::of(&database, "CREATE TABLE app.t (n INTEGER)");
    let run = start_to(&workspace, "a");
    until("an intent", || !database.query("SELECT 1 FROM app.rev_progress WHERE state = 'intended'").is_empty());
    let noted = database.query("SELECT definition FROM app.rev_progress").remove(0).remove(0);
    kill(run);
    drop(table);
    assert!(noted.contains("\"schema\":\"app\""), "{noted}");
    assert!(noted.contains("\"before\":null"), "{noted}");
}

fn start_to(workspace: &Workspace, target: &str) -> Child {
    workspace.command(&["upgrade", target]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A server that was started again has given the connection's number to somebody else.
fn a_number_that_another_has_now_is_not_waited_for(kind: Kind, own: &str, pause: &'static str) {
    let database = TestDatabase::new(kind);
    let workspace = project(&database, "");
    let table = hold_table(&database);
    let run = start(&workspace);
    until("an intent", || !database.query(INTENDED).is_empty());
    kill(run);
    thread::sleep(Duration::from_millis(1500));
    table.release();
    let other = Holder::of(&database, "SELECT 1");
    let (number, busy) = other.busy(own, pause);
    database.execute(&format!(
        "UPDATE rev_progress SET definition = regexp_replace(definition, '\"connection\":\"[0-9]+\"', \
         '\"connection\":\"{number}\"')"
    ));
    let output = workspace.rev(&["upgrade", "--lock-wait", "1s"]);
    output.succeeded();
    busy.join().unwrap();
}

#[test]
fn a_number_that_another_has_now_is_not_waited_for_on_postgres() {
    a_number_that_another_has_now_is_not_waited_for(Kind::Postgres, "SELECT pg_backend_pid()", "SELECT pg_sleep(6)");
}

#[test]
fn a_number_that_another_has_now_is_not_waited_for_on_mariadb() {
    a_number_that_another_has_now_is_not_waited_for(Kind::Mariadb, "SELECT CONNECTION_ID()", "SELECT SLEEP(6)");
}

#[test]
fn a_partition_that_was_not_detached_to_the_end_is() {
    for signal in ["-INT", "-KILL"] {
        let database = TestDatabase::new(Kind::Postgres);
        if database.query("SELECT current_setting('server_version_num')::int >= 140000") != [["t"]] {
            return; // older ones do not detach concurrently
        }
        let workspace = Workspace::new(&database);
        let tables = "CREATE TABLE t (n INTEGER) PARTITION BY LIST (n);\n\
                      CREATE TABLE \"P 1\" PARTITION OF t FOR VALUES IN (1);\n";
        workspace.script("a", "", &format!("-- rev: upgrade\n{tables}"));
        workspace.rev(&["upgrade"]).succeeded();
        let detach = "ALTER TABLE t DETACH PARTITION \"P 1\" CONCURRENTLY";
        workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{detach};\n"));
        // The second half waits for whoever may still read the partition as one.
        let reader = Holder::of(&database, "SELECT * FROM t");
        let mut run = start(&workspace);
        let pending = "SELECT 1 FROM pg_inherits WHERE inhdetachpending";
        until("half of it", || !database.query(pending).is_empty());
        assert!(Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap().success());
        assert_eq!(run.wait().unwrap().code(), (signal == "-INT").then_some(130));
        reader.release();
        workspace.rev(&["upgrade"]).succeeded();
        assert!(database.query("SELECT 1 FROM pg_inherits").is_empty());
        assert_eq!(database.query("SELECT count(*) FROM \"P 1\""), [["0"]]);
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
    }
}

/// Each statement is killed after it ran and before that is noted, and another time before it ran.
#[test]
fn what_postgres_can_tell_is_not_asked_about() {
    let made = "CREATE TABLE t (n INTEGER);\nCREATE TYPE mood AS ENUM ('a');\nCREATE TABLE u (n INTEGER);\n\
                CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n\
                CREATE TRIGGER old AFTER INSERT ON u EXECUTE FUNCTION f();\n";
    for statement in [
        "CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP TRIGGER old ON u",
        "ALTER TYPE mood ADD VALUE 'b' BEFORE 'a'",
        "CREATE TYPE pair AS (a INTEGER, b TEXT)",
        "CREATE DOMAIN small AS INTEGER CHECK (VALUE < 10)",
        "DROP TYPE mood",
        "CREATE SCHEMA \"S 1\"",
        "CREATE DATABASE {d}",
    ] {
        for ran in [true, false] {
            let database = TestDatabase::new(Kind::Postgres);
            let statement = statement.replace("{d}", &format!("{}_more", database.name()));
            let workspace = Workspace::new(&database);
            workspace.script("a", "", &format!("-- rev: upgrade\n{made}"));
            workspace.rev(&["upgrade"]).succeeded();
            workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{statement};\n"));
            // Whoever notes that it ran, or that it is about to, waits for this.
            let journal = Holder::of(&database, "LOCK TABLE rev_version IN EXCLUSIVE MODE");
            let run = start(&workspace);
            until("an intent", || !database.query(INTENDED).is_empty());
            until("the effect", || {
                let waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'rev_version'::regclass";
                !database.query(waits).is_empty()
            });
            kill(run);
            journal.release();
            if !ran {
                // As if it had not: what is noted is what is there.
                undo(&database, &statement);
            }
            let output = workspace.rev(&["upgrade"]);
            assert_eq!(output.code, 0, "{statement}\n{}", output.stderr);
            assert!(database.query("SELECT * FROM rev_progress").is_empty(), "{statement}");
            // It is there once more, or its second run would have failed.
            undo(&database, &statement);
        }
    }
}

fn undo(database: &TestDatabase, statement: &str) {
    let words: Vec<&str> = statement.split_whitespace().collect();
    match words.as_slice() {
        ["CREATE", "TRIGGER", ..] => database.execute("DROP TRIGGER r ON t"),
        ["DROP", "TRIGGER", ..] => database.execute("CREATE TRIGGER old AFTER INSERT ON u EXECUTE FUNCTION f()"),
        ["ALTER", ..] => database.execute("DROP TYPE mood; CREATE TYPE mood AS ENUM ('a')"),
        ["DROP", ..] => database.execute("CREATE TYPE mood AS ENUM ('a')"),
        ["CREATE", "SCHEMA", ..] => database.execute("DROP SCHEMA \"S 1\""),
        ["CREATE", kind, name, ..] => database.execute(&format!("DROP {kind} {name}")),
        _ => panic!("{statement}"),
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

/// Behind a pooler, the process that was noted may work for somebody else when the next run looks: that is not waited for.
#[test]
fn a_process_that_works_for_somebody_else_is_not_waited_for() {
    for busy in [false, true] {
        let database = TestDatabase::new(Kind::Postgres);
        let workspace = in_doubt(&database);
        let url = database.url.clone();
        let other = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                connection.execute("BEGIN").await.unwrap();
                let sleep = if busy { "SELECT pg_sleep(4)" } else { "SELECT 'somebody else'" };
                connection.execute(sqlx::raw_sql(sleep)).await.unwrap();
                tokio::time::sleep(Duration::from_secs(if busy { 0 } else { 4 })).await;
            });
        });
        let query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        until("another process", || !database.query(query).is_empty());
        let pid = database.query(query).concat().concat();
        let noted = format!("\"connection\":\"{pid}\",\"beginning\":\"UPDATE t SET\"");
        database.execute(&format!(
            "UPDATE rev_progress SET definition = replace(definition, '\"connection\":null', '{noted}')"
        ));
        let output = workspace.rev(&["upgrade", "--lock-wait", "500ms"]);
        assert!(output.failed(2).contains("error[in-doubt]"), "{}", output.stderr);
        other.join().unwrap();
    }
}

fn a_purge_gives_up_what_is_in_doubt(database: &TestDatabase) {
    let workspace = in_doubt(database);
    workspace.rev(&["stamp", "b"]).failed(2);
    workspace.rev(&["stamp", "--purge", "b"]).succeeded();
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
}

fn on_a_protected_database_the_decision_is_confirmed(database: &TestDatabase) {
    let workspace = in_doubt(database);
    workspace.write("migrations.toml", "[database]\nprotected = true\n");
    let output = workspace.rev(&["resume", "--ran"]);
    let told = output.failed(2);
    assert!(
        told.contains("part 1 of revision b is noted as done: UPDATE t SET n = n + 1 (versions/b.sql:6:1)"),
        "{told}"
    );
    assert!(told.contains("nobody-to-ask"), "{told}");
    assert!(!database.query(INTENDED).is_empty());
    workspace.rev(&["resume", "--ran", "--yes"]).succeeded();
    assert!(database.query(INTENDED).is_empty());
}

on_each_database!(
    on_a_protected_database_the_decision_is_confirmed,
    a_statement_that_fails_leaves_no_doubt,
    what_nobody_can_tell_is_asked,
    a_purge_gives_up_what_is_in_doubt,
);

/// Stops a run with SIGTERM.
fn terminate(run: Child) -> (Option<i32>, String) {
    assert!(Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap().success());
    let output = run.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_change_that_waits_is_stopped_by_a_signal_and_made_later_once() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        for options in ["", " transaction=off", " lock_timeout=1m"] {
            for (statement, rows) in [("UPDATE t SET n = n + 1", "1"), ("ALTER TABLE t ADD COLUMN m INTEGER", "0")] {
                let database = TestDatabase::new(kind);
                let workspace = project(&database, "");
                workspace.script("b", "a", &format!("-- rev: upgrade{options}\n{statement};\nSELECT 1;\n"));
                let holder = Holder::of(&database, "UPDATE t SET n = n");
                let mut command = workspace.command(&["upgrade", "--lock-timeout", "1m"]);
                let run = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
                let waits = match kind {
                    Kind::Postgres => {
                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                    }
                    _ => {
                        "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND \
                          (info LIKE 'UPDATE t SET n = n + 1' OR info LIKE 'ALTER TABLE t%')"
                    }
                };
                until("a wait", || !database.query(waits).is_empty());
                let (code, told) = terminate(run);
                holder.release();
                assert_eq!(code, Some(143), "{told}");
                assert!(told.contains("error[interrupted]") && told.contains("versions/b.sql:6:1"), "{told}");
                assert!(told.contains("run the same upgrade again to continue"), "{told}");
                assert_eq!(database.query("SELECT n FROM t"), [["0"]], "{statement}{options}");
                workspace.rev(&["upgrade"]).succeeded();
                assert_eq!(database.query("SELECT n FROM t"), [[rows]], "{statement}{options}");
                assert!(database.query("SELECT * FROM rev_progress").is_empty());
            }
        }
    }
}

/// A table without transactions that holds a 1, and a revision that runs `statement` on it.
fn kept_rows(database: &TestDatabase, engine: &str, statement: &str) -> Workspace {
    let workspace = Workspace::new(database);
    let table = format!("CREATE TABLE k (n INTEGER PRIMARY KEY) ENGINE={engine};\nINSERT INTO k VALUES (1);\n");
    workspace.script("a", "", &format!("-- rev: upgrade\n{table}"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", &format!("-- rev: upgrade\n{statement};\nUPDATE k SET n = n + 100;\n"));
    workspace
}

fn is_mariadb(database: &TestDatabase) -> bool {
    database.query("SELECT VERSION()").concat().concat().contains("MariaDB")
}

#[test]
fn rows_without_transactions_are_asked_about_after_a_kill() {
    for engine in ["MyISAM", "MEMORY", "Aria"] {
        let database = TestDatabase::new(Kind::Mariadb);
        if engine == "Aria" && !is_mariadb(&database) {
            continue;
        }
        let workspace = kept_rows(&database, engine, "UPDATE k SET n = n + 1");
        let table = Holder::of(&database, "LOCK TABLES k READ");
        let run = start(&workspace);
        until("an intent", || !database.query(INTENDED).is_empty());
        let proof = Holder::of(&database, "SELECT * FROM rev_progress FOR UPDATE");
        table.release();
        until("the effect", || database.query("SELECT n FROM k") == [["2"]]);
        kill(run);
        proof.release();
        let output = workspace.rev(&["upgrade"]);
        let told = output.failed(2);
        assert!(told.contains("error[in-doubt]"), "{told}");
        assert!(told.contains(&format!(".k ({engine}) has no transactions")), "{told}");
        assert_eq!(database.query("SELECT n FROM k"), [["2"]], "{engine}");
        workspace.rev(&["resume", "--ran"]).succeeded();
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT n FROM k"), [["102"]], "{engine}");
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
    }
}

#[test]
fn rows_without_transactions_stay_when_a_statement_fails_and_that_is_said() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = kept_rows(&database, "MyISAM", "INSERT INTO k VALUES (7), (1)");
    let output = workspace.rev(&["upgrade"]);
    let told = output.failed(3);
    assert!(told.contains("error[statement-failed]") && told.contains("versions/b.sql:6"), "{told}");
    assert!(
        told.contains("what the statement of part 1 of 2 of revision b changed in tables without transactions stays"),
        "{told}"
    );
    assert_eq!(database.query("SELECT n FROM k ORDER BY n"), [["1"], ["7"]]);
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "in_progress");
    assert!(workspace.rev(&["upgrade"]).failed(2).contains("error[in-doubt]"));
    database.execute("DELETE FROM k WHERE n = 7");
    workspace.rev(&["resume", "--not-ran"]).succeeded();
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO k VALUES (7);\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM k ORDER BY n"), [["1"], ["7"]]);
    // What is refused before the first row leaves nothing to ask about.
    for statement in ["INSERT INTO k, VALUES (8)", "UPDATE k JOIN nosuch SET k.n = 9"] {
        workspace.script("c", "b", &format!("-- rev: upgrade\n{statement};\n"));
        workspace.rev(&["upgrade"]).failed(3);
        assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "pending", "{statement}");
    }
}

#[test]
fn rows_without_transactions_are_asked_about_after_a_signal() {
    let database = TestDatabase::new(Kind::Mariadb);
    let made = "CREATE TABLE more (n INTEGER) ENGINE=MEMORY;\nINSERT INTO more VALUES (1), (2)";
    let workspace =
        kept_rows(&database, "InnoDB", &format!("{made};\nUPDATE more SET n = n + 10 + 0 * SLEEP(IF(n = 2, 60, 0))"));
    let run = start(&workspace);
    let running = "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'UPDATE more%'";
    until("the statement", || !database.query(running).is_empty());
    thread::sleep(Duration::from_millis(500)); // the first row takes no time
    assert_eq!(terminate(run).0, Some(143));
    assert!(workspace.rev(&["upgrade"]).failed(2).contains("more (MEMORY) has no transactions"));
    database.execute("UPDATE more SET n = n + 10 WHERE n < 10");
    workspace.rev(&["resume", "--ran"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM more ORDER BY n"), [["11"], ["12"]]);
    assert_eq!(database.query("SELECT n FROM k"), [["101"]]);
}
