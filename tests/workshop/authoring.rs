//! `rev revision` and `rev merge`: where scripts go, what they are called, and what they grow from.

use std::fs;

use crate::place::Place;
use crate::place::refused;

/// Returns what `show` says of a revision.
fn shown(place: &Place, id: &str) -> serde_json::Value {
    place.run(&format!("show {id} --json")).json()
}

#[track_caller]
fn check_parents(place: &Place, id: &str, down_revisions: &[&str], depends_on: &[&str], labels: &[&str]) {
    let revision = shown(place, id);
    let expected = serde_json::json!([down_revisions, depends_on, labels]);
    assert_eq!(
        serde_json::json!([revision["down_revisions"], revision["depends_on"], revision["branch_labels"]]),
        expected
    );
}

#[test]
fn a_new_script_goes_where_its_parent_lives() {
    let place = Place::new("versions = ['versions', 'billing']\nfile_name = '{{ id }}'\n");
    place.write("billing/.keep", "");
    refused(&place.run("revision -m x --rev-id a"), "which-version-folder");
    assert_eq!(place.revision("-m x --rev-id a --version-path versions"), "versions/a.sql");
    assert_eq!(
        place.revision("-m x --rev-id b --head base --version-path ./billing/ --branch-label billing"),
        "./billing/b.sql"
    );
    assert_eq!(place.revision("-m x --rev-id c --head billing@head"), "billing/c.sql");
    assert_eq!(place.revision("-m x --rev-id d --head a"), "versions/d.sql");
    assert_eq!(place.revision("-m x --rev-id e --head d --version-path billing"), "billing/e.sql");
    place.write("other/.keep", "");
    refused(&place.run("revision -m x --rev-id f --head e --version-path other"), "not-a-version-folder");
}

#[test]
fn a_recursive_folder_is_read_and_written_in_depth() {
    let place = Place::new("recursive = true\nfile_name = '{{ year }}/{{ id }}'\ntimezone = 'Europe/Madrid'\n");
    let path = place.revision("-m first --rev-id a");
    assert!(path.starts_with("versions/2") && path.ends_with("/a.sql"), "{path}");
    let created = shown(&place, "a")["created"].as_str().unwrap().to_owned();
    assert!(created.ends_with("+01:00") || created.ends_with("+02:00"), "{created}");
    let path = place.revision("-m second --rev-id b --version-path versions/deep/er");
    assert!(path.starts_with("versions/deep/er/2"), "{path}");
    check_parents(&place, "b", &["a"], &[], &[]);
    for folder in ["other", "versions/.hidden", "versions/../other", "versions/no/../../x"] {
        refused(&place.run(&format!("revision -m x --version-path {folder}")), "not-a-version-folder");
    }
}

#[test]
fn in_a_recursive_folder_the_parent_lives_in_a_subfolder() {
    let place = Place::new("recursive = true\nfile_name = '{{ id }}'\n");
    place.write("versions/billing/a.sql", "-- revision: a\n-- rev: upgrade\n");
    assert_eq!(place.revision("--rev-id b"), "versions/billing/b.sql");
    assert_eq!(place.revision("--rev-id c --head base"), "versions/c.sql");
    assert_eq!(place.revision("--rev-id d --head b --version-path versions"), "versions/d.sql");
}

#[test]
fn names_follow_their_template_and_count() {
    let place = Place::new("file_name = '{{ number }}_{{ parents }}_{{ slug }}'\n");
    place.write("versions/0041_x.sql", "-- revision: a\n-- rev: upgrade\n");
    assert_eq!(
        place.rev(&["revision", "-m", "Add Users!", "--rev-id", "b"]).succeeded(),
        "versions/0042_a_add_users.sql\n"
    );
    assert_eq!(place.revision("--rev-id c"), "versions/0043_b.sql");
    refused(&Place::new("timezone = 'Mars/Olympus'\n").run("revision -m x"), "bad-value");
    refused(&Place::new("file_name = '{{ nope }}'\n").run("revision -m x"), "bad-template");
    refused(&Place::new("file_name = '{{ year }}/x'\n").run("revision -m x"), "bad-template");
}

