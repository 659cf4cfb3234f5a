//! Commands after a script was written.

use crate::place::Place;

const TOUCH: &str = "[[hooks.post_write]]\ncommand = ['./hooks/note.sh', 'x y', '--file={path}']\n";

/// A project whose hook writes down what it was given, and talks.
fn place(config: &str) -> Place {
    let place = Place::new(config);
    place.program(
        "hooks/note.sh",
        "echo said on stdout\necho \"$(pwd -P)|$1|$2|$COLOUR\" >> noted\necho '-- hooked' >> \"${2#--file=}\"\n",
    );
    place
}

#[test]
fn a_hook_gets_the_path_beside_the_configuration_and_its_output_is_talk() {
    let place = place(TOUCH);
    place.write("deep/er/x", "");
    let mut command = place.command(&["revision", "-m", "x y", "--rev-id", "a"]);
    command.current_dir(place.path().join("deep/er")).env("COLOUR", "blue");
    let output = crate::support::Output::of(command);
    let path = output.succeeded();
    assert!(path.starts_with("../../versions/") && path.lines().count() == 1, "{path}");
    assert!(output.stderr.contains("said on stdout"), "{}", output.stderr);
    let name = path.trim_end().trim_start_matches("../../");
    let root = place.path().canonicalize().unwrap();
    assert_eq!(place.read("noted"), format!("{}|x y|--file={name}|blue\n", root.display()));
    assert!(place.read(name).ends_with("-- hooked\n"));
}

#[test]
fn hooks_run_in_order_also_for_a_merge_and_json_stays_one_document() {
    let place = place(&format!("{TOUCH}[[hooks.post_write]]\ncommand = ['sh', '-c', 'echo second $0 >> noted']\n"));
    place.grow("a; b");
    let output = place.run("merge heads --rev-id m --json");
    assert_eq!(output.json()["revision"], "m");
    let noted = place.read("noted");
    let lines: Vec<&str> = noted.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with("second versions/") && lines[1].ends_with("m_merge_branches.sql"), "{noted}");
}

#[test]
fn a_hook_that_fails_is_reported_and_the_script_stays() {
    let place = place(
        "[[hooks.post_write]]\ncommand = ['sh', '-c', 'exit 3']\n[[hooks.post_write]]\ncommand = ['touch', 'late']\n",
    );
    let output = place.run("revision -m x --rev-id a");
    let text = output.failed(2);
    assert!(text.contains("error[hook-failed]: the hook `sh -c exit 3 versions/"), "{text}");
    assert!(text.contains("exit status: 3") && text.contains("_a_x.sql was written"), "{text}");
    assert_eq!(place.files("versions").len(), 1);
    assert!(!place.path().join("late").exists());
}

#[test]
fn a_hook_that_is_not_there_is_reported_too() {
    let place = Place::new("[[hooks.post_write]]\ncommand = ['nosuch-formatter']\n");
    let output = place.run("revision -m x --rev-id a --json");
    assert_eq!(output.code, 2);
    let document = output.json();
    assert_eq!((&document["ok"], &document["error"]["code"]), (&false.into(), &"hook-failed".into()));
}
