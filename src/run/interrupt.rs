//! A run that is asked to stop: the running statement is cancelled, and nothing new begins.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::db::Canceller;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::signal::Signal;

/// How long a cancelled statement has until it is cancelled again; one message may hold several.
const AGAIN: Duration = Duration::from_millis(500);

/// A way to stop a run from outside; clones stop the same run.
///
/// Who runs sessions puts one into [`Session::interrupt`](crate::run::Session::interrupt); rev itself listens to no signals.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Sender<Phase>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// There is nothing that would have to be stopped in an orderly way.
    Idle,
    /// A run goes on, and looks here.
    Heeded,
    Asked(Signal),
}

impl Interrupt {
    /// Asks the run to stop.
    pub fn ask(&self, signal: Signal) {
        self.0.send_replace(Phase::Asked(signal));
    }

    /// Returns what the run was asked by, if it was.
    pub fn asked(&self) -> Option<Signal> {
        match *self.0.borrow() {
            Phase::Asked(signal) => Some(signal),
            Phase::Idle | Phase::Heeded => None,
        }
    }

    /// Waits until a run begins that can be asked; until then, a process may simply be ended.
    pub async fn heeded(&self) {
        self.wait(|phase| *phase != Phase::Idle).await;
    }

    /// Heeds signals from now on, and waits for one: for what runs until it is told to stop.
    pub async fn stopped(&self) -> Signal {
        self.heed();
        loop {
            self.wait(|phase| matches!(phase, Phase::Asked(_))).await;
            if let Some(signal) = self.asked() {
                return signal;
            }
        }
    }

    /// Says that a run begins, or something else that wants to end in an orderly way.
    pub fn heed(&self) {
        self.0.send_if_modified(|phase| {
            let begins = *phase == Phase::Idle;
            if begins {
                *phase = Phase::Heeded;
            }
            begins
        });
    }

    /// Returns an error when the run was asked to stop.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.asked().map_or(Ok(()), |signal| Err(ErrorKind::Interrupted { signal }.into()))
    }

    /// Sleeps, or fails as soon as the run is asked to stop.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<(), Error> {
        tokio::select! {
            biased;
            () = self.wait(|phase| matches!(phase, Phase::Asked(_))) => self.check(),
            () = sleep(time) => Ok(()),
        }
    }

    /// Does `work`, which changes nothing, or fails as soon as it is asked to stop.
    pub async fn or_stop<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let mut work = pin!(work);
        tokio::select! {
            biased;
            () = self.until_asked() => {
                self.check()?;
                work.await
            }
            done = &mut work => done,
        }
    }

    /// Lets a signal come that is on its way, and returns it.
    pub async fn settled(&self) -> Option<Signal> {
        sleep(Duration::from_millis(1)).await;
        self.asked()
    }

    /// Waits until the run is asked to stop.
    pub(crate) async fn until_asked(&self) {
        self.wait(|phase| matches!(phase, Phase::Asked(_))).await;
    }

    async fn wait(&self, holds: impl FnMut(&Phase) -> bool) {
        // It ends early only when no sender is left, and this is one.
        let _ = self.0.subscribe().wait_for(holds).await;
    }
}

impl Default for Interrupt {
    fn default() -> Self {
        Self(watch::Sender::new(Phase::Idle))
    }
}

/// Does `work`, and cancels it on the server when the run is asked to stop meanwhile.
///
/// `beginning` is how the message begins that `work` sends. What begins after the run was asked is let through: that is
/// how the run comes to its end.
pub(crate) async fn cancelled_by<T>(
    interrupt: &Interrupt,
    canceller: Option<&Canceller>,
    beginning: &str,
    work: BoxFuture<'_, T>,
) -> T {
    let Some(canceller) = canceller.filter(|_| interrupt.asked().is_none()) else { return work.await };
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = interrupt.wait(|phase| matches!(phase, Phase::Asked(_))) => {}
    }
    loop {
        let mut cancel = pin!(canceller.cancel(beginning));
        tokio::select! {
            biased;
            done = &mut work => {
                // One that is still on its way would hit what is sent next.
                cancel.await;
                canceller.rest();
                return done;
            }
            () = &mut cancel => {}
        }
        tokio::select! {
            biased;
            done = &mut work => {
                canceller.rest();
                return done;
            }
            () = sleep(AGAIN) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn a_clone_stops_the_same_run() {
        let interrupt = Interrupt::default();
        assert!(interrupt.check().is_ok());
        interrupt.clone().ask(Signal::Terminate);
        assert_eq!(interrupt.asked(), Some(Signal::Terminate));
        assert_eq!(interrupt.check().unwrap_err().to_string(), "stopped by SIGTERM");
    }

    #[test]
    fn who_waits_is_woken() {
        let interrupt = Interrupt::default();
        let slept = block_on(async {
            let ask = async {
                interrupt.heeded().await;
                interrupt.ask(Signal::Interrupt);
            };
            interrupt.heed();
            tokio::join!(interrupt.sleep(Duration::from_secs(60)), ask).0
        });
        assert_eq!(slept.unwrap_err().code(), "interrupted");
    }

    #[test]
    fn a_run_that_begins_late_is_still_asked() {
        let interrupt = Interrupt::default();
        interrupt.ask(Signal::Interrupt);
        interrupt.heed();
        assert_eq!(interrupt.asked(), Some(Signal::Interrupt));
    }
}
