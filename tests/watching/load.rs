//! Many at once.

use std::thread;
use std::time::Instant;

use crate::http::get;
use crate::served::Served;
use crate::support::TestDatabase;
use crate::support::Workspace;
use crate::support::on_each_database;

fn questions(served: &Served) -> u64 {
    let page = served.get("/metrics").body;
    let line = page.lines().find_map(|line| line.strip_prefix("rev_database_questions_total "));
    line.unwrap().parse().unwrap()
}

fn a_thousand_requests_ask_the_database_once_a_second(database: &TestDatabase) {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\n");
    workspace.rev(&["upgrade", "head"]).succeeded();
    let served = Served::start(&workspace, &[]);
    let (before, began) = (questions(&served), Instant::now());
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                for path in ["/health", "/ready", "/metrics", "/api/status"].iter().cycle().take(20) {
                    assert_eq!(get(&served.address, path).status, 200);
                }
            });
        }
    });
    let asked = questions(&served) - before;
    let seconds = began.elapsed().as_secs();
    assert!(asked <= seconds + 2, "{asked} questions in {seconds} s");
}

on_each_database!(a_thousand_requests_ask_the_database_once_a_second);
