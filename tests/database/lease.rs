//! The lock as a row with an end: on two nodes of a cluster, and where it is asked for.

use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::exclusive::check_that_each_revision_runs_once;
use crate::exclusive::finish;
use crate::exclusive::pause;
use crate::exclusive::start;
use crate::exclusive::until;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// A database, and how its runners are started: by default there, and with leases on the same or on another node.
struct Place {
    database: TestDatabase,
    other: String,
}

impl Place {
    fn galera() -> Self {
        let (database, other) = TestDatabase::on_galera();
        Self { database, other }
    }

    fn one(kind: Kind) -> Self {
        let database = TestDatabase::new(kind);
        let other = database.url.clone();
        Self { database, other }
    }

    /// A cluster finds out by itself that its locks do not do; the others must be told.
    fn command(&self, workspace: &Workspace, url: &str, args: &[&str]) -> Command {
        let mut command = workspace.command(args);
        command.env("REV_URL", url).stdout(Stdio::piped()).stderr(Stdio::piped());
        if self.other == self.database.url {
            command.env("REV_LOCK", "lease");
        }
        command
    }

    fn start(&self, workspace: &Workspace) -> Child {
        self.command(workspace, &self.database.url, &["upgrade"]).spawn().unwrap()
    }

    fn start_other(&self, workspace: &Workspace) -> Child {
        self.command(workspace, &self.other, &["upgrade"]).spawn().unwrap()
    }

    /// Lets the holder's lease be about to end, as if it had not been renewed for so long.
    fn age_lease(&self) {
        self.database.execute("UPDATE rev_lock SET lease_ends = lease_ends - 22 WHERE id = 2");
    }
}

fn sixteen(place: &Place) {
    check_that_each_revision_runs_once(&place.database, |workspace, number| match number % 2 {
        0 => place.start(workspace),
        _ => place.start_other(workspace),
    });
    // A clean end gives the lease back at once.
    assert_eq!(place.database.query("SELECT lease, lease_ends FROM rev_lock WHERE id = 2"), [["NULL", "NULL"]]);
}

