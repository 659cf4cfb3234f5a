//! An upgrade that stopped half-way: what is told of it, and how its downgrade undoes what ran, or says why it cannot.

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::feed;
use crate::support::on_each_database;

/// Revision `a` is applied, and `b` stops where somebody else's table `logs` stands in its way.
fn stopped(database: &TestDatabase) -> Workspace {
    stopped_with(database, "DROP TABLE IF EXISTS logs;\nDROP INDEX {i};\nALTER TABLE t DROP COLUMN m;\nDROP TABLE b;\n")
}

fn stopped_with(database: &TestDatabase, downgrade: &str) -> Workspace {
    let workspace = Workspace::new(database);
    let begin = "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (7);\n";
    workspace.script("a", "", &format!("{begin}-- rev: downgrade\nDROP TABLE t;\n"));
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("CREATE TABLE logs (n INTEGER)");
    database.execute("INSERT INTO logs VALUES (1)");
    let on = if database.kind == Kind::Mariadb { "i ON t" } else { "i" };
    workspace.script(
        "b",
        "a",
        &format!(
            "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\nALTER TABLE t ADD COLUMN m INTEGER;\n\
             -- rev: upgrade transaction=off\nCREATE INDEX i ON t (m);\n\
             -- rev: upgrade\nCREATE TABLE logs (n INTEGER);\nUPDATE t SET n = n + 1;\n\
             -- rev: downgrade\n{}",
            downgrade.replace("{i}", on)
        ),
    );
    workspace.rev(&["upgrade"]).failed(3);
    workspace
}

/// How many parts of `b` are kept, and how many it has.
fn parts(database: &TestDatabase) -> (u64, u64) {
    if database.kind == Kind::Mariadb { (3, 5) } else { (2, 3) }
}

fn rows(database: &TestDatabase, table: &str) -> Vec<Vec<String>> {
    database.query(&format!("SELECT * FROM {table}"))
}

/// Nothing of `b` is left, and what was there before is.
#[track_caller]
fn check_undone(database: &TestDatabase, workspace: &Workspace) {
    assert!(database.try_query("SELECT * FROM b").is_err());
    assert_eq!(rows(database, "t"), [["7"]]);
    assert_eq!(rows(database, "logs"), [["1"]]);
    assert!(rows(database, "rev_progress").is_empty());
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    assert_eq!(workspace.rev(&["status", "--json"]).json()["status"], "pending");
}

