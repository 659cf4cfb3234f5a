//! A command of the user's that runs while rev holds its lock: what it prints is told line by line, and a signal ends it.

use std::io;
use std::process::Command as Prepared;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio::time::sleep_until;

use crate::project::hooks::process::End;
use crate::project::hooks::process::REST;
use crate::project::hooks::process::end;
use crate::project::hooks::process::start;
use crate::run::held::PING;
use crate::run::session::Session;

/// How long a command that was asked to end has for it.
const GRACE: Duration = Duration::from_secs(10);

/// The longest line that is told in one piece.
const LONGEST_LINE: usize = 8 * 1024;

/// Whether a signal ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heed {
    /// It ends with the run.
    Signals,
    /// It runs because the run ended, perhaps by a signal; a second one ends all.
    Nothing,
}

/// Runs a command to its end and tells each line that it prints, on either stream.
///
/// The session keeps its lock meanwhile. After `limit` the command is asked to end, and then made to; zero is no limit.
pub(crate) async fn run(
    prepared: Prepared,
    heed: Heed,
    limit: Duration,
    session: &mut Session,
    tell: &mut (dyn FnMut(&str) + Send),
) -> io::Result<ExitStatus> {
    let (mut child, is_group) = start(prepared)?;
    let (sender, mut lines) = mpsc::channel(64);
    if let Some(stream) = child.stdout.take() {
        tokio::spawn(read(stream, sender.clone()));
    }
    if let Some(stream) = child.stderr.take() {
        tokio::spawn(read(stream, sender.clone()));
    }
    drop(sender);
    let interrupt = session.interrupt.clone();
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ping.tick().await; // the first comes at once
    let (mut ended, mut is_open, mut deadline) = (None, true, None);
    let (mut overdue, mut is_late) = (Instant::now().checked_add(limit).filter(|_| !limit.is_zero()), false);
    loop {
        let limit_of_all = overdue.unwrap_or_else(Instant::now);
        let limit_of_end = deadline.unwrap_or_else(Instant::now);
        tokio::select! {
            biased;
            line = lines.recv(), if is_open => match line {
                Some(line) => tell(&line),
                None => is_open = false,
            },
            status = child.wait(), if ended.is_none() => {
                ended = Some(status?);
                deadline = Some(Instant::now() + REST);
            }
            () = sleep_until(limit_of_all), if overdue.is_some() && deadline.is_none() => {
                tell(&format!("it has taken {} s, which is its hook_timeout, and is ended", limit.as_secs_f64()));
                (overdue, is_late) = (None, true);
                end(&mut child, is_group, End::Soon);
                deadline = Some(Instant::now() + GRACE);
            }
            () = sleep_until(limit_of_end), if deadline.is_some() => match ended {
                Some(_) => is_open = false,
                None => {
                    end(&mut child, is_group, End::Now);
                    deadline = Some(Instant::now() + GRACE);
                }
            },
            () = interrupt.until_asked(), if heed == Heed::Signals && deadline.is_none() => {
                end(&mut child, is_group, End::Soon);
                deadline = Some(Instant::now() + GRACE);
            }
            _ = ping.tick() => session.keep_in_use().await,
        }
        if let (Some(status), false) = (ended, is_open) {
            if is_late {
                let text = format!("it did not end within {} s", limit.as_secs_f64());
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            return Ok(status);
        }
    }
}

/// Cuts what a stream holds into lines, until it ends or nobody wants them any more.
async fn read(mut stream: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let mut buffer = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        buffer.extend_from_slice(&chunk[..count]);
        let mut from = 0;
        while let Some(length) = line_in(&buffer[from..], count == 0) {
            let line = &buffer[from..from + length];
            from += length;
            let text = String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_owned();
            if lines.send(text).await.is_err() {
                return;
            }
        }
        buffer.drain(..from);
        if count == 0 {
            return;
        }
    }
}

/// Returns the length of the first line with its end, if there is a whole one.
fn line_in(bytes: &[u8], is_last: bool) -> Option<usize> {
    let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
    let end = end.or_else(|| (is_last && !bytes.is_empty()).then_some(bytes.len()));
    match end {
        Some(end) => Some(end.min(LONGEST_LINE)),
        None => (bytes.len() >= LONGEST_LINE).then_some(LONGEST_LINE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[&str]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let (sender, mut lines) = mpsc::channel(1000);
            read(text, sender).await;
            let mut found = Vec::new();
            while let Some(line) = lines.recv().await {
                found.push(line);
            }
            found
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_printed_is_told_in_lines() {
        check(b"", &[]);
        check(b"a\nb\r\n\nc", &["a", "b", "", "c"]);
        check(b"\xff\n", &["\u{fffd}"]);
        let long = "x".repeat(LONGEST_LINE + 5);
        check(long.as_bytes(), &[&long[5..], "xxxxx"]);
    }
}
