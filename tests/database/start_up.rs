//! Programs that start through rev, and those that wait beside them.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Kind;
use crate::support::Output;
use crate::support::Proxy;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// A project that upgrades when something starts, with revisions `a` and `b`.
fn project(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t;\n");
    workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO t VALUES (1);\n-- rev: downgrade\nDELETE FROM t;\n");
    workspace
}

const FAILING: &str = "-- rev: upgrade\nINSERT INTO nowhere VALUES (1);\n";

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
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

fn a_program_starts_with_its_database_upgraded(database: &TestDatabase) {
    let workspace = project(database);
    let child = start(workspace.command(&["exec", "--", "sh", "-c", "echo $$; cat; exit 5"]));
    let pid = child.id();
    let output = finish(child);
    // It is the same process, and what it prints and how it ends is its own.
    assert_eq!((output.code, output.stdout), (5, format!("{pid}\n")), "{}", output.stderr);
    assert!(output.stderr.ends_with("the database is at b\nstarting sh\n"), "{}", output.stderr);
    assert_eq!(database.query("SELECT n FROM t"), [["1"]]);
    let output = workspace.rev(&["exec", "--require-head", "--", "echo", "again"]);
    assert_eq!(output.succeeded(), "again\n");
    assert_eq!(database.query("SELECT epoch FROM rev_lock"), [["1"]]);
}

fn a_failing_script_keeps_a_program_from_starting_or_not(database: &TestDatabase) {
    let workspace = project(database);
    workspace.script("b", "a", FAILING);
    let output = workspace.rev(&["exec", "--", "echo", "started"]);
    assert_eq!(output.failed(3).matches("error[statement-failed]").count(), 1);
    assert_eq!(output.stdout, "");
    let output = workspace.rev(&["exec", "--on-failure", "continue", "--", "sh", "-c", "echo started; exit 4"]);
    let message = output.failed(4);
    assert_eq!(output.stdout, "started\n");
    assert!(message.contains("error[statement-failed]") && message.contains("the database is at a; "), "{message}");
    let warning = "warning: the database is not as it is wanted, and the command is started all the same";
    assert!(message.ends_with(&format!("{warning}\nstarting sh\n")), "{message}");
}

fn without_auto_upgrade_it_only_looks(database: &TestDatabase) {
    let workspace = project(database);
    let rev = |auto: &str, args: &[&str]| {
        let mut command = workspace.command(&[&["exec"], args, &["--", "echo", "started"]].concat());
        command.env("REV_AUTO_UPGRADE", auto);
        Output::of(command)
    };
    for (auto, args) in [("false", &[][..]), ("true", &["--no-upgrade"]), ("", &["--no-upgrade"])] {
        let output = rev(auto, args);
        assert_eq!(output.succeeded(), "started\n");
        assert!(output.stderr.contains("warning: pending: a, b; the database is at base; "), "{}", output.stderr);
    }
    let output = rev("false", &["--require-head"]);
    assert!(output.failed(2).contains("error[not-at-heads]"), "{}", output.stderr);
    assert_eq!(output.stdout, "");
    assert!(database.try_query("SELECT * FROM rev_lock").is_err(), "something was written");
    assert_eq!(rev("true", &["--require-head"]).succeeded(), "started\n");
    let output = rev("false", &["--require-head"]);
    assert_eq!((output.succeeded(), output.stderr.as_str()), ("started\n", "starting echo\n"));
    // A newer release was here.
    fs::remove_file(workspace.path().join("versions/b.sql")).unwrap();
    assert!(rev("false", &["--require-head"]).failed(2).contains("error[unknown-row]"));
    assert_eq!(rev("false", &[]).succeeded(), "started\n");
}

fn what_cannot_be_started_changes_nothing(database: &TestDatabase) {
    let workspace = project(database);
    let plain = workspace.write("plain", "no program");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    for (command, code) in [("no-such-command", 127), ("./none", 127), ("./plain", 126), ("./versions", 126)] {
        let output = workspace.rev(&["exec", "--on-failure", "continue", "--", command]);
        assert!(output.failed(code).contains("error[cannot-start]"), "{command}: {}", output.stderr);
    }
    assert!(database.try_query("SELECT * FROM rev_lock").is_err(), "something was written");
    // What only the system can find out is found out at the end.
    workspace.write("plain", "#!/none/sh\n");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o755)).unwrap();
    let output = workspace.rev(&["exec", "--", "./plain"]);
    assert!(
        output.failed(127).contains("the database is at b\nstarting ./plain\nerror[cannot-start]"),
        "{}",
        output.stderr
    );
}

