//! One `sh` that lives as long as a session, so that `cd` and variables persist from command to command.
//!
//! It lives in a place of its own, which is removed after it:
//!
//! ```text
//! .git/       empty: whoever looks for a project above stops here, whatever the machine has in its temporary folder
//! exchange/   commands and what they print
//! room/       where a session may do what it likes
//!   project/  where it begins
//! tmp/        its temporary folder
//! ```

use std::env;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::support::elsewhere::same_day;

/// When every session begins, so that what it shows fits on every day.
const BEGINS: &str = "2026-11-20T09:12:44Z";

const FOLDERS: [&str; 4] = [".git", "exchange", "room", "tmp"];

/// Gives a shell all of `text`, in an empty folder with `rev` on its path, and returns what was printed, and what was
/// written into the file of `$STATUSES`.
pub fn pasted_into(shell: &str, text: &str) -> (String, String) {
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = place.path().join("room/project");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::create_dir(place.path().join(".git")).expect("a folder can be made");
    let statuses = place.path().join("statuses");
    let mut command = Command::new(shell);
    command.env_clear().current_dir(&folder).env("PATH", path()).env("HOME", &folder).env("STATUSES", &statuses);
    let script = place.path().join("pasted");
    fs::write(&script, text).expect("a file can be written");
    let output =
        command.stdin(fs::File::open(&script).expect("it is there")).output().expect("the shell can be started");
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (printed, fs::read_to_string(&statuses).unwrap_or_default())
}

/// Returns the `PATH` on which `rev` comes first.
fn path() -> std::ffi::OsString {
    let programs = Path::new(env!("CARGO_BIN_EXE_rev")).parent().expect("a program is in a folder");
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([programs.to_path_buf()].into_iter().chain(env::split_paths(&others)))
        .expect("a build folder has no `:` in its path")
}

/// A running shell in a temporary folder of its own.
#[derive(Debug)]
pub struct Shell {
    // The shell ends before its place goes: fields are dropped in this order, after `drop`.
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
    place: TempDir,
}

impl Shell {
    /// Starts a shell in an empty folder, with `rev` on its path and nothing of the developer's environment;
    /// the user is called ada, and every session begins at the same moment.
    pub fn start() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        for folder in FOLDERS {
            fs::create_dir(place.path().join(folder)).expect("a folder can be made");
        }
        let folder = place.path().join("room/project");
        fs::create_dir(&folder).expect("a folder can be made");
        let begins: Timestamp = BEGINS.parse().expect("it is a time");
        let shift = begins.as_second() - Timestamp::now().as_second();
        let mut command = Command::new("sh");
        let mut child = same_day(command.env_clear())
            .current_dir(&folder)
            .env("PATH", path())
            .env("HOME", &folder)
            .env("TMPDIR", place.path().join("tmp"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("USER", "ada")
            .env("REV_TEST_CLOCK_SHIFT", shift.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh can be started");
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, stdin, stdout, folder, place }
    }

    /// Returns the folder in which the shell was started.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the folder around it, in which a session may make others.
    pub fn room(&self) -> PathBuf {
        self.place.path().join("room")
    }

    /// Returns what was made beside the room, and would have been left on the machine a folder further up.
    pub fn strays(&self) -> Vec<String> {
        let entries = fs::read_dir(self.place.path()).expect("the place can be read");
        let names =
            entries.map(|entry| entry.expect("the entry can be read").file_name().to_string_lossy().into_owned());
        names.filter(|name| !FOLDERS.contains(&name.as_str())).collect()
    }

    /// Runs a command and returns what it printed, standard error among standard output, and its exit code.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        let exchange = self.place.path().join("exchange");
        let (asked, printed) = (exchange.join("command"), exchange.join("output"));
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
