//! Text fed to the database's own shell: `sqlite3`, `psql` or `mariadb`, with no options but where the database is.

use std::env;
use std::io::ErrorKind;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use url::Url;

use crate::support::database::Kind;
use crate::support::database::TestDatabase;
use crate::support::elsewhere::same_day;
use crate::support::workspace::Output;

/// Feeds `text` to the shell of the database's kind and waits for it. A missing shell is a failure, never a skipped
/// test.
pub fn feed(database: &TestDatabase, text: &str) -> Output {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = client(database);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    same_day(&mut command);
    // What the developer has configured must not change a test.
    command.env("HOME", home.path()).current_dir(home.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => panic!(
            "{:?} is not installed: run the tests with `scripts/test`, which installs what they need",
            command.get_program()
        ),
        _ => panic!("{command:?}: {error}"),
    });
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = text.to_owned();
    // A shell that stops no longer reads; that it has stopped is told by its exit code.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the shell ends");
    let _ = writer.join().expect("the writer does not panic");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn client(database: &TestDatabase) -> Command {
    match database.kind {
        Kind::Sqlite => {
            let path = database.url.trim_start_matches("sqlite:");
            let mut command = Command::new("sqlite3");
            command.arg(path);
            command
        }
        Kind::Postgres => {
            let mut command = Command::new("psql");
            command.arg(&database.url);
            command
        }
        Kind::Mariadb => {
            let url = Url::parse(&database.url).expect("the URL of a test database is one");
            let mut command = Command::new("mariadb");
            command.arg(format!("--host={}", url.host_str().unwrap_or("127.0.0.1")));
            command.arg(format!("--port={}", url.port().unwrap_or(3306)));
            command.arg(format!("--user={}", url.username()));
            if let Some(password) = url.password() {
                command.arg(format!("--password={password}"));
            }
            command.arg(database.name());
            command
        }
    }
}