fn a_stopped_start_starts_nothing(database: &TestDatabase) {
    let workspace = project(database);
    workspace.rev(&["upgrade"]).succeeded();
    let config =
        "[database]\nauto_upgrade = true\nbefore_upgrade = [[\"sh\", \"-c\", \"touch begun; exec sleep 60\"]]\n";
    workspace.write("migrations.toml", config);
    workspace.script("c", "b", "-- rev: upgrade\n");
    let child = start(workspace.command(&["exec", "--on-failure", "continue", "--", "echo", "started"]));
    until(|| workspace.path().join("begun").exists());
    send("-TERM", child.id());
    let output = finish(child);
    assert_eq!((output.code, output.stdout.as_str()), (143, ""), "{}", output.stderr);
}

fn whoever_waits_goes_on_when_another_has_upgraded(database: &TestDatabase) {
    let workspace = project(database);
    let head = start(workspace.command(&["wait", "--timeout", "30s", "--json"]));
    let first = start(workspace.command(&["wait", "--until", "a", "--timeout", "30s"]));
    workspace.rev(&["wait", "--until", "connect"]).succeeded();
    thread::sleep(Duration::from_millis(700));
    workspace.rev(&["upgrade", "a"]).succeeded();
    assert!(finish(first).stderr.ends_with("the database is at a\n"));
    let output = workspace.rev(&["wait", "--timeout", "0s"]);
    assert!(output.failed(1).ends_with("given up: the database is at a, without b\n"), "{}", output.stderr);
    workspace.rev(&["upgrade"]).succeeded();
    let output = finish(head);
    output.succeeded();
    let json = output.json();
    assert_eq!((&json["reached"], &json["current"][0]), (&true.into(), &"b".into()), "{json}");
    // A newer release went further; what this one needs is there.
    workspace.script("c", "b", "-- rev: upgrade\n");
    workspace.rev(&["upgrade"]).succeeded();
    fs::remove_file(workspace.path().join("versions/c.sql")).unwrap();
    workspace.rev(&["wait", "--timeout", "0s"]).succeeded();
    let json = workspace.rev(&["wait", "--until", "b", "--json"]).json();
    assert_eq!((&json["reached"], &json["current"][0]), (&true.into(), &"c".into()), "{json}");
}

on_each_database!(
    a_program_starts_with_its_database_upgraded,
    a_failing_script_keeps_a_program_from_starting_or_not,
    without_auto_upgrade_it_only_looks,
    what_cannot_be_started_changes_nothing,
    a_stopped_start_starts_nothing,
    whoever_waits_goes_on_when_another_has_upgraded,
);

/// The database through another address, and whether it may write.
fn through(database: &TestDatabase, address: &str, parameters: &str) -> String {
    let (user, rest) = database.url.split_once('@').unwrap();
    let (_, name) = rest.split_once('/').unwrap();
    format!("{user}@{address}/{name}{parameters}")
}

fn address(database: &TestDatabase) -> &str {
    database.url.split_once('@').unwrap().1.split_once('/').unwrap().0
}

/// An address at which nobody listens yet.
fn later() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_server_that_comes_up_late_is_waited_for() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    let own = later();
    let with_url = |args: &[&str]| {
        let mut command = workspace.command(args);
        command.env("REV_URL", through(&database, &own, ""));
        start(command)
    };
    let exec = with_url(&["exec", "--wait", "30s", "--", "echo", "started"]);
    let wait = with_url(&["wait", "--timeout", "30s"]);
    let connect = with_url(&["wait", "--timeout", "30s", "--until", "connect"]);
    let hasty = with_url(&["wait", "--timeout", "300ms", "--json"]);
    let hasty = finish(hasty);
    let json = hasty.json();
    assert_eq!((hasty.code, &json["ok"], &json["status"]), (2, &false.into(), &"unreachable".into()), "{json}");
    thread::sleep(Duration::from_millis(500));
    let _proxy = Proxy::start_at(&own, address(&database));
    let output = finish(exec);
    assert_eq!(output.succeeded(), "started\n");
    assert_eq!(output.stderr.matches("waiting for the server").count(), 1, "{}", output.stderr);
    for waiting in [wait, connect] {
        let output = finish(waiting);
        output.succeeded();
        assert_eq!(output.stderr.matches("waiting for the server").count(), 1, "{}", output.stderr);
    }
}

#[test]
fn whoever_waits_for_the_server_can_be_stopped() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    let own = later();
    for args in [&["exec", "--wait", "60s", "--on-failure", "continue", "--", "echo", "started"][..], &["wait"]] {
        let mut command = workspace.command(args);
        command.env("REV_URL", through(&database, &own, ""));
        let child = start(command);
        thread::sleep(Duration::from_millis(700));
        send("-TERM", child.id());
        let output = finish(child);
        assert_eq!((output.code, output.stdout.as_str()), (143, ""), "{}", output.stderr);
        assert!(output.stderr.contains("error[interrupted]: stopped by SIGTERM"), "{}", output.stderr);
    }
}

