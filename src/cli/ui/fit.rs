//! Lines that are no longer than a terminal is wide.

/// Returns the text with lines of at most this many columns: what does not fit is cut, and a `…` says so.
///
/// Colours take no room, and end where they did.
pub fn fit(text: &str, columns: usize) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => fit_line(line, columns) + "\n",
        None => fit_line(line, columns),
    });
    lines.collect()
}

/// Returns the text with lines of at most this many columns, broken between words; a word that is longer stays whole.
///
/// What is shown of a script is left as it is: its columns are counted.
pub fn wrap(text: &str, columns: usize) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => wrap_line(line, columns) + "\n",
        None => wrap_line(line, columns),
    });
    lines.collect()
}

fn wrap_line(line: &str, columns: usize) -> String {
    let plain = shown(line);
    if plain.chars().count() <= columns || is_excerpt(&plain) {
        return line.to_owned();
    }
    let indent = " ".repeat(indent(&plain));
    let mut wrapped = String::with_capacity(line.len() + indent.len());
    let (mut width, mut has_word) = (0, false);
    for word in line.split(' ') {
        let long = shown(word).chars().count();
        if has_word && width + 1 + long > columns {
            wrapped.push('\n');
            wrapped.push_str(&indent);
            width = indent.len();
        } else if !wrapped.is_empty() || width > 0 {
            wrapped.push(' ');
            width += 1;
        }
        // The spaces that a line begins with are empty words.
        if word.is_empty() && !has_word && wrapped.is_empty() {
            wrapped.push(' ');
            width = 1;
        }
        has_word |= long > 0;
        wrapped.push_str(word);
        width += long;
    }
    wrapped
}

/// Returns the line without colours.
fn shown(line: &str) -> String {
    marked(line).filter(|(_, kind)| *kind == Kind::Shown).map(|(c, _)| c).collect()
}

/// Returns whether a line shows a script, or points at a place in it.
fn is_excerpt(plain: &str) -> bool {
    let rest = plain.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    ["|", "-->", ":::", "..."].iter().any(|mark| rest.starts_with(mark))
}

/// Returns where the lines below begin: behind `= help: `, or a little further than the first.
fn indent(plain: &str) -> usize {
    let leading = plain.len() - plain.trim_start().len();
    let label = ["= help: ", "= note: ", "help: "].into_iter().find(|label| plain[leading..].starts_with(label));
    leading + label.map_or(2, str::len)
}

fn fit_line(line: &str, columns: usize) -> String {
    let is_shown = |(_, kind): &(char, Kind)| *kind == Kind::Shown;
    if marked(line).filter(is_shown).count() <= columns {
        return line.to_owned();
    }
    let mut fitted = String::with_capacity(line.len());
    let mut shown = 0;
    for (c, kind) in marked(line) {
        if kind == Kind::Escape {
            fitted.push(c);
            continue;
        }
        shown += 1;
        match (shown + 1).cmp(&(columns + 1)) {
            std::cmp::Ordering::Less => fitted.push(c),
            std::cmp::Ordering::Equal => fitted.push('…'),
            std::cmp::Ordering::Greater => {}
        }
    }
    fitted
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It takes a column.
    Shown,
    /// It belongs to a sequence that chooses a colour: ESC, `[`, parameters, a letter.
    Escape,
}

fn marked(line: &str) -> impl Iterator<Item = (char, Kind)> {
    let mut is_escape = false;
    line.chars().map(move |c| {
        let begins = c == '\x1b';
        let kind = if is_escape || begins { Kind::Escape } else { Kind::Shown };
        is_escape = begins || (is_escape && !c.is_ascii_alphabetic());
        (c, kind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        let check = |text: &str, expected: &str| assert_eq!(fit(text, 5), expected);
        check("abcde\nabcdef\n\nñandúes", "abcde\nabcd…\n\nñand…");
        check("", "");
    }

    #[test]
    fn what_is_too_long_is_broken_between_words() {
        let check = |text: &str, expected: &str| assert_eq!(wrap(text, 16), expected);
        check("error[a]: one two three\n", "error[a]: one\n  two three\n");
        check(" = help: some words here", " = help: some\n         words\n         here");
        check("  help: some words here", "  help: some\n        words\n        here");
        check("    deep in a long list", "    deep in a\n      long list");
        check("a `very_long_word_indeed` b", "a\n  `very_long_word_indeed`\n  b");
        check("12 | SELECT a, b, c FROM t;\n", "12 | SELECT a, b, c FROM t;\n");
        check("  --> versions/a_long_name.sql:1:1", "  --> versions/a_long_name.sql:1:1");
        check("\x1b[33mwarning\x1b[0m: short\n\n", "\x1b[33mwarning\x1b[0m: short\n\n");
        check("\x1b[33mwarning:\x1b[0m too long now", "\x1b[33mwarning:\x1b[0m too\n  long now");
    }

    #[test]
    fn colours_take_no_room_and_end() {
        let check = |text: &str, expected: &str| assert_eq!(fit(text, 3), expected);
        check("\x1b[33mab\x1b[0mc", "\x1b[33mab\x1b[0mc");
        check("a\x1b[1m\x1b[32mbcd\x1b[0mef", "a\x1b[1m\x1b[32mb…\x1b[0m");
    }
}
