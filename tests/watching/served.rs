//! A `rev serve` that runs for as long as a test.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::http::Reply;
use crate::http::get;
use crate::support::Output;
use crate::support::Workspace;

pub struct Served {
    child: Option<Child>,
    pub address: String,
}

impl Served {
    pub fn start(workspace: &Workspace, args: &[&str]) -> Self {
        let args: Vec<&str> = ["serve", "--listen", "127.0.0.1:0"].into_iter().chain(args.iter().copied()).collect();
        Self::run(workspace.command(&args))
    }

    /// Starts the command, which must say where it listens.
    pub fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").and_then(|url| url.strip_suffix('/')).map(str::to_owned);
        let Some(address) = address else {
            let mut errors = String::new();
            child.stderr.as_mut().unwrap().read_to_string(&mut errors).unwrap();
            panic!("it does not listen: {line}{errors}");
        };
        Self { child: Some(child), address }
    }

    pub fn get(&self, path: &str) -> Reply {
        get(&self.address, path)
    }

    /// Returns the state in a word, and whether it counts as healthy and ready.
    pub fn state(&self) -> (String, u16, u16) {
        let health = self.get("/health");
        let word = health.json()["checks"]["migrations"]["status"].as_str().unwrap().to_owned();
        (word, health.status, self.get("/ready").status)
    }

    /// Waits until `path` answers what `holds` of.
    #[track_caller]
    pub fn until(&self, path: &str, mut holds: impl FnMut(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let found = self.get(path).json();
            if holds(&found) {
                return found;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "still {found}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the state is this one.
    #[track_caller]
    pub fn until_state(&self, word: &str) {
        self.until("/health", |found| found["checks"]["migrations"]["status"] == word);
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end; what was printed is what came after the first line.
    pub fn wait(mut self) -> Output {
        let output = self.child.take().unwrap().wait_with_output().unwrap();
        Output::from(output)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
