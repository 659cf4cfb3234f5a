//! rev's own tables: taken over from Alembic, placed, versioned and never overwritten unseen.

use serde_json::Value;
use serde_json::json;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn an_alembic_database_is_taken_over_as_it_stands(database: &TestDatabase) {
    database.execute(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)); INSERT INTO alembic_version VALUES ('a')",
    );
    let workspace = Workspace::new(database);
    workspace.write("migrations.toml", "[database]\nversion_table = \"alembic_version\"\n");
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\n");
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n-- rev: downgrade\nDROP TABLE b;\n");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!(["a"]));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM alembic_version"), [["b"]]);
    assert!(database.try_query("SELECT * FROM a").is_err());
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM alembic_version"), Vec::<Vec<String>>::new());
    if database.kind != Kind::Sqlite {
        let long = "x".repeat(33);
        workspace.script(&long, "b", "-- rev: upgrade\n");
        let output = workspace.rev(&["upgrade"]);
        assert!(output.failed(2).contains("id-too-long"), "{}", output.stderr);
        assert!(database.try_query("SELECT * FROM b").is_err());
    }
}

fn a_newer_journal_is_refused(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("UPDATE rev_lock SET format = 99");
    let output = workspace.rev(&["current"]);
    assert!(output.failed(2).contains("newer-journal"), "{}", output.stderr);
}

/// Somebody changes the rows while a revision runs: its own change must not go over that.
fn a_database_that_moved_is_left_alone(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.script(
        "b",
        "a",
        "-- rev: upgrade\nUPDATE rev_version SET version_num = 'z';\nINSERT INTO a VALUES (1);\n",
    );
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(3).contains("database-moved"), "{}", output.stderr);
    if database.kind != Kind::Mariadb {
        assert_eq!(database.query("SELECT n FROM a"), Vec::<Vec<String>>::new());
        assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    }
}

fn rows_that_others_imply_are_deleted_by_the_next_write(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    for (id, down) in [("a", ""), ("b", "a"), ("c", "b")] {
        workspace.script(id, down, "-- rev: upgrade\n-- rev: downgrade\n");
    }
    workspace.rev(&["stamp", "b"]).succeeded();
    database.execute("INSERT INTO rev_version VALUES ('a')");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!(["b"]));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["c"]]);
}

fn the_history_says_what_ran_when_and_by_whom(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- branch_labels: shop\n-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a; -- it's \\ gone: é\n");
    let mut command = workspace.command(&["upgrade"]);
    command.env("USER", "mallory's \\ wife");
    assert!(command.status().unwrap().success());
    workspace.rev(&["downgrade", "base"]).succeeded();
    let log = workspace.rev(&["log", "--json"]).json();
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let up = entries.iter().find(|entry| entry["direction"] == "upgrade").unwrap();
    assert_eq!((&up["revision"], &up["outcome"], &up["message"]), (&json!("a"), &json!("done"), &json!("a")));
    assert_eq!(up["branch_labels"], "shop");
    assert_eq!(up["user"], "mallory's \\ wife");
    assert_eq!(up["checksum"].as_str().unwrap().len(), 64);
    assert!(up["downgrade"].as_str().unwrap().contains("-- it's \\ gone: é"), "{up}");
    assert!(up["started"].as_str().unwrap().ends_with('Z'));
    // Without `USER`, the system knows who it is.
    let down = entries.iter().find(|entry| entry["direction"] == "downgrade").unwrap();
    assert!(down["user"].as_str().is_some_and(|user| !user.is_empty()), "{down}");
    let user = match database.kind {
        Kind::Sqlite => Value::Null,
        Kind::Postgres => json!(database.query("SELECT current_user")[0][0]),
        Kind::Mariadb => json!(database.query("SELECT CURRENT_USER()")[0][0]),
    };
    assert_eq!((&up["database_user"], &down["database_user"]), (&user, &user));
    let text = workspace.rev(&["log"]);
    let told = user.as_str().is_none_or(|user| text.succeeded().contains(&format!(" as {user}\n")));
    assert!(told, "{}", text.stdout);
}