#[test]
fn a_server_that_goes_away_is_a_failure_as_any_other() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    workspace.script("b", "a", "-- rev: upgrade\nSELECT pg_terminate_backend(pg_backend_pid());\n");
    let output = workspace.rev(&["exec", "--", "echo", "started"]);
    assert!(output.failed(3).contains("error[connection-lost]"), "{}", output.stderr);
    let output = workspace.rev(&["exec", "--on-failure", "continue", "--", "echo", "started"]);
    assert_eq!(output.succeeded(), "started\n");
    assert!(output.stderr.contains("error[connection-lost]"), "{}", output.stderr);
}

#[test]
fn signals_and_streams_are_those_of_a_process_that_was_started_without_rev() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    let script = "trap 'echo got it; exit 9' TERM; ls /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status; \
                  touch begun; while true; do sleep 0.1; done";
    let run = |mut command: Command| {
        let _ = fs::remove_file(workspace.path().join("begun"));
        command.args(["-c", script]).current_dir(workspace.path()).stdin(Stdio::null());
        let child = start(command);
        until(|| workspace.path().join("begun").exists());
        send("-TERM", child.id());
        finish(child)
    };
    let output = run(workspace.command(&["exec", "--log-file", "rev.log", "--", "sh"]));
    assert!(output.stderr.contains("the database is at b\n"), "{}", output.stderr);
    let expected = run(Command::new("sh"));
    assert_eq!((output.code, output.stdout), (9, expected.stdout));
}

#[test]
fn fifty_replicas_at_head_cost_a_connection_and_two_questions_each() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    workspace.rev(&["upgrade"]).succeeded();
    let proxy = Proxy::start(address(&database));
    let own = format!("127.0.0.1:{}", proxy.port());
    let replica = |_: usize| {
        let mut command = workspace.command(&["exec", "--wait", "30s", "--", "echo", "started"]);
        // Whoever writes, or locks a row, would be refused.
        command.env("REV_URL", through(&database, &own, "&options=-c%20default_transaction_read_only=on"));
        start(command)
    };
    let replicas: Vec<Child> = (0..50).map(replica).collect();
    for replica in replicas {
        assert_eq!(finish(replica).succeeded(), "started\n");
    }
    assert_eq!((proxy.take_connections(), proxy.take_queries()), (50, 100));
    assert_eq!(database.query("SELECT epoch FROM rev_lock"), [["1"]]);
    // So does whoever waits, for each look.
    let mut command = workspace.command(&["wait"]);
    command.env("REV_URL", through(&database, &own, "&options=-c%20default_transaction_read_only=on"));
    Output::of(command).succeeded();
    assert_eq!((proxy.take_connections(), proxy.take_queries()), (1, 2));
}

#[test]
fn replicas_that_start_together_upgrade_once_and_all_start() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = project(&database);
    let replicas: Vec<Child> =
        (0..8).map(|_| start(workspace.command(&["exec", "--require-head", "--", "echo", "started"]))).collect();
    for replica in replicas {
        assert_eq!(finish(replica).succeeded(), "started\n");
    }
    assert_eq!(database.query("SELECT n FROM t"), [["1"]]);
}

#[test]
fn a_protected_database_is_upgraded_at_start_only_with_yes() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = project(&database);
    workspace.write("migrations.toml", "[database]\nprotected = true\n");
    for args in [&["exec"][..], &["exec", "--yes"], &["exec", "--no-upgrade"]] {
        let output = workspace.rev(&[args, &["--", "echo", "started"]].concat());
        assert_eq!(output.succeeded(), "started\n");
        assert!(output.stderr.contains("warning: pending: a, b; the database is at base; "), "{}", output.stderr);
        let why = "; this database is protected, and does not say `auto_upgrade = true`\n";
        assert_eq!(output.stderr.contains(why), args.last() != Some(&"--no-upgrade"), "{}", output.stderr);
    }
    workspace.rev(&["exec", "--require-head", "--", "echo", "started"]).failed(2);
    assert!(database.try_query("SELECT * FROM rev_lock").is_err(), "something was written");
    workspace.write("migrations.toml", "[database]\nauto_upgrade = true\nprotected = true\n");
    let output = workspace.rev(&["exec", "--", "echo", "started"]);
    assert!(output.failed(2).contains("error[nobody-to-ask]"), "{}", output.stderr);
    assert_eq!(workspace.rev(&["exec", "--yes", "--", "echo", "started"]).succeeded(), "started\n");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = project(&database);
    for args in [
        &["exec"][..],
        &["exec", "echo"],
        &["exec", "--json", "--", "echo"],
        &["exec", "--require-head", "--on-failure", "continue", "--", "echo"],
    ] {
        workspace.rev(args).failed(2);
    }
    for (until, code) in [("+1", "bad-target"), ("current", "bad-target"), ("nosuch", "unknown-revision")] {
        let output = workspace.rev(&["wait", "--until", until, "--json"]);
        assert_eq!((output.code, &output.json()["error"]["code"]), (2, &code.into()));
    }
}
