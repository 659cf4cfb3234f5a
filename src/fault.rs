//! Where a test lets rev die between two statements; in a release build there is no such place.

#[cfg(debug_assertions)]
use std::sync::atomic::AtomicU64;
#[cfg(debug_assertions)]
use std::sync::atomic::Ordering;

/// How many statements may still go through; 0 means that nobody is counting.
#[cfg(debug_assertions)]
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Makes this process die, as at a SIGKILL, once `statements` more have gone through.
///
/// Only `main` calls this, so that a program that uses the library is never killed by a variable.
#[cfg(debug_assertions)]
pub fn arm(statements: u64) {
    LEFT.store(statements, Ordering::SeqCst);
}

/// Returns whether statements are counted; then each needs a message of its own.
#[cfg(debug_assertions)]
pub(crate) fn is_armed() -> bool {
    LEFT.load(Ordering::SeqCst) > 0
}

/// Notes that a statement has gone through.
#[cfg(debug_assertions)]
pub(crate) fn passed() {
    if LEFT.load(Ordering::SeqCst) > 0 && LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
        // No destructor runs, and nothing that was buffered is written.
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
pub(crate) const fn is_armed() -> bool {
    false
}

#[cfg(not(debug_assertions))]
pub(crate) const fn passed() {}
