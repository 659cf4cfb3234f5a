//! What the server tells of the statement before: rev's own do not go between.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn log(database: &TestDatabase) -> Vec<String> {
    database.query("SELECT w, n FROM log").into_iter().map(|row| row.join(" ")).collect()
}

/// What a client gives, which sends nothing of its own.
fn what_is_told_of_the_statement_before_is_what_a_client_is_told(database: &TestDatabase) {
    let (body, expected): (&str, &[&str]) = match database.kind {
        Kind::Postgres => return,
        Kind::Sqlite => (
            "INSERT INTO t VALUES (1), (2), (3);\nINSERT INTO log SELECT 'ins', changes();\n\
             UPDATE t SET a = a + 10 WHERE a > 1;\nSELECT 1;\nINSERT INTO log SELECT 'upd', changes();\n\
             INSERT INTO log SELECT 'row', last_insert_rowid();\n\
             CREATE TABLE before AS SELECT total_changes() AS n;\nDELETE FROM t;\n\
             INSERT INTO log SELECT 'all', total_changes() - n FROM before;\n",
            &["ins 3", "upd 2", "row 2", "all 3"],
        ),
        Kind::Mariadb => (
            "INSERT INTO t VALUES (1), (2), (3);\nINSERT INTO log SELECT 'ins', ROW_COUNT();\n\
             DELETE FROM t WHERE a > 1;\nSET @n = ROW_COUNT(), @m = 5;\nINSERT INTO log VALUES ('del', @n);\n\
             INSERT INTO t VALUES (4), (5);\nSELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1;\n\
             INSERT INTO log VALUES ('found', FOUND_ROWS());\n\
             INSERT IGNORE INTO t VALUES ('x');\nSET @w = @@warning_count;\nINSERT INTO log VALUES ('warn', @w);\n\
             INSERT IGNORE INTO t VALUES ('y'), ('z');\nGET DIAGNOSTICS @c = ROW_COUNT;\nINSERT INTO log VALUES ('diag', @c);\n",
            &["ins 3", "del 2", "found 3", "warn 1", "diag 2"],
        ),
    };
    let workspace = Workspace::new(database);
    let tables = "-- rev: upgrade\nCREATE TABLE t (a INT);\nCREATE TABLE log (w VARCHAR(9), n INT);\n";
    workspace.script("a", "", &format!("{tables}{body}"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(log(database), expected);
}

/// Where something of rev's own would go between, nothing runs.
fn what_would_be_told_of_revs_own_statements_is_refused(database: &TestDatabase) {
    let bodies: &[&str] = match database.kind {
        Kind::Postgres => return,
        Kind::Sqlite => &[
            "-- rev: upgrade\nINSERT INTO t SELECT changes();\n",
            "-- rev: upgrade transaction=off\nINSERT INTO t VALUES (1);\nINSERT INTO t SELECT changes();\n",
            "-- rev: upgrade transaction=off\nINSERT INTO t VALUES (1);\nINSERT INTO t SELECT last_insert_rowid();\n",
            "-- rev: upgrade\nINSERT INTO t VALUES (1);\nINSERT INTO t SELECT total_changes();\n",
        ],
        Kind::Mariadb => &[
            "-- rev: upgrade\nINSERT INTO t SELECT ROW_COUNT();\n",
            "-- rev: upgrade transaction=off\nINSERT INTO t VALUES (1);\nSET @n = ROW_COUNT();\n",
            "-- rev: upgrade\nALTER TABLE t ADD COLUMN b INT;\nINSERT INTO t (a) VALUES (ROW_COUNT());\n",
            "-- rev: upgrade\nCALL p();\nSELECT FOUND_ROWS() INTO @n;\n",
            "-- rev: upgrade\nINSERT INTO t VALUES (1);\nCREATE TABLE u AS SELECT ROW_COUNT() AS n;\n",
            "-- rev: upgrade\nDELETE FROM t;\nSET sql_mode = '';\nINSERT INTO t VALUES (@@warning_count);\n",
            "-- rev: upgrade\nINSERT INTO t VALUES (LAST_INSERT_ID());\n",
        ],
    };
    database.execute("CREATE TABLE t (a INT)");
    let workspace = Workspace::new(database);
    for body in bodies {
        workspace.script("a", "", body);
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(2).contains("error[disturbed-value]"), "{body}{}", output.stderr);
        assert!(output.stderr.contains("versions/a.sql:"), "{}", output.stderr);
        assert_eq!(database.query("SELECT count(*) FROM t"), [["0"]]);
    }
}

/// The two stand in one transaction: if the second fails, the first is not kept, and both run once.
fn who_asks_is_all_or_nothing_with_what_it_asks_about(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let workspace = Workspace::new(database);
    let body = "-- rev: upgrade\nCREATE TABLE t (a INT);\nINSERT INTO t VALUES (1), (2);\n\
                INSERT INTO nosuch VALUES (ROW_COUNT());\nINSERT INTO t VALUES (9);\nSET @n = ROW_COUNT();\n";
    workspace.script("a", "", body);
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(database.query("SELECT count(*) FROM t"), [["0"]]);
    workspace.script("a", "", &body.replace("INTO nosuch", "INTO t").replace("SET @n =", "INSERT INTO nosuch SELECT"));
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(database.query("SELECT a FROM t"), [["1"], ["2"], ["2"]]);
    workspace.script("a", "", &body.replace("INTO nosuch", "INTO t"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT a FROM t"), [["1"], ["2"], ["2"], ["9"]]);
}

/// What is kept of tables without transactions when the second fails is asked about.
fn rows_without_transactions_of_the_first_are_asked_about(database: &TestDatabase) {
    if database.kind != Kind::Mariadb {
        return;
    }
    let workspace = Workspace::new(database);
    database.execute("CREATE TABLE t (a INT) ENGINE = MyISAM");
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nINSERT INTO t VALUES (1), (2);\nINSERT INTO nosuch VALUES (ROW_COUNT());\n",
    );
    workspace.rev(&["upgrade"]).failed(3);
    let output = workspace.rev(&["upgrade"]);
    assert!(output.stderr.contains("error[in-doubt]"), "{}", output.stderr);
}

on_each_database!(
    what_is_told_of_the_statement_before_is_what_a_client_is_told,
    what_would_be_told_of_revs_own_statements_is_refused,
    who_asks_is_all_or_nothing_with_what_it_asks_about,
    rows_without_transactions_of_the_first_are_asked_about,
);
