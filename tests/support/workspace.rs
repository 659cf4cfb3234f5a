//! A folder with scripts in it, and `rev` run in that folder.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::database::PASSWORD;
use crate::support::database::TestDatabase;
use crate::support::elsewhere::same_day;

/// A project of its own: an empty `migrations.toml`, a `versions` folder, and a database.
#[derive(Debug)]
pub struct Workspace {
    folder: TempDir,
    url: String,
}

impl Workspace {
    /// Makes a project whose `rev` commands use `database`.
    pub fn new(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let workspace = Self { folder, url: database.url.clone() };
        workspace.write("migrations.toml", "");
        fs::create_dir(workspace.path().join("versions")).expect("a folder can be made");
        workspace
    }

    /// Returns the project's folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, given relative to the project's folder, and returns its path.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Returns the text of a file, given relative to the project's folder.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes `versions/ID.sql`: a header with `id` and its parents (`""` for none, `"a, b"` for a merge), then `body`,
    /// which begins with a `-- rev:` line or with more header lines.
    pub fn script(&self, id: &str, down: &str, body: &str) -> PathBuf {
        let down = if down.is_empty() { "none" } else { down };
        let text = format!("-- {id}\n--\n-- revision: {id}\n-- down_revision: {down}\n{body}");
        self.write(&format!("versions/{id}.sql"), text)
    }

    /// Runs `rev` in the project's folder and waits for it.
    pub fn rev(&self, args: &[&str]) -> Output {
        Output::of(self.command(args))
    }

    /// Returns `rev` with its arguments, in the project's folder, with nothing in its environment but `PATH`, `HOME`,
    /// `REV_URL`, and the day: what the developer has set must not change a test.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rev"));
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        same_day(&mut command);
        command.env("HOME", self.path());
        command.env("REV_URL", &self.url);
        command
    }
}

/// What a finished command left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it printed as data.
    pub stdout: String,
    /// What it told people.
    pub stderr: String,
}

impl From<std::process::Output> for Output {
    /// Reads what was printed; the password that is in the URL of every test must never be in it.
    #[track_caller]
    fn from(output: std::process::Output) -> Self {
        let output = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        };
        let told = [&output.stdout, &output.stderr].iter().any(|text| text.contains(PASSWORD));
        assert!(!told, "a password was printed\n{}\n{}", output.stdout, output.stderr);
        output
    }
}

impl Output {
    /// Runs `command` to its end.
    pub fn of(mut command: Command) -> Self {
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}")).into()
    }

    /// Fails the test unless the command succeeded; returns its standard output.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        &self.stdout
    }

    /// Fails the test unless the command failed with `code`; returns its standard error.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        &self.stderr
    }

    /// Returns standard output as the one JSON document that it must be.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }
}
