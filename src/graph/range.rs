//! Two targets with a colon between: what `history -r` takes.

use std::fmt;
use std::str::FromStr;

use crate::error::ErrorKind;
use crate::graph::target::Target;

/// `LOWER:UPPER`; an empty end is as far as the graph goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// The older end.
    pub lower: Option<Target>,
    /// The newer end.
    pub upper: Option<Target>,
}

impl Range {
    /// Returns whether its meaning, as a range of the history, depends on the state of the database.
    ///
    /// `-3:` counts from the upper end and `:+3` from the lower one; only both together count from the database.
    pub fn needs_rows(&self) -> bool {
        let needs = |end: &Option<Target>| end.as_ref().is_some_and(Target::needs_rows);
        match (self.counts_from_upper(), self.counts_from_lower()) {
            (true, false) => needs(&self.upper),
            (false, true) => needs(&self.lower),
            _ => needs(&self.lower) || needs(&self.upper),
        }
    }

    pub(super) fn counts_from_upper(&self) -> bool {
        self.lower.as_ref().is_some_and(Target::is_below_here)
    }

    pub(super) fn counts_from_lower(&self) -> bool {
        self.upper.as_ref().is_some_and(Target::is_above_here)
    }
}

impl FromStr for Range {
    type Err = ErrorKind;

    fn from_str(text: &str) -> Result<Self, ErrorKind> {
        let (Some((lower, upper)), true) = (text.split_once(':'), text.matches(':').count() == 1) else {
            return Err(ErrorKind::RangeRequired { text: text.to_owned() });
        };
        let end = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
        Ok(Self { lower: end(lower)?, upper: end(upper)? })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(lower) = &self.lower {
            write!(f, "{lower}")?;
        }
        f.write_str(":")?;
        if let Some(upper) = &self.upper {
            write!(f, "{upper}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, needs_rows: bool) {
        let range: Range = text.parse().unwrap();
        assert_eq!(range.to_string(), text);
        assert_eq!(range.needs_rows(), needs_rows, "{text}");
    }

    #[test]
    fn either_end_may_be_empty_and_only_the_database_needs_rows() {
        check(":", false);
        check("a:shop@head", false);
        check("-3:", false);
        check("-3:current", true);
        check(":+2", false);
        check("current:+2", true);
        check("-1:+1", true);
        check("a:-1", true);
        check("+1:", true);
    }

    #[test]
    fn one_colon_makes_a_range() {
        for text in ["a", "", "a:b:c"] {
            assert_eq!(text.parse::<Range>().unwrap_err().code(), "range-required");
        }
        assert_eq!("a:b@".parse::<Range>().unwrap_err().code(), "bad-target");
    }
}
