//! Lines of a header that were surely meant to be a key, and are written in another way.

/// The keys, as they are written.
pub(super) const KEYS: [&str; 5] = ["revision", "down_revision", "branch_labels", "depends_on", "created"];

/// What stands between a key and its value, or was meant to.
const MARKS: [char; 3] = [':', '=', '\u{ff1a}'];

/// A line that is nearly a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slip<'a> {
    /// What stands in the place of the key.
    pub(super) written: &'a str,
    pub(super) key: &'static str,
    pub(super) value: &'a str,
    /// A `:` or `=` stands between the two.
    pub(super) has_mark: bool,
}

impl<'a> Slip<'a> {
    /// Reads a line without its `--` and the white space around it; a key as it should be is none.
    ///
    /// What other tools call it, and what has no colon, counts only before what may be a list of names, so that prose
    /// stays prose.
    pub(super) fn find(body: &'a str) -> Option<Self> {
        if let Some(at) = body.find(MARKS) {
            let written = body[..at].trim();
            let value = body[at..].trim_start_matches(MARKS).trim();
            let is_exact = body[at..].starts_with(':') && KEYS.contains(&written);
            let near = || nearly(written).filter(|_| !body[at..].starts_with(':'));
            let key = meant(written).or_else(near)?;
            return (!is_exact && is_names(value)).then_some(Self { written, key, value, has_mark: true });
        }
        const UNMISTAKABLE: [&str; 5] = ["down_revision", "branch_labels", "depends_on", "revises", "revision_id"];
        let mut words = body.split_whitespace();
        let (first, second) = (words.next()?, words.next()?);
        let third = words.next();
        let is_two = third.is_some() && fold(&format!("{first} {second}")) == "down_revision";
        let rest = match third {
            Some(third) if is_two => third,
            _ if UNMISTAKABLE.contains(&fold(first).as_str()) => second,
            _ => return None,
        };
        let at = body.find(first)? + first.len();
        let at = if is_two { at + body[at..].find(second)? + second.len() } else { at };
        let at = at + body[at..].find(rest)?;
        let (written, value) = (body[..at].trim(), &body[at..]);
        is_names(value).then_some(Self { written, key: meant(written)?, value, has_mark: false })
    }

    /// Returns the line as it should be, without its `--`.
    pub(super) fn right(&self) -> String {
        let value = if self.value.eq_ignore_ascii_case("none") { "none" } else { self.value };
        format!("{}: {value}", self.key)
    }
}

/// Returns the key that a text is, but for its case, spaces and hyphens, or that other tools call so.
fn meant(key: &str) -> Option<&'static str> {
    let folded = fold(key);
    match folded.as_str() {
        "created" => None, // for people, in whatever form
        "revises" | "parent" | "parents" | "parent_revision" | "parent_id" | "previous_revision" | "prev_revision"
        | "previous" | "down_revisions" | "downrevision" | "down_rev" => Some("down_revision"),
        "revision_id" | "rev_id" => Some("revision"),
        "branch_label" | "branchlabels" => Some("branch_labels"),
        "dependson" | "dependencies" | "dependency" => Some("depends_on"),
        _ => KEYS.into_iter().find(|known| *known == folded),
    }
}

fn fold(key: &str) -> String {
    key.split_whitespace().collect::<Vec<_>>().join("_").replace('-', "_").to_ascii_lowercase()
}

/// Whether a value can be a list of names: words with commas between them.
fn is_names(value: &str) -> bool {
    let is_name = |part: &str| {
        let part = part.trim().trim_matches(['\'', '"', '(', ')']);
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    value.split(',').all(is_name)
}

/// Returns whether a value is another word for `none`.
pub(super) fn is_none(value: &str) -> bool {
    ["none", "null", "nil"].iter().any(|word| value.eq_ignore_ascii_case(word))
        || matches!(value, "-" | "~" | "\"\"" | "''" | "base" | "<base>")
}

/// Returns the key that `key` was surely meant to be: by case, hyphens, a slip of the finger, or half of it.
pub(super) fn nearly(key: &str) -> Option<&'static str> {
    const HALF: usize = 5; // `depends`, `labels`; shorter pieces are ordinary words
    let folded = key.to_ascii_lowercase().replace('-', "_");
    if let Some(known) = KEYS.into_iter().find(|known| *known == folded) {
        return Some(known);
    }
    if folded != key.replace('-', "_") {
        return None; // a capital begins a sentence
    }
    let is_near = |known: &&str| {
        let slips = strsim::damerau_levenshtein(&folded, known);
        let is_half = folded.len() >= HALF && (known.starts_with(&folded) || known.ends_with(&folded));
        slips <= known.len() / 5 || is_half
    };
    KEYS.into_iter().find(is_near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_prose() {
        let check = |line: &str, expected: &str| {
            let slip = Slip::find(line).unwrap_or_else(|| panic!("{line} is a slip"));
            assert_eq!(format!("{} -> {}", slip.written, slip.right()), expected);
        };
        check("down_revision = b", "down_revision -> down_revision: b");
        check("down_revision=b, c", "down_revision -> down_revision: b, c");
        check("down_revison = b", "down_revison -> down_revision: b");
        check("down_revision b", "down_revision -> down_revision: b");
        check("Down revision: b", "Down revision -> down_revision: b");
        check("down revision b", "down revision -> down_revision: b");
        check("Revises: b", "Revises -> down_revision: b");
        check("revises b", "revises -> down_revision: b");
        check("parent: b", "parent -> down_revision: b");
        check("parents = None", "parents -> down_revision: none");
        check("Revision ID: x", "Revision ID -> revision: x");
        check("depends-on: b", "depends-on -> depends_on: b");
        check("down_revision\u{ff1a}b", "down_revision -> down_revision: b");
        for prose in [
            "down_revision: b",
            "parent: the table of orders",
            "Revises the plan",
            "revises plan 9 of",
            "Note: this",
            "revision history",
            "depends on postgis",
            "previous: it was slow",
            "a = b",
            "",
        ] {
            assert_eq!(Slip::find(prose), None, "{prose}");
        }
    }
}
