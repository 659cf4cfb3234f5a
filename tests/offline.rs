//! What `--sql` prints for a small project, as it was last looked at; no database is asked.
//!
//! `REV_BLESS=1` writes the files in `tests/golden/offline` anew; read the difference before you commit it.

mod support;

use std::env;
use std::fs;
use std::path::Path;

use support::Kind;
use support::Output;
use support::TestDatabase;
use support::Workspace;

/// URLs behind which nobody answers.
const NOWHERE: [(&str, &str); 4] = [
    ("sqlite", "sqlite:nosuch/app.db"),
    ("postgres", "postgres://nobody@127.0.0.1:1/nosuch"),
    ("mariadb", "mariadb://nobody@127.0.0.1:1/nosuch"),
    ("mysql", "mysql://nobody@127.0.0.1:1/nosuch"),
];

/// Two revisions with what the shells need help with.
fn project() -> (TestDatabase, Workspace) {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE t (n INTEGER, s VARCHAR(20));\n-- rev: downgrade\nDROP TABLE t;\n",
    );
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade dialect=sqlite\nCREATE TRIGGER tr AFTER INSERT ON t BEGIN\n  UPDATE t SET s = '.x';\nEND;\n\
         -- rev: upgrade dialect=sqlite transaction=off\nPRAGMA foreign_keys = OFF;\n\
         -- rev: upgrade dialect=postgres\nCOPY t FROM STDIN;\n1\t:x\n\\.\n\
         CREATE FUNCTION f() RETURNS INT LANGUAGE sql BEGIN ATOMIC\n  SELECT (ARRAY[1, 2])[1:n] FROM t;\n  SELECT 1;\nEND;\n\
         -- rev: upgrade dialect=postgres transaction=off\nCREATE INDEX CONCURRENTLY i ON t (n);\n\
         -- rev: upgrade dialect=mysql\nUSE\n  shop;\nCREATE PROCEDURE p() BEGIN\n  SELECT 1;\nEND;\n\
         CREATE FUNCTION g() RETURNS INT DETERMINISTIC RETURN /* one */ 1;\nINSERT INTO t VALUES (1, 'é');\n\
         -- rev: downgrade\n",
    );
    (database, workspace)
}

fn rev(workspace: &Workspace, url: &str, args: &[&str]) -> Output {
    let mut command = workspace.command(args);
    command.env("REV_URL", url);
    Output::of(command)
}

fn check(name: &str, text: &str) {
    let text = text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/offline").join(name);
    if env::var_os("REV_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
        fs::write(&path, &text).expect("the file can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: REV_BLESS=1 writes it anew");
}

#[test]
fn upgrades_and_downgrades_are_as_they_were() {
    let (_database, workspace) = project();
    for (name, url) in NOWHERE {
        let up = rev(&workspace, url, &["upgrade", ":head", "--sql"]);
        check(&format!("{name}.sql"), up.succeeded());
        let down = rev(&workspace, url, &["downgrade", "b:base", "--sql"]);
        check(&format!("{name}.down.sql"), down.succeeded());
    }
}

/// The text, and that a shell stops where it says so, is proved on a database in tests/database/shield.rs.
#[test]
fn a_rebuild_is_as_it_was() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    for script in ["a_create_people.sql", "b_every_person_has_a_name.sql"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rebuild/versions").join(script);
        workspace.write(&format!("versions/{script}"), fs::read_to_string(path).expect("it is there"));
    }
    let up = rev(&workspace, "sqlite:nosuch/app.db", &["upgrade", "a:b", "--sql"]);
    check("sqlite.rebuild.sql", up.succeeded());
}

#[test]
fn stamps_are_as_they_were() {
    let (_database, workspace) = project();
    for (name, url) in NOWHERE {
        check(&format!("{name}.stamp.sql"), rev(&workspace, url, &["stamp", "a:head", "--sql"]).succeeded());
    }
}

#[test]
fn a_configured_schema_is_written_out() {
    let (_database, workspace) = project();
    workspace.write("migrations.toml", "[database]\nschema = \"journal\"\ntransaction = \"run\"\n");
    let url = "postgres://nobody@127.0.0.1:1/nosuch?options=-csearch_path%3Dshop";
    check("postgres.schema.sql", rev(&workspace, url, &["upgrade", ":a", "--sql"]).succeeded());
}

#[test]
fn without_a_database_somebody_must_say_where_it_is() {
    let (_database, workspace) = project();
    let output = rev(&workspace, "postgres://nobody@127.0.0.1:1/nosuch", &["upgrade", "--sql"]);
    let message = output.failed(2);
    assert!(message.contains("unknown-start") && message.contains(":head"), "{message}");
    assert_eq!(output.stdout, "");
}

#[test]
fn what_cannot_be_run_cannot_be_printed() {
    let (_database, workspace) = project();
    workspace.script("c", "b", "-- rev: upgrade\nCOMMIT;\n");
    let output = rev(&workspace, "sqlite:nosuch/app.db", &["upgrade", ":head", "--sql"]);
    assert!(output.failed(2).contains("transaction-control"), "{}", output.stderr);
    let output = rev(&workspace, "sqlite:nosuch/app.db", &["downgrade", "c:b", "--sql"]);
    assert!(output.failed(2).contains("missing-downgrade"), "{}", output.stderr);
    assert_eq!(output.stdout, "");
}
