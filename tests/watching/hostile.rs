//! Requests that no friend sends.

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use crate::http::connect;
use crate::http::get;
use crate::http::send;
use crate::served::Served;
use crate::support::Kind;
use crate::support::TestDatabase;
use crate::support::Workspace;

fn served(args: &[&str]) -> (TestDatabase, Workspace, Served) {
    let database = TestDatabase::new(Kind::Sqlite);
    let workspace = Workspace::new(&database);
    workspace.script("a", "", "-- rev: upgrade\n");
    workspace.rev(&["upgrade", "head"]).succeeded();
    let served = Served::start(&workspace, args);
    (database, workspace, served)
}

/// Checks the status of a request whose lines these are; `HOST` stands for the right one.
fn check(served: &Served, lines: &[&str], expected: u16) {
    let request = lines.join("\r\n").replace("HOST", &served.address) + "\r\nConnection: close\r\n\r\n";
    let reply = send(&served.address, &request).unwrap_or_else(|error| panic!("{lines:?}: {error}"));
    assert_eq!(reply.status, expected, "{lines:?}\n{}", reply.head);
}

#[test]
fn only_its_own_names_are_answered() {
    let (_database, _workspace, served) = served(&["--allow-host", "rev.example.com,other"]);
    for host in ["HOST", "localhost:1", "[::1]:8321", "10.0.0.7", "rev.example.com", "OTHER:80"] {
        check(&served, &["GET /health HTTP/1.1", &format!("Host: {host}")], 200);
    }
    for host in ["evil.example.com", "rev.example.com.evil.com", "", "localhost@evil.com"] {
        check(&served, &["GET /health HTTP/1.1", &format!("Host: {host}")], 421);
    }
    check(&served, &["GET /health HTTP/1.1", "Host: HOST", "Host: evil.example.com"], 400);
    check(&served, &["GET http://evil.example.com/health HTTP/1.1", "Host: HOST"], 421);
    check(&served, &["GET /health HTTP/1.1"], 400);
    // A balancer's probe; no browser leaves it out.
    check(&served, &["GET /health HTTP/1.0"], 200);
}

#[test]
fn nothing_but_reading_is_allowed_and_nothing_else_is_there() {
    let (_database, _workspace, served) = served(&[]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"] {
        check(&served, &[&format!("{method} /health HTTP/1.1"), "Host: HOST", "Content-Length: 0"], 405);
    }
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/scripts/../../migrations.toml",
        "/api/scripts/%2e%2e%2fmigrations.toml",
        "/api/scripts/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/api/scripts/a.sql",
        "/api/scripts/",
        "/api/scripts/%00",
        "/api/scripts/%ff",
        "/health/",
        "//health",
        "/metrics/../api/status",
    ] {
        check(&served, &[&format!("GET {path} HTTP/1.1"), "Host: HOST"], 404);
    }
    check(&served, &["GET /health?x=%00 HTTP/1.1", "Host: HOST"], 200);
}

#[test]
fn every_answer_forbids_what_a_browser_might_do_with_it() {
    let (_database, _workspace, served) = served(&[]);
    for path in ["/", "/health", "/metrics", "/api/graph", "/nothing"] {
        let reply = get(&served.address, path);
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a_head_request_gets_the_head() {
    let (_database, _workspace, served) = served(&[]);
    let address = &served.address;
    let head =
        send(address, &format!("HEAD /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).unwrap();
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let length = head.header("content-length").unwrap().parse();
    assert_eq!(length, Ok(get(address, "/health").body.len()));
}

#[test]
fn what_is_too_large_or_no_http_is_refused() {
    let (_database, _workspace, served) = served(&[]);
    let address = &served.address;
    let long = "x".repeat(100_000);
    let many: String = (0..200).map(|k| format!("X-{k}: y\r\n")).collect();
    for request in [
        format!("GET /health HTTP/1.1\r\nHost: {address}\r\nX: {long}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
        format!("GET /health HTTP/1.1\r\nHost: {address}\r\n{many}\r\n"),
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n".to_owned(),
        "hello\r\n\r\n".to_owned(),
        format!("GET /health HTTP/1.1\r\nHost: {address}\r\nContent-Length: -1\r\n\r\n"),
        format!("GET /health HTTP/1.1\r\nHost: {address}\r\nX y\r\n\r\n"),
    ] {
        // The server may close before it has read all, so that its answer is lost on the way.
        if let Ok(reply) = send(address, &request) {
            assert!((400..500).contains(&reply.status), "{}", reply.head);
        }
    }
    assert_eq!(get(address, "/live").status, 200);
}

#[test]
fn half_requests_do_not_keep_others_out() {
    let (_database, _workspace, served) = served(&[]);
    let address = &served.address;
    let began = Instant::now();
    let half: Vec<TcpStream> = (0..140)
        .map(|_| {
            let mut stream = connect(address);
            stream.write_all(b"GET /health HTTP/1.1\r\nHo").unwrap();
            stream
        })
        .collect();
    assert_eq!(get(address, "/live").status, 200);
    for mut stream in half {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn who_goes_away_in_the_middle_harms_nobody() {
    let (_database, _workspace, served) = served(&[]);
    let address = &served.address;
    for _ in 0..200 {
        let mut stream = connect(address);
        stream.write_all(format!("GET /api/graph HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    }
    assert_eq!(get(address, "/health").status, 200);
}
