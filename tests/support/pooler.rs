//! A PgBouncer of a test's own, in front of the PostgreSQL of `REV_TEST_POSTGRES`.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;
use url::Url;

use super::TestDatabase;

/// A running PgBouncer, ended with this value.
#[derive(Debug)]
pub struct Pooler {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    /// Starts a pooler that gives out up to `size` connections a database, by `mode`: `session` or `transaction`.
    pub fn start(database: &TestDatabase, mode: &str, size: usize) -> Self {
        let url = Url::parse(&database.url).expect("a test's URL is one");
        let (host, server) = (url.host_str().unwrap_or_default(), url.port().unwrap_or(5432));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let port = listener.local_addr().expect("a listener has an address").port();
        drop(listener);
        let settings = format!(
            "[databases]\n* = host={host} port={server} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\nunix_socket_dir =\n",
            url.username()
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).expect("the file can be written");
        let path = format!("{}:/usr/sbin", env::var("PATH").unwrap_or_default());
        let mut command = Command::new("pgbouncer");
        command.env("PATH", path);
        // It refuses to be root, and nobody else can become another user.
        if fs::metadata(folder.path()).expect("the folder is there").uid() == 0 {
            command.args(["-u", "nobody"]);
        }
        command.arg(&file);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.expect("there is a pgbouncer: run the tests with `scripts/test`");
        let ends = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < ends, "pgbouncer does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        Self { child, port, _folder: folder }
    }

    /// Returns the URL of `database` through the pooler.
    pub fn url(&self, database: &TestDatabase) -> String {
        let mut url = Url::parse(&database.url).expect("a test's URL is one");
        url.set_port(Some(self.port)).expect("a URL with a host takes a port");
        url.into()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
