//! A program of the user's that uses a scratch database: it runs to its end, and is told of signals.

use std::io;
use std::io::IsTerminal;
use std::process::Command as Prepared;
use std::process::ExitStatus;

use tokio::process::Child;
use tokio::process::Command;

use crate::run::interrupt::Interrupt;
use crate::signal::Signal;

/// Runs a program to its end and returns its exit status, as shells count it; a signal is passed on to it.
pub async fn run_program(prepared: Prepared, interrupt: &Interrupt) -> io::Result<u8> {
    let mut child = Command::from(prepared).spawn()?;
    let signal = tokio::select! {
        biased;
        status = child.wait() => return status.map(exit_code),
        signal = interrupt.stopped() => signal,
    };
    // On a terminal Ctrl-C has reached it already.
    if signal != Signal::Interrupt || !io::stdin().is_terminal() {
        pass_on(&child, signal);
    }
    child.wait().await.map(exit_code)
}

#[cfg(unix)]
fn pass_on(child: &Child, signal: Signal) {
    let signal = match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Hangup => rustix::process::Signal::HUP,
    };
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, signal);
    }
}

#[cfg(not(unix))]
fn pass_on(_: &Child, _: Signal) {}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
