//! Lengths of time as people write them: `500ms`, `3s`, `5m`, `1h`.

use std::time::Duration;

/// What a length of time looks like, for messages.
pub const EXPECTED: &str = "write a number with a unit, such as `500ms`, `3s`, `5m` or `1h`";

/// The longest time that every server's own settings can hold: they count milliseconds in 32 bits.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Reads a number with a unit (`ms`, `s`, `m`, `h`); only `0` needs none.
pub fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" if !number.is_empty() && number.bytes().all(|digit| digit == b'0') => return Ok(Duration::ZERO),
        _ => return Err(EXPECTED),
    };
    if number.is_empty() {
        return Err(EXPECTED);
    }
    let number = number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds));
    let duration = number.map(Duration::from_millis).filter(|duration| *duration <= LONGEST);
    duration.ok_or("write a time of at most 596 hours")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(parse_duration(text).ok(), milliseconds.map(Duration::from_millis), "{text}");
    }

    #[test]
    fn a_number_needs_a_unit() {
        check("500ms", Some(500));
        check("3s", Some(3_000));
        check("5m", Some(300_000));
        check("1h", Some(3_600_000));
        check("0s", Some(0));
        check("0", Some(0));
        for text in ["", "3", "s", "3 s", "-3s", "+3s", "1.5s", "3sec", "1m30s", "٣s", "s3"] {
            check(text, None);
        }
    }

    #[test]
    fn a_time_that_no_server_can_hold_is_refused() {
        check("596h", Some(2_145_600_000));
        check("597h", None);
        check("99999999999999999999999h", None);
        check("18446744073709551615h", None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9]{0,30}.{0,3}") {
            let _ = parse_duration(&text);
        }
    }
}
