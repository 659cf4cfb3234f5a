//! How often what did not get a lock is tried again, and how long the pauses are.

use std::time::Duration;

use uuid::Uuid;

/// The pauses between two tries, in which those who queued behind the statement get on.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Counts the tries of one part.
#[derive(Debug)]
pub(crate) struct Patience {
    /// How often it was tried again.
    pub(crate) retries: u32,
    pub(crate) most: u32,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new(most: u32) -> Self {
        Self { retries: 0, most, pause: FIRST_PAUSE }
    }

    /// Returns how long to pause before the next try, unless that was the last.
    ///
    /// Others queued behind the statement for as long as it was `held_up`; they get half of that at least.
    pub(crate) fn next_pause(&mut self, held_up: Duration) -> Option<Duration> {
        if self.retries == self.most {
            return None;
        }
        self.retries += 1;
        let pause = self.pause.max(held_up.min(LONGEST_PAUSE));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        // Between half of it and all of it, so that two who got into each other's way do not do so again.
        let [random, ..] = *Uuid::new_v4().as_bytes();
        Some(pause / 2 + pause / 2 * u32::from(random) / u32::from(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_end() {
        let mut patience = Patience::new(9);
        let pauses: Vec<Duration> = std::iter::from_fn(|| patience.next_pause(Duration::ZERO)).collect();
        assert_eq!(pauses.len(), 9);
        for (n, pause) in pauses.iter().enumerate() {
            let whole = (FIRST_PAUSE * (1 << n)).min(LONGEST_PAUSE);
            assert!((whole / 2..=whole).contains(pause), "{n}: {pause:?}");
        }
        assert_eq!(Patience::new(0).next_pause(Duration::ZERO), None);
    }

    #[test]
    fn who_queued_behind_a_statement_gets_half_of_that_time_at_least() {
        let held_up = Duration::from_secs(3);
        let pause = Patience::new(1).next_pause(held_up).unwrap();
        assert!((held_up / 2..=held_up).contains(&pause), "{pause:?}");
        assert!(Patience::new(1).next_pause(Duration::MAX).unwrap() <= LONGEST_PAUSE);
    }
}
