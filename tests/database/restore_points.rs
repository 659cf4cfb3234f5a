//! Restore points: written before data can be lost, kept a few times, put back as a whole.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use sqlx::Connection;
use sqlx::Executor;
use sqlx::SqliteConnection;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

const FIRST: &str =
    "-- rev: upgrade\nCREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO t VALUES (1, 1), (2, 2);\n";

/// A database at `a`, and scripts that take something from it.
fn workspace(down: &str, body: &str) -> (TestDatabase, Workspace) {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", &format!("{FIRST}{down}"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", &format!("-- rev: upgrade\n{body}\n-- rev: downgrade\n"));
    (database, workspace)
}

fn file(database: &TestDatabase) -> PathBuf {
    database.url.strip_prefix("sqlite:").unwrap().into()
}

/// The restore points of a database, oldest first.
fn points(database: &TestDatabase) -> Vec<PathBuf> {
    let entries = fs::read_dir(file(database).parent().unwrap()).unwrap();
    let mut points: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    points.retain(|path| path.to_string_lossy().contains(".rev-2"));
    points.sort();
    points
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Checks whether an upgrade with these statements writes a restore point.
fn check(body: &str, expected: bool) {
    let (database, workspace) = workspace("", body);
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert_eq!(points(&database).len(), usize::from(expected), "{body}");
    assert_eq!(output.stderr.contains("restore point: "), expected, "{}", output.stderr);
}

#[test]
fn what_can_lose_data_has_a_restore_point() {
    for body in [
        "DROP TABLE t;",
        "ALTER TABLE t DROP COLUMN n;",
        "DELETE FROM t WHERE id = 1;",
        "UPDATE t SET n = 0;",
        "REPLACE INTO t VALUES (1, 7);",
        "INSERT INTO t VALUES (1, 7) ON CONFLICT DO UPDATE SET n = 7;",
    ] {
        check(body, true);
    }
    for body in
        ["CREATE TABLE u (id INTEGER);", "INSERT INTO t VALUES (3, 3);", "ALTER TABLE t ADD COLUMN m INTEGER;", ""]
    {
        check(body, false);
    }
}

#[test]
fn a_downgrade_has_one_and_a_fresh_database_none() {
    let (database, workspace) = workspace("-- rev: downgrade\nDROP TABLE t;\n", "DELETE FROM t;");
    assert_eq!(points(&database), Vec::<PathBuf>::new());
    let output = workspace.rev(&["downgrade", "base", "--json"]);
    output.succeeded();
    let named = output.json()["restore_point"].as_str().unwrap().to_owned();
    assert_eq!(points(&database), [PathBuf::from(&named)]);
    assert!(named.ends_with("Z-a"), "{named}");
    let copy = database.try_query("SELECT 1").and_then(|_| {
        let copy = TestDatabase::new(Kind::Sqlite);
        fs::copy(&named, file(&copy)).unwrap();
        copy.try_query("SELECT n FROM t")
    });
    assert_eq!(copy.unwrap(), [["1"], ["2"]]);
}

#[test]
fn a_redo_writes_one() {
    let (database, workspace) = workspace("", "DELETE FROM t WHERE id = 1;");
    workspace.write("migrations.toml", "[database]\nrestore_points = 0\n");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.write("migrations.toml", "");
    workspace.rev(&["redo"]).succeeded();
    assert_eq!(points(&database).len(), 1);
}

#[test]
fn the_newest_are_kept_with_the_mode_of_the_database() {
    let (database, workspace) = workspace("", "");
    workspace.write("migrations.toml", "[database]\nrestore_points = 2\n");
    fs::set_permissions(file(&database), fs::Permissions::from_mode(0o600)).unwrap();
    let mut down = "b".to_owned();
    for k in 1..=4 {
        workspace.script(&format!("c{k}"), &down, "-- rev: upgrade\nUPDATE t SET n = n + 1;\n");
        down = format!("c{k}");
        workspace.rev(&["upgrade"]).succeeded();
    }
    let points = points(&database);
    let names: Vec<&str> = points.iter().filter_map(|path| path.to_str()?.split("Z-").nth(1)).collect();
    assert_eq!(names, ["c2", "c3"]);
    assert!(points.iter().all(|path| mode(path) == 0o600));
}

#[test]
fn they_can_be_switched_off_and_limited() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    workspace.write("migrations.toml", "[database]\nrestore_point_limit = \"1KB\"\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    assert!(output.stderr.contains("no restore point: the database has "), "{}", output.stderr);
    workspace.write("migrations.toml", "[database]\nrestore_points = 0\n");
    let output = workspace.rev(&["downgrade", "a"]);
    output.succeeded();
    assert!(!output.stderr.contains("restore point"), "{}", output.stderr);
    assert_eq!(points(&database), Vec::<PathBuf>::new());
}

#[test]
fn a_restore_point_that_cannot_be_written_stops_the_run() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    // A folder in its way, whatever the second is.
    let now = database.query("SELECT strftime('%s', 'now')")[0][0].parse::<i64>().unwrap();
    for second in now..now + 20 {
        let name = database.query(&format!("SELECT strftime('%Y%m%dT%H%M%SZ', {second}, 'unixepoch')"));
        fs::create_dir(format!("{}.rev-{}-a-unfinished", file(&database).display(), name[0][0])).unwrap();
    }
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("restore-point-failed"), "{}", output.stderr);
    assert_eq!(database.query("SELECT count(*) FROM t"), [["2"]]);
}

