//! `[model]`, `rev load` and `rev create`.

use std::fs;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const SCRIPT: &str = "
-- rev: upgrade
CREATE TABLE parents (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id));
CREATE INDEX children_parent ON children (parent);
CREATE VIEW names AS SELECT name FROM parents;
-- rev: downgrade
DROP VIEW names;
DROP TABLE children;
DROP TABLE parents;
";

fn project(database: &TestDatabase, config: &str) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", SCRIPT);
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE more (n INTEGER);\n");
    workspace.script("c", "a", "-- rev: upgrade\nCREATE TABLE others (n INTEGER);\n");
    workspace.write("migrations.toml", config);
    workspace
}

fn is_empty(workspace: &Workspace) -> bool {
    workspace.rev(&["diff", "live", "base", "--exit-code"]).code == 0
}

fn what_is_dumped_is_loaded_and_counts_as_applied(database: &TestDatabase) {
    let workspace = project(database, "");
    workspace.rev(&["upgrade", "heads"]).succeeded();
    let text = workspace.rev(&["dump", "-o", "schema.sql"]);
    text.succeeded();
    let text = workspace.read("schema.sql");
    assert!(text.lines().next().is_some_and(|line| line.ends_with(" at b, c")), "{text}");
    assert_eq!(workspace.rev(&["dump", "heads"]).succeeded(), text);
    let other = TestDatabase::new(database.kind);
    let url = ["-u", &other.url];
    let planned = workspace.rev(&["load", "schema.sql", "--dry-run", url[0], url[1]]);
    assert!(planned.succeeded().contains("CREATE VIEW"), "{}", planned.stdout);
    // What commits by itself is not told as one transaction.
    let (together, alone) = ("the whole run commits together", "outside a transaction");
    let expected = if database.kind == Kind::Mariadb { [false, true] } else { [true, false] };
    assert_eq!([together, alone].map(|words| planned.stdout.contains(words)), expected, "{}", planned.stdout);
    let loaded = workspace.rev(&["load", "schema.sql", "--json", url[0], url[1]]).json();
    assert_eq!(loaded["ok"], true, "{loaded}");
    assert_eq!(workspace.rev(&["current", url[0], url[1], "--json"]).json()["current"], serde_json::json!(["b", "c"]));
    workspace.rev(&["drift", "--level", "exact", url[0], url[1]]).succeeded();
    workspace.rev(&["diff", "--exit-code", "--level", "exact", "live", &other.url]).succeeded();
    let log = workspace.rev(&["log", url[0], url[1]]);
    assert_eq!(log.succeeded().matches(" stamp ").count(), 2, "{}", log.stdout);
    // One can go on from there.
    workspace.script("d", "b, c", "-- rev: upgrade\nCREATE TABLE last (n INTEGER);\n");
    workspace.rev(&["upgrade", url[0], url[1]]).succeeded();
}

fn only_an_empty_database_is_filled(database: &TestDatabase) {
    let workspace = project(database, "");
    workspace.rev(&["dump", "a", "-o", "schema.sql"]).succeeded();
    database.execute("CREATE TABLE theirs (n INTEGER)");
    for args in [&["load", "schema.sql"][..], &["load", "schema.sql", "--dry-run"]] {
        let told = workspace.rev(args);
        let message = told.failed(2);
        assert!(message.contains("not-empty") && message.contains("theirs"), "{message}");
        assert_eq!(message.contains("nothing was changed"), args.len() == 2, "{message}");
    }
    database.execute("DROP TABLE theirs");
    workspace.rev(&["load", "schema.sql"]).succeeded();
    let told = workspace.rev(&["load", "schema.sql"]);
    assert!(told.failed(2).contains("the applied revisions of a"), "{}", told.stderr);
    // The journal stays when all is taken off, and has no rows.
    workspace.rev(&["downgrade", "base"]).succeeded();
    workspace.rev(&["load", "schema.sql"]).succeeded();
    workspace.rev(&["upgrade", "heads"]).succeeded();
}

fn a_load_that_fails_claims_nothing(database: &TestDatabase) {
    let workspace = project(database, "");
    workspace.write("bad.sql", "CREATE TABLE first (n INTEGER);\n\nINSERT INTO nowhere VALUES (1);\n");
    let told = workspace.rev(&["load", "bad.sql", "--revision", "a"]);
    let message = told.failed(3);
    assert!(message.contains("bad.sql:3:1"), "{message}");
    assert_eq!(workspace.rev(&["current"]).succeeded(), "");
    match database.kind {
        Kind::Mariadb => {
            assert!(message.contains("1 of 2 statements ran") && message.contains("table first"), "{message}");
            let again = workspace.rev(&["load", "bad.sql", "--revision", "a"]);
            assert!(again.failed(2).contains("table first"), "{}", again.stderr);
        }
        Kind::Sqlite | Kind::Postgres => {
            assert!(message.contains("nothing of the load is left"), "{message}");
            assert!(is_empty(&workspace));
            workspace.write("good.sql", SCRIPT.split("-- rev: downgrade").next().unwrap());
            workspace.rev(&["load", "good.sql", "--revision", "a"]).succeeded();
        }
    }
}

