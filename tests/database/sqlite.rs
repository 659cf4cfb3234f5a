//! SQLite as its users have it: what is built in, files that a revision shapes, statements that keep half of their work.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

fn sqlite() -> (TestDatabase, Workspace) {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    (database, workspace)
}

#[test]
fn what_usual_builds_of_sqlite_have_is_there() {
    let (database, workspace) = sqlite();
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE t (a REAL, b REAL AS (floor(a) + ceil(a)) STORED);\n\
         INSERT INTO t (a) VALUES (pi());\nCREATE INDEX i ON t (mod(a, 2), ln(a));\n\
         CREATE VIRTUAL TABLE f5 USING fts5(a);\nCREATE VIRTUAL TABLE f4 USING fts4(a);\n\
         CREATE VIRTUAL TABLE r USING rtree(id, a, b);\nCREATE VIRTUAL TABLE g USING geopoly(a);\n\
         CREATE TABLE s AS SELECT soundex('Robert') AS a, json_extract('{\"b\": 1}', '$.b') AS b;\n\
         INSERT INTO s SELECT name, pgsize FROM dbstat LIMIT 1;\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT b FROM t"), [["7.0"]]);
}

const SHAPE: &str = "PRAGMA page_size = 8192;\nPRAGMA auto_vacuum = INCREMENTAL;\nPRAGMA encoding = 'UTF-16le';\n\
    PRAGMA application_id = 7;\nPRAGMA user_version = 8;\n";

fn shape(database: &TestDatabase) -> Vec<String> {
    let all = "SELECT page_size, auto_vacuum, encoding, application_id, user_version FROM pragma_page_size, \
        pragma_auto_vacuum, pragma_encoding, pragma_application_id, pragma_user_version";
    database.query(all).remove(0)
}

#[test]
fn the_first_revision_shapes_the_file_before_revs_tables_are_in_it() {
    for option in ["", " transaction=off"] {
        let (database, workspace) = sqlite();
        workspace.script("a", "", &format!("-- rev: upgrade{option}\n{SHAPE}CREATE TABLE t (a TEXT);\n"));
        let output = workspace.rev(&["upgrade"]);
        output.succeeded();
        assert!(!output.stderr.contains("does nothing"), "{}", output.stderr);
        assert_eq!(shape(&database), ["8192", "2", "UTF-16le", "7", "8"]);
    }
}

#[test]
fn a_pragma_that_comes_too_late_for_the_file_is_told() {
    let (database, workspace) = sqlite();
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (a TEXT);\nPRAGMA encoding = 'UTF-8';\n");
    workspace.script("b", "a", &format!("-- rev: upgrade\n{SHAPE}"));
    for arguments in [&["upgrade", "--dry-run"] as &[&str], &["upgrade"]] {
        let output = workspace.rev(arguments);
        output.succeeded();
        for name in ["page_size", "auto_vacuum", "encoding"] {
            let told = format!("`PRAGMA {name}` does nothing once a database has tables");
            assert!((output.stderr.clone() + &output.stdout).contains(&told), "{name}: {}", output.stderr);
        }
    }
    assert_eq!(shape(&database), ["4096", "0", "UTF-8", "7", "8"]);
    workspace.script("c", "b", "-- rev: upgrade transaction=off\nPRAGMA page_size = 8192;\nVACUUM;\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(!output.stderr.contains("does nothing"), "{}", output.stderr);
    assert_eq!(shape(&database)[0], "8192");
}

const ROWS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE, m INTEGER UNIQUE ON CONFLICT FAIL, \
    k INTEGER UNIQUE ON CONFLICT ROLLBACK);\nINSERT INTO t VALUES (1, 1, 1, 1), (2, 2, 2, 2), (3, 12, 12, 12);\n\
    CREATE TABLE l (n INTEGER);\nCREATE TRIGGER stop BEFORE INSERT ON l WHEN new.n = 3 BEGIN \
    SELECT RAISE(FAIL, 'no more'); END;\n";

