//! The `rev` command: hands the process's arguments, variables, user and signals to the library.

use std::env;
use std::ffi::OsString;
use std::future;
use std::process;
use std::process::ExitCode;

use rev::cli;
use rev::config::Environment;
use rev::run::Actor;
use rev::run::Interrupt;
use rev::signal::Signal;

pub(crate) fn main() -> ExitCode {
    let environment = Environment::process();
    #[cfg(debug_assertions)]
    if let Some(statements) = environment.get("REV_TEST_DIE_AFTER").and_then(|text| text.parse().ok()) {
        rev::fault::arm(statements);
    }
    #[cfg(debug_assertions)]
    if let Some(seconds) = environment.get("REV_TEST_CLOCK_SHIFT").and_then(|text| text.parse().ok()) {
        rev::wall::shift(seconds);
    }
    let user = environment.account();
    let host = gethostname::gethostname().into_string().ok();
    let arguments: Vec<OsString> = env::args_os().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime without threads of its own needs nothing that could be missing");
    let actor = Actor { user, host, pid: Some(process::id()) };
    let interrupt = Interrupt::default();
    let code = runtime.block_on(async {
        tokio::select! {
            biased;
            code = cli::run(arguments, environment, actor, interrupt.clone()) => code,
            signal = insisted(&interrupt) => signal.exit_code(),
        }
    });
    ExitCode::from(code)
}

/// Stops the run at the first signal, and returns the second.
///
/// Before a run begins, nothing listens, and a signal ends the process as it always does: then there is nothing to undo.
async fn insisted(interrupt: &Interrupt) -> Signal {
    interrupt.heeded().await;
    let mut signals = Signals::listen();
    interrupt.ask(signals.next().await);
    signals.next().await
}

/// The signals that end a process.
struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 2]>,
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        let streams = signal(SignalKind::interrupt()).and_then(|first| Ok([first, signal(SignalKind::terminate())?]));
        // Who started it with `nohup` wants it to go on; to listen would undo that.
        let hangup = if ignores_hangup() { None } else { signal(SignalKind::hangup()).ok() };
        Self { streams: streams.ok(), hangup }
    }

    async fn next(&mut self) -> Signal {
        // Where they cannot be listened to, they do what they always do.
        let Some([interrupt, terminate]) = &mut self.streams else { return future::pending().await };
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            _ = hangup => Signal::Hangup,
        }
    }
}

/// Returns whether the process ignores SIGHUP, or that cannot be told.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is that of signal 1.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 != 0)
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self {}
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => future::pending().await,
        }
    }
}
