//! Good manners on a busy server: short waits for tables, repeats, time-outs, and who is in the way.

use std::net::TcpListener;
use std::process::Child;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use sqlx::Connection;
use sqlx::Executor;
use sqlx::MySqlConnection;
use sqlx::PgConnection;
use sqlx::SqliteConnection;

use crate::support::Kind;
use crate::support::Output;
use crate::support::Proxy;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// What another program does in a transaction that stays open.
const READS: &str = "SELECT n FROM t /* of another program */";

/// Another program whose transaction stays open until it is told to end.
struct Other {
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Other {
    /// Begins a transaction with `sql` on a connection of its own.
    fn begin(database: &TestDatabase, sql: &'static str) -> Self {
        let (kind, url) = (database.kind, database.url.clone());
        let (end, ended) = mpsc::channel::<()>();
        let (begun, is_begun) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            macro_rules! hold {
                ($connection:ty, $begin:literal) => {{
                    let mut connection = runtime.block_on(<$connection>::connect(&url)).unwrap();
                    runtime.block_on(connection.execute(sqlx::raw_sql($begin))).unwrap();
                    runtime.block_on(connection.execute(sqlx::raw_sql(sql))).unwrap();
                    begun.send(()).unwrap();
                    let _ = ended.recv();
                    let _ = runtime.block_on(connection.execute(sqlx::raw_sql("ROLLBACK")));
                }};
            }
            match kind {
                Kind::Sqlite => hold!(SqliteConnection, "BEGIN IMMEDIATE"),
                Kind::Postgres => hold!(PgConnection, "BEGIN"),
                Kind::Mariadb => hold!(MySqlConnection, "BEGIN"),
            }
        });
        is_begun.recv().unwrap();
        Self { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.end.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The number of the server's process that has the other program's transaction open.
fn pid_of_other(database: &TestDatabase) -> Option<String> {
    let query = match database.kind {
        Kind::Sqlite => return None,
        Kind::Postgres => {
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        }
        Kind::Mariadb => {
            "SELECT CAST(ID AS CHAR) FROM information_schema.processlist JOIN information_schema.innodb_trx \
             ON trx_mysql_thread_id = ID WHERE DB = DATABASE()"
        }
    };
    // MariaDB shows the list of transactions as it was a moment ago.
    let ends = Instant::now() + Duration::from_secs(10);
    loop {
        let pid = database.query(query).concat().concat();
        if !pid.is_empty() || Instant::now() > ends {
            return Some(pid);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    let mut command = workspace.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output::from(output)
}

/// A database with the tables `t`, which others will hold, and `log`, in which every try leaves a row.
fn prepared(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    let tables = "CREATE TABLE t (n INTEGER);\nCREATE TABLE log (n INTEGER);\nINSERT INTO t VALUES (1);";
    workspace.script("a", "", &format!("-- rev: upgrade\n{tables}\n"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO log VALUES (1);\nALTER TABLE t ADD COLUMN m INTEGER;\n");
    workspace
}

/// Runs `rev upgrade` with variables.
fn upgrade(workspace: &Workspace, variables: &[(&str, &str)]) -> Output {
    let mut command = workspace.command(&["upgrade"]);
    command.envs(variables.iter().copied());
    Output::of(command)
}

fn a_table_that_others_use_is_waited_for_and_nothing_doubles(database: &TestDatabase) {
    let workspace = prepared(database);
    let other = Other::begin(database, READS);
    let pid = pid_of_other(database);
    let rev = start(&workspace, &["upgrade", "--lock-timeout", "300ms"]);
    thread::sleep(Duration::from_millis(2500));
    drop(other);
    let output = finish(rev);
    output.succeeded();
    let first = output.stderr.lines().find(|line| line.contains("retry 1 of 10")).expect(&output.stderr);
    if let Some(pid) = pid {
        assert!(first.contains(&format!("process {pid} (")), "{pid}: {first}");
        assert!(database.kind != Kind::Postgres || first.contains("): SELECT n FROM t"), "{first}");
    }
    assert_eq!(database.query("SELECT count(*) FROM log"), [["1"]]);
    assert_eq!(database.query("SELECT n, m FROM t"), [["1", "NULL"]]);
    let history = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    assert_eq!(history, [["a", "done"], ["b", "done"]]);
}

fn after_the_last_retry_nothing_is_changed(database: &TestDatabase) {
    let workspace = prepared(database);
    let other = Other::begin(database, READS);
    let pid = pid_of_other(database);
    let output = upgrade(&workspace, &[("REV_LOCK_TIMEOUT", "200ms"), ("REV_LOCK_RETRIES", "2")]);
    drop(other);
    // On SQLite nothing at all can be written, so the run does not even begin.
    let message = output.failed(if database.kind == Kind::Sqlite { 2 } else { 3 });
    assert!(message.contains("error[table-locked]"), "{message}");
    assert!(message.contains("after 2 retries"), "{message}");
    assert!(message.contains("retry 2 of 2") && !message.contains("retry 3"), "{message}");
    if let Some(pid) = pid {
        assert!(message.contains(&format!("held by process {pid} (")), "{message}");
    }
    assert!(database.try_query("SELECT m FROM t").is_err());
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    if database.kind != Kind::Mariadb {
        assert_eq!(database.query("SELECT count(*) FROM log"), [["0"]]);
    }
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM log"), [["1"]]);
}

fn a_section_has_its_own_patience(database: &TestDatabase) {
    let workspace = prepared(database);
    let (now, off) = match database.kind {
        Kind::Sqlite => ("(SELECT timeout FROM pragma_busy_timeout)", "3000".to_owned()),
        Kind::Postgres => ("current_setting('lock_timeout')", "0".to_owned()),
        // A day on MariaDB, a year on MySQL.
        Kind::Mariadb => ("@@lock_wait_timeout", database.query("SELECT @@global.lock_wait_timeout").concat().concat()),
    };
    let insert = |name: &str| format!("INSERT INTO seen VALUES ('{name}', {now});\n");
    let mut body = "-- rev: upgrade\nCREATE TABLE seen (name VARCHAR(20), value VARCHAR(20));\n".to_owned();
    body.push_str(&insert("plain"));
    body.push_str(&format!("-- rev: upgrade lock_timeout=1m\n{}", insert("own")));
    body.push_str(&format!("-- rev: upgrade\n{}", insert("again")));
    body.push_str(&format!("-- rev: upgrade transaction=off\n{}", insert("off")));
    body.push_str(&format!("-- rev: upgrade transaction=off lock_timeout=7s\n{}", insert("own off")));
    body.push_str(&format!("-- rev: upgrade\n{}", insert("end")));
    workspace.script("b", "a", &body);
    workspace.rev(&["upgrade"]).succeeded();
    let expected = match database.kind {
        // The file is waited for at the beginning of a transaction, with the time-out of its first section.
        Kind::Sqlite => ["3000", "3000", "3000", &off, "7000", "3000"],
        Kind::Postgres => ["3s", "1min", "3s", &off, "7s", "3s"],
        Kind::Mariadb => ["3", "60", "3", &off, "7", "3"],
    };
    let seen: Vec<String> = database.query("SELECT value FROM seen").concat();
    assert_eq!(seen, expected);
}

/// Somebody who is not in the way is named only where the server cannot tell: a MariaDB without plugins.
fn who_is_not_in_the_way_is_not_named(database: &TestDatabase) {
    let workspace = prepared(database);
    if database.kind == Kind::Sqlite {
        return; // it knows nobody
    }
    let other = Other::begin(database, READS);
    let pid = pid_of_other(database).unwrap();
    let _innocent = Other::begin(database, "INSERT INTO log VALUES (7)");
    let tells = database.kind == Kind::Postgres
        || !database.query("SELECT VERSION()").concat().concat().contains("MariaDB")
        || !database
            .query("SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO'")
            .is_empty();
    let output = upgrade(&workspace, &[("REV_LOCK_TIMEOUT", "1s"), ("REV_LOCK_RETRIES", "0")]);
    drop(other);
    let message = output.failed(3);
    let named: Vec<&str> = message.lines().filter(|line| line.contains("held by process ")).collect();
    assert!(named.iter().any(|line| line.contains(&format!("process {pid} ("))), "{message}");
    assert!(!tells || named.len() == 1, "{message}");
}

on_each_database!(
    who_is_not_in_the_way_is_not_named,
    a_table_that_others_use_is_waited_for_and_nothing_doubles,
    after_the_last_retry_nothing_is_changed,
    a_section_has_its_own_patience,
);

/// Whoever reads while rev waits for a table queues behind it, but no longer than it waits; the bound leaves room for a
/// machine that is busy with other tests.
#[test]
fn readers_stall_no_longer_than_the_lock_timeout() {
    // MariaDB counts in seconds.
    for (kind, timeout) in [(Kind::Postgres, 300), (Kind::Mariadb, 1000)] {
        let database = TestDatabase::new(kind);
        let workspace = prepared(&database);
        let other = Other::begin(&database, READS);
        let rev = start(&workspace, &["upgrade", "--lock-timeout", &format!("{timeout}ms")]);
        let (mut longest, began) = (Duration::ZERO, Instant::now());
        while began.elapsed() < Duration::from_secs(6) {
            let asked = Instant::now();
            database.query("SELECT count(*) FROM t");
            longest = longest.max(asked.elapsed());
        }
        drop(other);
        let output = finish(rev);
        output.succeeded();
        assert!(output.stderr.contains("retry 2 of 10"), "{}", output.stderr);
        #[allow(clippy::print_stdout)]
        {
            println!("{kind:?}: the longest stall of a reader was {longest:?}, with a lock_timeout of {timeout} ms");
        }
        // They did queue behind it, so the measure is not an idle one.
        let most = Duration::from_millis(timeout + 1200);
        assert!(longest > Duration::from_millis(100) && longest < most, "{kind:?} {longest:?}");
    }
}

/// MySQL lets the SLEEP that it cuts off succeed, and stops at the next row.
const THREE_SLEEPS: &str = "SELECT SLEEP(20) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three";

#[test]
fn a_statement_that_takes_too_long_is_cut_off() {
    for (kind, slow) in [(Kind::Postgres, "SELECT pg_sleep(20)"), (Kind::Mariadb, THREE_SLEEPS)] {
        let database = TestDatabase::new(kind);
        let workspace = prepared(&database);
        workspace.script("b", "a", &format!("-- rev: upgrade\nINSERT INTO log VALUES (1);\n{slow};\n"));
        let began = Instant::now();
        let output = upgrade(&workspace, &[("REV_STATEMENT_TIMEOUT", "500ms")]);
        assert!(began.elapsed() < Duration::from_secs(10));
        let message = output.failed(3);
        assert!(message.contains("error[statement-timeout]") && message.contains("0.5 s"), "{message}");
        assert!(message.contains("versions/b.sql:7") && !message.contains("retry"), "{message}");
        let more = slow.replace("20", "1");
        let body =
            format!("-- rev: upgrade\nINSERT INTO log VALUES (1);\n-- rev: upgrade statement_timeout=30s\n{more};\n");
        workspace.script("b", "a", &body);
        upgrade(&workspace, &[("REV_STATEMENT_TIMEOUT", "500ms")]).succeeded();
        assert_eq!(database.query("SELECT count(*) FROM log"), [["1"]]);
    }
}

#[test]
fn a_whole_run_in_one_transaction_is_tried_again() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = TestDatabase::new(kind);
        let workspace = prepared(&database);
        workspace.script("c", "b", "-- rev: upgrade\nINSERT INTO log VALUES (2);\n");
        let other = Other::begin(&database, READS);
        let mut command = workspace.command(&["upgrade", "--lock-timeout", "200ms"]);
        command.env("REV_TRANSACTION", "run").stdout(Stdio::piped()).stderr(Stdio::piped());
        let rev = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(1500));
        drop(other);
        let output = finish(rev);
        output.succeeded();
        assert!(output.stderr.contains("retry 1 of 10"), "{}", output.stderr);
        assert_eq!(database.query("SELECT n FROM log ORDER BY n"), [["1"], ["2"]]);
    }
}

#[test]
fn a_statement_that_leaves_half_of_its_work_is_not_tried_again() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = prepared(&database);
    let index = "CREATE INDEX CONCURRENTLY t_n ON t (n)";
    workspace.script("b", "a", &format!("-- rev: upgrade transaction=off lock_timeout=1s\n{index};\n"));
    let other = Other::begin(&database, "INSERT INTO t VALUES (2)");
    let output = workspace.rev(&["upgrade"]);
    drop(other);
    let message = output.failed(3);
    assert!(message.contains("error[table-locked]") && !message.contains("retry"), "{message}");
    assert!(message.contains("held by process "), "{message}");
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid AND indexrelid = 't_n'::regclass";
    assert_eq!(database.query(invalid), [["1"]], "what the documentation warns of");
}

#[test]
fn a_long_wait_and_a_long_statement_are_told_of() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = prepared(&database);
    let index = "CREATE INDEX CONCURRENTLY t_n ON t (n)";
    workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{index};\n"));
    let other = Other::begin(&database, "INSERT INTO t VALUES (2)");
    let pid = pid_of_other(&database).unwrap();
    let rev = start(&workspace, &["upgrade"]);
    thread::sleep(Duration::from_millis(4500));
    drop(other);
    let output = finish(rev);
    output.succeeded();
    let told: Vec<&str> = output.stderr.lines().filter(|line| line.contains("waiting for a lock")).collect();
    assert_eq!(told.len(), 1, "{}", output.stderr);
    assert!(told[0].contains(&format!("held by process {pid} (")), "{}", told[0]);
    assert!(told[0].contains("INSERT INTO t VALUES (2)"), "{}", told[0]);

    let slow = "CREATE FUNCTION slow(n INTEGER) RETURNS INTEGER IMMUTABLE LANGUAGE plpgsql AS $$\n\
                BEGIN PERFORM pg_sleep(0.2); RETURN n; END $$;\n\
                INSERT INTO t SELECT generate_series(1, 38);\nCREATE INDEX t_slow ON t (slow(n));\n";
    workspace.script("c", "b", &format!("-- rev: upgrade\n{slow}"));
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("\n  building index"), "{}", output.stderr);
}