/// The half-run upgrade stands as it stood, and goes on once nothing is in its way.
#[track_caller]
fn check_stands(database: &TestDatabase, workspace: &Workspace) {
    assert_eq!(rows(database, "rev_progress").len() as u64, parts(database).0);
    assert_eq!(rows(database, "logs"), [["1"]]);
    database.execute("DROP TABLE logs");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(database.query("SELECT n FROM t"), [["8"]]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
    assert!(rows(database, "rev_progress").is_empty());
}

#[track_caller]
fn check_told(output: &Output, texts: &[&str]) {
    let told = format!("{}{}", output.stdout, output.stderr);
    for text in texts {
        assert!(told.contains(text), "{text}\n{told}");
    }
}

fn where_it_stopped_is_told_everywhere(database: &TestDatabase) {
    let workspace = stopped(database);
    let (done, of) = parts(database);
    let place = "versions/b.sql:11:1";
    let sentence =
        format!("through its upgrade, after part {done} of {of}, at CREATE TABLE logs (n INTEGER) ({place})");
    for command in ["status", "current"] {
        let output = workspace.rev(&[command]);
        output.succeeded();
        check_told(&output, &[&sentence, "`rev upgrade b` continues it", "`rev downgrade b@a` undoes what ran"]);
        let json = &workspace.rev(&[command, "--json"]).json()["in_progress"];
        assert_eq!((json["parts_done"].as_u64(), json["parts"].as_u64()), (Some(done), Some(of)), "{json}");
        assert_eq!((json["revision"].as_str(), json["direction"].as_str()), (Some("b"), Some("upgrade")));
        assert_eq!((json["statement"]["line"].as_u64(), json["begun"].as_bool()), (Some(11), Some(false)));
        assert_eq!(
            (json["continue"].as_str(), json["back"].as_str()),
            (Some("rev upgrade b"), Some("rev downgrade b@a"))
        );
    }
    let mark = format!("(in progress: upgrade, {done} of {of} parts, at {place})");
    check_told(&workspace.rev(&["history", "-i"]), &[&mark]);
    check_told(&workspace.rev(&["history", "--graph", "-i"]), &[&mark]);
    check_told(&workspace.rev(&["history", "-i", "-v"]), &["Reached: CREATE TABLE logs (n INTEGER)"]);
    let history = workspace.rev(&["history", "-i", "--json"]).json();
    assert_eq!(history["revisions"][0]["in_progress"]["parts_done"].as_u64(), Some(done));
    assert!(history["revisions"][1].get("in_progress").is_none());
    // Without the script, the journal still knows how many parts are through.
    std::fs::remove_file(workspace.path().join("versions/b.sql")).unwrap();
    check_told(&workspace.rev(&["status"]), &[&format!("after part {done}\n"), "check out the branch"]);
    workspace.rev(&["downgrade", "-1"]).failed(2);
}

fn what_ran_is_undone_and_nothing_else(database: &TestDatabase) {
    for target in ["-1", "a", "b@a", "b@-1"] {
        let workspace = stopped(database);
        let dry = workspace.rev(&["downgrade", target, "--dry-run"]);
        check_told(&dry, &["left out, since what it undoes never ran\n", "DROP TABLE IF EXISTS logs"]);
        let json = workspace.rev(&["downgrade", target, "--json"]).json();
        assert_eq!(json["steps"].as_array().unwrap().len(), 1, "{target} {json}");
        assert_eq!((json["from"][0].as_str(), json["to"][0].as_str()), (Some("a"), Some("a")));
        check_undone(database, &workspace);
        let last = "SELECT revision, direction, outcome FROM rev_history ORDER BY id DESC LIMIT 1";
        assert_eq!(database.query(last), [["b", "downgrade", "done"]]);
        database.execute("DROP TABLE logs");
        workspace.rev(&["upgrade"]).succeeded();
        workspace.rev(&["downgrade", "base"]).succeeded();
        for table in ["rev_version", "rev_history", "rev_lock", "rev_progress"] {
            database.execute(&format!("DROP TABLE {table}"));
        }
    }
}

fn what_is_below_goes_after_it(database: &TestDatabase) {
    let workspace = stopped(database);
    let json = workspace.rev(&["downgrade", "-2", "--json"]).json();
    let revisions: Vec<&str> =
        json["steps"].as_array().unwrap().iter().map(|s| s["revision"].as_str().unwrap()).collect();
    assert_eq!(revisions, ["b", "a"]);
    assert!(database.try_query("SELECT * FROM t").is_err());
    assert_eq!(rows(database, "logs"), [["1"]]);
    assert!(rows(database, "rev_version").is_empty() && rows(database, "rev_progress").is_empty());
}

/// The rows of `t` were not changed yet, so that to change them back would be wrong.
fn a_downgrade_that_may_undo_what_never_ran_is_refused(database: &TestDatabase) {
    let workspace = stopped_with(database, "UPDATE t SET n = n - 1;\nALTER TABLE t DROP COLUMN m;\nDROP TABLE b;\n");
    let output = workspace.rev(&["downgrade", "-1"]);
    output.failed(2);
    check_told(
        &output,
        &[
            "error[cannot-undo]",
            "UPDATE t SET n = n - 1 may undo what never ran: UPDATE t SET n = n + 1",
            "nothing was changed; the upgrade of revision b is still half done: it stopped after part",
            "`rev upgrade b` continues it",
        ],
    );
    assert_eq!(workspace.rev(&["status", "--json"]).json()["in_progress"]["back"], serde_json::Value::Null);
    check_stands(database, &workspace);
}

fn check_tells_of_it_and_of_an_edit(database: &TestDatabase) {
    let workspace = stopped(database);
    let output = workspace.rev(&["check", "--database"]);
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(output.stdout.contains("error[in-progress]: revision `b` stopped half-way"), "{}", output.stdout);
    assert!(!output.stdout.contains("edited-halfway"), "{}", output.stdout);
    let text = workspace.read("versions/b.sql");
    workspace.write("versions/b.sql", text.replace("b (n INTEGER)", "b (x INTEGER)"));
    let findings = workspace.rev(&["check", "--database", "--json"]).json();
    let codes: Vec<_> =
        findings["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"in-progress") && codes.contains(&"edited-halfway"), "{codes:?}");
}

/// A run that was killed could not write into the history; the next one does, once.
fn the_next_run_notes_that_one_was_killed(database: &TestDatabase) {
    let workspace = stopped(database);
    let outcomes = || {
        let log = workspace.rev(&["log", "--json"]).json();
        let entries = log["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|one| one["revision"] == "b").collect::<Vec<_>>()
    };
    let failed = outcomes();
    assert_eq!(failed.len(), 1);
    // It has told why it stopped.
    workspace.rev(&["upgrade"]).failed(3);
    assert!(outcomes().iter().all(|one| !one["duration_ms"].is_null()), "{:?}", outcomes());
    database.execute("DELETE FROM rev_history WHERE outcome = 'failed'");
    workspace.rev(&["upgrade"]).failed(3);
    let told = outcomes();
    let killed = &told[1];
    assert_eq!(
        (told.len(), killed["outcome"].as_str(), killed["direction"].as_str()),
        (2, Some("failed"), Some("upgrade"))
    );
    assert!(killed["error"].as_str().unwrap().starts_with("interrupted: the run was killed"), "{killed}");
    assert!(killed["started"].as_str().unwrap() < told[0]["started"].as_str().unwrap(), "{told:?}");
    assert!(["user", "host", "duration_ms", "database_user"].iter().all(|key| killed[key].is_null()), "{killed}");
    workspace.rev(&["upgrade"]).failed(3);
    assert_eq!(outcomes().len(), 3);
}

fn without_a_downgrade_it_only_goes_on(database: &TestDatabase) {
    let workspace = stopped(database);
    let text = workspace.read("versions/b.sql");
    let (upgrade, _) = text.split_once("-- rev: downgrade").unwrap();
    for (rest, code) in [("", "missing-downgrade"), ("-- rev: downgrade irreversible\n", "irreversible")] {
        workspace.write("versions/b.sql", format!("{upgrade}{rest}"));
        let output = workspace.rev(&["downgrade", "-1"]);
        output.failed(2);
        check_told(
            &output,
            &[code, "the upgrade of revision b is still half done: it stopped after part", "reached CREATE TABLE logs"],
        );
    }
    workspace.write("versions/b.sql", text.replace("b (n INTEGER)", "b (x INTEGER)"));
    check_told(&workspace.rev(&["downgrade", "-1"]), &["edited-halfway"]);
    workspace.write("versions/b.sql", text);
    check_stands(database, &workspace);
}

/// Where the downgrade is one transaction, its failure leaves the half-run upgrade; elsewhere what it undid is kept,
/// and goes on.
fn a_downgrade_that_fails_can_be_continued(database: &TestDatabase) {
    let workspace = stopped(database);
    let text = workspace.read("versions/b.sql");
    workspace.write("versions/b.sql", text.replace("DROP TABLE b;", "DROP VIEW v;\nDROP TABLE b;"));
    // No part that ran made a view.
    check_told(&workspace.rev(&["downgrade", "-1"]), &["cannot-undo", "nothing that ran made or changed `v`"]);
    workspace.write("versions/b.sql", &text);
    database.execute("ALTER TABLE b RENAME TO elsewhere");
    let output = workspace.rev(&["downgrade", "-1"]);
    output.failed(3);
    if database.kind == Kind::Mariadb {
        check_told(&output, &["revision b is in progress: parts 1 to 2 of 3 are kept", "the same downgrade again"]);
        let json = workspace.rev(&["status", "--json"]).json();
        assert_eq!(json["in_progress"]["direction"], "downgrade");
        assert_eq!(json["in_progress"]["undoes_parts"].as_u64(), Some(3));
        assert_eq!(json["in_progress"]["continue"], "rev downgrade b@a");
        assert_eq!(json["in_progress"]["statement"]["sql"], "DROP TABLE b");
        check_told(&workspace.rev(&["upgrade"]), &["in-progress", "through its downgrade, after part 2 of 3"]);
        check_told(&workspace.rev(&["upgrade", "b"]), &["in-progress"]);
        check_told(&workspace.rev(&["redo"]), &["in-progress"]);
        check_told(&workspace.rev(&["downgrade", "-1", "--dry-run"]), &["part 2 of 3: done by an earlier run"]);
    } else {
        check_told(
            &output,
            &[
                "the database is at a; the upgrade of revision b is still half done: it stopped after part",
                "part 2 of 3",
            ],
        );
        assert_eq!(workspace.rev(&["status", "--json"]).json()["in_progress"]["direction"], "upgrade");
    }
    database.execute("ALTER TABLE elsewhere RENAME TO b");
    workspace.rev(&["downgrade", "-1"]).succeeded();
    check_undone(database, &workspace);
}

/// What stopped half-way down goes on down, and nowhere else.
fn a_downgrade_that_stopped_is_not_upgraded(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a;\n");
    let down = "-- rev: downgrade transaction=off\nDROP TABLE b;\nDROP TABLE c;\n";
    let up = "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\nCREATE TABLE c (n INTEGER);\n";
    workspace.script("b", "a", &format!("{up}{down}"));
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("ALTER TABLE c RENAME TO d");
    workspace.rev(&["downgrade", "-1"]).failed(3);
    let sentence = "revision `b` stopped half-way through its downgrade, after part 1 of 2, at DROP TABLE c";
    for args in [&["upgrade"][..], &["upgrade", "b"], &["stamp", "a"]] {
        let output = workspace.rev(args);
        output.failed(2);
        check_told(&output, &["in-progress", sentence, "`rev downgrade b@a` continues it"]);
    }
    check_told(&workspace.rev(&["history", "-i"]), &["b (head) (current) (in progress: downgrade, 1 of 2 parts, at "]);
    database.execute("ALTER TABLE d RENAME TO c");
    workspace.rev(&["downgrade", "b@a"]).succeeded();
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["a"]]);
    workspace.rev(&["upgrade"]).succeeded();
}

/// A run was killed before the first statement of `b` could run: `-1` means `b`, of which nothing is left to undo, and
/// not what is below it.
fn what_turns_out_to_have_left_nothing_is_not_taken_for_another(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a;\n");
    let body = "-- rev: upgrade transaction=off\nCREATE TABLE b (n INTEGER);\n-- rev: downgrade\nDROP TABLE b;\n";
    workspace.script("b", "a", body);
    workspace.rev(&["upgrade", "a"]).succeeded();
    let schema = match database.kind {
        Kind::Sqlite => "main",
        Kind::Postgres => "public",
        Kind::Mariadb => database.name(),
    };
    let intend = format!(
        "INSERT INTO rev_progress (revision, part, direction, state, hash, definition, started) VALUES ('b', 1, \
         'upgrade', 'intended', 'x', '{{\"place\":\"versions/old.sql:6:1\",\"statement\":\"CREATE TABLE b\",\
         \"connection\":null,\"objects\":[{{\"kind\":\"table\",\"schema\":\"{schema}\",\"name\":\"b\",\
         \"change\":\"appears\",\"before\":null}}]}}', '2026-11-20T09:12:44.310Z')"
    );
    database.execute(&intend);
    // The script has another statement now, so what the journal noted is told.
    check_told(
        &workspace.rev(&["status"]),
        &["at part 1 of 1, at CREATE TABLE b (versions/old.sql:6:1), which was begun\n"],
    );
    let json = workspace.rev(&["current", "--json"]).json();
    assert_eq!(
        (json["in_progress"]["begun"].as_bool(), json["in_progress"]["parts_done"].as_u64()),
        (Some(true), Some(0))
    );
    let output = workspace.rev(&["downgrade", "-1"]);
    output.succeeded();
    check_told(&output, &["nothing to do: the database is at a"]);
    assert!(rows(database, "rev_progress").is_empty() && rows(database, "a").is_empty());
    database.execute(&intend);
    workspace.rev(&["downgrade", "-2"]).succeeded();
    assert!(rows(database, "rev_progress").is_empty() && rows(database, "rev_version").is_empty());
}

/// Otherwise what is applied would be taken off and forgotten, or what is not be applied.
fn a_redo_waits_until_it_is_through(database: &TestDatabase) {
    let workspace = stopped(database);
    check_told(&workspace.rev(&["redo"]), &["in-progress", "`rev downgrade b@a` undoes what ran"]);
    check_stands(database, &workspace);
}

fn a_stamp_says_what_it_goes_over(database: &TestDatabase) {
    let workspace = stopped(database);
    let output = workspace.rev(&["stamp", "b"]);
    output.failed(2);
    check_told(&output, &["in-progress", "at CREATE TABLE logs", "`rev stamp --purge TARGET`"]);
    let dry = workspace.rev(&["stamp", "--purge", "b", "--dry-run"]);
    check_told(&dry, &["gives up revision b, which stopped half-way through its upgrade"]);
    let output = workspace.rev(&["stamp", "--purge", "b"]);
    output.succeeded();
    check_told(&output, &["gives up revision b, which stopped half-way through its upgrade, after part"]);
    assert!(rows(database, "rev_progress").is_empty());
}

fn the_shell_can_do_it_too(database: &TestDatabase) {
    let workspace = stopped(database);
    let sql = workspace.rev(&["downgrade", "-1", "--sql"]);
    let text = sql.succeeded();
    assert!(!text.contains("logs;"), "{text}");
    let output = feed(database, text);
    assert_eq!(output.code, 0, "{}\n{text}", output.stderr);
    check_undone(database, &workspace);
    // What it expected is no longer so.
    assert_ne!(feed(database, text).code, 0);
    assert_eq!(rows(database, "logs"), [["1"]]);
}

on_each_database!(
    where_it_stopped_is_told_everywhere,
    what_ran_is_undone_and_nothing_else,
    what_is_below_goes_after_it,
    a_downgrade_that_may_undo_what_never_ran_is_refused,
    check_tells_of_it_and_of_an_edit,
    the_next_run_notes_that_one_was_killed,
    without_a_downgrade_it_only_goes_on,
    a_downgrade_that_fails_can_be_continued,
    a_downgrade_that_stopped_is_not_upgraded,
    what_turns_out_to_have_left_nothing_is_not_taken_for_another,
    a_redo_waits_until_it_is_through,
    a_stamp_says_what_it_goes_over,
    the_shell_can_do_it_too,
);
