//! A crash after every statement, upwards and downwards: the next run ends where an uninterrupted one ends.

use std::env;
use std::process::Command;
use std::process::Stdio;

use crate::support::Chance;
use crate::support::Contents;
use crate::support::Kind;
use crate::support::Output;
use crate::support::Start;
use crate::support::Tally;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::mixed_history;
use crate::support::on_each_database;

/// The two ways through the history, and where they lead.
const WAYS: [&[&str]; 2] = [&["upgrade", "head"], &["downgrade", "a"]];

/// Of how many crashes one is tried, from a random one on; `REV_TEST_STRIDE=1` tries all.
fn stride(ordinary: u64) -> u64 {
    env::var("REV_TEST_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(ordinary)
}

/// MariaDB has a part for each statement, and so more than twice as many moments to die in.
fn ordinary_stride(kind: Kind) -> u64 {
    match kind {
        Kind::Sqlite => 19,
        Kind::Postgres => 53,
        Kind::Mariadb => 131,
    }
}

/// How a run ended that was to die.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Died,
    /// It had fewer statements.
    Through,
    /// It did not know whether a statement had run.
    InDoubt,
}

/// Lets rev die after its `n`th statement.
fn die_after(workspace: &Workspace, args: &[&str], n: u64) -> End {
    let mut command: Command = workspace.command(args);
    command.env("REV_TEST_DIE_AFTER", n.to_string()).stdin(Stdio::null());
    let output = Output::of(command);
    match output.code {
        -1 => End::Died,
        0 => End::Through,
        _ if output.stderr.contains("error[in-doubt]") => End::InDoubt,
        _ => panic!("{n}: {}", output.stderr),
    }
}

/// One database that goes up and down through crashes.
struct Trial<'a> {
    workspace: Workspace,
    database: &'a TestDatabase,
    expected: &'a [Contents],
    tally: &'a mut Tally,
}

impl Trial<'_> {
    /// Dies at each of `crashes` in turn on the way up, recovers, and does the same on the way down.
    fn run(self, crashes: &[u64], seed: u64) {
        for (args, expected) in WAYS.iter().zip(self.expected) {
            for n in crashes {
                match die_after(&self.workspace, args, *n) {
                    End::Died => self.tally.strikes += 1,
                    End::Through => self.tally.spared += 1,
                    End::InDoubt => self.tally.in_doubt += 1,
                }
            }
            let what = format!("{:?} {args:?} crashes {crashes:?} REV_TEST_SEED={seed}", self.database.kind);
            let output = self.workspace.rev(args);
            assert_eq!(output.code, 0, "{what}\n{}", output.stderr);
            assert_eq!(&Contents::of(self.database), expected, "{what}");
            self.tally.compared += 1;
        }
    }
}

/// What an uninterrupted run leaves, each way.
fn calm(database: &TestDatabase, start: Start) -> Vec<Contents> {
    database.clear();
    let workspace = mixed_history(database, start);
    let left = |args: &&[&str]| {
        workspace.rev(args).succeeded();
        Contents::of(database)
    };
    WAYS.iter().map(left).collect()
}

fn a_crash_after_any_statement_loses_and_doubles_nothing(database: &TestDatabase) {
    let kind = database.kind;
    let database = &TestDatabase::quick(kind);
    let mut chance = Chance::new();
    let (seed, stride) = (chance.seed(), stride(ordinary_stride(kind)));
    let mut tally = Tally::default();
    for start in [Start::Fresh, Start::InUse] {
        let expected = calm(database, start);
        let trial = |crashes: &[u64], tally: &mut Tally| {
            database.clear();
            let workspace = mixed_history(database, start);
            let before = tally.strikes;
            Trial { workspace, database, expected: &expected, tally }.run(crashes, seed);
            tally.strikes > before
        };
        let mut n = 1 + chance.below(stride);
        while trial(&[n], &mut tally) {
            // And once more, somewhere on the way that is left.
            if chance.below(2) == 0 {
                trial(&[n, 1 + chance.below(40)], &mut tally);
            }
            n += stride;
        }
        assert!(n > 100, "the history has more than {n} statements");
    }
    tally.print(&format!("{kind:?}, crashes after a statement"));
    assert_eq!(tally.in_doubt, 0);
}