/// A stamp of the head and one of the base write a row for the same revision.
fn the_history_says_from_where_to_where_a_stamp_went(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    for (id, down) in [("a", ""), ("b", "a")] {
        workspace.script(id, down, "-- rev: upgrade\n-- rev: downgrade\n");
    }
    for target in ["b", "a", "base"] {
        workspace.rev(&["stamp", target]).succeeded();
    }
    let log = workspace.rev(&["log", "--json"]).json();
    let told: Vec<_> = log["entries"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(told, ["stamped from a to base", "stamped from b to a", "stamped from base to b"]);
}

/// A table that an older rev made has no room for the database's user.
fn a_history_without_database_users_is_written_and_read_all_the_same(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a;\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO nowhere VALUES (1);\n-- rev: downgrade\n");
    workspace.rev(&["upgrade", "a"]).succeeded();
    database.execute("ALTER TABLE rev_history DROP COLUMN database_user");
    workspace.rev(&["upgrade"]).failed(3);
    workspace.rev(&["downgrade", "base"]).succeeded();
    let log = workspace.rev(&["log", "--json"]).json();
    let entries = log["entries"].as_array().unwrap();
    let outcomes: Vec<_> = entries.iter().map(|entry| entry["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "failed", "done"]);
    assert!(entries[1]["error"].as_str().unwrap().contains("nowhere"), "{log}");
    assert!(entries.iter().all(|entry| entry["database_user"].is_null()), "{log}");
}

/// Taken for nothing, such a row would let parts run twice that were kept.
fn an_emptied_table_of_heads_is_not_taken_for_base(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a;\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n-- rev: downgrade\nDELETE FROM a;\n");
    let empty = || database.execute("DELETE FROM rev_version");
    let refused = |left: &str| {
        for command in [&["upgrade"][..], &["upgrade", "--dry-run"], &["current"], &["status"], &["downgrade", "base"]]
        {
            let output = workspace.rev(command);
            assert!(output.failed(2).contains("journal-emptied"), "{}", output.stderr);
            assert!(output.stderr.contains(&format!("`rev stamp {left}`")), "{}", output.stderr);
        }
    };
    workspace.rev(&["upgrade"]).succeeded();
    empty();
    refused("b");
    workspace.rev(&["stamp", "b"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
    workspace.rev(&["downgrade", "a"]).succeeded();
    empty();
    refused("a");
    workspace.rev(&["stamp", "base"]).succeeded();
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!([]));
    workspace.rev(&["stamp", "a"]).succeeded();
    workspace.rev(&["downgrade", "base"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
}

fn a_journal_that_lost_its_progress_is_refused(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO a VALUES (1);\n");
    database.execute("DROP TABLE rev_progress");
    for command in [&["upgrade"][..], &["status"], &["downgrade", "base"]] {
        let output = workspace.rev(command);
        assert!(output.failed(2).contains("journal-incomplete"), "{}", output.stderr);
        assert!(output.stderr.contains("`rev stamp a`"), "{}", output.stderr);
    }
    workspace.rev(&["stamp", "a"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM a"), [["1"]]);
}

fn a_failed_step_has_its_start_and_its_duration(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let slow = match database.kind {
        Kind::Sqlite => {
            "CREATE TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 500000) SELECT max(n) AS n FROM c;"
        }
        Kind::Postgres => "SELECT pg_sleep(0.4);",
        Kind::Mariadb => "DO sleep(0.4);",
    };
    workspace.script("a", "", &format!("-- rev: upgrade\n{slow}\nSELECT * FROM missing;\n"));
    workspace.rev(&["upgrade"]).failed(3);
    let least = if database.kind == Kind::Sqlite { 20 } else { 400 };
    let rows = database.query("SELECT duration_ms, started FROM rev_history WHERE outcome = 'failed'");
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(row[0].parse::<u64>().unwrap() >= least, "{row:?}");
}

/// Many revisions may go in one message, whose answers come together.
fn each_revision_has_its_own_duration(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let slow = match database.kind {
        Kind::Sqlite => {
            "INSERT INTO t0 WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000) SELECT max(n) FROM c;"
        }
        Kind::Postgres => "SELECT pg_sleep(1);",
        Kind::Mariadb => "SELECT sleep(1);",
    };
    for number in 0..20 {
        let down = if number == 0 { String::new() } else { format!("a{}", number - 1) };
        let slow = if number == 12 { slow } else { "" };
        workspace.script(
            &format!("a{number}"),
            &down,
            &format!("-- rev: upgrade\nCREATE TABLE t{number} (n INTEGER);\n{slow}\n"),
        );
    }
    workspace.rev(&["upgrade"]).succeeded();
    let longest = "SELECT revision FROM rev_history ORDER BY duration_ms DESC LIMIT 1";
    assert_eq!(database.query(longest), [["a12"]]);
}

fn a_row_that_rev_did_not_write_stops_everything(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: upgrade transaction=off\nINSERT INTO a VALUES (1);\nINSERT INTO nosuch VALUES (1);\n",
    );
    workspace.rev(&["upgrade"]).failed(3);
    for change in ["direction = 'sideways'", "part = part + 1", "part = 0 - part"] {
        database.execute("DELETE FROM rev_progress WHERE part <> 1");
        database.execute(&format!("UPDATE rev_progress SET {change}"));
        for command in ["upgrade", "current", "status"] {
            let output = workspace.rev(&[command]);
            assert!(output.failed(2).contains("damaged-journal"), "{change} {}", output.stderr);
        }
        database.execute("UPDATE rev_progress SET direction = 'upgrade', part = 1");
    }
}

/// Nobody should do that; but to find no table then, and to apply all revisions again, would be worse.
fn a_view_can_stand_for_the_version_table(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("ALTER TABLE rev_version RENAME TO versions; CREATE VIEW rev_version AS SELECT * FROM versions");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], json!(["a"]));
    workspace.rev(&["upgrade"]).succeeded();
}

on_each_database!(
    a_row_that_rev_did_not_write_stops_everything,
    a_view_can_stand_for_the_version_table,
    an_alembic_database_is_taken_over_as_it_stands,
    a_newer_journal_is_refused,
    a_database_that_moved_is_left_alone,
    rows_that_others_imply_are_deleted_by_the_next_write,
    the_history_says_what_ran_when_and_by_whom,
    the_history_says_from_where_to_where_a_stamp_went,
    a_history_without_database_users_is_written_and_read_all_the_same,
    an_emptied_table_of_heads_is_not_taken_for_base,
    a_journal_that_lost_its_progress_is_refused,
    a_failed_step_has_its_start_and_its_duration,
    each_revision_has_its_own_duration,
);

#[test]
fn tables_can_stand_in_another_schema_under_other_names() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.write("migrations.toml", "[database]\nschema = \"ops\"\ntable_prefix = \"mig_\"\n");
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM ops.mig_version"), [["a"]]);
    database.query("SELECT * FROM public.a");
}

#[test]
fn a_search_path_without_a_schema_is_told() {
    let database = TestDatabase::new(Kind::Postgres);
    database.execute(&format!("ALTER DATABASE {} SET search_path = nosuch", database.name()));
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nSELECT 1;\n");
    assert!(workspace.rev(&["upgrade"]).failed(2).contains("none of the schemas of `search_path` exists"));
}

/// A journal in a schema of its own does not make a database fresh; only in a fresh one revisions share transactions.
#[test]
fn a_database_with_tables_in_other_schemas_is_not_fresh() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.write("migrations.toml", "[database]\nschema = \"ops\"\n");
    database.execute("CREATE SCHEMA ops; CREATE TABLE public.t (x bigint DEFAULT txid_current())");
    workspace.script("a", "", "-- rev: upgrade\nINSERT INTO t DEFAULT VALUES;\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t DEFAULT VALUES;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT count(DISTINCT x) FROM t"), [["2"]]);
}

#[test]
fn an_implied_row_that_stays_is_in_the_report() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    for (id, down) in [("a", ""), ("b", "a"), ("c", "b")] {
        workspace.script(id, down, "-- rev: upgrade\n-- rev: downgrade\n");
    }
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("INSERT INTO rev_version VALUES ('b')");
    let report = workspace.rev(&["downgrade", "-1", "--json"]).json();
    assert_eq!(report["to"], json!(["b"]));
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
}

/// Rows that a policy hides would make revisions that are applied look pending.
#[test]
fn rows_that_are_hidden_by_a_policy_are_an_error() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INT);\n");
    workspace.rev(&["upgrade"]).succeeded();
    let role = format!("rev_guest_{}", std::process::id());
    database.execute(&format!(
        "CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; ALTER TABLE rev_version ENABLE ROW LEVEL SECURITY"
    ));
    let url = database.url.replace("//postgres:", &format!("//{role}:"));
    let output = workspace.rev(&["upgrade", "-u", &url]);
    let message = output.failed(2).to_owned();
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert!(message.contains("row-level security"), "{message}");
}

#[test]
fn names_that_differ_by_case_are_one_table_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script(
        "a",
        "",
        "-- rev: upgrade\nCREATE TABLE IF NOT EXISTS t (n INTEGER);\nINSERT INTO t VALUES (1);\n",
    );
    workspace.rev(&["upgrade"]).succeeded();
    workspace.write("migrations.toml", "[database]\nversion_table = \"REV_Version\"\ntable_prefix = \"Rev_\"\n");
    assert_eq!(workspace.rev(&["current", "--json"]).json()["current"], serde_json::json!(["a"]));
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["1"]]);
}
