//! `rev rebase`.

use std::fs;

use crate::place::Place;
use crate::place::refused;
use crate::support::Kind;
use crate::support::TestDatabase;

/// Checks the parents that the graph has now.
#[track_caller]
fn check_parents(place: &Place, id: &str, expected: &[&str]) {
    let document = place.run(&format!("show {id} --json")).json();
    assert_eq!(document["down_revisions"], serde_json::json!(expected));
}

#[test]
fn two_branches_become_a_line() {
    let place = Place::with("a; b < a; c < b; x < a; y < x");
    let others = ["a", "b", "c", "y"].map(|id| place.read(&format!("versions/{id}.sql")));
    let output = place.run("rebase x --onto c");
    assert_eq!(output.succeeded(), "versions/x.sql\n");
    assert!(output.stderr.contains("`x` grows from `c` now, and no longer grows from `a`"), "{}", output.stderr);
    assert_eq!(place.run("heads --json").json()["heads"], serde_json::json!(["y"]));
    assert_eq!(["a", "b", "c", "y"].map(|id| place.read(&format!("versions/{id}.sql"))), others);
    place.run("upgrade head").succeeded();
}

#[test]
fn every_other_byte_of_the_script_stays() {
    let place = Place::with("a; b < a");
    let text = |parent: &str| {
        format!(
            "\u{feff}-- down_revision of a: b\r\n--\r\n--  ticket: 7 \r\n--revision : x\r\n--\tdown_revision:  {parent}\t\r\n\
                 -- created: now\r\n\r\n-- rev: upgrade\r\nSELECT 'down_revision: a' ;\r\n\r\n"
        )
    };
    let path = place.write("versions/x.sql", text("a"));
    place.run("rebase x --onto b").succeeded();
    assert_eq!(fs::read_to_string(&path).unwrap(), text("b"));
    place.run("rebase x --onto base").succeeded();
    assert_eq!(fs::read_to_string(&path).unwrap(), text("none"));
    place.run("rebase x --onto a").succeeded();
    assert_eq!(fs::read_to_string(&path).unwrap(), text("a"));
    assert_eq!(place.files("versions"), ["a.sql", "b.sql", "x.sql"]);
}

#[test]
fn a_dry_run_shows_the_line_and_writes_nothing() {
    let place = Place::with("a; b < a; x < a");
    let before = place.read("versions/x.sql");
    let output = place.run("rebase x --onto b --dry-run");
    assert_eq!(output.succeeded(), "versions/x.sql:4\n- -- down_revision: a\n+ -- down_revision: b\n");
    assert_eq!(place.read("versions/x.sql"), before);
    place.write("versions/z.sql", "-- revision: z\n-- rev: upgrade\n");
    let output = place.run("rebase z --onto b --dry-run");
    assert_eq!(output.succeeded(), "versions/z.sql:2\n+ -- down_revision: b\n");
}

#[test]
fn json_says_what_moved() {
    let place = Place::with("a; b < a; x < a");
    let output = place.run("rebase x --onto b --json");
    let expected = r#"{"ok":true,"revision":"x","path":"versions/x.sql","from":["a"],"to":["b"]}"#;
    assert_eq!(output.succeeded().trim_end(), expected);
    let output = place.run("rebase x --onto b --json");
    assert_eq!((&output.json()["from"], &output.json()["to"]), (&serde_json::json!(["b"]), &serde_json::json!(["b"])));
    let output = place.run("rebase x --onto b");
    assert_eq!((output.succeeded(), output.stderr.as_str()), ("", "nothing to do: `x` grows from `b` already\n"));
}

#[test]
fn what_cannot_be_is_refused() {
    let place = Place::with("a; b < a; x < a; y < x; m < b y");
    let files = || ["a", "b", "x", "y", "m"].map(|id| place.read(&format!("versions/{id}.sql")));
    let before = files();
    let check = |line: &str, code: &str| refused(&place.run(&format!("rebase {line}")), code).to_owned();
    assert!(check("x --onto y", "cannot-rebase").contains("`y` grows from it"));
    assert!(check("x --onto m", "cannot-rebase").contains("in a circle"));
    check("x --onto x", "cannot-rebase");
    check("x --onto nope", "unknown-revision");
    check("nope --onto x", "unknown-revision");
    check("base --onto x", "no-revision");
    check("heads --onto base", "cannot-rebase"); // the merge
    place.grow("z1 < a; z2 < a");
    check("x --onto heads", "several-revisions");
    check("x --onto z", "ambiguous-prefix");
    check("x --onto a+1", "ambiguous-walk");
    assert_eq!(files(), before);
}

