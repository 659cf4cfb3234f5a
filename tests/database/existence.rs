//! Making and removing the database itself.

use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;
use sqlx::Connection;
use sqlx::Executor;
use sqlx::SqliteConnection;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const A: &str = "-- rev: upgrade\nCREATE TABLE t (n VARCHAR(9));\n-- rev: downgrade\nDROP TABLE t;\n";

fn what_is_made_can_be_upgraded_and_removed(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.rev(&["db", "drop", "--yes"]).succeeded();
    assert_eq!(workspace.rev(&["db", "drop", "--yes", "--json"]).json()["dropped"], json!(false));
    assert_eq!(workspace.rev(&["db", "create", "--json"]).json()["created"], json!(true));
    assert!(workspace.rev(&["db", "create"]).stderr.contains("nothing to do"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["db", "create", "--json"]).json()["created"], json!(false));
    assert_eq!(database.query("SELECT COUNT(*) FROM t"), [["0"]]);
    let removed = workspace.rev(&["db", "drop", "--yes", "--json"]).json();
    assert_eq!((&removed["ok"], &removed["dropped"]), (&json!(true), &json!(true)));
    if database.kind != Kind::Sqlite {
        assert!(database.try_query("SELECT 1").is_err());
        assert!(workspace.rev(&["upgrade"]).failed(2).contains("rev db create"));
    }
}

fn without_a_terminal_it_needs_yes(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.rev(&["upgrade"]).succeeded();
    assert!(workspace.rev(&["db", "drop"]).failed(2).contains("error[not-confirmed]"));
    assert_eq!(database.query("SELECT COUNT(*) FROM t"), [["0"]]);
    workspace.write("migrations.toml", "[env.production]\nprotected = true\n");
    let refused = workspace.rev(&["-e", "production", "db", "drop", "--force"]);
    assert!(refused.failed(2).contains("error[protected]"), "{}", refused.stderr);
    assert_eq!(database.query("SELECT COUNT(*) FROM t"), [["0"]]);
    workspace.rev(&["-e", "production", "db", "drop", "--yes"]).succeeded();
}

fn those_that_make_it_at_the_same_time_agree(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.rev(&["db", "drop", "--yes"]).succeeded();
    let start = |_| {
        let mut command = workspace.command(&["db", "create", "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..6).map(start).collect();
    let mut made = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        made += usize::from(document["created"] == true);
    }
    assert_eq!(made, 1);
    assert_eq!(database.query("SELECT 1"), [["1"]]);
}

on_each_database!(
    what_is_made_can_be_upgraded_and_removed,
    without_a_terminal_it_needs_yes,
    those_that_make_it_at_the_same_time_agree,
);

fn check_others(kind: Kind, pause: &str) {
    let database = TestDatabase::new(kind);
    let workspace = Workspace::new(&database);
    thread::scope(|scope| {
        let other = scope.spawn(|| database.try_query(pause));
        let begun = Instant::now();
        // It is refused for as long as the other is there, so it must be there before.
        let others = match kind {
            Kind::Postgres => format!(
                "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
                database.name()
            ),
            _ => format!(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = '{}' AND table_name = 'begun'",
                database.name()
            ),
        };
        while database.query(&others).is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(20));
        }
        let refused = workspace.rev(&["db", "drop", "--yes"]);
        let message = refused.failed(2);
        assert!(message.contains("error[others-connected]") && message.contains("process "), "{message}");
        assert!(message.contains("--force"), "{message}");
        assert_eq!(database.query("SELECT 1"), [["1"]]);
        workspace.rev(&["db", "drop", "--yes", "--force"]).succeeded();
        assert!(database.try_query("SELECT 1").is_err());
        assert!(other.join().unwrap().is_err(), "its connection was ended");
    });
}

#[test]
fn a_database_of_postgres_that_others_use_stays_unless_it_is_forced() {
    check_others(Kind::Postgres, "SELECT pg_sleep(60)");
}

#[test]
fn a_database_of_mariadb_that_others_use_stays_unless_it_is_forced() {
    // While such a statement runs, MySQL cannot read its own table of connections.
    check_others(Kind::Mariadb, "CREATE TABLE begun (n INTEGER); SELECT SLEEP(60), '😀'");
}

#[test]
fn a_database_on_mariadb_takes_every_character() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = Workspace::new(&database);
    workspace.rev(&["db", "drop", "--yes"]).succeeded();
    workspace.rev(&["db", "create"]).succeeded();
    assert_eq!(database.query("SELECT @@character_set_database"), [["utf8mb4"]]);
}

/// A name is quoted, whatever is in it.
#[test]
fn names_with_quotes_in_them_are_names() {
    for (kind, odd) in [(Kind::Postgres, "it's \"odd\" \\ `x`"), (Kind::Mariadb, "it's \"odd\" `x`")] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        let name = format!("{} {odd}", &database.name()[..20]);
        let mut url = url::Url::parse(&database.url).unwrap();
        url.set_path(&name.replace('%', "%25").replace('\\', "%5C"));
        for created in [true, false] {
            let document = workspace.rev(&["-u", url.as_str(), "db", "create", "--json"]);
            assert_eq!(document.json()["created"], json!(created), "{}{}", document.stdout, document.stderr);
        }
        for dropped in [true, false] {
            let document = workspace.rev(&["-u", url.as_str(), "db", "drop", "--yes", "--json"]);
            assert_eq!(document.json()["dropped"], json!(dropped), "{}{}", document.stdout, document.stderr);
        }
    }
}

