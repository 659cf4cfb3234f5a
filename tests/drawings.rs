//! The pictures of README.md are what rev draws and prints.
#![allow(clippy::unwrap_used)] // a program that does not run is a failure of the test

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Compares a picture with what a command writes to standard output; `REV_BLESS=1` writes it.
fn check(picture: &str, command: &mut Command) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = command.current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn = String::from_utf8(output.stdout).unwrap();
    roxmltree::Document::parse(&drawn).unwrap();
    let path = root.join("docs/pictures").join(picture);
    if env::var_os("REV_BLESS").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == drawn, "REV_BLESS=1 draws {picture} anew");
}

#[test]
fn the_graph_of_the_example_is_as_rev_draws_it() {
    let mut graph = Command::new(env!("CARGO_BIN_EXE_rev"));
    graph.args(["graph", "--format", "svg"]).env_remove("REV_CONFIG").env_remove("REV_ENV");
    check("example.svg", &mut graph);
}

#[test]
fn the_recording_is_the_session_of_the_page() {
    check("session.svg", &mut Command::new("scripts/recording"));
}
