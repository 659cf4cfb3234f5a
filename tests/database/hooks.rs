//! The commands before and after runs: when they run, what they are told, and what their failure means.

use std::fs;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use url::Url;

use crate::support::Kind;
use crate::support::Output;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

const REV: &str = env!("CARGO_BIN_EXE_rev");

/// A project with revisions `a` and `b`, and hooks that are shell scripts, by their keys.
fn project(database: &TestDatabase, hooks: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t;\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t VALUES (1);\n-- rev: downgrade\nDELETE FROM t;\n");
    let hooks = hooks.iter().map(|(key, script)| format!("{key} = [[\"sh\", \"-c\", '''{script}''']]\n"));
    workspace.write("migrations.toml", format!("[database]\n{}", hooks.collect::<String>()));
    workspace
}

/// A script that notes its name, what it is told, and, since it is given the URL, where the database is.
fn noting(name: &str) -> String {
    let told = "[$REV_DIRECTION] [$REV_FROM] [$REV_TO] [$REV_STEPS] [$REV_ERROR] [$REV_REVISION]";
    format!("echo \"{name} {told} at [$({REV} current -q | cut -d \" \" -f 1)]\" >> seen")
}

fn noted(workspace: &Workspace) -> Vec<String> {
    let text = fs::read_to_string(workspace.path().join("seen")).unwrap_or_default();
    fs::write(workspace.path().join("seen"), "").unwrap();
    text.lines().map(str::to_owned).collect()
}

const KEYS: [&str; 5] = ["before_upgrade", "after_upgrade", "before_downgrade", "after_downgrade", "on_failure"];

fn noting_project(database: &TestDatabase) -> Workspace {
    let scripts = KEYS.map(noting);
    let hooks: Vec<(&str, &str)> = KEYS.into_iter().zip(scripts.iter().map(String::as_str)).collect();
    let workspace = project(database, &hooks);
    let config = workspace.read("migrations.toml") + "pass_url = true\n";
    workspace.write("migrations.toml", config);
    workspace
}

fn a_run_is_between_its_hooks_and_a_redo_is_one_run(database: &TestDatabase) {
    let workspace = noting_project(database);
    workspace.rev(&["upgrade", "--dry-run"]).succeeded();
    workspace.rev(&["upgrade", "base"]).succeeded();
    workspace.rev(&["stamp", "base"]).succeeded();
    assert_eq!(noted(&workspace), Vec::<String>::new());

    workspace.rev(&["upgrade"]).succeeded();
    let up = ["before_upgrade [upgrade] [] [b] [2] [] [] at []", "after_upgrade [upgrade] [] [b] [2] [] [] at [b]"];
    assert_eq!(noted(&workspace), up);
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(noted(&workspace), Vec::<String>::new());

    workspace.rev(&["redo"]).succeeded();
    let both = |name: &str| format!("{name} [downgrade upgrade] [b] [b] [2] [] [] at [b]");
    let keys = ["before_downgrade", "before_upgrade", "after_downgrade", "after_upgrade"];
    assert_eq!(noted(&workspace), keys.map(both));

    workspace.rev(&["downgrade", "a"]).succeeded();
    let down = [
        "before_downgrade [downgrade] [b] [a] [1] [] [] at [b]",
        "after_downgrade [downgrade] [b] [a] [1] [] [] at [a]",
    ];
    assert_eq!(noted(&workspace), down);
}

fn a_run_that_fails_is_told_to_its_hook(database: &TestDatabase) {
    let workspace = noting_project(database);
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO nowhere VALUES (1);\n");
    workspace.rev(&["upgrade"]).failed(3);
    let seen = noted(&workspace);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(seen[1], "on_failure [upgrade] [] [b] [2] [statement-failed] [b] at [a]");
}

fn a_backup_that_fails_stops_the_run_before_anything_changed(database: &TestDatabase) {
    let failing = "echo no space left >&2; exit 7";
    let workspace =
        project(database, &[("before_upgrade", failing), ("on_failure", "echo $REV_ERROR: $REV_STATE > seen")]);
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(2);
    assert!(message.contains("error[before-hook-failed]: the hook `before_upgrade` failed"), "{message}");
    assert!(
        message.contains("(exit status: 7)") && message.contains("the last that it said: no space left"),
        "{message}"
    );
    assert!(message.ends_with("nothing was changed\n"), "{message}");
    assert_eq!(noted(&workspace), ["before-hook-failed: nothing was changed"]);
    // Not even rev's own tables were made.
    for table in ["t", "rev_version", "rev_lock"] {
        assert!(database.try_query(&format!("SELECT * FROM {table}")).is_err(), "{table}");
    }
    let json = workspace.rev(&["upgrade", "--json"]).json();
    assert_eq!(json["error"]["code"], "before-hook-failed");
    assert!(json.get("to").is_none(), "{json}");
}

fn what_fails_after_a_run_leaves_it_done(database: &TestDatabase) {
    let workspace = project(database, &[("after_upgrade", "exit 1"), ("on_failure", "echo $REV_ERROR > seen; exit 1")]);
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(3);
    assert!(
        message.contains("error[after-hook-failed]: the run has finished, but the hook `after_upgrade`"),
        "{message}"
    );
    assert!(message.ends_with("the database is at b, as it was to be\n"), "{message}");
    assert_eq!(noted(&workspace), ["after-hook-failed"]);
    assert_eq!(database.query("SELECT version_num FROM rev_version"), [["b"]]);
    workspace.rev(&["upgrade"]).succeeded();
}

