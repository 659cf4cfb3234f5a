//! `rev edit`.

use crate::place::Place;
use crate::place::refused;
use crate::support::Output;

fn edit(place: &Place, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = place.command(&[&["edit"], args].concat());
    command.envs(variables.iter().copied());
    Output::of(command)
}

fn place() -> Place {
    let place = Place::with("a; b < a");
    place.program("my editor.sh", "echo \"$@\" >> edited\n[ -z \"$FAIL\" ] || exit 4\n");
    place
}

#[test]
fn the_editor_gets_its_options_and_the_script_of_the_target() {
    let place = place();
    let editor = format!("'{}/my editor.sh' --wait", place.path().display());
    place.run("upgrade a").succeeded();
    for target in ["head", "a", "b-1", "current", "+1"] {
        edit(&place, &[target], &[("EDITOR", &editor)]).succeeded();
    }
    let paths = ["b", "a", "a", "a", "b"].map(|id| format!("--wait versions/{id}.sql\n"));
    assert_eq!(place.read("edited"), paths.concat());
}

#[test]
fn visual_comes_before_editor() {
    let place = place();
    let editor = format!("'{}/my editor.sh'", place.path().display());
    edit(&place, &[], &[("VISUAL", &editor), ("EDITOR", "false")]).succeeded();
    assert_eq!(place.read("edited"), "versions/b.sql\n");
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let place = place();
    let editor = format!("'{}/my editor.sh'", place.path().display());
    refused(&edit(&place, &["nope"], &[("EDITOR", &editor)]), "unknown-revision");
    refused(&edit(&place, &["base"], &[("EDITOR", &editor)]), "no-revision");
    refused(&edit(&place, &["current"], &[("EDITOR", &editor)]), "no-revision");
    assert!(!place.path().join("edited").exists());
    let output = edit(&place, &["a"], &[("EDITOR", &editor), ("FAIL", "1")]);
    assert!(refused(&output, "command-failed").contains("exit status: 4"));
}

#[test]
fn json_is_one_document_whatever_the_editor_prints() {
    let place = place();
    let output = edit(&place, &["a", "--json"], &[("EDITOR", "echo")]);
    assert_eq!(
        (output.json()["revision"].as_str(), output.json()["path"].as_str()),
        (Some("a"), Some("versions/a.sql"))
    );
    assert!(output.stderr.contains("versions/a.sql"));
}

#[test]
fn a_script_that_is_wrong_is_opened_by_its_id_or_its_path() {
    let place = place();
    let editor = format!("'{}/my editor.sh'", place.path().display());
    place.write("versions/2026-11-20_c3_add_x.sql", "nonsense\n");
    place.write("versions/other.sql", "-- revision: d4\n-- down_revision: nowhere\n-- rev: upgarde\n");
    for target in [
        "c3",
        "2026-11-20_c3_add_x",
        "versions/2026-11-20_c3_add_x.sql",
        "./versions/2026-11-20_c3_add_x.sql",
        "d4",
        "a",
    ] {
        edit(&place, &[target], &[("EDITOR", &editor)]).succeeded();
    }
    edit(&place, &["2026-11-20_c3_add_x.sql"], &[("EDITOR", &editor)]).succeeded();
    let (c, d, a) = ("versions/2026-11-20_c3_add_x.sql\n", "versions/other.sql\n", "versions/a.sql\n");
    assert_eq!(place.read("edited"), [c, c, c, c, d, a, c].concat());
    let output = edit(&place, &["c3", "--json"], &[("EDITOR", "true")]);
    assert!(output.json()["revision"].is_null() && output.json()["path"] == c.trim_end());
    // What names none of them says what is wrong.
    assert!(
        refused(&edit(&place, &[], &[("EDITOR", &editor)]), "no-revision-id").contains("2026-11-20_c3_add_x.sql:1")
    );
}

#[test]
fn of_two_scripts_with_one_id_the_path_chooses() {
    let place = place();
    let editor = format!("'{}/my editor.sh'", place.path().display());
    place.write("versions/again.sql", "-- revision: a\n-- rev: upgrade\n");
    let output = edit(&place, &["a"], &[("EDITOR", &editor)]);
    let text = refused(&output, "usage");
    assert!(text.contains("`a` may be `versions/a.sql` or `versions/again.sql`"), "{text}");
    edit(&place, &["versions/again.sql"], &[("EDITOR", &editor)]).succeeded();
    edit(&place, &["b"], &[("EDITOR", &editor)]).succeeded();
    assert_eq!(place.read("edited"), "versions/again.sql\nversions/b.sql\n");
}