/// The scripts of a run that can be stopped in the middle of a transaction that changes a row.
fn scripts(place: &Place) -> Workspace {
    let workspace = Workspace::new(&place.database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\nINSERT INTO n VALUES (0);\n");
    assert_eq!(finish(place.start(&workspace)).code, 0);
    let pause = pause(place.database.kind, 2.0);
    workspace.script(
        "b",
        "a",
        &format!("-- rev: upgrade\nUPDATE n SET n = n + 1;\n{pause};\nUPDATE n SET n = n + 1;\n"),
    );
    workspace.script("c", "b", "-- rev: upgrade\nUPDATE n SET n = n + 10;\n");
    workspace
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

fn a_killed_holder_is_waited_for_until_its_lease_ends(place: &Place) -> Duration {
    let workspace = scripts(place);
    let mut first = place.start(&workspace);
    until(&place.database, "SELECT 1 FROM rev_lock WHERE epoch = 2");
    std::thread::sleep(Duration::from_millis(300));
    first.kill().unwrap();
    first.wait().unwrap();
    let told = place.command(&workspace, &place.other, &["upgrade", "--lock-wait", "300ms"]);
    let told = finish({ told }.spawn().unwrap());
    let message = told.failed(2);
    assert!(message.contains("locked") && message.contains("its lease ends in"), "{message}");
    assert!(message.contains(&format!("process {}", first.id())), "{message}");
    let begun = Instant::now();
    if place.other == place.database.url {
        place.age_lease();
    }
    let second = finish(place.start_other(&workspace));
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(place.database.query("SELECT n FROM n"), [["12"]]);
    begun.elapsed()
}

/// Stops a holder, lets another runner finish, and lets the first go on.
fn stop_past_the_lease(place: &Place, workspace: &Workspace, n: &str) {
    let first = place.start(workspace);
    until(&place.database, "SELECT 1 FROM rev_lock WHERE epoch = 2");
    std::thread::sleep(Duration::from_millis(300));
    signal(&first, "STOP");
    place.age_lease();
    let second = finish(place.start_other(workspace));
    signal(&first, "CONT");
    let first = finish(first);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(first.code, 3, "{}", first.stderr);
    assert!(first.stderr.contains("lock-lost"), "{}", first.stderr);
    assert_eq!(place.database.query("SELECT n FROM n"), [[n]]);
    let history = place.database.query("SELECT revision FROM rev_history WHERE outcome = 'done' ORDER BY id");
    assert_eq!(history, [["a"], ["b"], ["c"]]);
}

fn who_is_stopped_past_its_lease_is_fenced_off(place: &Place) {
    let workspace = scripts(place);
    let pause = pause(place.database.kind, 2.0);
    workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{pause};\n"));
    stop_past_the_lease(place, &workspace, "10");
}

/// The epoch that the other node begins ends the transaction, which read it on this one.
#[test]
fn who_is_stopped_in_a_transaction_cannot_commit_it_once_another_node_works() {
    let place = Place::galera();
    let workspace = scripts(&place);
    let one = "-- rev: upgrade\nUPDATE n SET n = n + 1 + SLEEP(2);\nUPDATE n SET n = n + 1;\n";
    workspace.script("b", "a", one);
    stop_past_the_lease(&place, &workspace, "12");
}

/// Makes a module of three tests of each function that takes a `&Place`.
macro_rules! on_each_place {
    ($($body:ident),+ $(,)?) => {
        $(
            mod $body {
                use super::*;

                #[test]
                fn galera() {
                    super::$body(&Place::galera());
                }

                #[test]
                fn postgres() {
                    super::$body(&Place::one(Kind::Postgres));
                }

                #[test]
                fn mariadb() {
                    super::$body(&Place::one(Kind::Mariadb));
                }
            }
        )+
    };
}
on_each_place!(sixteen, who_is_stopped_past_its_lease_is_fenced_off);

#[test]
fn a_killed_holder_on_one_node_blocks_the_other_for_half_a_minute() {
    let waited = a_killed_holder_is_waited_for_until_its_lease_ends(&Place::galera());
    assert!(Duration::from_secs(15) < waited && waited < Duration::from_secs(45), "{waited:?}");
}

#[test]
fn a_killed_holder_of_a_lease_is_waited_for_on_any_server() {
    a_killed_holder_is_waited_for_until_its_lease_ends(&Place::one(Kind::Postgres));
    a_killed_holder_is_waited_for_until_its_lease_ends(&Place::one(Kind::Mariadb));
}

/// Whatever is killed in the middle of it, each statement runs once, and nothing is left to be decided.
#[test]
fn runners_that_are_killed_on_both_nodes_leave_nothing_doubled() {
    const REVISIONS: usize = 6;
    let place = Place::galera();
    let workspace = Workspace::new(&place.database);
    let create = "-- rev: upgrade\nCREATE TABLE n (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO n VALUES (1, 0);\n";
    workspace.script("a", "", create);
    let mut down = "a".to_owned();
    for k in 1..=REVISIONS {
        let body = format!(
            "-- rev: upgrade\nUPDATE n SET n = n + 1;\nALTER TABLE n ADD COLUMN c{k} INTEGER;\n{};\nUPDATE n SET n = n + 1;\n",
            pause(Kind::Mariadb, 0.1)
        );
        workspace.script(&format!("b{k}"), &down, &body);
        down = format!("b{k}");
    }
    let start = |number: usize| match number % 2 {
        0 => place.start(&workspace),
        _ => place.start_other(&workspace),
    };
    let mut runners: Vec<Child> = (0..4).map(start).collect();
    for k in 0..6 {
        std::thread::sleep(Duration::from_millis(150 + 130 * (k * 3 % 5)));
        for runner in &mut runners[..2] {
            runner.kill().unwrap();
            runner.wait().unwrap();
        }
        // As if half a minute had passed.
        let _ = place.database.try_query("UPDATE rev_lock SET lease_ends = lease_ends - 30 WHERE id = 2");
        runners.drain(..2);
        runners.extend((0..2).map(start));
    }
    for runner in runners {
        let _ = place
            .database
            .try_query("UPDATE rev_lock SET lease_ends = lease_ends - 30 WHERE id = 2 AND lease_ends > 0");
        let output = finish(runner);
        // A live one may lose its lease to this, too.
        assert!(output.code == 0 || output.stderr.contains("lock-lost"), "{}", output.stderr);
    }
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(place.database.query("SELECT n FROM n"), [[(2 * REVISIONS).to_string()]]);
    let history =
        place.database.query("SELECT count(*), count(DISTINCT revision) FROM rev_history WHERE outcome = 'done'");
    let all = (REVISIONS + 1).to_string();
    assert_eq!(history, [[all.clone(), all]]);
}

#[test]
fn a_lease_is_renewed_while_a_statement_runs() {
    let place = Place::one(Kind::Postgres);
    let workspace = Workspace::new(&place.database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nSELECT pg_sleep(12);\n");
    let runner = place.start(&workspace);
    until(&place.database, "SELECT 1 FROM rev_lock WHERE epoch = 1");
    let ends = place.database.query("SELECT lease_ends FROM rev_lock WHERE id = 2")[0][0].clone();
    until(&place.database, &format!("SELECT 1 FROM rev_lock WHERE id = 2 AND lease_ends >= {ends} + 9"));
    assert_eq!(finish(runner).code, 0);
}

#[test]
fn a_server_whose_lock_reaches_everybody_needs_no_lease() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(database.query("SELECT id, lease FROM rev_lock"), [["1", "NULL"]]);
    }
}

#[test]
fn a_table_that_an_older_rev_made_gets_what_leases_need() {
    for place in [Place::galera(), Place::one(Kind::Postgres), Place::one(Kind::Mariadb)] {
        let workspace = Workspace::new(&place.database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\n");
        assert_eq!(finish(place.start(&workspace)).code, 0);
        for column in ["lease", "lease_ends", "fenced"] {
            place.database.execute(&format!("ALTER TABLE rev_lock DROP COLUMN {column}"));
        }
        place.database.execute("DELETE FROM rev_lock WHERE id = 2");
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO n VALUES (1);\n");
        let runners: Vec<Child> =
            (0..6).map(|k| if k % 2 == 0 { place.start(&workspace) } else { place.start_other(&workspace) }).collect();
        for runner in runners {
            let output = finish(runner);
            assert_eq!(output.code, 0, "{}", output.stderr);
        }
        assert_eq!(place.database.query("SELECT n FROM n"), [["1"]]);
    }
}

#[test]
fn a_table_of_an_older_rev_serves_a_lock_of_the_server_as_it_is() {
    for kind in Kind::ALL {
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE n (n INTEGER);\n");
        workspace.rev(&["upgrade"]).succeeded();
        for column in ["lease", "lease_ends", "fenced"] {
            database.execute(&format!("ALTER TABLE rev_lock DROP COLUMN {column}"));
        }
        workspace.script("b", "a", "-- rev: upgrade\nINSERT INTO n VALUES (1);\n");
        workspace.rev(&["upgrade"]).succeeded();
    }
}

#[test]
fn a_lease_is_taken_where_transactions_are_read_only_unless_they_say_otherwise() {
    let place = Place::one(Kind::Postgres);
    place.database.execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", place.database.name()));
    let workspace = Workspace::new(&place.database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    assert_eq!(finish(place.start(&workspace)).code, 0);
}

#[test]
fn a_start_at_head_takes_no_lease_and_writes_nothing() {
    let place = Place::galera();
    let workspace = Workspace::new(&place.database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    assert_eq!(finish(place.start(&workspace)).code, 0);
    let rows = place.database.query("SELECT * FROM rev_lock ORDER BY id");
    assert_eq!(finish(place.start_other(&workspace)).code, 0);
    assert_eq!(place.database.query("SELECT * FROM rev_lock ORDER BY id"), rows);
}

#[test]
fn a_file_has_no_lease() {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    let mut command = workspace.command(&["upgrade"]);
    command.env("REV_LOCK", "lease").stdout(Stdio::piped()).stderr(Stdio::piped());
    let message = finish(command.spawn().unwrap()).failed(2).to_owned();
    assert!(message.contains("lease-on-file"), "{message}");
    assert_eq!(finish(start(&workspace, &["upgrade"])).code, 0);
}