#[test]
fn the_servers_own_databases_stay() {
    for (kind, names) in [(Kind::Postgres, ["postgres", "template1"]), (Kind::Mariadb, ["mysql", "SYS"])] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        for name in names {
            let mut url = url::Url::parse(&database.url).unwrap();
            url.set_path(name);
            let refused = workspace.rev(&["-u", url.as_str(), "db", "drop", "--yes", "--force"]);
            assert!(refused.failed(2).contains("the server's own"), "{}", refused.stderr);
        }
    }
}

#[test]
fn who_may_not_make_a_database_is_told_what_to_do() {
    let database = TestDatabase::new(Kind::Postgres);
    let role = format!("{}_poor", database.name());
    database.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'poor'"));
    let workspace = Workspace::new(&database);
    let mut url = url::Url::parse(&database.url).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("poor")).unwrap();
    let output = workspace.rev(&["-u", url.as_str(), "db", "drop", "--yes"]);
    url.set_path(&format!("{}_new", database.name()));
    let create = workspace.rev(&["-u", url.as_str(), "db", "create"]);
    database.execute(&format!("DROP ROLE {role}"));
    assert!(output.failed(2).contains("error[cannot-drop-database]"), "{}", output.stderr);
    assert!(create.failed(2).contains("error[cannot-create-database]"), "{}", create.stderr);
}

fn file(database: &TestDatabase) -> PathBuf {
    database.url.strip_prefix("sqlite:").unwrap().into()
}

#[test]
fn nothing_of_a_file_is_left_but_its_restore_points() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", A);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).succeeded();
    database.execute("PRAGMA journal_mode = WAL; CREATE TABLE u (n INTEGER)");
    let folder = file(&database).parent().unwrap().to_owned();
    for ending in ["-wal", "-shm", "-journal"] {
        let path = folder.join(format!("app.db{ending}"));
        if !path.exists() {
            fs::write(path, "").unwrap();
        }
    }
    fs::write(folder.join("app.db.rev-20261120T091244Z-a-unfinished"), "").unwrap();
    let output = workspace.rev(&["db", "drop", "--yes"]);
    output.succeeded();
    let left: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with("app.db.rev-2") && output.stderr.contains(&left[0]), "{}", output.stderr);
    workspace.rev(&["restore", "--yes"]).succeeded();
    assert_eq!(database.query("SELECT COUNT(*) FROM t"), [["0"]]);
}

#[test]
fn a_file_that_others_use_stays_unless_it_is_forced() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER)");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut other: SqliteConnection = runtime.block_on(async {
        let mut other = SqliteConnection::connect(&database.url).await.unwrap();
        other.execute("SELECT * FROM t").await.unwrap();
        other
    });
    let output = workspace.rev(&["db", "drop", "--yes"]);
    assert!(output.failed(2).contains("error[database-in-use]"), "{}", output.stderr);
    runtime.block_on(async { other.execute("INSERT INTO t VALUES (9)").await.map(|_| ()) }).unwrap();
    assert_eq!(database.query("SELECT n FROM t"), [["9"]]);
    workspace.rev(&["db", "drop", "--yes", "--force"]).succeeded();
    assert!(!file(&database).exists());
}

#[test]
fn what_is_no_database_is_neither_found_nor_removed() {
    let workspace = Workspace::new(&TestDatabase::new(Kind::Sqlite));
    workspace.write("text.db", "this is not a database, and it is long enough to look like one of sixteen bytes");
    fs::create_dir(workspace.path().join("folder.db")).unwrap();
    for (url, command) in [
        ("sqlite:text.db", &["db", "create"][..]),
        ("sqlite:folder.db", &["db", "create"]),
        ("sqlite:nowhere/app.db", &["db", "create"]),
        ("sqlite:new.db?mode=ro", &["db", "create"]),
        ("sqlite:folder.db", &["db", "drop", "--yes", "--force"]),
        ("sqlite:text.db?mode=ro", &["db", "drop", "--yes"]),
    ] {
        let args: Vec<&str> = ["-u", url].into_iter().chain(command.iter().copied()).collect();
        let output = workspace.rev(&args);
        let code = if command[1] == "create" { "error[cannot-open]" } else { "error[cannot-drop-database]" };
        assert!(output.failed(2).contains(code), "{url}: {}", output.stderr);
    }
    assert!(!workspace.path().join("new.db").exists());
    assert!(workspace.read("text.db").starts_with("this is not"));
    workspace.rev(&["-u", "sqlite:nowhere/app.db", "db", "drop", "--yes"]).succeeded();
}
