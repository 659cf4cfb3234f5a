//! `rev env`: every environment is asked, and none hides another.

use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::Workspace;

const A: &str = "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n-- rev: downgrade\nDROP TABLE t;\n";

/// Returns what is said of an environment.
fn of<'a>(document: &'a Value, name: &str) -> &'a Value {
    let environments = document["environments"].as_array().unwrap();
    environments.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name} is not in {document}"))
}

/// Runs `rev` without `REV_URL`: the environments say which database it is.
fn rev(workspace: &Workspace, args: &[&str]) -> crate::support::Output {
    let mut command = workspace.command(args);
    command.env_remove("REV_URL");
    crate::support::Output::of(command)
}

#[test]
fn each_database_says_where_it_is() {
    let databases = TestDatabase::all();
    let workspace = Workspace::new(&databases[0]);
    workspace.script("a", "", A);
    workspace.script("b", "a", "-- rev: upgrade\n-- rev: downgrade\n");
    let mut config = String::new();
    for (database, name) in databases.iter().zip(["lite", "pg", "my"]) {
        config.push_str(&format!("[env.{name}]\nurl = '{}'\nprotected = {}\n", database.url, name == "my"));
    }
    workspace.write("migrations.toml", config);
    rev(&workspace, &["-e", "pg", "upgrade", "a"]).succeeded();
    rev(&workspace, &["-e", "my", "upgrade", "--yes"]).succeeded();
    let output = rev(&workspace, &["-e", "pg", "env", "--json"]);
    output.succeeded();
    let document = output.json();
    assert_eq!(document["heads"], serde_json::json!(["b"]));
    for (name, status, pending, current) in
        [("lite", "pending", 2, vec![]), ("pg", "pending", 1, vec!["a"]), ("my", "up_to_date", 0, vec!["b"])]
    {
        let one = of(&document, name);
        assert_eq!((one["status"].as_str(), one["pending"].as_u64()), (Some(status), Some(pending)), "{one}");
        assert_eq!(one["current"], serde_json::json!(current));
        assert_eq!((&one["chosen"], &one["protected"]), (&(name == "pg").into(), &(name == "my").into()));
        assert!(one["error"].is_null());
    }
    assert_eq!(rev(&workspace, &["env", "--exit-code"]).code, 1);
    for name in ["lite", "pg"] {
        rev(&workspace, &["-e", name, "upgrade"]).succeeded();
    }
    rev(&workspace, &["env", "--exit-code"]).succeeded();
}

#[test]
fn commands_that_do_not_end_hold_nobody_up() {
    let workspace = Workspace::new(&TestDatabase::new(crate::support::Kind::Sqlite));
    workspace.script("a", "", A);
    let hangs = ["a", "b", "c"].map(|name| format!("[env.{name}]\nurl_command = [\"sleep\", \"60\"]\n")).concat();
    workspace.write("migrations.toml", format!("{hangs}[env.lite]\nurl = 'sqlite:lite.db'\n"));
    let began = Instant::now();
    let document = rev(&workspace, &["env", "--json"]).json();
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(of(&document, "lite")["status"], "pending");
    for name in ["a", "b", "c"] {
        let one = of(&document, name);
        assert_eq!(one["status"], "misconfigured");
        assert!(one["error"]["message"].as_str().unwrap().contains("it did not end within 5 s"), "{one}");
    }
}

/// A server that takes connections and says nothing.
struct Mute(TcpListener);

impl Mute {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }
}

#[test]
fn what_gives_no_answer_keeps_nobody_waiting_for_long() {
    let database = TestDatabase::new(crate::support::Kind::Postgres);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", A);
    let (first, second) = (Mute::new(), Mute::new());
    workspace.write(
        "migrations.toml",
        format!(
            "[env.first]\nurl = 'postgres://u:s3cret@127.0.0.1:{}/x'\n\
             [env.second]\nurl = 'mysql://u:s3cret@127.0.0.1:{}/x'\nwait = '1h'\n\
             [env.unset]\nurl = '${{NOWHERE}}'\nprotected = true\n\
             [env.wrong]\nurl = 'sqlite:x.db'\nwait = '${{NOWHERE}}'\n\
             [env.file]\nurl_file = 'missing.txt'\n\
             [env.well]\nurl = '{}'\n",
            first.port(),
            second.port(),
            database.url
        ),
    );
    let begun = Instant::now();
    let output = rev(&workspace, &["env", "--json"]);
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    let document = output.json();
    for (name, status, code) in [
        ("first", "unreachable", "connection-failed"),
        ("second", "unreachable", "connection-failed"),
        ("unset", "misconfigured", "unset-variable"),
        ("wrong", "misconfigured", "unset-variable"),
        ("file", "misconfigured", "unreadable"),
    ] {
        let one = of(&document, name);
        assert_eq!((one["status"].as_str(), one["error"]["code"].as_str()), (Some(status), Some(code)), "{one}");
        assert!(one["current"].is_null() && one["pending"].is_null(), "{one}");
    }
    assert_eq!(of(&document, "unset")["protected"], true);
    assert_eq!(of(&document, "well")["status"], "pending");
    assert!(!output.stdout.contains("s3cret"), "{}", output.stdout);
}
