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
    assert!(workspace.rev(&["dump"]).succeeded().ends_with("\n-- end of rev dump\n"));
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
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nCREATE TABLE unmoved (n INTEGER);\nCREATE TABLE u (n INTEGER, gone INTEGER);\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["drift"]).succeeded(), "");
    database.execute("ALTER TABLE u ADD COLUMN note INTEGER");
    database.execute("ALTER TABLE u DROP COLUMN gone");
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
    assert!(origin("note").is_null());
    assert_eq!(origin("gone"), serde_json::json!({"revision": "b", "file": "versions/b.sql", "line": line}));
    assert!(origin("by_hand").is_null());
    assert_eq!(workspace.rev(&["drift", "--include", "table:*t"]).succeeded(), "");
    assert_eq!(database.query("SELECT count(*) FROM u"), [["0"]]);
}

fn drift_is_healed_on_either_side(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t;\n");
    assert!(workspace.rev(&["drift", "--heal=live"]).failed(2).contains("error[not-at-heads]"));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(workspace.rev(&["drift", "--heal=live"]).succeeded(), "");
    // What does not count is on the copy all the same, where something stands on it.
    database.execute("CREATE TABLE legacy_x (n INTEGER)");
    database.execute("CREATE VIEW of_legacy AS SELECT n FROM legacy_x");
    database.execute("ALTER TABLE t ADD COLUMN by_hand INTEGER");
    let configured = workspace.read("migrations.toml");
    workspace.write("migrations.toml", format!("{configured}\n[model]\nexclude = [\"*:*legacy*\"]\n"));
    let told = workspace.rev(&["drift", "--heal=scripts", "--rev-id=s1", "-m", "what was done by hand"]);
    let path = told.succeeded().trim_end().to_owned();
    assert!(path.ends_with("_s1_what_was_done_by_hand.sql") && told.stderr.contains("`rev stamp s1`"), "{path}");
    workspace.rev(&["stamp", "s1"]).succeeded();
    assert_eq!(workspace.rev(&["drift"]).succeeded(), "");
    workspace.rev(&["stamp", "a"]).succeeded();
    std::fs::remove_file(workspace.path().join(path)).unwrap();
    let told = workspace.rev(&["drift", "--heal=live", "--rev-id=l1", "--json"]);
    told.succeeded();
    let document = told.json();
    let stamp = document["stamp"].as_str().unwrap();
    for (revision, from, way) in
        [(&document["revisions"][0], "applied", "added"), (&document["revisions"][1], "live", "removed")]
    {
        assert_eq!((&revision["proved"], &revision["from"]), (&true.into(), &from.into()), "{document}");
        let found = revision["differences"].as_array().unwrap();
        assert!(found.len() == 1 && found.iter().all(|one| one["change"] == way), "{document}");
    }
    workspace.rev(&["stamp", stamp]).succeeded();
    assert!(workspace.rev(&["upgrade"]).succeeded().is_empty());
    assert_eq!(workspace.rev(&["drift"]).succeeded(), "");
    assert_eq!(workspace.rev(&["diff", "a", "live", "--exit-code"]).succeeded(), "");
    assert!(!document["revisions"][1]["upgrade_destroys"].as_array().unwrap().is_empty());
    // It runs everywhere, from nothing on, too.
    workspace.rev(&["scratch", "head", "--", "true"]).succeeded();
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

fn a_file_that_is_not_there_is_no_empty_database(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    if database.kind != Kind::Sqlite {
        return;
    }
    for args in [
        &["dump", "sqlite:missing.db"][..],
        &["diff", "sqlite:missing.db", "sqlite:missing2.db"],
        &["diff", "live", "sqlite:missing.db", "--sql"],
        &["dump", "sqlite:missing.db?mode=ro"],
    ] {
        let told = workspace.rev(args);
        assert!(!told.stderr.is_empty() && told.stdout.is_empty(), "{args:?}: {}", told.stderr);
        assert!(told.stderr.contains("missing") && told.stderr.contains("error["), "{}", told.stderr);
    }
    assert_eq!(workspace.rev(&["dump", "live"]).succeeded(), "-- rev dump of sqlite\n-- end of rev dump\n");
}

fn urls_are_named_without_their_passwords(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    database.execute("CREATE TABLE t (n INTEGER)");
    let told = workspace.rev(&["diff", &database.url, &database.url]);
    told.succeeded();
    let name = if database.kind == Kind::Sqlite { database.url.clone() } else { database.name().to_owned() };
    assert_eq!(told.stderr.matches(&name).count(), 2, "{}", told.stderr);
    assert!(told.stderr.contains("do not differ") && !told.stderr.contains("the URL"), "{}", told.stderr);
    let other = TestDatabase::quick(if database.kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite });
    other.execute("CREATE TABLE t (n INTEGER)");
    let told = workspace.rev(&["diff", &other.url, &other.url, "--sql"]);
    assert!(told.stderr.contains("error[scratch-mismatch]"), "{}", told.stderr);
}

