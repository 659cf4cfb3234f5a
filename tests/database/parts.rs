//! Revisions of several parts: what is kept between them, and how the next run goes on.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// Three parts on every database: what is kept of the first two is not run again.
fn body(third: &str) -> String {
    format!(
        "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\nINSERT INTO n VALUES (1);\n\
         -- rev: upgrade transaction=off\nUPDATE n SET n = n + 10;\n\
         -- rev: upgrade\n{third};\nUPDATE n SET n = n + 100;\n\
         -- rev: downgrade\nDROP TABLE n;\n"
    )
}

fn a_revision_goes_on_after_its_last_finished_part(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("INSERT INTO nosuch VALUES (1)"));
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("revision a is in progress"), "{}", output.stderr);
    assert_eq!(database.query("SELECT n FROM n"), [["11"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), Vec::<Vec<String>>::new());
    let status = workspace.rev(&["status", "--json"]).json();
    assert_eq!(status["status"], "in_progress");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["up_to_date"], false);

    let again = workspace.rev(&["upgrade"]);
    again.failed(3);
    assert_eq!(database.query("SELECT n FROM n"), [["11"]]);

    workspace.script("a", "", &body("SELECT 1"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM n"), [["111"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    assert_eq!(database.query("SELECT * FROM rev_progress"), Vec::<Vec<String>>::new());
    workspace.rev(&["downgrade", "base"]).succeeded();
}

fn a_finished_part_that_was_edited_is_refused(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("INSERT INTO nosuch VALUES (1)"));
    workspace.rev(&["upgrade"]).failed(3);
    workspace.script("a", "", &body("SELECT 1").replace("+ 10;", "+ 20;"));
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("edited-halfway"), "{}", output.stderr);
    // Comments and layout are no edit.
    workspace.script(
        "a",
        "",
        &body("SELECT 1").replace("UPDATE n SET n = n + 10", "-- more\nUPDATE n\n  SET n = n + 10"),
    );
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM n"), [["111"]]);
}

fn other_work_waits_until_the_revision_is_through(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("INSERT INTO nosuch VALUES (1)"));
    workspace.script("b", "", "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n");
    workspace.rev(&["upgrade", "a"]).failed(3);
    let output = workspace.rev(&["upgrade", "b"]);
    assert!(output.failed(2).contains("in-progress"), "{}", output.stderr);
    workspace.rev(&["stamp", "b"]).failed(2);
    workspace.rev(&["stamp", "--purge", "b"]).succeeded();
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "pending");
}

/// What a finished part set for the session is set again when a later run goes on after it.
fn settings_of_finished_parts_are_said_again(database: &TestDatabase) {
    let (set, check) = match database.kind {
        Kind::Sqlite => ("PRAGMA foreign_keys = OFF", "INSERT INTO c VALUES (7)"),
        Kind::Postgres => ("SET my.flag = 'on'", "SELECT 1 / (current_setting('my.flag') = 'on')::int"),
        Kind::Mariadb => ("SET foreign_key_checks = 0", "INSERT INTO c VALUES (7)"),
    };
    let body = |extra: &str| {
        format!(
            "-- rev: upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY);\n\
             CREATE TABLE c (p INTEGER NOT NULL, FOREIGN KEY (p) REFERENCES p (id));\n\
             -- rev: upgrade transaction=off\n{set};\n{extra}{check};\n"
        )
    };
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("INSERT INTO nosuch VALUES (1);\n"));
    workspace.rev(&["upgrade"]).failed(3);
    workspace.script("a", "", &body(""));
    workspace.rev(&["upgrade"]).succeeded();
}

/// Taking the part that failed out of the script is one way to mend it.
fn a_revision_whose_last_part_was_taken_out_ends(database: &TestDatabase) {
    let kept =
        "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\n-- rev: upgrade transaction=off\nINSERT INTO n VALUES (1);\n";
    let workspace = Workspace::new(database);
    workspace.script("a", "", &format!("{kept}INSERT INTO nosuch VALUES (1);\n"));
    workspace.rev(&["upgrade"]).failed(3);
    workspace.script("a", "", kept);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM n"), [["1"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    assert_eq!(database.query("SELECT * FROM rev_progress"), Vec::<Vec<String>>::new());
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "up_to_date");
}

