//! Killed at any moment, again and again, a run still ends where an uninterrupted one ends.

use std::env;
use std::process::Child;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Chance;
use crate::support::Kind;
use crate::support::Tally;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

/// How many histories are brought to their end through kills; `REV_TEST_KILLS` asks for more.
const HISTORIES: usize = 4;

/// How often a history is interrupted before it is left to end in peace.
const STRIKES: usize = 12;

/// Revisions that mix changes of the schema with statements that must run once; none can run a second time.
fn history(workspace: &Workspace, kind: Kind) {
    let off = match kind {
        Kind::Postgres => "CREATE INDEX CONCURRENTLY i{k} ON t{k} (n);\n",
        Kind::Sqlite | Kind::Mariadb => "CREATE INDEX i{k} ON t{k} (n);\n",
    };
    workspace.script("r0", "", "-- rev: upgrade\nCREATE TABLE total (n INTEGER);\nINSERT INTO total VALUES (0);\n");
    for k in 1..=6 {
        let body = format!(
            "-- rev: upgrade\nCREATE TABLE t{k} (n INTEGER);\nINSERT INTO t{k} VALUES ({k});\n\
             UPDATE total SET n = n + {k};\n\
             -- rev: upgrade transaction=off\n{}\
             -- rev: upgrade\nUPDATE total SET n = n + 100;\nUPDATE t{k} SET n = n + 1;\n",
            off.replace("{k}", &k.to_string())
        );
        workspace.script(&format!("r{k}"), &format!("r{}", k - 1), &body);
    }
}

/// What the history leaves: data, rows, and what the journal says ran.
fn left(database: &TestDatabase) -> Vec<Vec<String>> {
    let mut left = database.query("SELECT n FROM total");
    for k in 1..=6 {
        left.extend(database.query(&format!("SELECT n FROM t{k}")));
    }
    left.extend(database.query("SELECT version_num FROM rev_version"));
    // A run whose connection was cut may still have been able to note that it failed.
    left.extend(database.query("SELECT revision, direction FROM rev_history WHERE outcome = 'done' ORDER BY id"));
    left.extend(database.query("SELECT revision FROM rev_progress"));
    left
}

