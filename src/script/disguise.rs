//! Lines that are nearly a directive of rev's, and what is different about them.

use crate::direction::Direction;
use crate::nearest::nearest;

/// What a line may begin with that was meant as a comment; typographic dashes are what some editors make of `--`.
const INTROS: [&str; 7] = ["--", "#", "/*", "//", "\u{2013}", "\u{2014}", "\u{2212}"];
/// What begins the words behind a direction.
const OPTIONS: [&str; 7] =
    ["dialect", "transaction", "lock_timeout", "statement_timeout", "irreversible", "empty", "no-transaction"];

/// Returns what follows the word `rev` where a line is little more than a directive in disguise.
///
/// Taken for a comment it would silently join two sections.
pub(super) fn nearly(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(is_invisible);
    INTROS.iter().find(|intro| text.starts_with(**intro))?;
    let body = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let length = body.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(body.len());
    let (word, after) = body.split_at(length);
    let word: String = word.chars().take(16).map(latin).collect();
    if let Some(direction) = word.strip_prefix("rev").map(|rest| rest.trim_start_matches('_')) {
        let is_alone = !direction.is_empty() && direction_called(direction).is_some();
        if is_alone && is_options(after) {
            return Some(&body[body.len() - after.len() - direction.len()..]);
        }
    }
    let gap_length = after.find(char::is_alphanumeric)?;
    let (gap, rest) = after.split_at(gap_length);
    let has_mark = gap.contains(|c| !is_invisible(c) && c != '_');
    let is_rev = word == "rev" || (has_mark && word.len() >= 2 && strsim::damerau_levenshtein(&word, "rev") == 1);
    let rest = rest.trim_end_matches(|c: char| is_invisible(c) || matches!(c, '*' | '/' | '-' | '=' | '#' | '.'));
    let end = rest.find(is_invisible).unwrap_or(rest.len());
    let direction: String = rest[..end].chars().map(latin).filter(|c| !is_invisible(*c)).collect();
    let is_direction = !gap.is_empty() && direction_meant(direction.trim_end_matches([':', ';'])).is_some();
    (is_rev && is_direction && is_options(&rest[end..])).then_some(rest)
}

/// Returns the direction that a word of rev's or of another tool's names.
pub(super) fn direction_called(word: &str) -> Option<Direction> {
    match word.to_ascii_lowercase().as_str() {
        "upgrade" | "up" | "apply" | "forward" | "forwards" => Some(Direction::Upgrade),
        "downgrade" | "down" | "undo" | "rollback" | "revert" | "backward" | "backwards" => Some(Direction::Downgrade),
        _ => None,
    }
}

/// Returns the direction that a word was surely meant to name, also with slips of the finger.
pub(super) fn direction_meant(word: &str) -> Option<Direction> {
    let word: String = word.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect();
    let near = || match nearest(&word, ["upgrade", "downgrade"])? {
        "upgrade" => Some(Direction::Upgrade),
        _ => Some(Direction::Downgrade),
    };
    direction_called(&word).or_else(near)
}

/// Says in words what is different about a line that was meant to be a directive.
pub(super) fn difference(line: &str) -> Option<String> {
    if let Some(c) = line.chars().find(|c| is_invisible(*c) && !matches!(c, ' ' | '\t')) {
        return Some(format!("the line has {} (U+{:04X})", invisible_name(c), u32::from(c)));
    }
    if line.starts_with(is_invisible) {
        return Some("it must begin in column 1".into());
    }
    let Some(after) = line.strip_prefix("--") else {
        return Some("it must begin with `--` and a space".into());
    };
    if after.starts_with('\t') {
        return Some("a tab follows `--`, where a space must".into());
    }
    let Some(body) = after.strip_prefix(' ').filter(|body| body.starts_with(char::is_alphanumeric)) else {
        return Some("exactly one space must follow `--`".into());
    };
    let length = body.find(|c: char| !c.is_alphanumeric()).unwrap_or(body.len());
    if &body[..length] != "rev" {
        let other = body[..length].chars().find(|c| !c.is_ascii() && latin(*c).is_ascii());
        return Some(match other {
            Some(c) => format!("`{c}` (U+{:04X}) is not the letter `{}`", u32::from(c), latin(c)),
            None if body[..length].eq_ignore_ascii_case("rev") => "the word is `rev`, in lower case".into(),
            None => "the word is `rev`".into(),
        });
    }
    let mark = body[length..].chars().next().filter(|c| *c != ':')?;
    Some(match mark {
        c if !c.is_ascii() => format!("`{c}` (U+{:04X}) is not a colon", u32::from(c)),
        _ => "a colon must directly follow `rev`".into(),
    })
}