fn a_stamp_of_several_rows_gives_a_stopped_revision_up(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("INSERT INTO nosuch VALUES (1)"));
    workspace.script("b", "", "-- rev: upgrade\n");
    workspace.script("c", "", "-- rev: upgrade\n");
    workspace.rev(&["upgrade", "a"]).failed(3);
    workspace.rev(&["stamp", "--purge", "b", "c"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version ORDER BY 1"), [["b"], ["c"]]);
    assert_eq!(database.query("SELECT * FROM rev_progress"), Vec::<Vec<String>>::new());
}

/// They ended with the part; the table may not even be there any more.
fn locks_of_finished_parts_are_not_taken_again(database: &TestDatabase) {
    let lock = match database.kind {
        Kind::Sqlite => return,
        Kind::Postgres => "LOCK TABLE old;",
        Kind::Mariadb => "LOCK TABLES old WRITE;",
    };
    let body = |table: &str| {
        format!(
            "-- rev: upgrade\nCREATE TABLE old (n INTEGER);\n{lock}\nALTER TABLE old RENAME TO new;\n\
             -- rev: upgrade transaction=off\nINSERT INTO {table} VALUES (1);\n"
        )
    };
    let workspace = Workspace::new(database);
    workspace.script("a", "", &body("nosuch"));
    workspace.rev(&["upgrade"]).failed(3);
    workspace.script("a", "", &body("new"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM new"), [["1"]]);
}

on_each_database!(
    a_revision_whose_last_part_was_taken_out_ends,
    a_stamp_of_several_rows_gives_a_stopped_revision_up,
    locks_of_finished_parts_are_not_taken_again,
    a_revision_goes_on_after_its_last_finished_part,
    a_finished_part_that_was_edited_is_refused,
    other_work_waits_until_the_revision_is_through,
    settings_of_finished_parts_are_said_again,
);

#[test]
fn a_concurrent_index_runs_outside_a_transaction_both_ways() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE t (n INT);\n-- rev: upgrade transaction=off\nCREATE INDEX CONCURRENTLY i ON t (n);\n\
         -- rev: downgrade transaction=off\nDROP INDEX CONCURRENTLY i;\n-- rev: downgrade\nDROP TABLE t;\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).succeeded();
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INT);\nCREATE INDEX CONCURRENTLY i ON t (n);\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("transaction=off"), "{}", output.stderr);
}

#[test]
fn one_transaction_for_the_run_keeps_all_or_nothing() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.write("migrations.toml", "[database]\ntransaction = \"run\"\n");
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO nosuch VALUES (1);\n");
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(3).contains("the database is at base"), "{}", output.stderr);
        assert!(database.try_query("SELECT * FROM a").is_err());
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n");
        workspace.rev(&["upgrade"]).succeeded();
        workspace.script("c", "b", "-- rev: upgrade transaction=off\nINSERT INTO a VALUES (1);\n");
        assert!(workspace.rev(&["upgrade"]).failed(2).contains("not-one-transaction"));
    }
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    workspace.write("migrations.toml", "[database]\ntransaction = \"run\"\n");
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    assert!(workspace.rev(&["upgrade"]).failed(2).contains("not-one-transaction"));
}

#[test]
fn a_value_that_went_with_its_session_is_missed() {
    let Some(database) = TestDatabase::all().into_iter().find(|database| database.kind == Kind::Mariadb) else {
        return;
    };
    let workspace = Workspace::new(&database);
    let script = |last: &str| {
        let body = "-- rev: upgrade\nCREATE TABLE p (id INTEGER AUTO_INCREMENT PRIMARY KEY, n INTEGER);\n\
             CREATE TABLE c (p INTEGER);\nINSERT INTO p (n) VALUES (10);\nSET @id = LAST_INSERT_ID();\n";
        workspace.script("a", "", &format!("{body}{last}\n"));
    };
    script("INSERT INTO c VALUES (@id), (oops);");
    workspace.rev(&["upgrade"]).failed(3);
    for last in ["INSERT INTO c VALUES (@id);", "INSERT INTO c VALUES (LAST_INSERT_ID());"] {
        script(last);
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(2).contains("error[lost-value]"), "{}", output.stderr);
        assert!(output.stderr.contains("versions/a.sql:10:1"), "{}", output.stderr);
    }
    script("SET @id = (SELECT max(id) FROM p);\nINSERT INTO c VALUES (@id);");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT p FROM c"), [["1"]]);
}

#[test]
fn a_value_that_can_be_said_again_is_said_again() {
    let Some(database) = TestDatabase::all().into_iter().find(|database| database.kind == Kind::Mariadb) else {
        return;
    };
    let workspace = Workspace::new(&database);
    let script = |last: &str| {
        let body = "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nSET @n = 7, @old = @@sql_mode;\nINSERT INTO t VALUES (@n);\n\
             SET @found = (SELECT count(*) FROM t);\nSET @sql = CONCAT('INSERT INTO t VALUES (', @found, ')');\n\
             PREPARE s FROM @sql;\n";
        workspace.script("a", "", &format!("{body}{last}\n"));
    };
    script("SELECT oops;");
    workspace.rev(&["upgrade"]).failed(3);
    script("EXECUTE s;\nINSERT INTO t VALUES (@n);\nSET sql_mode = @old;");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t ORDER BY n"), [["1"], ["7"], ["7"]]);
}