/// Interrupts `upgrade` at random moments with `strike`, lets it end in peace, and compares what is left.
fn check(database: &TestDatabase, strike: impl Fn(&TestDatabase, &mut Child)) {
    let kind = database.kind;
    let calm = Workspace::new(database);
    history(&calm, kind);
    let began = Instant::now();
    calm.rev(&["upgrade"]).succeeded();
    let takes = began.elapsed().as_micros() as u64;
    let expected = left(database);

    let mut chance = Chance::new();
    let mut tally = Tally::default();
    let histories = env::var("REV_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(HISTORIES);
    for _ in 0..histories {
        let seed = chance.seed();
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        history(&workspace, kind);
        for _ in 0..STRIKES {
            let mut run = workspace.command(&["upgrade"]);
            let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            thread::sleep(Duration::from_micros(chance.below(takes * 3 / 4)));
            strike(&database, &mut run);
            let ended = run.wait().unwrap();
            tally.strikes += usize::from(!ended.success());
            tally.spared += usize::from(ended.success());
        }
        let output = workspace.rev(&["upgrade"]);
        tally.in_doubt += usize::from(output.stderr.contains("error[in-doubt]"));
        assert_eq!(output.code, 0, "REV_TEST_SEED={seed} {kind:?}\n{}", output.stderr);
        assert_eq!(left(&database), expected, "REV_TEST_SEED={seed} {kind:?}");
        tally.compared += 1;
    }
    tally.print(&format!("{kind:?}, at any moment"));
}

fn kills_at_any_moment_lose_and_double_nothing(database: &TestDatabase) {
    check(database, |_, run| run.kill().unwrap());
}

/// A revision of several parts, each of which can be undone wherever the upgrade stops.
fn there_and_back(workspace: &Workspace, kind: Kind) {
    let (make, drop) = match kind {
        Kind::Postgres => ("CREATE INDEX CONCURRENTLY i ON t (m)", "DROP INDEX CONCURRENTLY i"),
        Kind::Sqlite => ("CREATE INDEX i ON t (m)", "DROP INDEX i"),
        Kind::Mariadb => ("CREATE INDEX i ON t (m)", "DROP INDEX i ON t"),
    };
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (0);\n");
    workspace.script(
        "b",
        "a",
        &format!(
            "-- rev: upgrade\nUPDATE t SET n = n + 1;\nCREATE TABLE b (n INTEGER);\nALTER TABLE t ADD COLUMN m INTEGER;\n\
             -- rev: upgrade transaction=off\n{make};\n\
             -- rev: upgrade\nCREATE TABLE c (n INTEGER);\nALTER TABLE t ADD COLUMN o INTEGER;\n\
             -- rev: downgrade\nALTER TABLE t DROP COLUMN o;\nDROP TABLE c;\n\
             -- rev: downgrade transaction=off\n{drop};\n\
             -- rev: downgrade\nALTER TABLE t DROP COLUMN m;\nDROP TABLE b;\nUPDATE t SET n = n - 1;\n"
        ),
    );
}

/// What is there, in the order of making it; a query of what is not there is an error.
fn there(database: &TestDatabase) -> Vec<Option<Vec<Vec<String>>>> {
    let version = "SELECT version_num FROM rev_version";
    let queries =
        ["SELECT n FROM t", "SELECT m FROM t", "SELECT o FROM t", "SELECT * FROM b", "SELECT * FROM c", version];
    let mut there: Vec<_> = queries.iter().map(|query| database.try_query(query).ok()).collect();
    there.push(Some(database.query("SELECT revision FROM rev_progress")));
    there
}

/// Whichever way the killed runs went, what is half there is undone, and then the upgrade leaves what it always leaves.
fn kills_of_runs_there_and_back_leave_no_trace(database: &TestDatabase) {
    let kind = database.kind;
    let calm = Workspace::new(database);
    there_and_back(&calm, kind);
    calm.rev(&["upgrade", "a"]).succeeded();
    let below = there(database);
    let began = Instant::now();
    calm.rev(&["upgrade"]).succeeded();
    let takes = began.elapsed().as_micros() as u64;
    let above = there(database);
    calm.rev(&["downgrade", "b@a"]).succeeded();
    assert_eq!(there(database), below);

    let mut random = Chance::new();
    let histories = env::var("REV_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(HISTORIES);
    for _ in 0..histories {
        let seed = random.seed();
        let database = TestDatabase::new(kind);
        let workspace = Workspace::new(&database);
        there_and_back(&workspace, kind);
        workspace.rev(&["upgrade", "a"]).succeeded();
        for _ in 0..STRIKES {
            let args: &[&str] = if random.below(2) == 0 { &["upgrade"] } else { &["downgrade", "b@a"] };
            let mut run = workspace.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            thread::sleep(Duration::from_micros(random.below(takes)));
            run.kill().unwrap();
            run.wait().unwrap();
        }
        let output = workspace.rev(&["downgrade", "b@a"]);
        assert_eq!(output.code, 0, "REV_TEST_SEED={seed} {kind:?}\n{}", output.stderr);
        assert_eq!(there(&database), below, "REV_TEST_SEED={seed} {kind:?}");
        workspace.rev(&["upgrade"]).succeeded();
        assert_eq!(there(&database), above, "REV_TEST_SEED={seed} {kind:?}");
    }
}

on_each_database!(kills_at_any_moment_lose_and_double_nothing, kills_of_runs_there_and_back_leave_no_trace);

#[test]
fn connections_cut_at_any_moment_lose_and_double_nothing() {
    check(&TestDatabase::new(Kind::Postgres), |database, _| {
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        database.execute(others);
    });
    check(&TestDatabase::new(Kind::Mariadb), |database, _| {
        let others = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
        for id in database.query(others).iter().flatten() {
            let _ = database.try_query(&format!("KILL {id}")); // it may have ended by itself
        }
    });
}