#[test]
fn offline_scripts_hold_the_time_outs_of_sections_and_no_others() {
    for (kind, expected) in [
        (
            Kind::Postgres,
            &[
                "SET LOCAL lock_timeout = 60000;",
                "SET LOCAL lock_timeout TO DEFAULT;",
                "SET statement_timeout = 7000;",
                "SET statement_timeout TO DEFAULT;",
            ][..],
        ),
        (
            Kind::Mariadb,
            &[
                "SET SESSION lock_wait_timeout = 60, innodb_lock_wait_timeout = 60;",
                "SET SESSION lock_wait_timeout = @rev_lock_wait_timeout, innodb_lock_wait_timeout = @rev_innodb_lock_wait_timeout;",
                "SET SESSION max_statement_time = 7.000;", // in its own words on MySQL
                "SET SESSION max_statement_time = @rev_max_statement_time;",
            ],
        ),
        (Kind::Sqlite, &[".timeout 5000"]), // that of every script
    ] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        let sections = "-- rev: upgrade lock_timeout=1m\nCREATE TABLE t (n INTEGER);\n-- rev: upgrade\nSELECT 2;\n\
                        -- rev: upgrade transaction=off statement_timeout=7s\nSELECT 3;\n";
        workspace.script("a", "", sections);
        let script = workspace.rev(&["upgrade", ":head", "--sql"]);
        let script = script.succeeded();
        let set: Vec<&str> =
            script.lines().filter(|line| line.contains("timeout") || line.contains("_time ")).collect();
        // What the session began with is noted first.
        let set: Vec<&str> = set.into_iter().filter(|line| !line.contains("@@SESSION")).collect();
        let of_mysql = [("max_execution_time = 7000", "max_statement_time = 7.000"), ("execution", "statement")];
        let set: Vec<String> = set
            .iter()
            .map(|line| of_mysql.iter().fold((*line).to_owned(), |line, (own, other)| line.replace(own, other)))
            .collect();
        assert_eq!(set, expected, "{kind:?}\n{script}");
    }
}

