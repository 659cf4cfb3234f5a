//! A command of the user's whose output is wanted whole: what it prints on either stream, within a time.

use std::process::Command as Prepared;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio::time::sleep_until;
use tokio::time::timeout;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::hooks::process::End;
use crate::project::hooks::process::REST;
use crate::project::hooks::process::end;
use crate::project::hooks::process::start;
use crate::run::interrupt::Interrupt;

/// The most that is kept of what a command prints.
const MOST: usize = 64 << 20;

/// How a command ended, and what it printed.
#[derive(Debug)]
pub struct Printed {
    /// How it ended.
    pub ended: Ended,
    /// What it printed.
    pub output: Vec<u8>,
    /// What it said on its standard error.
    pub said: Vec<u8>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Itself(ExitStatus),
    /// It did not within its time, and was ended.
    Late,
    /// It printed more than is ever wanted.
    TooMuch,
}

/// Runs a command for at most `limit`, where zero is no limit; a signal ends it, too.
///
/// # Errors
///
/// When it cannot be started, which is told as what `failed` makes of it, or a signal came.
pub async fn printed(
    prepared: Prepared,
    limit: Duration,
    interrupt: &Interrupt,
    failed: impl Fn() -> ErrorKind,
) -> Result<Printed, Error> {
    let (mut child, is_group) = start(prepared).map_err(|cause| Error::from(failed()).because(cause))?;
    let output = child.stdout.take().map(Stream::read);
    let said = child.stderr.take().map(Stream::read);
    let deadline = Instant::now().checked_add(limit).filter(|_| !limit.is_zero());
    let ended = tokio::select! {
        biased;
        status = child.wait() => Ended::Itself(status.map_err(|cause| Error::from(failed()).because(cause))?),
        () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => Ended::Late,
        signal = interrupt.stopped() => {
            end(&mut child, is_group, End::Now);
            return Err(ErrorKind::Interrupted { signal }.into());
        }
    };
    if ended == Ended::Late {
        end(&mut child, is_group, End::Now);
    }
    let (output, said) = (rest(output).await, rest(said).await);
    let ended = if output.len() > MOST { Ended::TooMuch } else { ended };
    Ok(Printed { ended, output, said })
}

async fn rest(stream: Option<Stream>) -> Vec<u8> {
    match stream {
        Some(stream) => stream.rest().await,
        None => Vec::new(),
    }
}

/// What a command prints, as it is read.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn read(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let read = Arc::clone(&bytes);
        let reader = tokio::spawn(async move {
            let mut stream = stream.take(MOST as u64 + 1);
            let mut chunk = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stream.read(&mut chunk).await {
                if let Ok(mut bytes) = read.lock() {
                    bytes.extend_from_slice(&chunk[..count]);
                }
            }
        });
        Self { bytes, reader }
    }

    async fn rest(self) -> Vec<u8> {
        let mut reader = self.reader;
        if timeout(REST, &mut reader).await.is_err() {
            reader.abort();
        }
        self.bytes.lock().map(|mut bytes| std::mem::take(&mut *bytes)).unwrap_or_default()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn run(script: &str, limit: Duration) -> Printed {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut command = Prepared::new("sh");
        command.args(["-c", script]);
        runtime.block_on(printed(command, limit, &Interrupt::default(), || ErrorKind::Output)).unwrap()
    }

    #[test]
    fn both_streams_are_kept_whole() {
        let printed = run("yes | head -c 300000; echo why >&2; exit 3", Duration::ZERO);
        assert_eq!((printed.output.len(), printed.said.as_slice()), (300_000, &b"why\n"[..]));
        assert!(matches!(printed.ended, Ended::Itself(status) if status.code() == Some(3)));
    }

    #[test]
    fn what_never_ends_is_ended() {
        let began = std::time::Instant::now();
        assert_eq!(run("sleep 60; echo b", Duration::from_millis(50)).ended, Ended::Late);
        assert_eq!(run("yes", Duration::from_secs(60)).ended, Ended::TooMuch);
        assert_eq!(run("sleep 30 & echo a", Duration::from_secs(60)).output, b"a\n");
        assert!(began.elapsed() < Duration::from_secs(25));
    }
}
