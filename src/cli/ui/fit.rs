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
    fn colours_take_no_room_and_end() {
        let check = |text: &str, expected: &str| assert_eq!(fit(text, 3), expected);
        check("\x1b[33mab\x1b[0mc", "\x1b[33mab\x1b[0mc");
        check("a\x1b[1m\x1b[32mbcd\x1b[0mef", "a\x1b[1m\x1b[32mb…\x1b[0m");
    }
}
