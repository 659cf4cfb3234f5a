//! A command of the user's as a process: how it is started, and ended with what it started.

use std::io;
use std::io::IsTerminal;
use std::process::Command as Prepared;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Child;
use tokio::process::Command;

/// How long is waited for the rest of its output when it has ended; what it left in the background may hold the pipe.
pub(super) const REST: Duration = Duration::from_secs(1);

/// Starts a command whose streams are read, and says whether it leads a group of its own.
pub(super) fn start(prepared: Prepared) -> io::Result<(Child, bool)> {
    let mut command = Command::from(prepared);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // On a terminal Ctrl-C reaches all of it anyway; elsewhere it is ended together with what it started.
    let is_group = !io::stdin().is_terminal();
    #[cfg(unix)]
    if is_group {
        command.process_group(0);
    }
    Ok((command.spawn()?, is_group))
}

/// How a command is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It may clean up.
    Soon,
    /// It may not.
    Now,
}

/// Ends the command, and what it started where that is known.
#[cfg(unix)]
pub(super) fn end(child: &mut Child, is_group: bool, how: End) {
    use rustix::process::Pid;
    use rustix::process::Signal;
    use rustix::process::kill_process;
    use rustix::process::kill_process_group;
    let signal = if how == End::Soon { Signal::TERM } else { Signal::KILL };
    // Without a number it has ended.
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
    let _ = if is_group { kill_process_group(pid, signal) } else { kill_process(pid, signal) };
}

#[cfg(not(unix))]
pub(super) fn end(child: &mut Child, _is_group: bool, _how: End) {
    let _ = child.start_kill();
}
