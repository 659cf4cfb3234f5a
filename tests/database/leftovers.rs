//! What a statement leaves that failed or that found something, and what goes with a session: nothing is taken for undone
//! that may have happened, nothing is undone that was there before, and nothing goes on without what it needs.

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn told(output: &Output, texts: &[&str]) {
    let all = format!("{}{}", output.stdout, output.stderr);
    for text in texts {
        assert!(all.contains(text), "{text}\n{all}");
    }
}

fn with_row(database: &TestDatabase) -> Workspace {
    database.execute("CREATE TABLE t (n INTEGER)");
    database.execute("INSERT INTO t VALUES (1)");
    Workspace::new(database)
}

#[test]
fn a_block_that_committed_and_failed_is_asked_about() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = with_row(&database);
    let block = "DO $$ BEGIN UPDATE t SET n = n * 10; COMMIT; IF NOT EXISTS (SELECT 1 FROM t WHERE n < 0) THEN \
         RAISE EXCEPTION 'second batch'; END IF; END $$;\n";
    workspace.script("a", "", &format!("-- rev: upgrade transaction=off\n{block}"));
    let output = workspace.rev(&["upgrade"]);
    output.failed(3);
    told(&output, &["revision a is in progress", "what it had committed by then stays", "rev resume --not-ran"]);
    let output = workspace.rev(&["upgrade"]);
    told(&output, &["error[in-doubt]"]);
    assert_eq!(database.query("SELECT n FROM t"), [["10"]]);
    workspace.rev(&["resume", "--ran"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["10"]]);
}

#[test]
fn a_block_that_cannot_commit_is_all_or_nothing() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = with_row(&database);
    for block in ["DO $$ BEGIN UPDATE t SET n = n * 10; RAISE EXCEPTION 'no'; END $$", "CALL nosuch()"] {
        workspace.script("a", "", &format!("-- rev: upgrade transaction=off\n{block};\n"));
        let output = workspace.rev(&["upgrade"]);
        output.failed(3);
        told(&output, &["nothing of revision a was kept"]);
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
    }
}

#[test]
fn a_procedure_that_committed_and_failed_is_asked_about() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = with_row(&database);
    let fails = "SIGNAL SQLSTATE '45000'";
    database.execute(&format!("CREATE PROCEDURE commits() BEGIN UPDATE t SET n = n + 1; COMMIT; {fails}; END"));
    database.execute(&format!(
        "CREATE PROCEDURE starts() BEGIN START TRANSACTION; UPDATE t SET n = n + 1; COMMIT; {fails}; END"
    ));
    database.execute(&format!("CREATE PROCEDURE rolls() BEGIN ROLLBACK; UPDATE t SET n = n + 1; {fails}; END"));
    database.execute(&format!("CREATE PROCEDURE plain() BEGIN UPDATE t SET n = n + 1; {fails}; END"));
    database.execute("CREATE PROCEDURE works() BEGIN UPDATE t SET n = n + 1; COMMIT; UPDATE t SET n = n + 1; END");
    for (option, name, is_asked) in [
        ("", "commits", true),
        ("", "starts", true),
        ("", "rolls", true),
        ("", "plain", false),
        ("", "nosuch", false),
        (" transaction=off", "plain", true),
        (" transaction=off", "nosuch", false),
    ] {
        database.execute("UPDATE t SET n = 1");
        workspace.script("a", "", &format!("-- rev: upgrade{option}\nCALL {name}();\n"));
        let output = workspace.rev(&["upgrade"]);
        output.failed(3);
        let n = database.query("SELECT n FROM t");
        if is_asked {
            told(&output, &["what it had committed by then stays"]);
            told(&workspace.rev(&["upgrade"]), &["error[in-doubt]"]);
            workspace.rev(&["resume", "--not-ran"]).succeeded();
        } else {
            told(&output, &["nothing of revision a was kept"]);
            assert_eq!(n, [["1"]], "{name}");
        }
        assert_eq!(database.query("SELECT n FROM t"), n, "{name}");
        assert!(database.query("SELECT * FROM rev_progress").is_empty(), "{name}");
    }
    database.execute("UPDATE t SET n = 1");
    workspace.script("a", "", "-- rev: upgrade\nCALL works();\nUPDATE t SET n = n * 10;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["30"]]);
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
}