#[test]
fn a_procedure_that_may_have_committed_is_not_called_again() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = prepared(&database);
    let body = "CREATE PROCEDURE p()\nBEGIN\n  INSERT INTO log VALUES (1);\n  COMMIT;\n  UPDATE t SET n = 3;\nEND;\n";
    workspace.script("b", "a", &format!("-- rev: upgrade\n{body}\n"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("c", "b", "-- rev: upgrade\nCALL p();\n");
    let other = Other::begin(&database, "UPDATE t SET n = 2");
    let output = workspace.rev(&["upgrade", "--lock-timeout", "1s"]);
    drop(other);
    let message = output.failed(3);
    assert!(message.contains("error[table-locked]") && !message.contains("retry"), "{message}");
    assert_eq!(database.query("SELECT count(*) FROM log"), [["1"]]);
}

#[test]
fn a_server_that_comes_up_late_is_waited_for_and_that_is_told_once() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = prepared(&database);
    let (user, rest) = database.url.split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(); // free again at once
    let own = format!("127.0.0.1:{port}");
    let url = format!("{user}@{own}/{name}");
    let mut command = workspace.command(&["upgrade", "--wait", "30s"]);
    let rev = command.env("REV_URL", &url).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(2500));
    let _proxy = Proxy::start_at(&own, address);
    let output = finish(rev);
    output.succeeded();
    let told: Vec<&str> = output.stderr.lines().filter(|line| line.contains("waiting for the server")).collect();
    assert_eq!(told.len(), 1, "{}", output.stderr);
    assert!(told[0].contains(&own) && told[0].contains("refused"), "{}", told[0]);
}
