//! A project that begins with a database: `rev init --from-database`.

use std::fs;
use std::process::Command;

use crate::mysql::with_every_kind;
use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;
use crate::whole::EVERY_KIND;
use crate::whole::ROLE;

const OF_SQLITE: &str = include_str!("sqlite/schema.sql");

/// Runs `rev` on the project that was made in the folder `new`.
fn in_new(workspace: &Workspace, args: &[&str]) -> Output {
    let args: Vec<&str> = ["-c", "new/migrations.toml"].into_iter().chain(args.iter().copied()).collect();
    workspace.rev(&args)
}

/// Returns how many tables rev itself has made in a database.
fn own_tables(database: &TestDatabase) -> usize {
    let sql = match database.kind {
        Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE name LIKE 'rev\\_%' ESCAPE '\\' AND type = 'table'",
        Kind::Postgres => "SELECT relname FROM pg_class WHERE relname LIKE 'rev\\_%' AND relkind = 'r'",
        Kind::Mariadb => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'rev\\_%'"
        }
    };
    database.query(sql).len()
}

/// Checks that nothing was written into the folder of a project.
fn assert_untouched(workspace: &Workspace, before: &[String]) {
    assert_eq!(files(workspace), before);
}

fn files(workspace: &Workspace) -> Vec<String> {
    let mut folders = vec![workspace.path().to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // What rev has built before is kept there.
            if path.ends_with(".cache") {
                continue;
            }
            found.push(path.display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

fn a_schema_of_every_kind_becomes_a_project(database: &TestDatabase) {
    let other;
    let database = match database.kind {
        Kind::Sqlite => {
            database.execute(OF_SQLITE);
            database
        }
        Kind::Postgres => {
            database.execute(ROLE);
            database.execute(EVERY_KIND);
            database
        }
        Kind::Mariadb => {
            other = with_every_kind();
            &other
        }
    };
    let workspace = Workspace::new(database);
    let made = workspace.rev(&["init", "new", "--from-database", "--rev-id", "a1", "--json"]);
    assert_eq!(made.code, 0, "{}{}", made.stdout, made.stderr);
    let made = made.json();
    assert_eq!((&made["proved"], &made["reversible"], &made["stamped"]), (&true.into(), &true.into(), &false.into()));
    assert_eq!(made["unread"], serde_json::json!([]));
    assert_eq!(own_tables(database), 0, "it is only read");
    let pending = in_new(&workspace, &["status", "--json"]).json();
    assert_eq!((&pending["applied"], &pending["pending"]), (&0.into(), &1.into()), "{pending}");
    assert!(in_new(&workspace, &["stamp", "head"]).succeeded().is_empty());
    in_new(&workspace, &["status"]).succeeded();
    for level in ["logical", "exact"] {
        in_new(&workspace, &["diff", "live", "model", "--exit-code", "--level", level]).succeeded();
        in_new(&workspace, &["diff", "head", "live", "--exit-code", "--level", level]).succeeded();
    }
    in_new(&workspace, &["drift"]).succeeded();
    in_new(&workspace, &["check", "--model"]).succeeded();
    in_new(&workspace, &["check"]).succeeded();
    let next = in_new(&workspace, &["revision", "--autogenerate", "--json"]).json();
    assert_eq!(next["path"], serde_json::Value::Null, "{next}");
    // Everything is there already: what would run it again does nothing.
    in_new(&workspace, &["upgrade"]).succeeded();
}

fn stamping_uses_the_lock_and_the_history(database: &TestDatabase) {
    database.execute("CREATE TABLE t (n INTEGER)");
    let workspace = Workspace::new(database);
    workspace.rev(&["init", "new", "--from-database", "--stamp", "-m", "what was there"]).succeeded();
    let log = in_new(&workspace, &["log", "--json"]).json();
    assert_eq!(log["entries"][0]["direction"], "stamp", "{log}");
    let current = in_new(&workspace, &["current", "-v"]);
    assert!(current.stdout.contains("what was there"), "{}", current.stdout);
}

fn a_database_of_another_project_is_refused(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    let before = files(&workspace);
    let refused = workspace.rev(&["init", "new", "--from-database"]);
    assert!(refused.failed(2).contains("cannot-begin") && refused.stderr.contains("rev_version"), "{}", refused.stderr);
    assert_untouched(&workspace, &before);
}

fn an_empty_database_makes_an_ordinary_project(database: &TestDatabase) {
    if database.kind == Kind::Sqlite {
        database.execute("VACUUM");
    }
    let workspace = Workspace::new(database);
    let made = workspace.rev(&["init", "new", "--from-database", "--stamp"]);
    made.succeeded();
    assert!(made.stderr.contains("is empty"), "{}", made.stderr);
    assert!(!workspace.read("new/migrations.toml").contains("[model]"));
    assert_eq!(own_tables(database), 0);
    in_new(&workspace, &["status"]).succeeded();
}

fn nothing_is_written_over(database: &TestDatabase) {
    database.execute("CREATE TABLE t (n INTEGER)");
    let workspace = Workspace::new(database);
    let refused = |args: &[&str], word: &str| {
        let before = files(&workspace);
        let output = workspace.rev(args);
        assert!(output.failed(2).contains(word), "{word}: {}", output.stderr);
        assert_untouched(&workspace, &before);
    };
    refused(&["init", "--from-database"], "has no [model]");
    refused(&["-c", "migrations.toml", "init", "--from-database"], "names a configuration");
    workspace.write("new/schema.sql", "-- mine\n");
    refused(&["init", "new", "--from-database"], "new/schema.sql is there already");
    workspace.write("new/versions/a.sql", "-- revision: a\n\n-- rev: upgrade\nSELECT 1;\n");
    refused(&["init", "new", "--from-database"], "such as `a`");
    refused(&["init", "other", "--from-database", "--template", "none"], "none");
    refused(&["init", "other", "--from-database", "--rev-id", "a b"], "a b");
    workspace.write("migrations.toml", "[model]\ncommand = ['false']\n");
    refused(&["init", "--from-database"], "not a single file");
    workspace.write("migrations.toml", "[model]\nsql = 'versions/schema.sql'\n");
    refused(&["init", "--from-database"], "script folder");
    // What is there stays, and says where the rest goes.
    workspace.write("migrations.toml", "versions = ['db']\n[model]\nsql = 'model/now.sql'\n");
    workspace.rev(&["init", "--from-database", "--stamp"]).succeeded();
    assert!(workspace.read("model/now.sql").contains("CREATE TABLE"));
    assert!(!workspace.path().join("templates").exists());
    workspace.rev(&["check", "--model"]).succeeded();
}

fn a_url_is_kept_without_its_password(database: &TestDatabase) {
    database.execute("CREATE TABLE t (n INTEGER)");
    let workspace = Workspace::new(database);
    let mut command = workspace.command(&["-u", &database.url, "init", "new", "--from-database"]);
    command.env_remove("REV_URL");
    Output::of(command).succeeded();
    let text = workspace.read("new/migrations.toml");
    let line = text.lines().find(|line| line.starts_with("url = ")).unwrap();
    assert!(line.contains(database.name()), "{line}");
    if let Some((account, _)) = database.url.split_once('@')
        && let Some((_, password)) = account.rsplit_once(':').filter(|(_, word)| !word.starts_with("//"))
    {
        assert!(!text.contains(password), "{line}");
    }
    let mut command: Command = workspace.command(&["-c", "new/migrations.toml", "env", "--json"]);
    command.env_remove("REV_URL");
    assert!(Output::of(command).succeeded().contains(database.name()));
}

fn what_has_no_place_to_be_proved_says_so(database: &TestDatabase) {
    database.execute("CREATE TABLE t (n INTEGER)");
    let workspace = Workspace::new(database);
    workspace.write("migrations.toml", "[database]\nprotected = true\n[model]\nsql = 'schema.sql'\n");
    let before = files(&workspace);
    // Nobody is there to be asked, which is known before a file is written.
    assert!(workspace.rev(&["init", "--from-database", "--stamp"]).failed(2).contains("nobody-to-ask"));
    assert_untouched(&workspace, &before);
    let made = workspace.rev(&["init", "--from-database", "--rev-id", "a", "--stamp", "--yes"]);
    let is_file = database.kind == Kind::Sqlite;
    assert_eq!(made.code, if is_file { 0 } else { 1 }, "{}", made.stderr);
    assert_eq!(made.stderr.contains("not proved: "), !is_file, "{}", made.stderr);
    assert_eq!(made.stderr.contains("[scratch]"), !is_file, "{}", made.stderr);
    let script = fs::read_dir(workspace.path().join("versions")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::read_to_string(script).unwrap().contains("-- not proved: "), !is_file);
    workspace.rev(&["status"]).succeeded();
}

on_each_database!(
    a_schema_of_every_kind_becomes_a_project,
    stamping_uses_the_lock_and_the_history,
    a_database_of_another_project_is_refused,
    an_empty_database_makes_an_ordinary_project,
    nothing_is_written_over,
    a_url_is_kept_without_its_password,
    what_has_no_place_to_be_proved_says_so,
);

/// What cannot be written is left out, named, and a reason for status 1; the rest is proved and may be stamped.
#[test]
fn what_cannot_be_written_is_named() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(
        "CREATE EXTENSION postgres_fdw; CREATE SERVER f FOREIGN DATA WRAPPER postgres_fdw; CREATE TABLE t (n int);
         CREATE USER MAPPING FOR public SERVER f OPTIONS (user 'u', password 'hidden-word')",
    );
    let workspace = Workspace::new(&database);
    let made = workspace.rev(&["init", "new", "--from-database", "--stamp"]);
    assert!(made.failed(1).contains("left out: user mapping"), "{}", made.stderr);
    let schema = workspace.read("new/schema.sql");
    assert!(schema.contains("-- left out: user mapping") && !schema.contains("hidden-word"), "{schema}");
    in_new(&workspace, &["status"]).succeeded();
}

/// A revision that does not make what is there is no reason to call it applied.
#[test]
fn what_does_not_hold_is_not_stamped() {
    let database = TestDatabase::new(Kind::Sqlite);
    // On a new connection this function is not there.
    database.execute("CREATE TABLE t (n INTEGER)");
    database.execute(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (n INTEGER CHECK (nowhere(n)))'",
    );
    let workspace = Workspace::new(&database);
    let made = workspace.rev(&["init", "new", "--from-database", "--stamp", "--json"]);
    assert_eq!(made.code, 1, "{}{}", made.stdout, made.stderr);
    let made = made.json();
    assert_eq!((&made["proved"], &made["stamped"]), (&false.into(), &false.into()), "{made}");
    assert!(workspace.read(made["path"].as_str().unwrap()).contains("-- not proved: "));
    assert_eq!(own_tables(&database), 0);
}