fn what_only_reads_the_servers_description_is_inside(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    if database.kind == Kind::Sqlite {
        return;
    }
    workspace.write("a.sql", "SELECT table_name FROM information_schema.tables;\nCREATE TABLE t (n int);\n");
    assert!(workspace.rev(&["dump", "file:a.sql"]).succeeded().contains("CREATE TABLE"));
}

/// What would act by itself: its copy on the scratch server must not.
fn what_acts_by_itself_does_not_in_a_copy(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    match database.kind {
        Kind::Sqlite => return,
        Kind::Postgres => database.execute(
            "CREATE TABLE a (n int);
             CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'it ran in %', current_database(); END $$;
             CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION refuse();",
        ),
        Kind::Mariadb => database
            .execute("CREATE TABLE a (n int); CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO INSERT INTO a VALUES (1);"),
    }
    let other = TestDatabase::new(database.kind);
    other.execute("CREATE TABLE a (n int); CREATE TABLE b (n int);");
    for sides in [["live", &*other.url], [&*other.url, "live"]] {
        let told = workspace.rev(&["diff", sides[0], sides[1], "--sql"]);
        told.succeeded();
        assert!(!told.stderr.contains("do not reach"), "{}", told.stderr);
        assert!(!told.stdout.contains("DISABLE"), "{}", told.stdout);
    }
}

/// What rev cannot write does not keep the rest from being written.
fn what_cannot_be_written_is_left_out_of_a_dump(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    if database.kind != Kind::Postgres {
        return;
    }
    database.execute(
        "CREATE TABLE t (n int); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password 's3cret');",
    );
    let told = workspace.rev(&["dump"]);
    let text = told.succeeded();
    assert!(
        text.starts_with("-- rev dump of postgres\n-- left out: user mapping ")
            && text.contains("CREATE TABLE public.t"),
        "{text}"
    );
    assert!(told.stderr.contains("is left out: has a password"), "{}", told.stderr);
    assert!(!text.contains("s3cret") && !told.stderr.contains("s3cret"));
    let document = workspace.rev(&["dump", "--json"]).json();
    assert_eq!(document["unread"][0]["kind"], "user mapping", "{document}");
}

on_each_database!(
    a_file_that_is_not_there_is_no_empty_database,
    urls_are_named_without_their_passwords,
    what_only_reads_the_servers_description_is_inside,
    what_acts_by_itself_does_not_in_a_copy,
    what_cannot_be_written_is_left_out_of_a_dump,
    drift_names_the_revision_that_made_what_was_changed,
    drift_is_healed_on_either_side,
    a_dump_makes_the_schema_that_it_was_made_of,
    what_is_the_same_does_not_differ,
    what_is_wrong_with_a_file_has_its_place,
    a_side_that_is_none_is_named,
);
