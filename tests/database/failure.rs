//! Statements that fail: where they are shown, what is kept, what is said.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn the_failing_line_has_a_caret_under_the_place(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\nSELECT n,\n  m FROM a;\n");
    let output = workspace.rev(&["upgrade", "--color", "never"]);
    let message = output.failed(3);
    assert!(message.contains("versions/a.sql:8:3"), "{message}");
    assert!(message.contains("statement-failed"), "{message}");
    let error = workspace.rev(&["upgrade", "--json"]).json();
    assert_eq!((error["error"]["line"].as_u64(), error["error"]["column"].as_u64()), (Some(8), Some(3)));
    assert_eq!((error["ok"].as_bool(), error["from"].as_array().map(Vec::len)), (Some(false), Some(0)));
}

fn a_syntax_error_is_found_where_its_word_stands_twice(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\n-- ünïcödé\nSELECT 'x' AS a, 1 AS ñ;\nSELECT 1 AS b, 2 AS c FROM FROM;\n",
    );
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("versions/a.sql:8:28"), "{}", output.stderr);
}

fn a_failing_revision_leaves_nothing_and_can_be_mended(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    let body = "-- rev: upgrade\nINSERT INTO a VALUES (1);\nINSERT INTO nosuch VALUES (1);\n";
    workspace.script("b", "a", body);
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("the database is at a"), "{}", output.stderr);
    if database.kind != Kind::Mariadb {
        assert_eq!(database.query("SELECT n FROM a"), Vec::<Vec<String>>::new());
        assert!(output.stderr.contains("nothing of revision b was kept"), "{}", output.stderr);
    }
    workspace.script("b", "a", &body.replace("nosuch", "a"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"], ["1"]]);
    let outcomes: Vec<_> = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    assert_eq!(outcomes, [["a", "done"], ["b", "failed"], ["b", "done"]]);
}

/// On a fresh database revisions share commits; a failure must leave what single commits would have left.
fn a_failure_inside_a_group_keeps_what_came_before(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    for n in 1..=9 {
        let down = if n == 1 { String::new() } else { format!("r{}", n - 1) };
        let sql =
            if n == 6 { "INSERT INTO nosuch VALUES (1)".to_owned() } else { format!("CREATE TABLE t{n} (n INTEGER)") };
        workspace.script(&format!("r{n}"), &down, &format!("-- rev: upgrade\n{sql};\n"));
    }
    let report = workspace.rev(&["upgrade", "--json"]);
    report.failed(3);
    assert_eq!(report.json()["to"], serde_json::json!(["r5"]));
    assert_eq!(report.json()["steps"].as_array().map(Vec::len), Some(5));
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["r5"]]);
    database.query("SELECT * FROM t5");
    assert!(database.try_query("SELECT * FROM t7").is_err());
    let outcomes = database.query("SELECT revision, outcome FROM rev_history ORDER BY id");
    assert_eq!(outcomes.len(), 6);
    assert_eq!(outcomes[5], ["r6", "failed"]);
}

fn every_fault_that_can_be_known_comes_before_the_first_statement(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.script("b", "a", "-- rev: upgrade\nROLLBACK;\n");
    workspace.script("c", "b", "-- rev: upgrade\nSELECT 'open;\n");
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(2);
    assert!(message.contains("transaction-control") && message.contains("unterminated"), "{message}");
    assert!(database.try_query("SELECT * FROM a").is_err());
}

fn a_statement_that_ends_too_early_is_shown_at_its_end(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    for (sql, line) in [("SELECT 2 FROM\n", 6), ("SELECT 1;\nSELECT 2 FROM;\nSELECT 3;\n", 7)] {
        workspace.script("a", "", &format!("-- rev: upgrade\n{sql}"));
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(3).contains("statement-failed"), "{}", output.stderr);
        assert!(output.stderr.contains(&format!("versions/a.sql:{line}:14")), "{}", output.stderr);
    }
}

/// A rollback must not wait for a comment.
fn what_only_looks_wrong_keeps_nobody_from_going_back(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let up = "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n";
    workspace.script("a", "", &format!("{up}-- rev: downgrade\n-- +goose Up\nDROP TABLE a;\n"));
    workspace.rev(&["upgrade"]).succeeded();
    assert!(workspace.rev(&["check"]).stdout.contains("unknown-directive"));
    workspace.rev(&["downgrade", "base"]).succeeded();
    workspace.script("a", "", &format!("{up}-- +goose Down\nDROP TABLE a;\n"));
    workspace.rev(&["upgrade"]).failed(2);
    assert!(database.try_query("SELECT n FROM a").is_err());
}