fn a_restore_puts_everything_back(prepare: &str, expected_mode: &str) {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    database.execute(prepare);
    fs::set_permissions(file(&database), fs::Permissions::from_mode(0o640)).unwrap();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(*) FROM t"), [["0"]]);

    let refused = workspace.rev(&["restore"]);
    assert!(refused.failed(2).contains("--yes"), "{}", refused.stderr);
    let output = workspace.rev(&["restore", "--yes"]);
    output.succeeded();
    assert!(output.stderr.contains("the database is at a"), "{}", output.stderr);
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
    assert_eq!(database.query("PRAGMA journal_mode"), [[expected_mode]]);
    assert_eq!(mode(&file(&database)), 0o640);
    assert_eq!(points(&database).len(), 2);

    // What was replaced is the newest now, so that the same command undoes it.
    let back = workspace.rev(&["restore", "--yes", "--json"]);
    back.succeeded();
    assert_eq!(back.json()["current"], serde_json::json!(["b"]));
    assert_eq!(database.query("SELECT count(*) FROM t"), [["0"]]);
    let left: Vec<_> =
        fs::read_dir(file(&database).parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    let odd = left
        .iter()
        .filter(|name| ["-wal", "-shm", "-journal", "-coming"].iter().any(|end| name.to_string_lossy().ends_with(end)));
    assert_eq!(odd.collect::<Vec<_>>(), Vec::<&std::ffi::OsString>::new());
}

#[test]
fn a_restore_puts_everything_back_with_a_rollback_journal() {
    a_restore_puts_everything_back("PRAGMA journal_mode = DELETE", "delete");
}

#[test]
fn a_restore_puts_everything_back_with_a_write_ahead_log() {
    a_restore_puts_everything_back("PRAGMA journal_mode = WAL", "wal");
}

#[test]
fn restore_points_are_listed_newest_first() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    assert_eq!(workspace.rev(&["restore", "--list"]).succeeded(), "");
    assert!(workspace.rev(&["restore", "--yes"]).failed(2).contains("no-restore-point"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "a"]).succeeded();
    let listed = workspace.rev(&["restore", "--list", "--json"]);
    let at: Vec<&str> = listed.json()["restore_points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["at"].as_str().unwrap().to_owned())
        .map(|at| if at == "a" { "a" } else { "b" })
        .collect();
    assert_eq!(at, ["b", "a"]);
    assert_eq!(points(&database).len(), 2);
}

#[test]
fn only_a_sound_copy_is_put_back() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    workspace.write("other.db", "this is no database, but long enough to be looked at as if it were one ".repeat(99));
    for (file, part) in [("other.db", "not a sound database"), ("missing.db", "cannot be read")] {
        let output = workspace.rev(&["restore", "--yes", file]);
        assert!(output.failed(2).contains(part), "{}", output.stderr);
    }
    let itself = file(&database);
    let output = workspace.rev(&["restore", "--yes", itself.to_str().unwrap()]);
    assert!(output.failed(2).contains("the database itself"), "{}", output.stderr);
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
    assert_eq!(points(&database), Vec::<PathBuf>::new());
}

