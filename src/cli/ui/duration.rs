//! How long something took, as people say it.

use std::time::Duration;

/// Returns the duration in one or two units: `12 ms`, `1.3 s`, `2 min 5 s`, `1 h 2 min`.
pub fn humane(duration: Duration) -> String {
    let ms = duration.as_millis();
    let seconds = duration.as_secs();
    if ms < 1_000 {
        format!("{ms} ms")
    } else if ms < 60_000 {
        // Cut, not rounded: 59.96 s must not read as 60.0 s.
        format!("{seconds}.{} s", ms % 1_000 / 100)
    } else if seconds < 3_600 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ms: u64, expected: &str) {
        assert_eq!(humane(Duration::from_millis(ms)), expected);
    }

    #[test]
    fn a_duration_has_the_unit_that_fits_it() {
        check(0, "0 ms");
        check(999, "999 ms");
        check(1_000, "1.0 s");
        check(59_999, "59.9 s");
        check(60_000, "1 min 0 s");
        check(125_400, "2 min 5 s");
        check(3_600_000, "1 h 0 min");
        check(93_784_000, "26 h 3 min");
    }
}
