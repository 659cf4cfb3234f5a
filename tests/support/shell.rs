//! One `sh` that lives as long as a session, so that `cd` and variables persist from command to command.

use std::env;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

/// A running shell in a temporary folder of its own.
#[derive(Debug)]
pub struct Shell {
    // The shell ends before its folders go: fields are dropped in this order, after `drop`.
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: TempDir,
    exchange: TempDir,
}

impl Shell {
    /// Starts a shell in an empty folder, with `rev` on its path and nothing of the developer's environment;
    /// the user is called ada.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let exchange = tempfile::tempdir().expect("a temporary folder can be made");
        let programs = Path::new(env!("CARGO_BIN_EXE_rev")).parent().expect("a program is in a folder");
        let others = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([programs.to_path_buf()].into_iter().chain(env::split_paths(&others)))
            .expect("a build folder has no `:` in its path");
        let mut child = Command::new("sh")
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", folder.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("USER", "ada")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh can be started");
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, stdin, stdout, folder, exchange }
    }

    /// Returns the folder in which the shell was started.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command and returns what it printed, standard error among standard output, and its exit code.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        let (asked, printed) = (self.exchange.path().join("command"), self.exchange.path().join("output"));
        fs::write(&asked, command).expect("the command can be written");
        // The command comes from a file, so that whatever is in it cannot end the quoting.
        let line = format!(
            "eval \"$(cat '{}')\" </dev/null >'{}' 2>&1; printf '%s\\n' \"$?\"\n",
            asked.display(),
            printed.display()
        );
        self.stdin.write_all(line.as_bytes()).expect("the shell still listens");
        let mut code = String::new();
        self.stdout.read_line(&mut code).expect("the shell answers in text");
        let output = fs::read_to_string(&printed).expect("a command prints UTF-8");
        let code = code.trim().parse().unwrap_or_else(|_| panic!("`{command}` ended the shell: {output}"));
        (output, code)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It has nothing to lose; an error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
