//! Chance with a seed, how long it may be tried, and what came of it.

use std::env;
use std::fmt;
use std::time::Duration;
use std::time::SystemTime;

/// A small generator of random numbers; the seed is printed when a test fails, and `REV_TEST_SEED` repeats it.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// Begins with `REV_TEST_SEED`, or else with the clock.
    pub fn new() -> Self {
        let given = env::var("REV_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970").as_nanos() as u64;
        Self(given.unwrap_or_else(clock).max(1))
    }

    /// Begins with `REV_TEST_SEED`, or else, for what is too slow to try much of, with the same as always.
    #[allow(dead_code)] // not every test binary does
    pub fn or_always(seed: u64) -> Self {
        let given = env::var("REV_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        Self(given.unwrap_or(seed).max(1))
    }

    /// Returns what `REV_TEST_SEED` must be so that the same follows as now.
    pub fn seed(&self) -> u64 {
        self.0
    }

    /// Returns a number below `end` (xorshift; <https://www.jstatsoft.org/article/view/v008i14>).
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }

    /// Returns the numbers below `end` in any order.
    pub fn shuffled(&mut self, end: u64) -> Vec<u64> {
        let mut numbers: Vec<u64> = (0..end).collect();
        for last in (1..numbers.len()).rev() {
            numbers.swap(last, self.below(last as u64 + 1) as usize);
        }
        numbers
    }
}

/// Returns for how long a test tries what is random: `ordinary`, or `REV_TEST_SECONDS`.
pub fn budget(ordinary: Duration) -> Duration {
    let given = env::var("REV_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    given.map_or(ordinary, Duration::from_secs)
}

/// What a test tried, printed at its end (`--success-output final` shows it).
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs that were interrupted.
    pub strikes: usize,
    /// Runs that ended by themselves before they could be.
    pub spared: usize,
    /// Runs that could not tell whether a statement had run, and asked.
    pub in_doubt: usize,
    /// Histories that were brought to their end and compared.
    pub compared: usize,
}

impl Tally {
    /// Prints the numbers.
    pub fn print(&self, what: &str) {
        #[allow(clippy::print_stdout)]
        {
            println!("{what}: {self}");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { strikes, spared, in_doubt, compared } = self;
        write!(f, "{strikes} strikes, {spared} spared, {compared} ends compared, {in_doubt} in doubt")
    }
}
