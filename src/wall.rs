//! What time it is. This is the only place that asks the system, so that a test can have a day of its own.

use jiff::Timestamp;

/// How many seconds tests have moved the clock; in a release build there is no such thing.
#[cfg(debug_assertions)]
static MOVED: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

/// Moves the clock of this process.
///
/// Only `main` calls this, so that a program that uses the library never lives on another day because of a variable.
#[cfg(debug_assertions)]
pub fn shift(seconds: i64) {
    MOVED.store(seconds, std::sync::atomic::Ordering::SeqCst);
}

/// Returns what the clock on the wall says.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    #[cfg(debug_assertions)]
    {
        let moved = jiff::SignedDuration::from_secs(MOVED.load(std::sync::atomic::Ordering::SeqCst));
        now.saturating_add(moved).unwrap_or(now)
    }
    #[cfg(not(debug_assertions))]
    now
}