#[test]
fn the_configured_template_makes_the_script() {
    let place = Place::new("template = 'mine.txt'\nfile_name = '{{ id }}'\n");
    place.write("mine.txt", "-- {{ message }}\n--\n-- revision: {{ id }}\n-- by {{ year }}\n-- rev: upgrade\n");
    let path = place.revision("-m x --rev-id a");
    assert!(place.read(&path).starts_with("-- x\n--\n-- revision: a\n-- by 2"));
    refused(&place.run("revision -m x --rev-id b"), "bad-template"); // it loses the parent
    place.write("mine.txt", "");
    refused(&place.run("revision -m x --head base --rev-id b"), "bad-template");
    assert_eq!(place.files("versions"), ["a.sql"]);
}

#[test]
fn a_revision_grows_from_what_head_names() {
    let place = Place::with("a1; b1 < a1; c1 < a1");
    refused(&place.run("revision -m x --rev-id d"), "multiple-heads");
    refused(&place.run("revision -m x --rev-id d --head a1"), "not-a-head");
    place.revision("--rev-id d --head a1 --splice --branch-label shop");
    check_parents(&place, "d", &["a1"], &[], &["shop"]);
    place.revision("--rev-id e --head shop@head --depends-on b,c1");
    check_parents(&place, "e", &["d"], &["b1", "c1"], &[]);
    place.revision("--rev-id f --head base --depends-on shop --branch-label lib,tools");
    check_parents(&place, "f", &[], &["shop"], &["lib", "tools"]);
    place.revision("--rev-id g --head c --depends-on f-0");
    check_parents(&place, "g", &["c1"], &["f"], &[]);
    refused(&place.run("revision --rev-id h --head shpo@head"), "unknown-label");
    refused(&place.run("revision --rev-id h --head b1 --depends-on nope"), "unknown-revision");
    refused(&place.run("revision --rev-id shop --head b1"), "label-is-id");
    refused(&place.run("revision --rev-id a1 --head b1"), "duplicate-id");
    refused(&place.run("revision --rev-id h --head b1 --branch-label shop"), "duplicate-label");
    refused(&place.run("revision --rev-id h --head b1 --branch-label a1"), "label-is-id");
    refused(&place.run("revision --rev-id head --head b1"), "illegal-name");
    assert_eq!(place.files("versions").len(), 7);
}

#[test]
fn a_new_revision_can_grow_from_where_the_database_is() {
    let place = Place::with("a; b < a; c < a");
    place.run("upgrade b").succeeded();
    place.revision("--rev-id d --head current");
    check_parents(&place, "d", &["b"], &[], &[]);
    place.revision("--rev-id e --head -1 --splice");
    check_parents(&place, "e", &["a"], &[], &[]);
}

#[test]
fn a_merge_takes_labels_prefixes_and_heads() {
    let place = Place::with("a1; b1 < a1; c1 < a1");
    place.revision("--rev-id d1 --head base --branch-label shop");
    place.rev(&["merge", "b", "shop", "--rev-id", "m1", "-m", "join"]).succeeded();
    check_parents(&place, "m1", &["b1", "d1"], &[], &[]);
    assert_eq!(shown(&place, "m1")["message"], "join");
    refused(&place.run("merge m1"), "nothing-to-merge");
    refused(&place.run("merge m1 m1"), "nothing-to-merge");
    refused(&place.run("merge m1 a1"), "not-a-head");
    refused(&place.run("merge m1 a1 --splice"), "nothing-to-merge"); // `m1` grows from it
    place.run("merge b1 c1 --splice --rev-id m2 --branch-label both").succeeded();
    check_parents(&place, "m2", &["b1", "c1"], &[], &["both"]);
    place.run("merge heads --rev-id m3").succeeded();
    assert_eq!(place.run("heads --json").json()["heads"], serde_json::json!(["m3"]));
    refused(&place.run("merge heads"), "nothing-to-merge");
}

#[test]
fn a_folder_that_is_missing_is_made_with_its_first_script() {
    let place = Place::new("");
    fs::remove_dir(place.path().join("versions")).unwrap();
    for line in ["upgrade", "status", "history", "check", "heads", "merge heads"] {
        let text = place.run(line);
        let is_plain = text.stderr.contains("error[no-version-folder]: there is no script folder versions");
        assert!(text.code == 2 && (is_plain || line == "merge heads"), "{line}: {}", text.stderr);
    }
    assert!(!place.path().join("versions").exists());
    assert!(place.revision("-m x --rev-id a1").starts_with("versions/"));
    // One of several.
    place.write("migrations.toml", "versions = ['versions', 'shop/versions']\n");
    refused(&place.run("history"), "no-version-folder");
    assert!(place.revision("-m y --rev-id b1 --head base --version-path shop/versions").starts_with("shop/versions/"));
    place.run("history").succeeded();
}