#[test]
fn rows_without_transactions_stay_outside_of_one_too() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    database.execute("CREATE TABLE t (n INT PRIMARY KEY) ENGINE=MyISAM");
    workspace.script("a", "", "-- rev: upgrade transaction=off\nINSERT INTO t VALUES (1), (2), (1);\n");
    told(&workspace.rev(&["upgrade"]), &["in tables without transactions stays"]);
    told(&workspace.rev(&["upgrade"]), &["error[in-doubt]", "has no transactions"]);
    assert_eq!(database.query("SELECT count(*) FROM t"), [["2"]]);
}

#[test]
fn a_table_that_was_to_be_replaced_is_not_said_to_be_there() {
    let database = TestDatabase::new(Kind::Mariadb);
    if database.query("SELECT VERSION()")[0][0].to_lowercase().contains("mariadb") {
        let workspace = with_row(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE OR REPLACE TABLE t (n INT, KEY (m));\n");
        let output = workspace.rev(&["upgrade"]);
        output.failed(3);
        told(
            &output,
            &[
                "revision a is not applied, but its statement failed on its way, and `t`, which it drops or replaces, may be gone",
            ],
        );
        workspace.script("a", "", "-- rev: upgrade\nCREATE OR REPLACE TABLE t (n INT, KEY (n));\n");
        workspace.rev(&["upgrade"]).succeeded();
    }
}

/// Revision `a` makes what may be there, something of its own, and then stops.
fn half_run(database: &TestDatabase, made: &str, down: &str) -> Workspace {
    let workspace = Workspace::new(database);
    let up = format!(
        "-- rev: upgrade transaction=off\n{made};\nCREATE TABLE own (n INTEGER);\nALTER TABLE nosuch ADD COLUMN x INT;\n"
    );
    workspace.script("a", "", &format!("{up}-- rev: downgrade\nDROP TABLE own;\n{down};\n"));
    workspace.rev(&["upgrade"]).failed(3);
    workspace
}

fn what_was_there_before_stays(database: &TestDatabase) {
    database.execute("CREATE TABLE users (n INTEGER)");
    database.execute("INSERT INTO users VALUES (1)");
    let workspace = half_run(database, "CREATE TABLE IF NOT EXISTS users (n INTEGER)", "DROP TABLE users");
    workspace.rev(&["downgrade", "-1"]).succeeded();
    assert_eq!(database.query("SELECT n FROM users"), [["1"]]);
    assert!(database.try_query("SELECT * FROM own").is_err());
    assert!(database.query("SELECT * FROM rev_progress").is_empty());
}

fn what_was_not_there_before_is_undone(database: &TestDatabase) {
    let workspace = half_run(database, "CREATE TABLE IF NOT EXISTS users (n INTEGER)", "DROP TABLE users");
    workspace.rev(&["downgrade", "-1"]).succeeded();
    assert!(database.try_query("SELECT * FROM users").is_err());
}

fn rows_that_a_condition_found_stay(database: &TestDatabase) {
    database.execute("CREATE TABLE users (n INTEGER PRIMARY KEY)");
    database.execute("INSERT INTO users VALUES (1)");
    let ignores = match database.kind {
        Kind::Mariadb => "INSERT IGNORE INTO users VALUES (1)",
        _ => "INSERT INTO users VALUES (1) ON CONFLICT DO NOTHING",
    };
    let workspace = half_run(database, ignores, "DELETE FROM users WHERE n = 1");
    let output = workspace.rev(&["downgrade", "-1"]);
    output.failed(2);
    told(&output, &["error[cannot-undo]", "may have been there before"]);
    assert_eq!(database.query("SELECT n FROM users"), [["1"]]);
}

#[test]
fn columns_views_and_schemas_that_were_there_stay() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let database = TestDatabase::new(kind);
        let is_mysql =
            kind == Kind::Mariadb && !database.query("SELECT VERSION()")[0][0].to_lowercase().contains("mariadb");
        database.execute("CREATE TABLE t (n INTEGER)");
        database.execute("CREATE VIEW v AS SELECT 1 AS n");
        if !is_mysql {
            let column = ("ALTER TABLE t ADD COLUMN IF NOT EXISTS n INTEGER", "ALTER TABLE t DROP COLUMN n");
            half_run(&database, column.0, column.1).rev(&["downgrade", "-1"]).succeeded();
            assert!(database.try_query("SELECT n FROM t").is_ok());
        }
        let workspace = half_run(&database, "CREATE OR REPLACE VIEW v AS SELECT 2 AS n", "DROP VIEW v");
        workspace.rev(&["downgrade", "-1"]).failed(2);
        assert_eq!(database.query("SELECT n FROM v"), [["2"]]);
    }
}