fn the_lock_is_held_while_a_hook_runs(database: &TestDatabase) {
    let workspace = project(database, &[("before_upgrade", "touch begun; while ! test -e go; do sleep 0.1; done")]);
    let run = start(&workspace, &["upgrade"]);
    until(|| workspace.path().join("begun").exists());
    let output = workspace.rev(&["upgrade", "--lock-wait", "0s"]);
    assert!(output.failed(2).contains("error[locked]"), "{}", output.stderr);
    workspace.write("go", "");
    finish(run).succeeded();
}

fn a_hook_that_changes_what_is_applied_is_noticed(database: &TestDatabase) {
    let workspace = project(database, &[]);
    workspace.rev(&["upgrade", "a"]).succeeded();
    let config =
        "[database]\nbefore_upgrade = [[\"sh\", \"-c\", \"touch begun; while ! test -e go; do sleep 0.1; done\"]]\n";
    workspace.write("migrations.toml", config);
    let run = start(&workspace, &["upgrade"]);
    until(|| workspace.path().join("begun").exists());
    database.execute("DELETE FROM rev_version");
    workspace.write("go", "");
    let output = finish(run);
    let message = output.failed(2);
    assert!(message.contains("it was at a before the hooks ran, and is at base after them"), "{message}");
}

on_each_database!(
    a_run_is_between_its_hooks_and_a_redo_is_one_run,
    a_run_that_fails_is_told_to_its_hook,
    a_backup_that_fails_stops_the_run_before_anything_changed,
    what_fails_after_a_run_leaves_it_done,
    the_lock_is_held_while_a_hook_runs,
    a_hook_that_changes_what_is_applied_is_noticed,
);

#[test]
fn a_signal_ends_a_hook_with_all_that_it_started() {
    let database = TestDatabase::new(Kind::Postgres);
    let script = "trap \"echo cleaned up >> seen; exit 1\" TERM; sleep 4711 & echo $! > pid; touch begun; wait";
    let workspace = project(&database, &[("before_upgrade", script), ("on_failure", "echo $REV_ERROR >> seen")]);
    let run = start(&workspace, &["upgrade"]);
    until(|| workspace.path().join("begun").exists());
    send("-TERM", run.id());
    let output = finish(run);
    assert!(output.failed(143).contains("error[interrupted]: stopped by SIGTERM"), "{}", output.stderr);
    assert!(output.stderr.ends_with("nothing was changed\n"), "{}", output.stderr);
    assert_eq!(noted(&workspace), ["cleaned up", "interrupted"]);
    let pid = workspace.read("pid").trim().to_owned();
    until(|| !Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success());
}

#[test]
fn hooks_are_told_the_url_only_if_that_is_wanted() {
    let database = TestDatabase::new(Kind::Postgres);
    let script = "echo \"[$REV_ENV] [$REV_URL] [$REV_URL_FILE]\" >> seen; echo \"url is $REV_URL\"";
    let workspace = project(&database, &[("before_upgrade", script), ("before_downgrade", script)]);
    let mut url = Url::parse(&database.url).unwrap();
    url.set_password(Some("hunt%2Fer2")).unwrap();
    let url = url.to_string();
    let run = |args: &[&str]| {
        let mut command = workspace.command(args);
        command.env("REV_URL", &url);
        let output = Output::of(command);
        output.succeeded();
        assert!(!output.stderr.contains("hunt"), "{}", output.stderr);
    };
    run(&["upgrade"]);
    assert_eq!(noted(&workspace), ["[] [] []"]);
    let config = workspace.read("migrations.toml") + "[env.prod]\npass_url = true\n";
    workspace.write("migrations.toml", config);
    run(&["-e", "prod", "downgrade", "base"]);
    let told = url.replace("?sslmode=disable", "");
    assert_eq!(noted(&workspace), [format!("[prod] [{told}?sslmode=disable] []")]);
}

#[test]
fn a_hook_that_does_not_end_is_ended() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = project(&database, &[("before_upgrade", "sleep 60")]);
    let config = workspace.read("migrations.toml") + "hook_timeout = \"500ms\"\n";
    workspace.write("migrations.toml", config);
    let began = Instant::now();
    let output = workspace.rev(&["upgrade"]);
    let message = output.failed(2);
    assert!(message.contains("before-hook-failed") && message.contains("it did not end within 0.5 s"), "{message}");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(database.query("SELECT name FROM sqlite_master").is_empty());
}

#[test]
fn connections_stay_in_use_while_a_hook_takes_long() {
    let database = TestDatabase::new(Kind::Mariadb);
    let workspace = project(&database, &[("before_upgrade", "sleep 11")]);
    let used =
        "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND time > 10";
    let run = start(&workspace, &["upgrade"]);
    thread::sleep(Duration::from_millis(10_800));
    assert!(database.query(used).is_empty(), "a connection was not used");
    finish(run).succeeded();
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    workspace.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output::from(output)
}

fn send(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let ends = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < ends, "it does not come");
        thread::sleep(Duration::from_millis(20));
    }
}
