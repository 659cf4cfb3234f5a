//! What a command of the user's prints, within a time.

use std::io;
use std::io::IsTerminal;
use std::io::Read;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// The most that is kept of what a command prints.
const MOST: u64 = 64 * 1024;

/// How long is waited for the rest of its output when it has ended; what it left in the background may hold the pipe.
const REST: Duration = Duration::from_secs(1);

/// The longest pause between two looks at a command.
const PAUSE: Duration = Duration::from_millis(20);

/// How a command ended.
pub(super) enum Ended {
    /// By itself, with what it printed.
    Itself(ExitStatus, Vec<u8>),
    /// It did not, and was ended.
    TimedOut,
}

/// Runs a command for at most `limit`. It may talk on the terminal's standard error and read from it: password stores
/// ask there.
pub(super) fn output(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    // On a terminal Ctrl-C reaches all of it anyway, and only there can it ask; elsewhere it is ended together with what
    // it started.
    let is_group = !io::stdin().is_terminal();
    #[cfg(unix)]
    if is_group {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }
    let mut child = command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let (sender, printed) = mpsc::channel();
    if let Some(stream) = child.stdout.take() {
        // It outlives this call only where something holds the pipe, and then does nothing but wait.
        thread::spawn(move || {
            let mut stream = stream.take(MOST);
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
    }
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            let end = Instant::now() + REST;
            let next = || printed.recv_timeout(end.saturating_duration_since(Instant::now())).ok();
            return Ok(Ended::Itself(status, std::iter::from_fn(next).flatten().collect()));
        }
        if Instant::now() >= deadline {
            end(&mut child, is_group);
            return Ok(Ended::TimedOut);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

fn end(child: &mut Child, is_group: bool) {
    #[cfg(unix)]
    if is_group && let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = is_group;
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn check(script: &str, limit: Duration) -> Option<String> {
        match output(Command::new("sh").args(["-c", script]), limit).unwrap() {
            Ended::Itself(_, bytes) => Some(String::from_utf8(bytes).unwrap()),
            Ended::TimedOut => None,
        }
    }

    #[test]
    fn a_command_is_ended_with_all_that_it_started() {
        let began = Instant::now();
        assert_eq!(check("echo a", Duration::from_secs(60)).as_deref(), Some("a\n"));
        assert_eq!(check("sleep 60; echo b", Duration::from_millis(50)), None);
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn not_all_that_it_prints_is_kept() {
        let printed = check("yes", Duration::from_secs(60)).unwrap_or_default();
        assert!(printed.len() as u64 <= MOST, "{}", printed.len());
    }

    #[test]
    fn what_it_leaves_behind_is_not_waited_for() {
        let began = Instant::now();
        assert_eq!(check("sleep 30 & echo a", Duration::from_secs(60)).as_deref(), Some("a\n"));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
