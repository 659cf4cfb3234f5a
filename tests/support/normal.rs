//! Output without what differs from run to run: ids, dates, durations and the folder.

use std::path::Path;

/// Rewrites texts of one run; the same id gets the same name in all of them.
#[derive(Debug, Default)]
pub struct Normal {
    ids: Vec<String>,
    folder: Option<String>,
    room: Option<String>,
}

impl Normal {
    /// Makes a rewriter that also replaces the path of `folder`.
    pub fn for_folder(folder: &Path) -> Self {
        Self { folder: Some(plain(folder)), ..Self::default() }
    }

    /// Makes it replace also the path of the folder around that one.
    pub fn with_room(self, room: &Path) -> Self {
        Self { room: Some(plain(room)), ..self }
    }

    /// Returns the ids seen so far, in the order of their names `[ID1]`, `[ID2]`, …
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Returns `text` with `[DIR]`, `[ID1]`, `[DATE]` and `[TIME]`, without space at the ends of lines, and with single
    /// spaces around `[TIME]`, whose width would otherwise move its column.
    pub fn text(&mut self, text: &str) -> String {
        let text = self.place(text);
        let lines: Vec<String> = text.lines().map(|line| self.line(line)).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Returns `text` with the folder's path as `[DIR]` and the machine's name as `laptop`, and nothing else changed.
    pub fn place(&self, text: &str) -> String {
        let Some(folder) = &self.folder else { return text.to_owned() };
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        let mut text = text.replace(folder, "[DIR]");
        if let Some(room) = &self.room {
            text = text.replace(room, "[DIR]/..");
        }
        // The name alone could be any word.
        ["ada@", "by ada on ", "\"host\":\""].iter().fold(text, |text, before| replace_after(&text, before, &host))
    }

    fn line(&mut self, line: &str) -> String {
        let mut written = String::new();
        let mut rest = line;
        let mut before = None;
        while let Some(c) = rest.chars().next() {
            // Only where a word begins: `v1.2s` holds no duration.
            let begins = !before.is_some_and(|c: char| c.is_alphanumeric() || c == '.');
            let found = if begins { self.token(rest) } else { None };
            if let Some((length, name)) = found {
                if name == "[TIME]" && written.ends_with("  ") {
                    written.truncate(written.trim_end().len() + 1);
                }
                written.push_str(&name);
                before = rest[..length].chars().next_back();
                rest = &rest[length..];
                if name == "[TIME]" && rest.starts_with("  ") {
                    rest = &rest[rest.len() - rest.trim_start().len() - 1..];
                }
            } else {
                written.push(c);
                before = Some(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        written.trim_end().to_owned()
    }

    /// Returns the length and the name of what `text` begins with, if that differs from run to run.
    fn token(&mut self, text: &str) -> Option<(usize, String)> {
        if let Some(length) = timestamp(text) {
            return Some((length, if length == DATE.len() { "[DATE]" } else { "[TIME]" }.to_owned()));
        }
        if let Some(length) = shaped(text, IN_NAME) {
            let (more, heads) = heads_in_name(&text[length..]);
            return Some((length + more, format!("[TIME]{heads}")));
        }
        if let Some(length) = id(text) {
            let id = &text[..length];
            let known = self.ids.iter().position(|seen| seen == id);
            let number = known.unwrap_or_else(|| {
                self.ids.push(id.to_owned());
                self.ids.len() - 1
            });
            return Some((length, format!("[ID{}]", number + 1)));
        }
        if let Some(rest) = text.strip_prefix(DURATION_KEY) {
            return Some((DURATION_KEY.len() + digits(rest), format!("{DURATION_KEY}[TIME]")));
        }
        duration(text).map(|length| (length, "[TIME]".to_owned()))
    }
}

fn plain(folder: &Path) -> String {
    folder.to_str().expect("a temporary folder has a plain name").to_owned()
}

fn replace_after(text: &str, before: &str, host: &str) -> String {
    text.replace(&format!("{before}{host}"), &format!("{before}laptop"))
}

const DURATION_KEY: &str = "\"duration_ms\":";
const DATE: &str = "0000-00-00";
const CLOCK: &str = "00:00:00";

/// A time in the name of a file.
const IN_NAME: &str = "00000000T000000Z";

/// Returns the length of twelve hexadecimal digits that stand alone.
fn id(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    (length == 12 && ends_word(&text[length..])).then_some(length)
}

/// Returns the length of a date, with a time of day and a zone if they follow.
fn timestamp(text: &str) -> Option<usize> {
    let mut length = shaped(text, DATE)?;
    let clock = text[length..].strip_prefix(['T', ' ']).and_then(|rest| shaped(rest, CLOCK));
    if let Some(clock) = clock {
        length += 1 + clock;
        if let Some(fraction) = text[length..].strip_prefix('.') {
            length += 1 + digits(fraction);
        }
        if text[length..].starts_with('Z') {
            length += 1;
        } else if text[length..].starts_with(['+', '-']) {
            length += shaped(&text[length + 1..], "00:00").map_or(0, |zone| zone + 1);
        }
    }
    ends_word(&text[length..]).then_some(length)
}

/// Returns the length of a number with a unit of time, with or without a space between them.
fn duration(text: &str) -> Option<usize> {
    let mut length = digits(text);
    if length == 0 {
        return None;
    }
    if let Some(fraction) = text[length..].strip_prefix('.').map(digits).filter(|count| *count > 0) {
        length += 1 + fraction;
    }
    let rest = &text[length..];
    let unit = rest.strip_prefix(' ').unwrap_or(rest);
    let space = rest.len() - unit.len();
    ["ms", "µs", "us", "ns", "min", "s"]
        .into_iter()
        .find(|word| unit.strip_prefix(word).is_some_and(ends_word))
        .map(|word| length + space + word.len())
}

/// Returns the length of what follows the time in the name of a restore point, and what is the same in every run: ids
/// that were made up differ, and so does a number that only says that two were made in one second.
fn heads_in_name(text: &str) -> (usize, String) {
    let length = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"-+_".contains(b)).count();
    let name = &text[..length];
    let name = name.strip_suffix(|c: char| c.is_ascii_digit()).and_then(|name| name.strip_suffix('-')).unwrap_or(name);
    let is_made_up = |id: &str| id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let heads = name.trim_start_matches('-').split('+').map(|id| if is_made_up(id) { "[ID]" } else { id });
    let heads: Vec<&str> = heads.collect();
    (length, format!("-{}", heads.join("+")))
}

/// Returns the length of `shape` if `text` begins like it, where `0` stands for any digit.
fn shaped(text: &str, shape: &str) -> Option<usize> {
    let fits = |(wanted, found): (u8, u8)| if wanted == b'0' { found.is_ascii_digit() } else { wanted == found };
    (text.len() >= shape.len() && shape.bytes().zip(text.bytes()).all(fits)).then_some(shape.len())
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(char::is_alphanumeric)
}
