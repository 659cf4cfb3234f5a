//! Many runners at once, behind a pooler, some of them killed at any moment: each revision runs once, and whoever is left
//! ends well.

use std::env;
use std::process::Child;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Chance;
use crate::support::Contents;
use crate::support::Kind;
use crate::support::Start;
use crate::support::Tally;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::budget;
use crate::support::mixed_history;

/// How many are at work at any time, and how many more may be started for those that are killed.
const RUNNERS: usize = 16;
const MORE: usize = 16;

fn start(workspace: &Workspace, url: &str) -> Child {
    let mut command = workspace.command(&["upgrade", "-u", url]);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Starts runners, kills some and starts others for them, until those that are left have ended.
///
/// Every other victim is the one that holds the lock, as far as the journal says.
fn round(database: &TestDatabase, workspace: &Workspace, url: &str, chance: &mut Chance, tally: &mut Tally) {
    let what = format!("REV_TEST_SEED={}", chance.seed());
    let mut runners: Vec<Child> = (0..RUNNERS).map(|_| start(workspace, url)).collect();
    let mut more = MORE;
    while more > 0 && !runners.is_empty() {
        thread::sleep(Duration::from_millis(chance.below(80)));
        let mut index = chance.below(runners.len() as u64) as usize;
        if chance.below(2) == 0 {
            let holder = database.try_query("SELECT pid FROM rev_lock").unwrap_or_default().concat().concat();
            index = runners.iter().position(|runner| runner.id().to_string() == holder).unwrap_or(index);
        }
        let mut victim = runners.swap_remove(index);
        if victim.try_wait().unwrap().is_some() {
            ended(victim, &what, tally);
            continue;
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        tally.strikes += 1;
        more -= 1;
        runners.push(start(workspace, url));
    }
    runners.into_iter().for_each(|runner| ended(runner, &what, tally));
}

fn ended(runner: Child, what: &str, tally: &mut Tally) {
    let output = runner.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    tally.in_doubt += usize::from(said.contains("error[in-doubt]"));
    assert_eq!(output.status.code(), Some(0), "{what}\n{said}");
    tally.spared += 1;
}

#[test]
fn runners_that_are_killed_behind_a_pooler_leave_the_work_to_the_others() {
    let pooler = env::var("REV_TEST_PGBOUNCER").expect("REV_TEST_PGBOUNCER names no pooler: run `scripts/test`");
    let mut chance = Chance::new();
    let mut tally = Tally::default();
    let calm = [Start::Fresh, Start::InUse].map(|start| {
        let database = TestDatabase::new(Kind::Postgres);
        mixed_history(&database, start).rev(&["upgrade"]).succeeded();
        (start, Contents::of(&database))
    });
    let ends = Instant::now() + budget(Duration::from_secs(6));
    while Instant::now() < ends {
        let seed = chance.seed();
        let (start, expected) = &calm[chance.below(2) as usize];
        let database = TestDatabase::new(Kind::Postgres);
        let url = pooler.replace("/postgres?", &format!("/{}?", database.name()));
        let workspace = mixed_history(&database, *start);
        round(&database, &workspace, &url, &mut chance, &mut tally);
        // The last one may have been killed just before the end.
        workspace.rev(&["upgrade", "-u", &url]).succeeded();
        assert_eq!(&Contents::of(&database), expected, "REV_TEST_SEED={seed}");
        tally.compared += 1;
    }
    tally.print("16 runners behind PgBouncer");
    assert_eq!(tally.in_doubt, 0);
}
