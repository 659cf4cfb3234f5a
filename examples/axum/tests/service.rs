//! The service is started for real, asked over HTTP, and its database goes away.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// A running service; ended with this value.
struct Service {
    child: Child,
    address: String,
    applied: String,
}

impl Service {
    fn start(url: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axum-example"));
        command.env("DATABASE_URL", url).env("LISTEN", "127.0.0.1:0");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let applied = lines.next().unwrap().unwrap();
        let address = lines.next().unwrap().unwrap().rsplit(' ').next().unwrap().to_owned();
        Self { child, address, applied }
    }

    /// Returns the status line and the body.
    fn health(&self) -> (String, serde_json::Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_upgrades_when_it_starts_and_says_how_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.db");
    let url = format!("sqlite:{}", path.display());
    let service = Service::start(&url);
    assert_eq!(service.applied, "2 revisions were applied; the database is at b2");
    let (status, body) = service.health();
    assert_eq!(status, "HTTP/1.1 200 OK");
    let migrations = serde_json::json!({
        "status": "up_to_date", "applied": 2, "pending": 0, "current": ["b2"], "heads": ["b2"],
    });
    assert_eq!(body, serde_json::json!({"status": "healthy", "checks": {"migrations": migrations}}));

    // A second one finds nothing to do.
    assert_eq!(Service::start(&url).applied, "0 revisions were applied; the database is at b2");

    fs::remove_file(&path).unwrap();
    let (status, body) = service.health();
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!((&body["status"], &body["checks"]["migrations"]["pending"]), (&"unhealthy".into(), &2.into()));
    fs::write(&path, "this is no database at all, it is some text").unwrap();
    let (status, body) = service.health();
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(body["checks"]["migrations"]["status"], "unreachable");
}
