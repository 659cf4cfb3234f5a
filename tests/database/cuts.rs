//! Connections cut at any byte, and around COMMIT: the next run goes on, whatever became of the last message.

use std::time::Duration;
use std::time::Instant;

use crate::support::Chance;
use crate::support::Contents;
use crate::support::Cut;
use crate::support::Cutter;
use crate::support::Kind;
use crate::support::Output;
use crate::support::Start;
use crate::support::Tally;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::budget;
use crate::support::mixed_history;

/// The two ways through the history.
const WAYS: [&[&str]; 2] = [&["upgrade", "head"], &["downgrade", "a"]];

/// Runs rev through a proxy, and returns what it said, and the proxy.
fn through(workspace: &Workspace, database: &TestDatabase, args: &[&str], cut: Cut) -> (Output, Cutter) {
    let (cutter, url) = Cutter::start(&database.url, cut);
    let mut command = workspace.command(args);
    command.env("REV_URL", url);
    (Output::of(command), cutter)
}

/// A history on one server, with what uninterrupted runs leave and need.
struct Bench {
    database: TestDatabase,
    start: Start,
    /// For each way: what it leaves, and how many bytes and COMMITs it takes up and down.
    calm: Vec<(Contents, (u64, u64, usize))>,
    tally: Tally,
}

impl Bench {
    fn new(kind: Kind, start: Start) -> Self {
        let database = TestDatabase::new(kind);
        let workspace = mixed_history(&database, start);
        let calm = WAYS.iter().map(|args| {
            let (output, cutter) = through(&workspace, &database, args, Cut::Never);
            output.succeeded();
            (Contents::of(&database), cutter.counts())
        });
        let calm = calm.collect();
        Self { database, start, calm, tally: Tally::default() }
    }

    /// Cuts one way, lets the next run go on without a proxy, and returns what the first one said, if it was cut.
    fn strike(&mut self, way: usize, cut: Cut, seed: u64) -> Option<Output> {
        let Self { database, start, calm, tally } = &mut *self;
        let what = format!("{:?} {start:?} {:?} {cut:?} REV_TEST_SEED={seed}", database.kind, WAYS[way]);
        database.clear();
        let workspace = mixed_history(database, *start);
        if way == 1 {
            workspace.rev(WAYS[0]).succeeded();
        }
        let began = Instant::now();
        let (output, cutter) = through(&workspace, database, WAYS[way], cut);
        assert!(began.elapsed() < Duration::from_secs(30), "{what} took {:?}", began.elapsed());
        let said = cutter.is_cut().then_some(output);
        if let Some(output) = &said {
            // 0 when the end was reached before.
            assert!([0, 2, 3].contains(&output.code), "{what}: {} {}", output.code, output.stderr);
            tally.strikes += 1;
        } else {
            tally.spared += 1;
        }
        drop(cutter);
        if let Some(output) = said.as_ref().filter(|output| output.code == 3) {
            check_place(database, output, &what);
        }
        let again = workspace.rev(WAYS[way]);
        tally.in_doubt += usize::from(again.stderr.contains("error[in-doubt]"));
        assert_eq!(again.code, 0, "{what}\n{}", again.stderr);
        assert_eq!(Contents::of(database), calm[way].0, "{what}");
        tally.compared += 1;
        said
    }
}

/// Where the database is must be what was said, or one of two places that were.
fn check_place(database: &TestDatabase, output: &Output, what: &str) {
    let last = output.stderr.lines().last().unwrap();
    let said = last.split([';', ':']).next().unwrap().strip_prefix("the database is at ").expect(last);
    let is_at = match database.query("SELECT version_num FROM rev_version").concat().pop() {
        Some(id) => id,
        None => "base".to_owned(),
    };
    assert!(said.split(", or already at ").any(|place| place == is_at), "{what}: it is at {is_at}\n{last}");
}

#[test]
fn a_connection_cut_after_any_byte_loses_and_doubles_nothing() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let mut chance = Chance::new();
        for start in [Start::Fresh, Start::InUse] {
            let mut bench = Bench::new(kind, start);
            let ends = Instant::now() + budget(Duration::from_millis(1500));
            while Instant::now() < ends {
                let (seed, way) = (chance.seed(), chance.below(2) as usize);
                let (up, down, _) = bench.calm[way].1;
                let cut = match chance.below(2) {
                    0 => Cut::Up(chance.below(up)),
                    _ => Cut::Down(chance.below(down)),
                };
                bench.strike(way, cut, seed);
            }
            let bytes: u64 = bench.calm.iter().map(|(_, (up, down, _))| up + down).sum();
            bench.tally.print(&format!("{kind:?} {start:?}, cuts anywhere in {bytes} bytes"));
            assert_eq!(bench.tally.in_doubt, 0);
        }
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let mut chance = Chance::new();
        let seed = chance.seed();
        for start in [Start::Fresh, Start::InUse] {
            let mut bench = Bench::new(kind, start);
            let ends = Instant::now() + budget(Duration::from_millis(1500));
            for (way, args) in WAYS.iter().enumerate() {
                let commits = bench.calm[way].1.2 as u64;
                for number in chance.shuffled(commits) {
                    if Instant::now() > ends {
                        break;
                    }
                    let number = number as usize;
                    let [kept, lost] = [Cut::AfterCommit(number), Cut::BeforeCommit(number)].map(|cut| {
                        let said = bench.strike(way, cut, seed).expect("as many COMMITs as in the calm run");
                        // What comes before the first revision changes nothing that there is anything to say of.
                        let has_begun = !said.stderr.ends_with("\nnothing was changed\n");
                        assert_eq!(said.code, if has_begun { 3 } else { 2 }, "{}", said.stderr);
                        said.stderr.lines().last().unwrap().to_owned()
                    });
                    // Nobody can tell the two from each other, so nothing else may be said of the one than of the other.
                    assert_eq!(kept, lost, "{kind:?} {start:?} {:?} {number}", args);
                }
            }
            bench.tally.print(&format!("{kind:?} {start:?}, cuts around COMMIT"));
            assert_eq!(bench.tally.in_doubt, 0);
        }
    }
}
