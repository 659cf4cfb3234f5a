//! Poolers in front of PostgreSQL: too few connections, and sessions that are not one.

use std::sync::mpsc;
use std::sync::mpsc::TryRecvError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::support::Kind;
use crate::support::Pooler;
use crate::support::TestDatabase;
use crate::support::Workspace;

fn with_a_script(database: &TestDatabase) -> Workspace {
    let workspace = Workspace::new(database);
    workspace.script("a", "", "-- rev: upgrade\nCREATE TABLE t (n INTEGER);\n");
    workspace
}

fn check_a_pool_of_one(mode: &str) {
    let database = TestDatabase::new(Kind::Postgres);
    let pooler = Pooler::start(&database, mode, 1);
    let workspace = with_a_script(&database);
    let url = pooler.url(&database);
    // What only reads needs no more than one.
    workspace.rev(&["status", "-u", &url]).succeeded();
    let begun = Instant::now();
    let output = workspace.rev(&["upgrade", "-u", &url]);
    let message = output.failed(2);
    assert!(message.contains("pool-too-small") && message.contains("nothing was changed"), "{message}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(database.query("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'rev%'"), [["0"]]);
    // Nothing of it stays: with a pool of two, the same works.
    drop(pooler);
    let pooler = Pooler::start(&database, mode, 2);
    workspace.rev(&["upgrade", "-u", &pooler.url(&database)]).succeeded();
}

#[test]
fn a_pool_of_one_connection_by_transaction_is_explained() {
    check_a_pool_of_one("transaction");
}

#[test]
fn a_pool_of_one_connection_by_session_is_explained() {
    check_a_pool_of_one("session");
}

/// A script whose time-out would be set for a session.
const OFF: &str = "-- rev: upgrade\nINSERT INTO t VALUES (1);\n-- rev: upgrade transaction=off lock_timeout=30s\n\
                   CREATE INDEX CONCURRENTLY i ON t (n);\n";

#[test]
fn a_timeout_of_a_section_without_transaction_is_refused_behind_a_pooler_by_transaction() {
    for size in [2, 3, 20] {
        let database = TestDatabase::new(Kind::Postgres);
        let pooler = Pooler::start(&database, "transaction", size);
        let workspace = with_a_script(&database);
        let url = pooler.url(&database);
        workspace.rev(&["upgrade", "-u", &url]).succeeded();
        workspace.script("b", "a", OFF);
        let output = workspace.rev(&["upgrade", "-u", &url]);
        let message = output.failed(2);
        assert!(message.contains("timeout-behind-pooler") && message.contains("lock_timeout"), "{message}");
        assert!(message.contains("b.sql:8:1"), "{message}");
        assert_eq!(database.query("SELECT n FROM t"), Vec::<Vec<String>>::new());
        // The server itself takes it, and so does the pooler without the option.
        workspace.script("b", "a", &OFF.replace(" lock_timeout=30s", ""));
        workspace.rev(&["upgrade", "-u", &url]).succeeded();
    }
}

#[test]
fn a_timeout_of_a_section_without_transaction_is_taken_where_the_session_is_ones_own() {
    let database = TestDatabase::new(Kind::Postgres);
    let workspace = with_a_script(&database);
    workspace.script("b", "a", OFF);
    workspace.rev(&["upgrade"]).succeeded();
    let database = TestDatabase::new(Kind::Postgres);
    let pooler = Pooler::start(&database, "session", 3);
    workspace.rev(&["upgrade", "-u", &pooler.url(&database)]).succeeded();
}

/// Others who use the pool all the time must not make the session look like one's own.
#[test]
fn a_pooler_by_transaction_is_recognised_while_others_use_it() {
    let database = TestDatabase::new(Kind::Postgres);
    let pooler = Pooler::start(&database, "transaction", 6);
    let workspace = with_a_script(&database);
    let url = pooler.url(&database);
    workspace.rev(&["upgrade", "-u", &url]).succeeded();
    workspace.script("b", "a", OFF);
    thread::scope(|scope| {
        let (end, ended) = mpsc::channel::<()>();
        let others = Workspace::new(&database);
        let url = &url;
        scope.spawn(move || {
            while ended.try_recv() == Err(TryRecvError::Empty) {
                others.rev(&["current", "-u", url]);
            }
        });
        for _ in 0..5 {
            let output = workspace.rev(&["upgrade", "-u", url]);
            assert!(output.failed(2).contains("timeout-behind-pooler"), "{}", output.stderr);
        }
        drop(end);
    });
}
