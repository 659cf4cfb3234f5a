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

/// Of how many crashes one is tried, from a random one on; with `REV_TEST_SECONDS`, all are.
fn stride(kind: Kind) -> u64 {
    match (env::var("REV_TEST_SECONDS"), kind) {
        (Ok(_), _) => 1,
        (Err(_), Kind::Sqlite) => 2,
        (Err(_), Kind::Postgres | Kind::Mariadb) => 11,
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
    let (seed, stride) = (chance.seed(), stride(kind));
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
            if stride == 1 || chance.below(2) == 0 {
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
