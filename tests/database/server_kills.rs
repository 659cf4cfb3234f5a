//! The server itself is killed while rev works, and recovers: the next run ends where an uninterrupted one ends.

use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Chance;
use crate::support::Contents;
use crate::support::Kind;
use crate::support::Output;
use crate::support::Server;
use crate::support::Start;
use crate::support::Tally;
use crate::support::TestDatabase;
use crate::support::Victim;
use crate::support::budget;
use crate::support::mixed_history;

/// The two ways through the history.
const WAYS: [&[&str]; 2] = [&["upgrade", "head"], &["downgrade", "a"]];

/// How often the server is killed on each way before it is left in peace.
const KILLS: usize = 2;

/// How long rev waits for a server that recovers.
const WAIT: &str = "60s";

fn check(kind: Kind) {
    let server = Server::start(kind);
    let database = TestDatabase::on(kind, server.url.clone());
    let mut chance = Chance::new();
    let mut tally = Tally::default();
    let mut backends = 0;
    let ends = Instant::now() + budget(Duration::from_secs(6));
    let mut calm = Vec::new();
    for start in [Start::Fresh, Start::InUse] {
        database.clear();
        let workspace = mixed_history(&database, start);
        let run = |args: &&[&str]| {
            let began = Instant::now();
            workspace.rev(args).succeeded();
            (began.elapsed(), Contents::of(&database))
        };
        calm.push((start, WAYS.iter().map(run).collect::<Vec<_>>()));
    }
    while Instant::now() < ends {
        let seed = chance.seed();
        let (start, calm) = &calm[chance.below(2) as usize];
        database.clear();
        let workspace = mixed_history(&database, *start);
        for (args, (takes, expected)) in WAYS.iter().zip(calm) {
            let what = format!("{kind:?} {start:?} {args:?} REV_TEST_SEED={seed}");
            for _ in 0..KILLS {
                let run = workspace.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
                thread::sleep(Duration::from_micros(chance.below(takes.as_micros() as u64)));
                match server.kill(&mut chance) {
                    Victim::Backend => backends += 1,
                    Victim::All => server.restart(),
                }
                let output = run.wait_with_output().unwrap();
                let said = String::from_utf8(output.stderr).unwrap();
                tally.in_doubt += usize::from(said.contains("error[in-doubt]"));
                assert!([0, 2, 3].contains(&output.status.code().unwrap()), "{what}\n{said}");
                tally.strikes += 1;
                tally.spared += usize::from(output.status.success());
            }
            let output: Output = workspace.rev(&[&["--wait", WAIT], *args].concat());
            tally.in_doubt += usize::from(output.stderr.contains("error[in-doubt]"));
            assert_eq!(output.code, 0, "{what}\n{}", output.stderr);
            assert_eq!(&Contents::of(&database), expected, "{what}");
            tally.compared += 1;
        }
    }
    tally.print(&format!("{kind:?}, kills of the server, {backends} of them of one of its processes"));
    assert_eq!(tally.in_doubt, 0);
}

#[test]
fn kills_of_postgres_lose_and_double_nothing() {
    check(Kind::Postgres);
}

#[test]
fn kills_of_mariadb_lose_and_double_nothing() {
    check(Kind::Mariadb);
}
