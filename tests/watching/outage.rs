//! The database goes away and comes back, and the server stays.

use std::time::Duration;
use std::time::Instant;

use crate::gate::Gate;
use crate::gate::Way;
use crate::served::Served;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

/// Serves a database that can be taken away.
fn served(kind: Kind) -> (TestDatabase, Workspace, Gate, Served) {
    let database = TestDatabase::new(kind);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\n");
    workspace.rev(&["upgrade", "head"]).succeeded();
    let gate = Gate::before(&database);
    let mut command = workspace.command(&["serve", "--listen", "127.0.0.1:0"]);
    // The time that other commands wait for a server is none of this one's.
    command.env("REV_URL", &gate.url).env("REV_WAIT", "60s");
    (database, workspace, gate, Served::run(command))
}

fn check(kind: Kind) {
    let (_database, _workspace, gate, served) = served(kind);
    assert_eq!(served.state(), ("up_to_date".into(), 200, 200));
    for way in [Way::Shut, Way::Silent] {
        gate.set(way);
        served.until_state("unreachable");
        let began = Instant::now();
        assert_eq!(served.state(), ("unreachable".into(), 503, 503));
        let status = served.get("/api/status");
        assert_eq!((status.status, &status.json()["ok"]), (503, &false.into()));
        assert!(served.get("/metrics").body.contains("rev_up 0\n"));
        assert!(!served.get("/metrics").body.contains("rev_revisions_applied"));
        let graph = served.get("/api/graph").json();
        assert_eq!((&graph["status"], &graph["revisions"][0]["revision"]), (&"unreachable".into(), &"a".into()));
        assert_eq!(served.get("/live").status, 200);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        gate.set(Way::Open);
        served.until_state("up_to_date");
        assert_eq!(served.state(), ("up_to_date".into(), 200, 200));
    }
}

mod a_server_that_dies_and_returns_is_seen {
    use super::*;

    #[test]
    fn postgres() {
        check(Kind::Postgres);
    }

    #[test]
    fn mariadb() {
        check(Kind::Mariadb);
    }
}