on_each_database!(a_crash_after_any_statement_loses_and_doubles_nothing);

/// An UPDATE outside of a transaction leaves nothing to see but its rows, so a run that died beside it must ask: then, and
/// of that statement, and the truth as answer leads to the end.
fn a_crash_beside_an_update_of_its_own_is_asked_about(database: &TestDatabase) {
    let kind = database.kind;
    let database = &TestDatabase::quick(kind);
    let updates = ["UPDATE t SET n = n * 3 + 1", "UPDATE t SET n = n * 3 + 2"];
    let mut chance = Chance::new();
    // So many that each time some are beside an UPDATE, and some are not.
    let step = stride(3);
    let mut n = 1 + chance.below(step);
    let mut tally = Tally::default();
    loop {
        database.clear();
        let workspace = Workspace::new(database);
        workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (0);\n");
        workspace.rev(&["upgrade"]).succeeded();
        workspace.script("b", "a", &format!("-- rev: upgrade transaction=off\n{};\n{};\n", updates[0], updates[1]));
        if die_after(&workspace, &["upgrade"], n) == End::Through {
            break;
        }
        tally.strikes += 1;
        let mut output = workspace.rev(&["upgrade"]);
        if output.stderr.contains("error[in-doubt]") {
            tally.in_doubt += 1;
            let which = updates.iter().position(|update| output.failed(2).contains(update)).expect(&output.stderr);
            let has_run = database.query("SELECT n FROM t").concat() == [["1", "5"][which]];
            workspace.rev(&["resume", if has_run { "--ran" } else { "--not-ran" }]).succeeded();
            output = workspace.rev(&["upgrade"]);
        }
        assert_eq!(output.code, 0, "{kind:?} {n}\n{}", output.stderr);
        assert_eq!(database.query("SELECT n FROM t"), [["5"]], "{kind:?} {n}");
        assert_eq!(
            database.query("SELECT revision FROM rev_history WHERE outcome = 'done' ORDER BY id"),
            [["a"], ["b"]],
            "{kind:?} {n}"
        );
        tally.compared += 1;
        n += step;
    }
    tally.print(&format!("{kind:?}, crashes beside UPDATEs of their own"));
    assert!(tally.in_doubt > 0 && tally.in_doubt < tally.compared, "{tally}");
}

on_each_database!(a_crash_beside_an_update_of_its_own_is_asked_about);

/// A server of MySQL's family that is killed may have dropped the first of two tables.
#[test]
fn what_was_dropped_in_part_is_dropped_to_the_end() {
    for (gone, rest) in [("one", "two"), ("two", "one")] {
        let database = TestDatabase::new(Kind::Mariadb);
        let workspace = Workspace::new(&database);
        let tables = "CREATE TABLE one (n INTEGER);\nCREATE TABLE two (n INTEGER);\nCREATE TABLE log (n INTEGER);\n";
        workspace.script("a", "", &format!("-- rev: upgrade\n{tables}"));
        workspace.rev(&["upgrade"]).succeeded();
        workspace.script("b", "a", "-- rev: upgrade\nDROP TABLE one, two;\nINSERT INTO log VALUES (1);\n");
        let mut n = 1;
        while database.query("SELECT 1 FROM rev_progress WHERE state = 'intended'").is_empty() {
            assert_eq!(die_after(&workspace, &["upgrade"], n), End::Died);
            n += 1;
        }
        assert_eq!(database.query("SHOW TABLES LIKE 'one'").len(), 1, "it died before the statement");
        database.execute(&format!("DROP TABLE {gone}"));
        // What keeps the rest from being dropped is said, and nothing is guessed.
        database.execute(&format!("ALTER TABLE {rest} ADD PRIMARY KEY (n)"));
        let told = workspace.rev(&["upgrade"]);
        assert!(told.failed(2).contains("error[in-doubt]"), "{}", told.stderr);
        database.execute(&format!("ALTER TABLE {rest} DROP PRIMARY KEY, MODIFY n INTEGER NULL"));
        workspace.rev(&["upgrade"]).succeeded();
        assert!(!database.query("SHOW TABLES").concat().iter().any(|table| table == "one" || table == "two"));
        assert_eq!(database.query("SELECT n FROM log"), [["1"]]);
        assert!(database.query("SELECT * FROM rev_progress").is_empty());
    }
}
