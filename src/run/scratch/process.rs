//! A command that gives a server: it prints a URL, goes on if it likes, and is ended afterwards.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::io::BufReader;
use tokio::io::Lines;
use tokio::process::Child;
use tokio::process::ChildStdout;
use tokio::process::Command;
use tokio::time::timeout;

use crate::config::Config;
use crate::config::Hook;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;

/// How long it may take to print the URL: it may have to start a server.
const LIMIT: Duration = Duration::from_secs(60);

/// How long it has to end when it is asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A command that runs, or ran, to give a server.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts the command and returns the URL that is the first line it prints.
    pub(super) async fn start(hook: &Hook, config: &Config) -> Result<(Self, DatabaseUrl), Error> {
        let failed = |status: Option<String>| ErrorKind::CommandFailed { command: hook.program.clone(), status };
        let folder = if config.root.as_os_str().is_empty() { Path::new(".") } else { &config.root };
        let mut command = Command::new(&hook.program);
        command.args(&hook.arguments).current_dir(folder).envs(config.variables.iter());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        // Ctrl-C must not end the server before its databases are removed.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|cause| Error::from(failed(None)).because(cause))?;
        let mut lines = child.stdout.take().map(|stream| BufReader::new(stream).lines());
        let first = timeout(LIMIT, first_line(&mut lines)).await;
        let process = Self { child };
        let text = match first {
            Ok(Ok(Some(text))) => text,
            Ok(_) => {
                let status = process.end().await.map(|status| status.to_string());
                let status = status.filter(|text| text != "exit status: 0").unwrap_or("it printed no URL".to_owned());
                return Err(failed(Some(status)).into());
            }
            Err(_) => {
                process.end().await;
                return Err(failed(Some(format!("it printed no URL within {} s", LIMIT.as_secs()))).into());
            }
        };
        // What else it prints must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = first_line(&mut lines).await {} });
        match DatabaseUrl::parse(text.trim(), &config.root, &config.variables) {
            Ok(url) => Ok((process, url)),
            Err(kind) => {
                process.end().await;
                Err(match kind {
                    ErrorKind::BadUrl { reason, .. } => {
                        ErrorKind::BadUrl { url: "what the `command` of [scratch] printed".to_owned(), reason }
                    }
                    kind => kind,
                }
                .into())
            }
        }
    }

    /// Asks it to end, with all that it started, and makes it end.
    pub(super) async fn end(mut self) -> Option<std::process::ExitStatus> {
        if let Ok(Some(status)) = self.child.try_wait() {
            self.signal(End::Soon); // what it left in the background
            return Some(status);
        }
        self.signal(End::Soon);
        if let Ok(ended) = timeout(GRACE, self.child.wait()).await {
            return ended.ok();
        }
        self.signal(End::Now);
        let _ = self.child.start_kill();
        self.child.wait().await.ok()
    }

    #[cfg(unix)]
    fn signal(&self, end: End) {
        let signal = match end {
            End::Soon => rustix::process::Signal::TERM,
            End::Now => rustix::process::Signal::KILL,
        };
        if let Some(pid) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal(&self, _: End) {}
}

#[derive(Clone, Copy)]
enum End {
    Soon,
    Now,
}

/// Returns the next line that is not empty.
async fn first_line(lines: &mut Option<Lines<BufReader<ChildStdout>>>) -> io::Result<Option<String>> {
    let Some(lines) = lines else { return Ok(None) };
    loop {
        match lines.next_line().await? {
            Some(line) if line.trim().is_empty() => {}
            line => return Ok(line),
        }
    }
}
