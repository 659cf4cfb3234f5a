//! `rev check`: the files and the database.

use std::fs;

use crate::place::Place;
use crate::place::refused;

/// Checks the findings, as `severity code file:line revision`, and the exit code.
#[track_caller]
pub fn check(place: &Place, line: &str, expected: &[&str]) {
    let output = place.run(&format!("check --json {line}"));
    assert_eq!(output.code, i32::from(!expected.is_empty()), "{}{}", output.stdout, output.stderr);
    let document = output.json();
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let found: Vec<String> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let [severity, code, file, line, revision] =
                ["severity", "code", "file", "line", "revision"].map(|key| text(&it[key]));
            format!("{severity} {code} {file}:{line} {revision}")
        })
        .collect();
    assert_eq!(found, expected, "{document:#}");
}

#[test]
fn a_sound_project_has_no_findings() {
    let place = Place::with("a; b < a; c < a; m < b c");
    check(&place, "", &[]);
    let output = place.run("check");
    assert_eq!((output.succeeded(), output.stderr.as_str()), ("", "no findings\n"));
    assert!(!place.path().join("app.db").exists());
}

#[test]
fn every_rule_of_the_files_finds_what_it_is_for() {
    let place = Place::with("a; b < a; abc < b a");
    place.write("versions/README.md", "");
    place.write("versions/old.SQL", "");
    place.write("versions/.hidden", "");
    place.script("x", "", "-- branch_labels: ab\n-- rev: upgrade\nBEGIN;\nSELECT 1;\nCOMMIT;\n");
    place.write("versions/y.sql", "-- revision: y\n-- rev: upgrade\nPRAGMA foreign_keys = 1;\n-- rev: downgrade\n");
    check(
        &place,
        "",
        &[
            "warning missing-downgrade versions/x.sql:3 x",
            "warning transaction-not-sent versions/x.sql:7 x",
            "warning empty-message versions/y.sql:1 y",
            "warning pragma-without-effect versions/y.sql:3 y",
            "warning not-a-script versions/README.md:null null",
            "warning unread-script versions/old.SQL:null null",
            "error multiple-heads null:null null",
            "warning redundant-parent versions/abc.sql:4 abc",
            "warning label-shadows-id versions/x.sql:5 x",
        ],
    );
    let output = place.run("check");
    assert_eq!(output.code, 1);
    assert!(
        output.stdout.contains("versions/README.md: warning[not-a-script]: this is no script"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("versions/abc.sql:4:22: warning[redundant-parent]"), "{}", output.stdout);
}

#[test]
fn what_is_meant_can_be_allowed() {
    let place = Place::with("a; b");
    place.write("versions/c.sql", "-- revision: c\n-- rev: upgrade empty\n-- rev: downgrade\n");
    check(&place, "--allow multiple-heads,empty-message", &[]);
    check(&place, "--allow multiple-heads --allow empty-message", &[]);
    place.write("migrations.toml", "[check]\nallow = ['multiple-heads']\n");
    check(&place, "", &["warning empty-message versions/c.sql:1 c"]);
    check(&place, "--allow empty-message", &[]);
    let text = refused(&place.run("check --allow emptymessage"), "unknown-rule").to_owned();
    assert!(text.contains("did you mean `empty-message`? there are empty-message, missing-downgrade,"), "{text}");
    place.write("migrations.toml", "[check]\nalow = ['multiple-heads']\n");
    assert!(refused(&place.run("check"), "unknown-key").contains("allow"));
}

#[test]
fn broken_scripts_are_findings_and_no_failure() {
    let place = Place::with("a; b < a");
    place.write("versions/c.sql", "-- m\n--\n-- revision: c\n-- down_revision: b\n-- rev: upgrad\n");
    place.write("versions/d.sql", "-- revision: d\n-- rev: upgrade\n'\n-- rev: downgrade\n");
    check(
        &place,
        "--allow empty-message --database",
        &["error unknown-directive versions/c.sql:5 null", "error unterminated versions/d.sql:3 d"],
    );
    fs::remove_file(place.path().join("versions/c.sql")).unwrap();
    place.grow("d < nope; e < b");
    check(&place, "", &["error missing-parent versions/d.sql:4 null"]);
    let label = Place::with("a");
    label.script("x", "", "-- branch_labels: a\n-- rev: upgrade empty\n-- rev: downgrade\n");
    check(&label, "", &["error label-is-id versions/x.sql:5 null"]);
}

#[test]
fn a_check_needs_no_database() {
    let place = Place::with("a");
    let mut command = place.command(&["check"]);
    command.env("REV_URL", "postgres://127.0.0.1:1/nothing");
    crate::support::Output::of(command).succeeded();
    let mut command = place.command(&["check", "--database"]);
    command.env("REV_URL", "postgres://127.0.0.1:1/nothing");
    refused(&crate::support::Output::of(command), "connection-failed");
}

#[test]
fn a_script_that_was_edited_after_it_was_applied_is_found_when_the_database_is_asked() {
    let place = Place::new("");
    let body = |sql: &str| format!("\n-- rev: upgrade\n{sql}\n-- rev: downgrade\nDROP TABLE t;\n");
    place.script("a", "", &body("CREATE TABLE t (n INTEGER);"));
    place.grow("b < a");
    check(&place, "--database", &[]);
    place.run("upgrade a").succeeded();
    check(&place, "--database", &[]);
    place.script("a", "", &body("-- a comment\nCREATE TABLE t (\n  n INTEGER\n);"));
    place.script("b", "a", "\n-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\n"); // not applied yet
    check(&place, "--database", &[]);
    place.script("a", "", &body("CREATE TABLE t (n BIGINT);"));
    check(&place, "", &[]);
    check(&place, "--database", &["error edited versions/a.sql:3 a"]);
    check(&place, "--database --allow edited", &[]);
    place.run("downgrade base").succeeded();
    check(&place, "--database", &[]);
    place.run("stamp a").succeeded(); // what was stamped never ran
    check(&place, "--database", &[]);
}

#[test]
fn a_row_that_no_script_has_is_found_when_the_database_is_asked() {
    let place = Place::with("a; b < a");
    place.run("upgrade b").succeeded();
    fs::remove_file(place.path().join("versions/b.sql")).unwrap();
    check(&place, "", &[]);
    check(&place, "--database", &["error unknown-row null:null b"]);
}

#[test]
fn scripts_in_folders_that_are_not_read_are_pointed_out() {
    let place = Place::with("a");
    place.write("versions/old/b.sql", "-- revision: b\n-- rev: upgrade empty\n");
    place.write("versions/old/c.sql", "not even a script\n");
    place.write("versions/.trash/d.sql", "");
    check(
        &place,
        "",
        &["warning unread-script versions/old/b.sql:null null", "warning unread-script versions/old/c.sql:null null"],
    );
    check(&place, "--allow unread-script", &[]);
    let warned = "warning: versions/old/b.sql and 1 more are not read: set `recursive = true`";
    let output = place.run("upgrade --dry-run");
    assert!(output.stderr.contains(warned), "{}", output.stderr);
    let output = place.run("upgrade");
    assert_eq!(output.stderr.matches(warned).count(), 1, "{}", output.stderr);
    assert!(!place.run("history").stderr.contains("not read"));
    std::fs::remove_file(place.path().join("versions/old/c.sql")).unwrap();
    place.write("migrations.toml", "versions = ['versions', 'versions/old']\n[check]\nallow = ['multiple-heads', 'empty-message', 'missing-downgrade']\n");
    check(&place, "", &[]);
    place.write(
        "migrations.toml",
        "recursive = true\n[check]\nallow = ['multiple-heads', 'empty-message', 'missing-downgrade']\n",
    );
    check(&place, "", &[]);
}