#[test]
fn a_statement_that_fails_and_keeps_rows_is_asked_about() {
    for (sql, kept) in [
        ("UPDATE OR FAIL t SET n = n + 10", "SELECT n FROM t WHERE n = 11"),
        ("UPDATE t SET m = m + 10", "SELECT m FROM t WHERE m = 11"),
        ("INSERT OR FAIL INTO t VALUES (9, 9, 9, 9), (8, 1, 8, 8)", "SELECT id FROM t WHERE id = 9"),
        ("INSERT INTO l VALUES (2), (3)", "SELECT n FROM l"),
    ] {
        let (database, workspace) = sqlite();
        workspace.script("a", "", &format!("-- rev: upgrade\n{ROWS}"));
        workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{sql};\n"));
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(3).contains("rev resume"), "{sql}: {}", output.stderr);
        assert_eq!(database.query(kept).len(), 1, "{sql}");
        let again = workspace.rev(&["upgrade"]);
        assert!(again.stderr.contains("[in-doubt]"), "{sql}: {}", again.stderr);
        workspace.rev(&["resume", "--ran"]).succeeded();
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(workspace.rev(&["current"]).succeeded().split_whitespace().next(), Some("b"), "{sql}");
    }
}

#[test]
fn a_statement_that_fails_and_keeps_nothing_is_not() {
    for (option, sql) in [
        (" transaction=off", "UPDATE t SET n = n + 10"),
        (" transaction=off", "UPDATE OR ROLLBACK t SET n = n + 10"),
        (" transaction=off", "UPDATE OR FAIL t SET n = n + 10, nothing = 1"),
        (" transaction=off", "UPDATE OR FAIL t SET n = 2 WHERE id = 1"),
        ("", "INSERT INTO l VALUES (7);\nUPDATE OR FAIL t SET n = n + 10"),
        ("", "INSERT INTO l VALUES (7);\nUPDATE OR ROLLBACK t SET n = n + 10"),
        ("", "INSERT INTO l VALUES (7);\nUPDATE t SET k = k + 10"),
        ("", "INSERT INTO l VALUES (7);\nINSERT INTO l VALUES (2), (3)"),
    ] {
        let (database, workspace) = sqlite();
        workspace.script("a", "", &format!("-- rev: upgrade\n{ROWS}"));
        workspace.script("b", "a", &format!("-- rev: upgrade{option}\n{sql};\nSELECT 1;\n"));
        workspace.rev(&["upgrade"]).failed(3);
        let rows = "SELECT id, n, m, k FROM t UNION ALL SELECT n, n, n, n FROM l ORDER BY 1";
        let expected = [["1"; 4], ["2"; 4], ["3", "12", "12", "12"]];
        assert_eq!(database.query(rows), expected, "{sql}");
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO l VALUES (5);\n");
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT n FROM l"), [["5"]], "{sql}");
    }
}

/// Who opens a pipe waits for somebody at its other end.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let (_database, workspace) = sqlite();
    let rev = |args: &[&str]| {
        let mut command = workspace.command(args);
        command.env("REV_URL", "sqlite:x.db");
        crate::support::Output::of(command)
    };
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    let pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo").arg(workspace.path().join(name)).status();
        assert!(made.unwrap().success());
    };
    for (name, commands) in [
        ("x.db", [&["status"][..], &["upgrade"]]),
        ("x.db-journal", [&["upgrade"], &["upgrade"]]),
        ("x.db.rev-lock", [&["upgrade"], &["upgrade"]]),
        ("log", [&["status", "--log-file", "log"], &["upgrade", "--log-file", "log"]]),
    ] {
        pipe(name);
        for command in commands {
            let output = rev(command);
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(told.contains("it is a pipe, not a file"), "{name} {command:?}: {told}");
        }
        std::fs::remove_file(workspace.path().join(name)).unwrap();
    }
    std::os::unix::fs::symlink("/dev/zero", workspace.path().join("x.db")).unwrap();
    assert!(rev(&["upgrade"]).failed(2).contains("cannot be opened: it is a device, not a file"));
    std::fs::remove_file(workspace.path().join("x.db")).unwrap();
    rev(&["upgrade", "--log-file", "/dev/null"]).succeeded();
    rev(&["status", "--log-file", "/dev/stderr"]).succeeded();
}