fn a_file_that_is_no_whole_dump_is_not_taken_for_one(database: &TestDatabase) {
    let workspace = project(database, "");
    workspace.rev(&["dump", "a", "-o", "schema.sql"]).succeeded();
    let text = workspace.read("schema.sql");
    let check = |text: &str, args: &[&str], expected: &str| {
        workspace.write("schema.sql", text);
        let told = workspace.rev(&[&["load", "schema.sql"], args].concat());
        assert!(told.failed(2).contains(expected), "{}", told.stderr);
        assert!(is_empty(&workspace));
    };
    check(&text, &["--revision", "head"], "says itself that it is of a");
    check(&text[..text.len() / 2], &[], "does not end with the line that ends a dump");
    check(text.split_once('\n').unwrap().1, &[], "nothing says which revisions");
    check(&text.replacen(" at a", " at zz", 1), &[], "zz");
    let other = if database.kind == Kind::Sqlite { "postgres" } else { "sqlite" };
    let (_, rest) = text.split_once(" at a").unwrap();
    check(&format!("-- rev dump of {other} at a{rest}"), &[], "and the database is");
    if database.kind != Kind::Mariadb {
        check("CREATE TABLE x (n INTEGER);\nBEGIN;\n", &["--revision", "a"], "schema.sql:2");
    }
    let part = workspace.rev(&["dump", "a", "--exclude", "view"]);
    assert!(!part.succeeded().contains(" at a"), "{}", part.stdout);
}

fn the_model_is_a_side(database: &TestDatabase) {
    let workspace = project(database, "[model]\nsql = ['ddl', 'last.sql']\n");
    workspace.write(
        "ddl/1.sql",
        "BEGIN;\nCREATE TABLE parents (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL);\nCOMMIT;\n",
    );
    workspace.write("ddl/2.sql", "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL,\n  CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id));\nCREATE INDEX children_parent ON children (parent);\n");
    workspace.write("last.sql", "CREATE VIEW names AS SELECT name FROM parents;\n");
    // The second one may be a copy of the first.
    for _ in 0..2 {
        workspace.rev(&["diff", "--exit-code", "a", "model"]).succeeded();
        workspace.rev(&["diff", "--exit-code", "model", "a", "--level", "exact"]).succeeded();
    }
    let told = workspace.rev(&["diff", "--exit-code", "live", "model"]);
    told.failed(1);
    assert!(told.stdout.contains("children"), "{}", told.stdout);
    let dumped = workspace.rev(&["dump", "model"]);
    assert!(dumped.succeeded().contains("CREATE TABLE") && !dumped.stdout.contains(" at "), "{}", dumped.stdout);
    assert!(is_empty(&workspace));
    workspace.write("last.sql", "-- none\n\nCREATE VIEW names AS\n  SELECT nothing FROM parents;\n");
    let told = workspace.rev(&["diff", "a", "model"]);
    assert!(told.failed(2).contains("last.sql:3:"), "{}", told.stderr);
    let outside = match database.kind {
        Kind::Sqlite => "ATTACH 'x.db' AS x;",
        Kind::Postgres => "ALTER SYSTEM SET work_mem = '1MB';",
        Kind::Mariadb => "SET GLOBAL max_connections = 151;",
    };
    workspace.write("last.sql", format!("\n{outside}\n"));
    let told = workspace.rev(&["diff", "a", "model"]);
    assert!(told.failed(2).contains("last.sql:2:1"), "{}", told.stderr);
    workspace.rev(&["diff", "live", "model", "--sql"]).failed(2);
}

fn a_model_can_be_what_a_command_prints(database: &TestDatabase) {
    let config = |script: &str| format!("[model]\ncommand = ['sh', '-c', '''{script}''']\n");
    let workspace = project(database, &config("cat ddl.txt"));
    workspace.write("ddl.txt", SCRIPT.split("-- rev: downgrade").next().unwrap());
    workspace.rev(&["diff", "--exit-code", "a", "model"]).succeeded();
    let check = |script: &str, expected: &[&str]| {
        workspace.write("migrations.toml", config(script));
        let told = workspace.rev(&["diff", "a", "model"]);
        let message = told.failed(2);
        expected.iter().for_each(|part| assert!(message.contains(part), "{message}"));
        assert!(!message.contains("s3cr3t"), "{message}");
    };
    check("echo no module postgres://u:s3cr3t@h/d >&2; exit 3", &["command-failed", "exit status: 3", "no module"]);
    check("echo; echo \"CREATE TABLE 1;\"", &[":2:"]);
    check("true", &["no-model", "holds no statement"]);
    workspace.write("migrations.toml", "[model]\ncommand = ['no-such-program']\n");
    assert!(workspace.rev(&["diff", "a", "model"]).failed(2).contains("no-such-program"));
    workspace.write("migrations.toml", "[database]\nhook_timeout = '100ms'\n[model]\ncommand = ['sleep', '60']\n");
    assert!(workspace.rev(&["diff", "a", "model"]).failed(2).contains("hook_timeout"));
    workspace.write("migrations.toml", "");
    for args in [&["diff", "live", "model"][..], &["dump", "model"], &["create"]] {
        let told = workspace.rev(args);
        let message = told.failed(2);
        assert!(message.contains("no-model") && message.contains("[model]"), "{message}");
    }
}

