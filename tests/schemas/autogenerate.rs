//! Revisions that rev writes: each single change becomes a script that was run both ways, and what means the same none.

use crate::changes::Case;
use crate::changes::check_each;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// Runs the command as a person would, with the change's file as what should be.
fn generated(case: &Case, before: &TestDatabase) -> Result<(), String> {
    if case.is_exact(before) {
        return Ok(()); // the same in meaning, which is what this asks
    }
    let workspace = Workspace::new(before);
    let file = workspace.write("after.sql", case.after(before));
    let to = format!("file:{}", file.display());
    let renames: Vec<String> = case.renames(before).iter().map(|it| format!("{}:{}", it.old, it.new)).collect();
    let mut args = vec!["revision", "--autogenerate", "--from", "live", "--to", &to, "-m", "change", "--json"];
    renames.iter().for_each(|rename| args.extend(["--rename", rename]));
    let output = workspace.rev(&args);
    if output.code != 0 {
        let scripts = workspace.rev(&["history", "--json"]).json()["revisions"][0]["path"].as_str().map(str::to_owned);
        let script = scripts.map(|path| workspace.read(&path)).unwrap_or_default();
        return Err(format!("status {}: {}{}\n{script}", output.code, output.stdout, output.stderr));
    }
    let document = output.json();
    match (case.is_trap(), document["path"].is_null()) {
        (true, true) => Ok(()),
        (false, false) if document["proved"] == true => Ok(()),
        _ => Err(format!("{document}")),
    }
}

fn each_change_becomes_a_script_that_was_run(database: &TestDatabase) {
    // All of them take minutes; `REV_TEST_STRIDE=1` runs them.
    let nth = std::env::var("REV_TEST_STRIDE").map_or(9, |text| text.parse().expect("REV_TEST_STRIDE is a number"));
    check_each(nth, database, |case, before, _| generated(case, before));
}

on_each_database!(each_change_becomes_a_script_that_was_run);
