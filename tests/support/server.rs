//! A server that belongs to one test, which may kill it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;

use crate::support::chance::Chance;
use crate::support::database::Kind;

/// A PostgreSQL or MariaDB that flushes to disk; ended with this value.
#[derive(Debug)]
pub struct Server {
    /// The URL of its administrator, the same after each start.
    pub url: String,
    kind: Kind,
    folder: PathBuf,
    _parent: TempDir,
}

/// What of a server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// All of it.
    All,
    /// One process of PostgreSQL that works for a client; the others end, too, and the server recovers by itself.
    Backend,
}

impl Server {
    /// Makes a server and starts it.
    pub fn start(kind: Kind) -> Self {
        let parent = tempfile::tempdir().expect("a temporary folder can be made");
        // The servers' account must be able to pass through.
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o711)).expect("the folder is ours");
        let folder = parent.path().join("server");
        let url = run(kind, &folder);
        Self { url, kind, folder, _parent: parent }
    }

    /// Kills it as `kill -9` does; returns what was killed.
    pub fn kill(&self, chance: &mut Chance) -> Victim {
        let pid = self.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let children: Vec<&str> = children.split_whitespace().collect();
        let backends: Vec<&&str> = children.iter().filter(|pid| is_backend(pid)).collect();
        if self.kind == Kind::Postgres && !backends.is_empty() && chance.below(3) == 0 {
            kill(&[backends[chance.below(backends.len() as u64) as usize]]);
            return Victim::Backend;
        }
        kill(&[&pid]);
        kill(&children);
        let all = || children.iter().copied().chain([pid.as_str()]);
        let ends = Instant::now() + Duration::from_secs(20);
        while all().any(is_alive) {
            assert!(Instant::now() < ends, "a killed server ends");
            thread::sleep(Duration::from_millis(5));
        }
        Victim::All
    }

    /// Starts it again, on the same port.
    pub fn restart(&self) {
        assert_eq!(run(self.kind, &self.folder), self.url);
    }

    fn pid(&self) -> String {
        fs::read_to_string(self.folder.join("pid")).expect("a server has a pid").trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.pid();
        // It may be dead already, and its number somebody else's.
        let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if command.contains(&*self.folder.to_string_lossy()) {
            self.kill(&mut Chance::new());
            kill(&[&pid]);
        }
    }
}

fn run(kind: Kind, folder: &Path) -> String {
    let name = if kind == Kind::Postgres { "postgres" } else { "mariadb" };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/durable-server");
    let output = Command::new(script).arg(name).arg(folder).stdin(Stdio::null()).output().expect("there is a bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a URL is text").trim().to_owned()
}

fn kill(pids: &[&str]) {
    // One that has ended meanwhile is as good.
    let _ = Command::new("kill").arg("-KILL").args(pids).stderr(Stdio::null()).status();
}

/// PostgreSQL tells in its command line what a process is for; those that work for a client name its address.
fn is_backend(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|command| command.contains("127.0.0.1("))
}

/// Whether a process runs; one that nobody has asked about since it ended does not.
fn is_alive(pid: &str) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}