fn create_builds_the_model_and_is_at_head(database: &TestDatabase) {
    let workspace = project(database, "[model]\nsql = 'schema.sql'\n[env.prod]\nprotected = true\n");
    workspace.write("schema.sql", "CREATE TABLE all_of_it (n INTEGER);\n");
    let told = workspace.rev(&["create", "-e", "prod", "--yes"]);
    assert!(told.failed(2).contains("is for databases of development"), "{}", told.stderr);
    workspace.rev(&["create", "--dry-run"]).succeeded();
    assert!(is_empty(&workspace));
    workspace.rev(&["create"]).succeeded();
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], serde_json::json!(["b", "c"]));
    workspace.rev(&["diff", "--exit-code", "--level", "exact", "live", "model"]).succeeded();
    assert!(workspace.rev(&["create"]).failed(2).contains("not-empty"));
}

fn the_schema_is_written_down_after_each_run(database: &TestDatabase) {
    let config = "[model]\ndump = 'now.sql'\n[env.prod]\nprotected = true\n";
    let workspace = project(database, config);
    let path = workspace.path().join("now.sql");
    workspace.rev(&["upgrade", "a", "-e", "prod", "--yes"]).succeeded();
    assert!(!path.exists());
    let told = workspace.rev(&["upgrade", "a"]);
    told.succeeded();
    assert!(told.stderr.ends_with("wrote now.sql\n"), "{}", told.stderr);
    assert_eq!(workspace.read("now.sql"), workspace.rev(&["dump", "a"]).succeeded());
    let told = workspace.rev(&["redo"]);
    assert!(told.succeeded().is_empty() && !told.stderr.contains("wrote"), "{}", told.stderr);
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(workspace.read("now.sql"), workspace.rev(&["dump", "base"]).succeeded());
    workspace.write("now.sql", "-- mine\n");
    let told = workspace.rev(&["upgrade", "a"]);
    told.succeeded();
    assert!(told.stderr.contains("was not written by rev"), "{}", told.stderr);
    assert_eq!(workspace.read("now.sql"), "-- mine\n");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let told = workspace.rev(&["upgrade", "heads"]);
    told.succeeded();
    assert!(told.stderr.contains("warning: the `dump` of [model] was not written"), "{}", told.stderr);
}

on_each_database! {
    what_is_dumped_is_loaded_and_counts_as_applied,
    only_an_empty_database_is_filled,
    a_load_that_fails_claims_nothing,
    a_file_that_is_no_whole_dump_is_not_taken_for_one,
    the_model_is_a_side,
    a_model_can_be_what_a_command_prints,
    create_builds_the_model_and_is_at_head,
    the_schema_is_written_down_after_each_run,
}

/// Dumps what stands in a database, loads it into another, and compares the two.
fn check_all_is_loaded(database: &TestDatabase) {
    let other = TestDatabase::new(database.kind);
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nSELECT 1;\n");
    workspace.rev(&["stamp", "a"]).succeeded();
    workspace.rev(&["dump", "-o", "schema.sql"]).succeeded();
    workspace.rev(&["load", "schema.sql", "-u", &other.url]).succeeded();
    workspace.rev(&["diff", "--exit-code", "--level", "exact", "live", &other.url]).succeeded();
    assert!(workspace.rev(&["current", "-u", &other.url]).succeeded().starts_with("a (head)"));
}

#[test]
fn a_dump_of_every_kind_of_postgres_is_loaded() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(crate::whole::ROLE);
    database.execute(include_str!("every_kind.sql"));
    check_all_is_loaded(&database);
}

#[test]
fn a_dump_of_every_kind_of_mysql_is_loaded() {
    check_all_is_loaded(&crate::mysql::with_every_kind());
}

#[test]
fn a_dump_of_every_kind_of_sqlite_is_loaded() {
    let database = TestDatabase::new(Kind::Sqlite);
    database.execute(include_str!("sqlite/schema.sql"));
    check_all_is_loaded(&database);
}
