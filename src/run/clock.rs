//! When something began, on the wall and on a clock that never goes back, and who did it.

use std::time::Duration;
use std::time::Instant;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::journal::Moment;
use crate::wall;

/// Who runs rev, for the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The user of the operating system.
    pub user: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The process.
    pub pid: Option<u32>,
}

/// When a step began.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    wall: Timestamp,
    instant: Instant,
    /// The wall's time in UTC as the journal writes it: RFC 3339 with milliseconds.
    text: String,
}

impl Clock {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self::new(wall::now(), Instant::now())
    }

    /// Returns the clock of what began at a later instant.
    pub(crate) fn from(&self, instant: Instant) -> Self {
        let later = instant.saturating_duration_since(self.instant);
        let later = SignedDuration::try_from(later).unwrap_or_default();
        Self::new(self.wall.saturating_add(later).unwrap_or(self.wall), instant)
    }

    /// Returns the time in UTC, as the journal writes it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns how long it is since then.
    pub(crate) fn elapsed(&self) -> Duration {
        self.instant.elapsed()
    }

    /// Returns how long it was until `instant`.
    pub(crate) fn until(&self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.instant)
    }

    /// Returns the moment of the history for what began then and ends now.
    pub(crate) fn moment<'a>(&'a self, actor: &'a Actor) -> Moment<'a> {
        self.moment_of(self.elapsed(), actor)
    }

    /// Returns the moment of the history for what began then and took so long.
    pub(crate) fn moment_of<'a>(&'a self, duration: Duration, actor: &'a Actor) -> Moment<'a> {
        Moment::Now {
            started: &self.text,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            user: actor.user.as_deref(),
            host: actor.host.as_deref(),
        }
    }

    fn new(wall: Timestamp, instant: Instant) -> Self {
        Self { wall, instant, text: format!("{wall:.3}") }
    }
}