#[test]
fn a_damaged_or_missing_database_is_replaced() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    workspace.rev(&["upgrade"]).succeeded();
    fs::write(file(&database), "nothing that was a database ".repeat(300)).unwrap();
    fs::write(format!("{}-wal", file(&database).display()), "left over").unwrap();
    workspace.rev(&["restore", "--yes", points(&database)[0].to_str().unwrap()]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
    fs::remove_file(file(&database)).unwrap();
    workspace.rev(&["restore", "--yes", points(&database)[0].to_str().unwrap()]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
}

#[test]
fn a_database_that_others_use_is_not_replaced() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    database.execute("PRAGMA journal_mode = WAL");
    workspace.rev(&["upgrade"]).succeeded();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut other: SqliteConnection = runtime.block_on(async {
        let mut other = SqliteConnection::connect(&database.url).await.unwrap();
        other.execute("SELECT * FROM t").await.unwrap();
        other
    });
    let output = workspace.rev(&["restore", "--yes"]);
    assert!(output.failed(2).contains("database-in-use"), "{}", output.stderr);
    runtime.block_on(async { other.execute("INSERT INTO t VALUES (9, 9)").await.map(|_| ()) }).unwrap();
    assert_eq!(database.query("SELECT n FROM t"), [["9"]]);
    assert_eq!(points(&database).len(), 1);
}

#[test]
fn a_server_has_no_restore_points() {
    let workspace = Workspace::new(&TestDatabase::new(Kind::Sqlite));
    for args in [&["restore", "--list"][..], &["restore", "--yes"]] {
        let mut args = args.to_vec();
        args.extend(["-u", "postgres://localhost/nothing"]);
        let output = workspace.rev(&args);
        assert!(
            output.failed(2).contains("restore points are for SQLite, and this is PostgreSQL"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn the_copy_just_written_is_never_the_one_that_is_removed() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    // A clock that was wrong, or is wrong now, left names that are newer than any to come.
    for day in 1..=3 {
        fs::copy(file(&database), format!("{}.rev-2999010{day}T000000Z-a", file(&database).display())).unwrap();
    }
    let output = workspace.rev(&["upgrade", "--json"]);
    output.succeeded();
    let named = PathBuf::from(output.json()["restore_point"].as_str().unwrap());
    assert!(named.exists(), "{}", named.display());
    assert_eq!(points(&database).len(), 3);
}

#[test]
fn what_stands_in_the_log_of_a_copy_is_put_back_too() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    let source = TestDatabase::new(Kind::Sqlite);
    source.execute("PRAGMA journal_mode = WAL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let other: SqliteConnection = runtime.block_on(async {
        let mut other = SqliteConnection::connect(&source.url).await.unwrap();
        other.execute("CREATE TABLE q (n); INSERT INTO q VALUES (42)").await.unwrap();
        other
    });
    for ending in ["", "-wal"] {
        let copied = format!("{}{ending}", file(&source).display());
        fs::copy(copied, workspace.path().join(format!("copy.db{ending}"))).unwrap();
    }
    drop(other);
    workspace.rev(&["restore", "--yes", "copy.db"]).succeeded();
    assert_eq!(database.query("SELECT n FROM q"), [["42"]]);
    assert_eq!(database.query("PRAGMA journal_mode"), [["delete"]]);
}

#[test]
fn a_copy_that_rev_cannot_read_is_not_put_back() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    let copy = workspace.path().join("newer.db");
    fs::copy(file(&database), &copy).unwrap();
    let newer = TestDatabase::new(Kind::Sqlite);
    fs::rename(&copy, file(&newer)).unwrap();
    newer.execute("UPDATE rev_lock SET format = 99; DELETE FROM t");
    let output = workspace.rev(&["restore", "--yes", file(&newer).to_str().unwrap()]);
    assert!(output.failed(2).contains("newer-journal"), "{}", output.stderr);
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
    assert_eq!(points(&database), Vec::<PathBuf>::new());
}

