//! The server's own time at the end of each step of a message, whose answers all come at once.

use std::time::Duration;
use std::time::Instant;

use crate::db::Done;
use crate::dialect::Family;

/// Returns the statement that answers the server's time in seconds, for who needs it: SQLite answers each statement when it
/// has run, and MySQL gets each in a message of its own.
pub(crate) fn query(family: Family) -> Option<&'static str> {
    (family == Family::Postgres).then_some("SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())")
}

/// The end of a message by both clocks.
pub(crate) struct MessageEnd {
    here: Instant,
    /// In seconds since 1970, if the server told it.
    there: Option<f64>,
}

impl MessageEnd {
    /// Returns that of a message whose last answer this is, of a server that is asked with [`query`].
    pub(crate) fn of(last: Option<&Done>, family: Family) -> Self {
        let there = query(family).and(last).and_then(seconds);
        Self { here: last.map_or_else(Instant::now, |last| last.at), there }
    }

    /// Returns when a statement of the message ended, by our clock.
    pub(crate) fn when(&self, done: &Done) -> Instant {
        let before = || self.there.zip(seconds(done)).map(|(end, then)| end - then);
        let before = before().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        before.and_then(|before| self.here.checked_sub(before)).unwrap_or(done.at)
    }
}

fn seconds(done: &Done) -> Option<f64> {
    done.first.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(first: Option<&str>, at: Instant) -> Done {
        Done { rows: 1, returned: 1, first: first.map(str::to_owned), notices: Vec::new(), at }
    }

    #[test]
    fn a_step_ends_as_long_before_the_message_as_the_server_says() {
        let now = Instant::now() + Duration::from_secs(60);
        let end = MessageEnd::of(Some(&answered(Some("1764302345.5"), now)), Family::Postgres);
        assert_eq!(end.when(&answered(Some("1764302344.25"), now)), now - Duration::from_millis(1250));
        let later = "a clock that was set back tells nothing";
        assert_eq!(end.when(&answered(Some("1764302346"), now)), now, "{later}");
        assert_eq!(end.when(&answered(None, now)), now);
        let other = MessageEnd::of(Some(&answered(Some("7"), now)), Family::Sqlite);
        assert_eq!(other.when(&answered(Some("3"), now)), now, "a number of a server that was not asked is no time");
    }
}
