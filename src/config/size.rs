//! Sizes as people write them: `500KB`, `100MB`, `2GB`.

/// What a size looks like, for messages.
pub(super) const EXPECTED: &str = "write a number with a unit, such as `500KB`, `100MB` or `2GB`";

/// Reads a number with a unit (`B`, `KB`, `MB`, `GB`), in steps of 1000; only `0` needs none.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number = number.parse::<u64>().ok()?;
    let bytes = match unit {
        "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "" if number == 0 => 1,
        _ => return None,
    };
    number.checked_mul(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_needs_a_unit() {
        for (text, bytes) in [("0", 0), ("7B", 7), ("500KB", 500_000), ("100MB", 100_000_000), ("2GB", 2_000_000_000)] {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for text in
            ["", "7", "MB", "1 MB", "-1MB", "1.5MB", "1mb", "1TB", "99999999999999999999B", "99999999999999999GB"]
        {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }
}