#[test]
fn a_database_with_odd_rows_can_be_replaced() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("UPDATE rev_version SET version_num = '../x/-wal'");
    workspace.rev(&["restore", "--yes"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
    let points = points(&database);
    assert!(points.iter().any(|path| path.to_string_lossy().ends_with("Z-.._x__wa")), "{points:?}");
}

#[test]
fn a_second_name_of_the_database_is_no_copy_of_it() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    // What a restore leaves that is killed in the moment when the database has two names.
    fs::hard_link(file(&database), format!("{}.rev-20991231T000000Z-a", file(&database).display())).unwrap();
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["restore", "--yes"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
}

/// Makes rev's SQLite not know what the database speaks of: a function, a collation and a module of an application.
const OF_AN_APPLICATION: &str = "CREATE TABLE g (a TEXT, b TEXT AS (upper(a)) STORED, CHECK (length(a) > 0));\n\
    INSERT INTO g (a) VALUES ('x');\nCREATE INDEX by_a ON g (a COLLATE NOCASE);\nCREATE INDEX by_b ON g (lower(b));\n\
    CREATE VIRTUAL TABLE f USING fts5(a);\nPRAGMA writable_schema = ON;\n\
    UPDATE sqlite_schema SET sql = replace(replace(replace(replace(replace(sql, 'upper', 'app_upper'), 'length', \
    'app_length'), 'NOCASE', 'APP'), 'lower', 'app_lower'), 'fts5', 'app_module');\nPRAGMA writable_schema = RESET;\n";

#[test]
fn a_copy_needs_nothing_that_only_the_application_has() {
    for mode in ["DELETE", "WAL"] {
        let (database, workspace) = workspace("", "DELETE FROM t;");
        database.execute(&format!("PRAGMA journal_mode = {mode};"));
        let _ = database.try_query(OF_AN_APPLICATION);
        for sql in ["INSERT INTO g (a) VALUES ('y')", "SELECT * FROM f", "SELECT a FROM g ORDER BY a COLLATE app"] {
            assert!(database.try_query(sql).is_err(), "not known: {sql}");
        }
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(points(&database).len(), 1);
        workspace.rev(&["restore", "--yes"]).succeeded();
        assert_eq!(database.query("SELECT n FROM t"), [["1"], ["2"]]);
        assert_eq!(database.query("SELECT sql LIKE '%app_upper%' FROM sqlite_schema WHERE name = 'g'"), [["1"]]);
        assert_eq!(database.query("PRAGMA journal_mode"), [[mode.to_lowercase()]]);
    }
}

#[test]
fn a_copy_keeps_the_numbers_of_rows() {
    let (database, workspace) = workspace("", "DELETE FROM t;");
    database.execute("CREATE TABLE r (n TEXT); INSERT INTO r (rowid, n) VALUES (7, 'a'), (9, 'b');");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["restore", "--yes"]).succeeded();
    assert_eq!(database.query("SELECT rowid FROM r"), [["7"], ["9"]]);
}
