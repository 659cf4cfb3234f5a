//! A private server, started from the installed programs in a folder of its own, and removed with it.
//!
//! A shell stands between: it waits for its input to end, which it does also when rev is killed, and ends the server then.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Child;
use tokio::process::Command;
use tokio::time::timeout;

use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;

/// How long a server has to end.
const GRACE: Duration = Duration::from_secs(30);

/// Runs the server until the input ends, and removes the folder then.
const WATCH: &str =
    "folder=$1; shift; \"$@\" >\"$folder/log\" 2>&1 & pid=$!; read _; kill -TERM $pid; wait $pid; rm -rf \"$folder\"";

/// Where servers are installed beside the folders of `PATH`; a `*` is a version.
const FOLDERS: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/libexec",
];

/// A server that runs.
#[derive(Debug)]
pub(super) struct Local {
    shell: Child,
    folder: PathBuf,
}

/// A user in whose name a server runs that refuses root.
#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Local {
    /// Starts a server of the product, of the version that the target has if it is installed.
    pub(super) async fn start(dialect: Dialect, version: &str, config: &Config) -> Result<(Self, DatabaseUrl), Error> {
        let folder = tempfile::Builder::new().prefix("rev_scratch_").tempdir();
        let folder = folder.map_err(|cause| failed("no folder can be made for it", &cause.to_string()))?.keep();
        match start_in(&folder, dialect, version, config).await {
            Ok((shell, url)) => Ok((Self { shell, folder }, url)),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    /// Returns the last thing that the server said.
    pub(super) fn last_words(&self) -> Option<String> {
        let log = fs::read_to_string(self.folder.join("log")).ok()?;
        log.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned)
    }

    /// Ends the server and removes its folder.
    pub(super) async fn end(mut self) {
        drop(self.shell.stdin.take());
        if timeout(GRACE, self.shell.wait()).await.is_err() {
            let _ = self.shell.start_kill();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn start_in(
    folder: &Path,
    dialect: Dialect,
    version: &str,
    config: &Config,
) -> Result<(Child, DatabaseUrl), Error> {
    let is_mariadb = dialect == Dialect::Mariadb || version.to_ascii_lowercase().contains("mariadb");
    let account = account(if dialect == Dialect::Postgres { "postgres" } else { "mysql" });
    if let Some(account) = account {
        give(folder, account)
            .map_err(|cause| failed("its folder cannot be given to another user", &cause.to_string()))?;
    }
    let data = folder.join("data");
    let socket = folder.join("socket");
    let option = |name: &str, path: &Path| format!("{name}={}", path.display());
    let (server, arguments, url) = match dialect {
        Dialect::Postgres => {
            let initdb = find("initdb", version, config)?;
            let server = initdb.with_file_name("postgres");
            let made = ["-U", "rev", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
            let mut words: Vec<String> = made.map(str::to_owned).into();
            words.push(data.display().to_string());
            prepare(&initdb, &words, folder, account).await?;
            let settings = [
                "listen_addresses=",
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "wal_level=logical",
            ];
            let mut arguments =
                vec!["-D".to_owned(), data.display().to_string(), "-k".to_owned(), folder.display().to_string()];
            arguments.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
            (server, arguments, format!("postgres://rev@/postgres?host={}", folder.display()))
        }
        _ if is_mariadb => {
            let install =
                find("mariadb-install-db", version, config).or_else(|_| find("mysql_install_db", version, config))?;
            let server = find("mariadbd", version, config).or_else(|_| find("mysqld", version, config))?;
            let words = [
                "--no-defaults".to_owned(),
                option("--datadir", &data),
                "--auth-root-authentication-method=normal".to_owned(),
                "--skip-test-db".to_owned(),
            ];
            prepare(&install, &words, folder, account).await?;
            (server, mysql_arguments(&data, &socket), format!("mariadb://root@/mysql?socket={}", socket.display()))
        }
        _ => {
            let server = find("mysqld", version, config)?;
            let words = ["--no-defaults".to_owned(), "--initialize-insecure".to_owned(), option("--datadir", &data)];
            prepare(&server, &words, folder, account).await?;
            let mut arguments = mysql_arguments(&data, &socket);
            arguments.push("--mysqlx=OFF".to_owned());
            (server, arguments, format!("mysql://root@/mysql?socket={}", socket.display()))
        }
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", WATCH, "sh"]).arg(folder).arg(&server).args(arguments).current_dir(folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        // Ctrl-C must not end the server before its databases are removed.
        shell.process_group(0);
        if let Some(Account { uid, gid }) = account {
            shell.uid(uid).gid(gid);
        }
    }
    let shell = shell.spawn().map_err(|cause| failed("the server does not start", &cause.to_string()))?;
    let url = DatabaseUrl::parse(&url, folder, &crate::config::Environment::default())?;
    Ok((shell, url))
}

fn mysql_arguments(data: &Path, socket: &Path) -> Vec<String> {
    vec![
        "--no-defaults".to_owned(),
        format!("--datadir={}", data.display()),
        format!("--socket={}", socket.display()),
        format!("--pid-file={}", data.join("pid").display()),
        "--skip-networking".to_owned(),
        "--innodb-flush-log-at-trx-commit=0".to_owned(),
        "--log-bin-trust-function-creators=1".to_owned(),
    ]
}

/// Runs the program that makes the files of a server.
async fn prepare(program: &Path, words: &[String], folder: &Path, account: Option<Account>) -> Result<(), Error> {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    #[cfg(unix)]
    {
        command.process_group(0);
        if let Some(Account { uid, gid }) = account {
            command.uid(uid).gid(gid);
        }
    }
    let shown = program.display().to_string();
    let output = command.output().await.map_err(|cause| failed(&shown, &cause.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let last = said.iter().flat_map(|text| text.lines().rev()).find(|line| !line.trim().is_empty());
    Err(failed(&shown, last.unwrap_or("it failed without a word")))
}

/// Finds a program: that of the target's version first, then that of `PATH`, then the newest.
fn find(name: &str, version: &str, config: &Config) -> Result<PathBuf, Error> {
    // PostgreSQL's is a number such as 150020.
    let major = version.parse::<u32>().map_or(String::new(), |number| (number / 10_000).to_string());
    let mut installed: Vec<(u32, PathBuf)> = FOLDERS.iter().flat_map(|pattern| versions(pattern)).collect();
    installed.sort_by(|one, other| other.cmp(one));
    let fitting =
        installed.iter().filter(|(version, _)| version.to_string() == major).map(|(_, folder)| folder.clone());
    let path: Vec<_> =
        config.variables.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let all = installed.iter().map(|(_, folder)| folder.clone());
    let mut places = fitting.chain(path).chain(all).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).ok_or_else(|| {
        ErrorKind::NoScratchServer {
            reason: format!("`local = true` needs the program `{name}`, which is not installed"),
        }
        .into()
    })
}

/// Returns the folders that a pattern stands for, with their versions.
fn versions(pattern: &str) -> Vec<(u32, PathBuf)> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![(0, pattern.into())] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(version) = name.strip_prefix(prefix).and_then(|rest| rest.parse().ok()) {
            found.push((version, entry.path().join(after.trim_start_matches('/'))));
        }
    }
    found
}

/// Returns the user that a server runs as where this is root, which PostgreSQL refuses.
#[cfg(unix)]
fn account(name: &str) -> Option<Account> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let of = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(|field| field.parse().ok());
        Some(Account { uid: fields.next()??, gid: fields.next()?? })
    };
    of(name).or_else(|| of("nobody"))
}

#[cfg(not(unix))]
fn account(_: &str) -> Option<Account> {
    None
}

#[cfg(unix)]
fn give(folder: &Path, account: Account) -> io::Result<()> {
    std::os::unix::fs::chown(folder, Some(account.uid), Some(account.gid))
}

#[cfg(not(unix))]
fn give(_: &Path, _: Account) -> io::Result<()> {
    Ok(())
}

fn failed(what: &str, why: &str) -> Error {
    ErrorKind::NoScratchServer { reason: format!("{what}: {why}") }.into()
}