fn a_temporary_table_is_missed_before_anything_runs(database: &TestDatabase) {
    let workspace = with_row(database);
    let script = |table: &str, again: &str| {
        let body = format!(
            "-- rev: upgrade transaction=off\nCREATE TEMPORARY TABLE keep AS SELECT n FROM t;\n\
             {again}ALTER TABLE {table} ADD COLUMN m INTEGER;\nINSERT INTO t (n) SELECT n + 1 FROM keep;\n"
        );
        workspace.script("a", "", &body);
    };
    script("nosuch", "");
    workspace.rev(&["upgrade"]).failed(3);
    script("t", "");
    let output = workspace.rev(&["upgrade"]);
    output.failed(2);
    told(&output, &["error[lost-value]", "versions/a.sql:8:1", "the temporary table `keep`"]);
    assert!(database.try_query("SELECT m FROM t").is_err());
    script("t", "CREATE TEMPORARY TABLE keep AS SELECT n FROM t;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t ORDER BY n"), [["1"], ["2"]]);
}

/// What the session of a run has sent by its last statement, in statements and in bytes.
fn sent(statements: usize) -> (u64, u64) {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    let (schema, table) = match database.query("SELECT VERSION()")[0][0].to_lowercase().contains("mariadb") {
        true => ("information_schema", "SESSION_STATUS"),
        false => ("performance_schema", "session_status"),
    };
    let dump: String = (0..statements)
        .map(|n| {
            format!(
                "DROP TABLE IF EXISTS t{n};\nCREATE TABLE t{n} (n INT);\nLOCK TABLES t{n} WRITE;\n\
                 INSERT INTO t{n} VALUES (1);\nUNLOCK TABLES;\nINSERT INTO t0 VALUES ({n});\n"
            )
        })
        .collect();
    let counted = format!(
        "CREATE TABLE counted AS SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM {schema}.{table} \
         WHERE VARIABLE_NAME IN ('Questions', 'Bytes_received');\n"
    );
    workspace.script("a", "", &format!("-- rev: upgrade\n{dump}{counted}"));
    workspace.rev(&["upgrade"]).succeeded();
    let one =
        |name: &str| database.query(&format!("SELECT value FROM counted WHERE name = '{name}'"))[0][0].parse().unwrap();
    (one("Questions"), one("Bytes_received"))
}

#[test]
fn what_many_statements_send_grows_with_their_number() {
    let (few, many) = (sent(10), sent(40));
    let grows = |few: u64, many: u64| assert!(many < 5 * few, "{few} for 10 tables, {many} for 40");
    grows(few.0, many.0);
    grows(few.1, many.1);
}

on_each_database!(
    what_was_there_before_stays,
    what_was_not_there_before_is_undone,
    rows_that_a_condition_found_stay,
    a_temporary_table_is_missed_before_anything_runs,
);

/// A DROP of several that fails for one that is not there drops the others; the next run may be told so.
#[test]
fn a_drop_of_several_views_that_failed_is_edited_and_goes_on() {
    for database in TestDatabase::all().into_iter().filter(|database| database.kind == Kind::Mariadb) {
        let workspace = Workspace::new(&database);
        let made = "CREATE VIEW v1 AS SELECT 1 AS n;\nCREATE VIEW v2 AS SELECT 1 AS n;\n";
        workspace.script("a", "", &format!("-- rev: upgrade\n{made}"));
        workspace.rev(&["upgrade"]).succeeded();
        workspace.script("b", "a", "-- rev: upgrade\nDROP VIEW v1, nosuch, v2;\n");
        workspace.rev(&["upgrade"]).failed(3);
        let output = workspace.rev(&["upgrade"]);
        told(&output, &["error[statement-failed]", "nosuch"]);
        workspace.script("b", "a", "-- rev: upgrade\nDROP VIEW IF EXISTS v1, v2;\n");
        workspace.rev(&["upgrade"]).succeeded();
        assert!(database.try_query("SELECT * FROM v2").is_err());
    }
}
