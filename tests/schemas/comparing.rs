//! `rev diff` and `rev dump`: what their sides are, and that nothing is left of them.

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn what_is_the_same_does_not_differ(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.write("empty.sql", "-- nothing\n");
    for sides in [["base", "base"], ["file:empty.sql", "base"], ["live", "base"], ["applied", "live"]] {
        let told = workspace.rev(&["diff", sides[0], sides[1], "--exit-code"]);
        assert_eq!(told.succeeded(), "");
        assert_eq!(told.stderr, format!("{} and {} do not differ\n", sides[0], sides[1]));
        let document = workspace.rev(&["diff", sides[0], sides[1], "--sql", "--json"]).json();
        assert_eq!(document["equal"], true, "{document}");
        assert_eq!(document["statements"], serde_json::json!([]));
    }
    assert_eq!(workspace.rev(&["dump"]).succeeded(), "");
    let tables = match database.kind {
        Kind::Sqlite => return assert!(!std::fs::exists(&database.url["sqlite:".len()..]).unwrap()),
        Kind::Postgres => "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        Kind::Mariadb => "SELECT 1 FROM information_schema.tables WHERE table_schema = database()",
    };
    assert!(database.query(tables).is_empty());
}

fn what_is_wrong_with_a_file_has_its_place(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.write("bad.sql", "CREATE TABLE a (n INTEGER);\n\nINSERT INTO nowhere VALUES (1);\n");
    let told = workspace.rev(&["diff", "file:bad.sql", "base"]);
    assert!(told.failed(2).contains("bad.sql:3:"), "{}", told.stderr);
    let outside = match database.kind {
        Kind::Sqlite => "ATTACH 'x.db' AS x;",
        Kind::Postgres => "ALTER SYSTEM SET work_mem = '1MB';",
        Kind::Mariadb => "SET GLOBAL max_connections = 151;",
    };
    workspace.write("outside.sql", format!("SELECT 1;\n{outside}\n"));
    let told = workspace.rev(&["dump", "file:outside.sql"]);
    assert!(told.failed(2).contains("outside.sql:2:1"), "{}", told.stderr);
    assert!(workspace.rev(&["diff", "file:none.sql", "base"]).failed(2).contains("none.sql cannot be read"));
}

fn a_side_that_is_none_is_named(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    for (args, part) in [
        (["diff", "env:nowhere"], "no environment is called `nowhere`"),
        (["diff", "nosuch"], "no revision or label is called `nosuch`"),
        (["dump", "--include=tabel:x"], "there is no kind of object called `tabel`"),
    ] {
        let told = workspace.rev(&args);
        assert!(told.failed(2).contains(part), "{}", told.stderr);
    }
}

fn drift_names_the_revision_that_made_what_was_changed(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE unmoved (n INTEGER);\nCREATE TABLE u (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["drift"]).succeeded(), "");
    database.execute("ALTER TABLE u ADD COLUMN note INTEGER");
    database.execute("CREATE TABLE by_hand (n INTEGER)");
    let told = workspace.rev(&["drift"]);
    told.failed(1);
    assert!(told.stdout.contains("+ column note") && told.stdout.contains("by_hand"), "{}", told.stdout);
    let document = workspace.rev(&["drift", "--json"]).json();
    let origin = |name: &str| {
        let found = document["differences"].as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap()["origin"].clone()
    };
    let line = 1 + workspace.read("versions/b.sql").lines().position(|line| line.contains("TABLE u ")).unwrap();
    assert_eq!(origin("note"), serde_json::json!({"revision": "b", "file": "versions/b.sql", "line": line}));
    assert!(origin("by_hand").is_null());
    assert_eq!(workspace.rev(&["drift", "--include", "table:*t"]).succeeded(), "");
    assert_eq!(database.query("SELECT count(*) FROM u"), [["0"]]);
}

fn a_dump_makes_the_schema_that_it_was_made_of(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let tables = "CREATE TABLE t (n INTEGER PRIMARY KEY, s VARCHAR(20) DEFAULT 'it''s' NOT NULL);\n\
                  CREATE TABLE u (n INTEGER REFERENCES t (n), CHECK (n > 0));\nCREATE VIEW v AS SELECT n FROM u;\n";
    workspace.script("a", "", &format!("-- rev: upgrade\n{tables}"));
    workspace.rev(&["upgrade"]).succeeded();
    let dumped = workspace.rev(&["dump"]).succeeded().to_owned();
    workspace.write("schema.sql", &dumped);
    assert_eq!(workspace.rev(&["diff", "file:schema.sql", "live", "--level", "exact"]).succeeded(), "");
    assert_eq!(workspace.rev(&["dump", "head"]).succeeded(), dumped);
}

on_each_database!(
    drift_names_the_revision_that_made_what_was_changed,
    a_dump_makes_the_schema_that_it_was_made_of,
    what_is_the_same_does_not_differ,
    what_is_wrong_with_a_file_has_its_place,
    a_side_that_is_none_is_named,
);
