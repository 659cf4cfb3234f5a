//! The everyday commands on every database.

use serde_json::json;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn chain(workspace: &Workspace, ids: &[&str]) {
    let mut down = "";
    for id in ids {
        workspace.script(
            id,
            down,
            &format!(
                "-- rev: upgrade\nCREATE TABLE t_{id} (n INTEGER);\nINSERT INTO t_{id} VALUES (1);\n\n-- rev: downgrade\nDROP TABLE t_{id};\n"
            ),
        );
        down = id;
    }
}

fn rows(database: &TestDatabase) -> Vec<String> {
    database.query("SELECT version_num FROM rev_version ORDER BY 1").into_iter().flatten().collect()
}

fn up_and_down_along_a_line(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a", "b", "c"]);
    let report = workspace.rev(&["upgrade", "--json"]).json();
    assert_eq!((&report["ok"], &report["from"], &report["to"]), (&json!(true), &json!([]), &json!(["c"])));
    let steps: Vec<_> = report["steps"].as_array().unwrap().iter().map(|step| step["revision"].clone()).collect();
    assert_eq!(steps, ["a", "b", "c"]);
    assert_eq!(report["steps"][0]["statements"], 2);
    workspace.rev(&["downgrade", "-1"]).succeeded();
    assert_eq!(rows(database), ["b"]);
    workspace.rev(&["upgrade", "+1"]).succeeded();
    assert_eq!(rows(database), ["c"]);
    workspace.rev(&["downgrade", "a"]).succeeded();
    assert_eq!(rows(database), ["a"]);
    assert_eq!(database.query("SELECT n FROM t_a"), [["1"]]);
    assert!(database.try_query("SELECT n FROM t_b").is_err());
}

fn two_branches_are_explained_and_merged(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a"]);
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n-- rev: downgrade\nDROP TABLE b;\n");
    workspace.script("c", "a", "-- rev: upgrade\nCREATE TABLE c (n INTEGER);\n-- rev: downgrade\nDROP TABLE c;\n");
    let output = workspace.rev(&["upgrade", "head"]);
    let message = output.failed(2);
    assert!(message.contains("multiple-heads") && message.contains("rev merge heads"), "{message}");
    assert!(database.try_query("SELECT * FROM t_a").is_err(), "nothing was begun");
    workspace.rev(&["upgrade", "heads"]).succeeded();
    assert_eq!(rows(database), ["b", "c"]);
    let output = workspace.rev(&["downgrade", "-1"]);
    assert!(output.failed(2).contains("ambiguous-current"), "{}", output.stderr);
    workspace.rev(&["merge", "heads", "-m", "join", "--rev-id", "m"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(rows(database), ["m"]);
    assert!(workspace.rev(&["downgrade", "-1"]).failed(2).contains("ambiguous-walk"));
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(rows(database), Vec::<String>::new());
}

fn at_head_nothing_is_written(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a"]);
    workspace.rev(&["upgrade"]).succeeded();
    let history = database.query("SELECT COUNT(*) FROM rev_history");
    let report = workspace.rev(&["upgrade", "--json"]).json();
    assert_eq!(report["steps"], json!([]));
    assert_eq!(database.query("SELECT COUNT(*) FROM rev_history"), history);
}

fn commands_that_read_make_no_table(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a"]);
    for command in [&["current"][..], &["status"], &["log"], &["history", "-i"], &["upgrade", "--dry-run"]] {
        workspace.rev(command).succeeded();
    }
    assert!(database.try_query("SELECT * FROM rev_version").is_err());
    if database.kind == Kind::Sqlite {
        let path = database.url.trim_start_matches("sqlite:").split('?').next().unwrap().to_owned();
        let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
        assert_eq!(size, 0, "no file was made, or it is still empty");
    }
}

fn a_dry_run_names_every_statement_and_touches_nothing(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a", "b"]);
    let output = workspace.rev(&["upgrade", "--dry-run"]);
    let text = output.succeeded();
    assert!(["versions/a.sql", "line 6", "versions/b.sql", "line 7"].iter().all(|part| text.contains(part)), "{text}");
    assert!(database.try_query("SELECT * FROM t_a").is_err());
}

fn a_stamp_writes_rows_only(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a", "b", "c"]);
    workspace.rev(&["stamp", "b"]).succeeded();
    assert_eq!(rows(database), ["b"]);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(rows(database), ["c"]);
    assert!(database.try_query("SELECT * FROM t_a").is_err());
    workspace.rev(&["stamp", "base"]).succeeded();
    assert_eq!(rows(database), Vec::<String>::new());
}

fn an_unknown_row_is_named_with_what_is_known_of_it(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a", "b"]);
    workspace.rev(&["upgrade"]).succeeded();
    std::fs::remove_file(workspace.path().join("versions/b.sql")).unwrap();
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(2);
    assert!(message.contains("unknown-row") && message.contains("`b`") && message.contains("applied 20"), "{message}");
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "unknown_revision");
    workspace.rev(&["stamp", "--purge", "a"]).succeeded();
    assert_eq!(rows(database), ["a"]);
}

fn redo_takes_off_and_applies_again(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    chain(&workspace, &["a", "b"]);
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("INSERT INTO t_b VALUES (2)");
    workspace.rev(&["redo"]).succeeded();
    assert_eq!(rows(database), ["b"]);
    assert_eq!(database.query("SELECT n FROM t_b"), [["1"]]);
}

fn a_downgrade_without_a_way_back_is_refused_before_it_begins(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.script("b", "a", "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n-- rev: downgrade irreversible\n");
    workspace.script("c", "b", "-- rev: upgrade\nCREATE TABLE c (n INTEGER);\n-- rev: downgrade\nDROP TABLE c;\n");
    workspace.rev(&["upgrade"]).succeeded();
    let output = workspace.rev(&["downgrade", "base"]);
    let message = output.failed(2);
    assert!(message.contains("missing-downgrade") && message.contains("irreversible"), "{message}");
    assert_eq!(rows(database), ["c"]);
    workspace.rev(&["downgrade", "b"]).succeeded();
}

on_each_database!(
    up_and_down_along_a_line,
    two_branches_are_explained_and_merged,
    at_head_nothing_is_written,
    commands_that_read_make_no_table,
    a_dry_run_names_every_statement_and_touches_nothing,
    a_stamp_writes_rows_only,
    an_unknown_row_is_named_with_what_is_known_of_it,
    redo_takes_off_and_applies_again,
    a_downgrade_without_a_way_back_is_refused_before_it_begins,
);

#[test]
fn a_role_whose_transactions_are_read_only_can_still_migrate() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = Workspace::new(&database);
    database.execute(&format!("ALTER DATABASE \"{}\" SET default_transaction_read_only = on", database.name()));
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).failed(2);
    workspace.rev(&["stamp", "base"]).succeeded();
}