#[test]
fn of_a_merge_the_side_that_moved_on_gives_way() {
    let place = Place::with("a; b < a; c < a; m < b c; d < b");
    let output = place.run("rebase m --onto d");
    output.succeeded();
    assert!(
        output.stderr.contains("`m` grows from `d` and `c` now, and no longer grows from `b`"),
        "{}",
        output.stderr
    );
    check_parents(&place, "m", &["d", "c"]);
    assert!(place.read("versions/m.sql").contains("-- down_revision: d, c\n"));
}

#[test]
fn an_applied_revision_stays_where_it_is() {
    let place = Place::with("a; b < a; x < a; y < x");
    place.run("upgrade y").succeeded();
    let text = refused(&place.run("rebase x --onto b"), "applied-there").to_owned();
    assert!(text.contains("is applied in the configured database (sqlite:"), "{text}");
    refused(&place.run("rebase x --onto b --dry-run"), "applied-there");
    check_parents(&place, "x", &["a"]);
    place.run("downgrade a").succeeded();
    place.run("rebase x --onto b").succeeded();
}

#[test]
fn every_environment_is_asked_and_those_that_do_not_answer_are_named() {
    let place = Place::with("a; b < a; x < a");
    let staging = TestDatabase::new(Kind::Sqlite);
    let config = format!(
        "[env.staging]\nurl = '{}'\nversion_table = 'revisions'\n[env.gone]\nurl = 'postgres://127.0.0.1:1/x'\n\
         [env.secret]\nurl = '${{NOT_SET_ANYWHERE}}'\n",
        staging.url
    );
    place.write("migrations.toml", config);
    let mut command = place.command(&["-e", "staging", "upgrade", "x"]);
    command.env_remove("REV_URL");
    crate::support::Output::of(command).succeeded();
    let text = refused(&place.run("rebase x --onto b"), "applied-there").to_owned();
    assert!(text.contains("applied in [env.staging] (sqlite:"), "{text}");
    let mut command = place.command(&["-e", "staging", "downgrade", "base"]);
    command.env_remove("REV_URL");
    crate::support::Output::of(command).succeeded();
    let output = place.run("rebase x --onto b");
    output.succeeded();
    assert!(
        output.stderr.contains("warning: whether [env.gone] has applied `x` is not known: no connection"),
        "{}",
        output.stderr
    );
    assert!(
        output.stderr.contains("warning: whether [env.secret] has applied `x` is not known: the variable"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains("staging"), "{}", output.stderr);
}

#[test]
fn a_row_without_a_script_is_looked_up_in_the_history() {
    let place = Place::with("a; b < a; x < a");
    place.grow("y < x");
    place.run("upgrade y").succeeded();
    fs::remove_file(place.path().join("versions/y.sql")).unwrap();
    refused(&place.run("rebase x --onto b"), "applied-there");
    let other = Place::with("a; b < a; x < a; q < a");
    other.run("upgrade q").succeeded();
    fs::remove_file(other.path().join("versions/q.sql")).unwrap();
    let output = other.run("rebase x --onto b");
    output.succeeded();
    assert!(output.stderr.contains("is not known: it is at `q`, which no script has"), "{}", output.stderr);
}

#[test]
fn hooks_run_after_a_rebase() {
    let place = Place::with("a; b < a; x < a");
    place.write("migrations.toml", "[[hooks.post_write]]\ncommand = ['sh', '-c', 'echo $0 > noted']\n");
    place.run("rebase x --onto b --dry-run").succeeded();
    assert!(!place.path().join("noted").exists());
    place.run("rebase x --onto b").succeeded();
    assert_eq!(place.read("noted"), "versions/x.sql\n");
    place.write("migrations.toml", "[[hooks.post_write]]\ncommand = ['false']\n");
    refused(&place.run("rebase x --onto a"), "hook-failed");
    check_parents(&place, "x", &["a"]);
}

/// Checks what the database has applied, in the order of the history's last steps.
#[track_caller]
fn check_current(place: &Place, expected: &[&str]) {
    assert_eq!(place.run("current --json").json()["current"], serde_json::json!(expected));
}

#[test]
fn one_s_own_database_is_undone_and_upgraded_around_the_move() {
    let place = Place::new("");
    let table =
        |id: &str| format!("-- rev: upgrade\nCREATE TABLE {id} (n INTEGER);\n-- rev: downgrade\nDROP TABLE {id};\n");
    for (id, parent) in [("a", ""), ("x", "a"), ("y", "x"), ("b", "a")] {
        place.script(id, parent, &table(id));
    }
    place.run("upgrade y").succeeded();
    let refused_text = refused(&place.run("rebase x --onto b"), "applied-there").to_owned();
    assert!(refused_text.contains("with `--redo` it is undone there"), "{refused_text}");
    let output = place.run("rebase x --onto b --redo --dry-run");
    assert!(output.succeeded().contains("+ -- down_revision: b"), "{}", output.stdout);
    check_parents(&place, "x", &["a"]);
    let document = place.run("rebase x --onto b --redo --json").json();
    check_parents(&place, "x", &["b"]);
    check_current(&place, &["y"]);
    assert_eq!((&document["to"], &document["run"]["to"]), (&serde_json::json!(["b"]), &serde_json::json!(["y"])));
    let steps = document["run"]["steps"].as_array().unwrap();
    let steps: Vec<_> =
        steps.iter().map(|step| [&step["direction"], &step["revision"]].map(|it| it.as_str().unwrap())).collect();
    let expected = [["downgrade", "y"], ["downgrade", "x"], ["upgrade", "b"], ["upgrade", "x"], ["upgrade", "y"]];
    assert_eq!(steps, expected);
    assert_eq!(place.run("status --json").json()["status"], "up_to_date");
    let output = place.run("rebase x --onto a --redo");
    assert_eq!(output.succeeded(), "versions/x.sql\n");
    assert!(output.stderr.ends_with("the database is at b, y\n"), "{}", output.stderr);
    check_parents(&place, "x", &["a"]);
}

#[test]
fn a_redo_where_nothing_is_applied_only_moves() {
    let place = Place::with("a; b < a; x < a");
    place.run("upgrade b").succeeded();
    let document = place.run("rebase x --onto b --redo --json").json();
    assert_eq!((&document["to"], &document["run"]), (&serde_json::json!(["b"]), &serde_json::Value::Null));
    check_current(&place, &["b"]);
}

#[test]
fn when_the_way_down_fails_the_script_stays() {
    let place = Place::with("a; b < a");
    place.script("x", "a", "-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\nDROP TABLE nowhere;\n");
    place.run("upgrade x").succeeded();
    place.run("rebase x --onto b --redo").failed(3);
    check_parents(&place, "x", &["a"]);
    check_current(&place, &["x"]);
    // What cannot be undone is known before the first statement.
    place.grow("c < a");
    place.script("z", "c", "-- rev: upgrade\nSELECT 1;\n");
    place.run("upgrade z").succeeded();
    place.run("rebase z --onto b --redo").failed(2);
    check_parents(&place, "z", &["c"]);
    check_current(&place, &["x", "z"]);
}

#[test]
fn when_the_way_up_fails_the_script_has_moved_and_that_is_told() {
    let place = Place::with("a; b < a");
    let up = "-- rev: upgrade\nCREATE TABLE x (n INTEGER);\n-- rev: downgrade\nDROP TABLE x;\n";
    place.script("x", "a", up);
    place.run("upgrade x").succeeded();
    place.script("b", "a", up);
    let output = place.run("rebase x --onto b --redo");
    output.failed(3);
    assert!(output.stderr.contains("versions/x.sql was written: `x` grows from `b` now"), "{}", output.stderr);
    check_parents(&place, "x", &["b"]);
    check_current(&place, &["b"]);
}

#[test]
fn a_redo_asks_about_a_protected_database_and_spares_the_others() {
    let place = Place::with("a; b < a; x < a");
    let staging = TestDatabase::new(Kind::Sqlite);
    place.write("migrations.toml", "[database]\nprotected = true\n");
    place.run("upgrade x --yes").succeeded();
    refused(&place.run("rebase x --onto b --redo"), "nobody-to-ask");
    check_parents(&place, "x", &["a"]);
    place.write("migrations.toml", format!("[env.staging]\nurl = '{}'\n", staging.url));
    let mut command = place.command(&["-e", "staging", "upgrade", "x"]);
    command.env_remove("REV_URL");
    crate::support::Output::of(command).succeeded();
    let text = refused(&place.run("rebase x --onto b --redo"), "applied-there").to_owned();
    assert!(text.contains("applied in [env.staging]"), "{text}");
    check_parents(&place, "x", &["a"]);
}