/// Whether a character shows as nothing, or as white space.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn invisible_name(c: char) -> &'static str {
    match c {
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        _ if c.is_whitespace() => "a space that is not the usual one",
        _ => "an invisible character",
    }
}

/// Returns a letter in lower case, and the Latin one in the place of one of another script that looks the same.
fn latin(c: char) -> char {
    match c {
        'е' | 'Е' => 'e',
        'ѵ' | 'ν' => 'v',
        'о' | 'О' | 'ο' => 'o',
        'а' | 'А' => 'a',
        'р' | 'Р' => 'p',
        'г' => 'r',
        '\u{ff21}'..='\u{ff3a}' => char::from(u8::try_from(u32::from(c) - 0xff21).unwrap_or_default() + b'a'),
        '\u{ff41}'..='\u{ff5a}' => char::from(u8::try_from(u32::from(c) - 0xff41).unwrap_or_default() + b'a'),
        c => c.to_ascii_lowercase(),
    }
}

/// Whether nothing but options follows.
fn is_options(rest: &str) -> bool {
    let is_option = |word: &str| word.contains('=') || OPTIONS.contains(&word.to_ascii_lowercase().as_str());
    rest.split(is_invisible).filter(|word| word.contains(char::is_alphanumeric)).all(is_option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_in_disguise_is_told_from_prose() {
        for line in [
            "-- rve: downgrade",
            "-- rev; downgrade",
            "-- rev. downgrade",
            "-- rev - downgrade",
            "-- rev=downgrade",
            "-- rev, downgrade",
            "-- reb: downgrde dialect=sqlite",
            "-- rev_downgrade",
            "-- revdown",
            "-- @rev: downgrade",
            "--//rev: downgrade",
            "/* rev: downgrade */",
            "/* rev: downgrade transaction=off */",
            "# rev: downgrade",
            "#rev:downgrade",
            "// rev: downgrade",
            "\u{2014} rev: downgrade",
            "--\u{200b} rev: downgrade",
            "\u{feff}-- rev: downgrade",
            "--\u{a0}rev: downgrade",
            "--\trev: downgrade",
            "-- rev\u{ff1a}downgrade",
            "-- r\u{435}v: downgrade",
            "-- \u{ff52}\u{ff45}\u{ff56}: downgrade",
            "-- rev: down",
            "-- REV: ROLLBACK",
            "*/ -- rev: downgrade",
        ] {
            let is_found = nearly(line).is_some();
            assert_eq!(is_found, !line.starts_with('*'), "{line:?}");
        }
        for line in [
            "-- downgrade the plan of customers",
            "-- rev is a tool",
            "-- rev. 2 of the plan",
            "-- rev downgrades were lost",
            "-- revenue: down",
            "-- review: upgrade of customers",
            "-- prev",
            "-- re: the upgrade of customers",
            "-- revision: downgrade",
            "SELECT 1 -- rev; downgrade",
            "--",
            "--é",
            "",
        ] {
            assert_eq!(nearly(line), None, "{line:?}");
        }
    }

    #[test]
    fn the_difference_is_said_in_words() {
        for (line, expected) in [
            ("  -- rev: downgrade", "it must begin in column 1"),
            ("--\u{a0}rev: downgrade", "the line has a no-break space (U+00A0)"),
            ("-- \u{200b}rev: downgrade", "the line has a zero-width space (U+200B)"),
            ("--\trev: downgrade", "a tab follows `--`, where a space must"),
            ("--  rev: downgrade", "exactly one space must follow `--`"),
            ("# rev: downgrade", "it must begin with `--` and a space"),
            ("-- Rev: downgrade", "the word is `rev`, in lower case"),
            ("-- rve: downgrade", "the word is `rev`"),
            ("-- r\u{435}v: downgrade", "`\u{435}` (U+0435) is not the letter `e`"),
            ("-- rev\u{ff1a} downgrade", "`\u{ff1a}` (U+FF1A) is not a colon"),
            ("-- rev; downgrade", "a colon must directly follow `rev`"),
        ] {
            assert_eq!(difference(line).as_deref(), Some(expected), "{line:?}");
        }
        assert_eq!(difference("-- rev:downgrade"), None);
    }
}