on_each_database!(
    what_only_looks_wrong_keeps_nobody_from_going_back,
    a_statement_that_ends_too_early_is_shown_at_its_end,
    the_failing_line_has_a_caret_under_the_place,
    a_syntax_error_is_found_where_its_word_stands_twice,
    a_failing_revision_leaves_nothing_and_can_be_mended,
    a_failure_inside_a_group_keeps_what_came_before,
    every_fault_that_can_be_known_comes_before_the_first_statement,
);

#[test]
fn a_deferred_constraint_fails_at_the_commit_of_its_revision() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE p (id INT PRIMARY KEY);\nCREATE TABLE c (p INT REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n",
    );
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO c VALUES (7);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("foreign key"), "{}", output.stderr);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    assert_eq!(database.query("SELECT * FROM c"), Vec::<Vec<String>>::new());
}

#[test]
fn an_error_in_a_do_block_points_into_the_block() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nDO $$\nBEGIN\n  RAISE NOTICE 'hello';\n  PERFORM 1/0;\nEND $$;\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("versions/a.sql:9:3"), "{}", output.stderr);
    assert!(output.stderr.contains("division by zero"), "{}", output.stderr);
}

#[test]
fn a_position_in_a_message_of_many_statements_is_the_statements_own() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nSELECT 'é', 1;\nSELECT 2;\nCREATE TABEL x (n INT);\nSELECT 3;\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("versions/a.sql:8:8"), "{}", output.stderr);
}

#[test]
fn rows_for_a_client_are_refused_in_plain_words() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INT);\nCOPY t TO STDOUT;\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("versions/a.sql:7:1") && output.stderr.contains("needs-client"));
}

/// A power cut in the middle of a write: only a connection that may write can roll it back.
#[test]
fn a_sqlite_file_that_was_left_in_the_middle_of_a_write_is_rolled_back() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nPRAGMA cache_size = 5;\nCREATE TABLE big (s TEXT);\n\
         INSERT INTO big WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT hex(randomblob(500)) FROM c;\n",
    );
    let mut writing = workspace.command(&["upgrade"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let file = std::path::PathBuf::from(database.url.trim_start_matches("sqlite:"));
    while std::fs::metadata(&file).unwrap().len() < 1 << 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(writing.try_wait().unwrap().is_none());
    }
    writing.kill().unwrap();
    writing.wait().unwrap();
    assert!(file.with_extension("db-journal").exists());
    let copy = std::fs::read(&file).unwrap();
    let journal = std::fs::read(file.with_extension("db-journal")).unwrap();
    for command in ["current", "upgrade"] {
        std::fs::write(&file, &copy).unwrap();
        std::fs::write(file.with_extension("db-journal"), &journal).unwrap();
        workspace.script("b", "a", "-- rev: upgrade\n");
        workspace.rev(&[command]).succeeded();
    }
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
}

/// One by one `b` fails; together with `c` it must not succeed because the check comes later.
#[test]
fn a_check_at_the_end_of_a_transaction_is_not_put_off_by_a_group() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script(
            "a",
            "",
            "-- rev: upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n",
        );
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO c VALUES (7);\n");
        workspace.script("c", "b", "-- rev: upgrade\nINSERT INTO p VALUES (7);\n");
        workspace.rev(&["upgrade"]).failed(3);
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    }
}

/// Finding the place among thousands of equal tokens must not take minutes.
#[test]
fn a_syntax_error_far_into_a_long_statement_is_found_soon() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    let rows: Vec<String> = (0..20_000).map(|n| format!("({n})")).collect();
    let begin = format!("INSERT INTO a VALUES {},", rows.join(","));
    workspace.script("a", "", &format!("-- rev: upgrade\nCREATE TABLE a (n);\n{begin},(1), (2), (3);\n"));
    let started = std::time::Instant::now();
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains(&format!("versions/a.sql:7:{}", begin.len() + 1)), "{}", output.stderr);
    assert!(started.elapsed() < std::time::Duration::from_secs(60));
}
