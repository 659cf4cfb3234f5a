//! Scripts that were edited or lost after they were applied: found, refused, accepted, taken off as they were stored.

use serde_json::json;

use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const A: &str = "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n-- rev: downgrade\nDROP TABLE a;\n";
const B: &str = "-- rev: upgrade\nCREATE TABLE b (n INTEGER);\n-- rev: downgrade\nDROP TABLE b;\n";

/// A project with `a`, applied, edited since, and `b` above it.
fn edited(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    upgrade_as(&workspace, "ada");
    workspace.script("a", "", &A.replace("n INTEGER", "n INTEGER, m INTEGER"));
    workspace.script("b", "a", B);
    workspace
}

fn upgrade_as(workspace: &Workspace, user: &str) {
    let mut command = workspace.command(&["upgrade", "-q"]);
    assert!(command.env("USER", user).status().unwrap().success());
}

fn rows(database: &TestDatabase) -> Vec<Vec<String>> {
    database.query("SELECT version_num FROM rev_version")
}

fn steps(database: &TestDatabase) -> Vec<String> {
    let rows = database.query("SELECT direction, revision, outcome FROM rev_history ORDER BY id");
    rows.iter().map(|row| row.join(" ")).collect()
}

fn nothing_is_applied_on_top_of_an_edited_script(database: &TestDatabase) {
    let workspace = edited(database);
    for command in [&["upgrade"][..], &["upgrade", "--dry-run"], &["upgrade", "--sql"]] {
        let output = workspace.rev(command);
        let message = output.failed(2);
        assert!(message.contains("error[edited]") && message.contains("versions/a.sql:3"), "{message}");
        assert!(message.contains(" by ada") && message.contains("rev accept a"), "{message}");
    }
    assert_eq!(rows(database), [["a"]]);
    let status = workspace.rev(&["status", "--json"]).json();
    assert_eq!(status["status"], "pending");
    assert_eq!(status["edited_revisions"][0]["revision"], "a");
    assert_eq!(status["edited_revisions"][0]["user"], "ada");
    let text = workspace.rev(&["status"]);
    assert!(text.succeeded().contains("edited after they were applied:\n  a  versions/a.sql, applied 2"), "{text:?}");
    let found = workspace.rev(&["check", "--database", "--json"]).json();
    assert!(found["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "edited"), "{found}");
}

fn with_nothing_pending_above_it_an_edit_stops_nothing(database: &TestDatabase) {
    let workspace = edited(database);
    workspace.rev(&["upgrade", "a"]).succeeded();
    workspace.script("b", "", B); // it does not stand on `a`
    workspace.rev(&["upgrade", "heads"]).succeeded();
}

fn comments_and_layout_are_no_edits(database: &TestDatabase) {
    let workspace = edited(database);
    workspace.script("a", "", &A.replace(" a (n", "\r\n  a /* all of it */ (n").replace("DROP", "-- gone\nDROP"));
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).succeeded();
}

fn what_was_stamped_is_not_edited(database: &TestDatabase) {
    let workspace = edited(database);
    workspace.rev(&["stamp", "base"]).succeeded();
    workspace.rev(&["stamp", "a"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
}

fn a_warning_is_enough_where_it_is_configured(database: &TestDatabase) {
    let workspace = edited(database);
    workspace.write("migrations.toml", "[database]\nedited = 'warn'\n");
    let output = workspace.rev(&["upgrade"]);
    output.succeeded();
    let message = &output.stderr;
    assert!(
        message.contains("warning: versions/a.sql:3") && message.contains("edited after it was applied"),
        "{message}"
    );
    assert_eq!(rows(database), [["b"]]);
}

fn an_edit_can_be_accepted_once_and_for_all(database: &TestDatabase) {
    let workspace = edited(database);
    let mut accept = workspace.command(&["accept", "a", "a", "--json"]);
    let output = crate::support::Output::of({
        accept.env("USER", "grace");
        accept
    });
    assert_eq!(output.json()["accepted"], json!(["a"]));
    let log = workspace.rev(&["log", "--json"]).json();
    let (accepted, applied) = (&log["entries"][0], &log["entries"][1]);
    assert_eq!((&accepted["direction"], &accepted["outcome"]), (&json!("upgrade"), &json!("accepted")));
    assert_eq!((&accepted["user"], &applied["user"]), (&json!("grace"), &json!("ada")));
    assert_ne!(accepted["checksum"], applied["checksum"]);
    assert_eq!(workspace.rev(&["status", "--json"]).json()["edited_revisions"], json!([]));
    assert_eq!(workspace.rev(&["accept", "a", "--json"]).json()["accepted"], json!([]));
    workspace.rev(&["check", "--database", "--allow", "empty-message"]).succeeded();
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(steps(database), ["upgrade a done", "upgrade a accepted", "upgrade b done"]);
    // The next edit is another one, and who applied it is still who applied it.
    workspace.script("a", "", A);
    workspace.script("c", "b", "-- rev: upgrade\n");
    let output = workspace.rev(&["upgrade"]);
    assert!(output.failed(2).contains("by ada"), "{}", output.stderr);
}

fn only_what_is_applied_can_be_accepted(database: &TestDatabase) {
    let workspace = edited(database);
    let output = workspace.rev(&["accept", "a", "b"]);
    assert!(output.failed(2).contains("not-applied"), "{}", output.stderr);
    assert_eq!(steps(database), ["upgrade a done"]);
    assert!(workspace.rev(&["accept", "nosuch"]).failed(2).contains("unknown-revision"));
}

/// A table that only the stored downgrade knows must be gone, and what the edited one asks for must not have happened.
fn an_edited_downgrade_is_shown_and_runs_as_it_was_stored(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.script("b", "a", B);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("b", "a", &B.replace("DROP TABLE b", "DROP TABLE a"));
    let output = workspace.rev(&["downgrade", "base"]);
    let message = output.failed(2);
    assert!(message.contains("error[edited-downgrade]") && message.contains("versions/b.sql:3"), "{message}");
    assert!(message.contains("-DROP TABLE b;") && message.contains("+DROP TABLE a;"), "{message}");
    assert_eq!(rows(database), [["b"]]);
    let notes = workspace.rev(&["downgrade", "base", "--json"]).json();
    assert!(notes["error"]["notes"][0].as_str().unwrap().contains("-DROP TABLE b;"), "{notes}");
    workspace.rev(&["downgrade", "a", "--stored"]).succeeded();
    assert_eq!(rows(database), [["a"]]);
    assert!(database.try_query("SELECT * FROM b").is_err());
    database.query("SELECT * FROM a");
}

fn an_accepted_downgrade_is_the_one_that_counts(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.rev(&["upgrade"]).succeeded();
    database.execute("CREATE TABLE accepted (n INTEGER)");
    workspace.script("a", "", &A.replace("DROP TABLE a;", "DROP TABLE a;\nDROP TABLE accepted;"));
    workspace.rev(&["accept", "a"]).succeeded();
    std::fs::remove_file(workspace.path().join("versions/a.sql")).unwrap();
    workspace.rev(&["downgrade", "base", "--stored"]).succeeded();
    assert!(database.try_query("SELECT * FROM accepted").is_err());
}

fn a_downgrade_that_was_written_later_takes_nobodys_place(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE a (n INTEGER);\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert!(workspace.rev(&["downgrade", "base"]).failed(2).contains("missing-downgrade"));
    workspace.script("a", "", A);
    workspace.rev(&["downgrade", "base"]).succeeded();
}

fn an_edit_of_the_upgrade_only_does_not_stop_the_downgrade(database: &TestDatabase) {
    let workspace = edited(database);
    workspace.rev(&["redo", "a"]).succeeded();
    database.query("SELECT m FROM a");
    workspace.rev(&["upgrade"]).succeeded();
}

/// `redo` would leave the database below what it cannot apply again.
fn a_redo_on_top_of_an_edited_script_does_not_begin(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.script("b", "a", B);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.script("a", "", &A.replace("n INTEGER", "m INTEGER"));
    let output = workspace.rev(&["redo"]);
    assert!(output.failed(2).contains("error[edited]"), "{}", output.stderr);
    assert_eq!(steps(database), ["upgrade a done", "upgrade b done"]);
}

/// On SQLite and PostgreSQL each statement outside of a transaction is a part; on MariaDB all of them are.
fn the_rest_of_a_downgrade_that_stopped_may_be_mended(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    let body = A.replace("-- rev: downgrade\n", "-- rev: downgrade transaction=off\n") + "DROP TABLE nosuch;\n";
    workspace.script("a", "", &body);
    workspace.rev(&["upgrade"]).succeeded();
    workspace.rev(&["downgrade", "base"]).failed(3);
    workspace.script("a", "", &body.replace("DROP TABLE nosuch", "SELECT 1"));
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(rows(database), Vec::<Vec<String>>::new());
}

/// A label that another script declares now: which of them a dependency means, nobody can say.
fn a_lost_revision_that_does_not_fit_any_more_is_not_taken_off(database: &TestDatabase) {
    let workspace = lost(database);
    workspace.script("y", "a", "-- branch_labels: shop\n-- rev: upgrade\n");
    let output = workspace.rev(&["downgrade", "-1", "--stored"]);
    let message = output.failed(2);
    assert!(message.contains("error[unplaced]") && message.contains("`shop`"), "{message}");
    assert_eq!(rows(database), [["c"]]);
}

/// A project whose revisions `b` and `c`, a merge with `x`, are applied and gone.
fn lost(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", A);
    workspace.script("x", "a", "-- rev: upgrade\nCREATE TABLE x (n INTEGER);\n-- rev: downgrade\nDROP TABLE x;\n");
    workspace.script("b", "a", &format!("-- branch_labels: shop\n{B}"));
    workspace.script(
        "c",
        "b",
        "-- depends_on: x\n-- rev: upgrade\nCREATE TABLE c (n INTEGER);\n-- rev: downgrade transaction=off\nDROP TABLE c;\nSELECT 1;\n",
    );
    upgrade_as(&workspace, "ada");
    for id in ["b", "c"] {
        std::fs::remove_file(workspace.path().join(format!("versions/{id}.sql"))).unwrap();
    }
    workspace
}

fn a_lost_script_is_named_and_its_stored_downgrade_shown(database: &TestDatabase) {
    let workspace = lost(database);
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(2);
    assert!(
        message.contains("unknown-row") && message.contains("\"c\", applied 2") && message.contains("by ada"),
        "{message}"
    );
    let status = workspace.rev(&["status", "--json"]).json();
    assert_eq!(status["status"], "unknown_revision");
    let unknown = &status["unknown_revisions"][0];
    assert_eq!(
        (&unknown["revision"], &unknown["message"], &unknown["user"]),
        (&json!("c"), &json!("c"), &json!("ada"))
    );
    let text = workspace.rev(&["status"]);
    assert!(text.succeeded().contains("\"c\", applied 2"), "{text:?}");
    let output = workspace.rev(&["downgrade", "a"]);
    let message = output.failed(2);
    assert!(message.contains("error[lost-script]") && message.contains("DROP TABLE c;"), "{message}");
    assert!(message.contains("DROP TABLE b;") && message.contains("--stored"), "{message}");
    assert_eq!(rows(database), [["c"]]);
}

fn what_is_lost_is_taken_off_as_it_was_stored(database: &TestDatabase) {
    let workspace = lost(database);
    workspace.rev(&["downgrade", "-1", "--stored"]).succeeded();
    assert_eq!(rows(database), [["b"], ["x"]]);
    workspace.rev(&["downgrade", "shop@a", "--stored"]).succeeded();
    assert_eq!(rows(database), [["x"]]);
    assert!(database.try_query("SELECT * FROM b").is_err());
    let history =
        database.query("SELECT direction, revision, message, down_revisions, depends_on FROM rev_history ORDER BY id");
    assert_eq!(history[4..], [["downgrade", "c", "c", "b", "x"], ["downgrade", "b", "b", "a", ""]]);
    workspace.rev(&["downgrade", "base"]).succeeded();
    assert_eq!(rows(database), Vec::<Vec<String>>::new());
}

fn what_is_lost_cannot_be_done_again(database: &TestDatabase) {
    let workspace = lost(database);
    for args in [&["redo", "--stored"][..], &["redo", "x", "--stored"]] {
        assert!(workspace.rev(args).failed(2).contains("unknown-row"));
    }
    assert_eq!(rows(database), [["c"]]);
}

fn what_nobody_knows_is_not_taken_off(database: &TestDatabase) {
    let workspace = lost(database);
    // Nothing was stored of a downgrade.
    database.execute("UPDATE rev_history SET downgrade = NULL WHERE revision = 'c'");
    let output = workspace.rev(&["downgrade", "-1", "--stored"]);
    assert!(output.failed(2).contains("nothing-stored"), "{}", output.stderr);
    // A parent is neither in the folder nor in the history.
    database.execute("UPDATE rev_history SET down_revisions = 'gone' WHERE revision = 'b'");
    let output = workspace.rev(&["downgrade", "-1", "--stored"]);
    assert!(output.failed(2).contains("error[unplaced]"), "{}", output.stderr);
    assert!(output.stderr.contains("`gone`"), "{}", output.stderr);
    let output = workspace.rev(&["downgrade", "-1"]);
    assert!(output.failed(2).contains("unknown-row"), "{}", output.stderr);
    assert_eq!(rows(database), [["c"]]);
}

/// What somebody wrote into the history is held to the rules of scripts.
fn a_stored_text_is_checked_like_a_script(database: &TestDatabase) {
    let workspace = lost(database);
    for (text, code) in
        [("-- rev: downgrade\nROLLBACK;", "transaction-control"), ("DROP TABLE c;", "sql-before-section")]
    {
        database.execute(&format!("UPDATE rev_history SET downgrade = '{text}' WHERE revision = 'c'"));
        let output = workspace.rev(&["downgrade", "-1", "--stored"]);
        assert!(output.failed(2).contains(code) && output.stderr.contains("<history of c>:"), "{}", output.stderr);
    }
    assert_eq!(rows(database), [["c"]]);
}

fn a_failure_in_a_stored_downgrade_has_its_place(database: &TestDatabase) {
    let workspace = lost(database);
    database.execute("UPDATE rev_history SET downgrade = '-- rev: downgrade\nDROP TABLE nosuch;' WHERE revision = 'c'");
    let output = workspace.rev(&["downgrade", "-1", "--stored"]);
    assert!(output.failed(3).contains("<history of c>:2"), "{}", output.stderr);
    let sql = workspace.rev(&["downgrade", "-1", "--stored", "--sql"]);
    assert!(sql.succeeded().contains("DROP TABLE nosuch"), "{}", sql.stdout);
}

on_each_database!(
    nothing_is_applied_on_top_of_an_edited_script,
    with_nothing_pending_above_it_an_edit_stops_nothing,
    comments_and_layout_are_no_edits,
    what_was_stamped_is_not_edited,
    a_warning_is_enough_where_it_is_configured,
    an_edit_can_be_accepted_once_and_for_all,
    only_what_is_applied_can_be_accepted,
    an_edited_downgrade_is_shown_and_runs_as_it_was_stored,
    an_accepted_downgrade_is_the_one_that_counts,
    a_downgrade_that_was_written_later_takes_nobodys_place,
    an_edit_of_the_upgrade_only_does_not_stop_the_downgrade,
    a_redo_on_top_of_an_edited_script_does_not_begin,
    the_rest_of_a_downgrade_that_stopped_may_be_mended,
    a_lost_revision_that_does_not_fit_any_more_is_not_taken_off,
    a_lost_script_is_named_and_its_stored_downgrade_shown,
    what_is_lost_is_taken_off_as_it_was_stored,
    what_is_lost_cannot_be_done_again,
    what_nobody_knows_is_not_taken_off,
    a_stored_text_is_checked_like_a_script,
    a_failure_in_a_stored_downgrade_has_its_place,
);

/// So many are looked at on several threads.
#[test]
fn every_edited_script_of_many_is_named() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    let mut down = String::new();
    for n in 100..300 {
        workspace.script(&format!("r{n}"), &down, "-- rev: upgrade\nSELECT 1;\n");
        down = format!("r{n}");
    }
    workspace.rev(&["upgrade"]).succeeded();
    for n in [104, 199, 288] {
        let body = "-- rev: upgrade\nSELECT 2;\n";
        workspace.script(&format!("r{n}"), &format!("r{}", n - 1), body);
    }
    workspace.script("z", &down, "-- rev: upgrade\n");
    let errors = workspace.rev(&["upgrade", "--json"]).json()["errors"].clone();
    let files: Vec<&str> = errors.as_array().unwrap().iter().map(|error| error["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["versions/r104.sql", "versions/r199.sql", "versions/r288.sql"]);
}

/// A role of one test, dropped with this value.
struct Role<'d> {
    database: &'d TestDatabase,
    name: String,
}

impl<'d> Role<'d> {
    fn new(database: &'d TestDatabase) -> Self {
        let name = format!("{}_mallory", database.name());
        database.execute(&format!("CREATE ROLE {name}"));
        Self { database, name }
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let _ = self.database.try_query(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

/// The role of the tests is a superuser, so a planted trigger could do anything.
#[test]
fn tables_of_somebody_else_are_not_written() {
    let database = TestDatabase::new(Kind::Postgres);
    let mallory = Role::new(&database);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", A);
    for table in ["rev_version", "rev_history", "rev_progress", "rev_lock"] {
        workspace.rev(&["upgrade"]).succeeded();
        database.execute(&format!("ALTER TABLE {table} OWNER TO {}", mallory.name));
        workspace.rev(&["current"]).succeeded();
        let output = workspace.rev(&["downgrade", "base"]);
        let message = output.failed(2);
        assert!(message.contains("error[foreign-journal]") && message.contains(table), "{message}");
        assert!(message.contains(&mallory.name) && message.contains("nothing was changed"), "{message}");
        // A member of the owner is as good as the owner.
        database.execute(&format!("GRANT {} TO CURRENT_USER", mallory.name));
        workspace.rev(&["downgrade", "base"]).succeeded();
        database.execute(&format!("REVOKE {} FROM CURRENT_USER", mallory.name));
        database.execute(&format!("ALTER TABLE {table} OWNER TO CURRENT_USER"));
    }
}

/// A view runs its functions as whoever reads it.
#[test]
fn what_runs_code_when_it_is_read_is_not_even_read() {
    let database = TestDatabase::new(Kind::Postgres);
    let mallory = Role::new(&database);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", A);
    database.execute(&format!(
        "CREATE VIEW rev_version AS SELECT 'a'::text AS version_num; ALTER VIEW rev_version OWNER TO {}",
        mallory.name
    ));
    for command in ["current", "status", "upgrade"] {
        let output = workspace.rev(&[command]);
        assert!(output.failed(2).contains("foreign-journal"), "{}", output.stderr);
    }
}
