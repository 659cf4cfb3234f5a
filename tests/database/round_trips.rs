//! How often PostgreSQL is asked; a server that is far away makes every question expensive.

use crate::support::Kind;
use crate::support::Proxy;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// What is asked after the connection stands: where the journal is, and what stands in it.
const LOOKING: usize = 2;

fn counted(workspace: &Workspace, url: &str, proxy: &Proxy, command: &[&str]) -> usize {
    proxy.take_queries();
    let args: Vec<&str> = command.iter().copied().chain(["-u", url]).collect();
    workspace.rev(&args).succeeded();
    proxy.take_queries()
}

#[test]
fn at_head_there_are_two_and_a_revision_costs_two() {
    let database = TestDatabase::new(Kind::Postgres);
    let (user, rest) = database.url.split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap(); // with its parameters: encrypted messages cannot be counted
    let proxy = Proxy::start(address);
    let url = format!("{user}@127.0.0.1:{}/{name}", proxy.port());
    let workspace = Workspace::new(&database);
    let body = "-- rev: upgrade\nSELECT 1;\nSELECT 2;\nSELECT 3;\n-- rev: downgrade\nSELECT 1;\n";
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INT);\n-- rev: downgrade\nDROP TABLE t;\n");
    workspace.rev(&["upgrade"]).succeeded();
    assert_eq!(counted(&workspace, &url, &proxy, &["upgrade"]), LOOKING);
    assert_eq!(counted(&workspace, &url, &proxy, &["current"]), LOOKING);

    // Whether a script was edited, the history answers for all of them at once.
    assert_eq!(counted(&workspace, &url, &proxy, &["status"]), LOOKING + 1);

    let mut down = "a".to_owned();
    for n in 1..=5 {
        workspace.script(&format!("b{n}"), &down, body);
        down = format!("b{n}");
    }
    let five = counted(&workspace, &url, &proxy, &["upgrade"]);
    workspace.script("c", &down, body);
    let one = counted(&workspace, &url, &proxy, &["upgrade"]);
    assert_eq!(five - one, 4 * 2, "five: {five}, one: {one}");
    assert_eq!(counted(&workspace, &url, &proxy, &["downgrade", "-1"]), one);
}
