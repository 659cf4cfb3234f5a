//! What the strings of a statement say.

/// Returns what a string says; `escapes` is whether a backslash does in one without a prefix.
pub(super) fn inside(text: &str, escapes: bool) -> String {
    if let Some(rest) = text.strip_prefix('$')
        && let Some((tag, body)) = rest.split_once('$')
    {
        return body.strip_suffix(&format!("${tag}$")).unwrap_or(body).to_owned();
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return of_digits(digits);
    }
    let Some(open) = text.find(['\'', '"']) else { return text.to_owned() };
    let (prefix, quote) = (text[..open].to_ascii_lowercase(), &text[open..=open]);
    let body = &text[open + 1..];
    let body = body.strip_suffix(quote).unwrap_or(body).replace(&quote.repeat(2), quote);
    match &*prefix {
        "x" => of_digits(&body),
        "e" => without_escapes(&body),
        "u&" => of_code_points(&body),
        _ if escapes => without_escapes(&body),
        _ => body,
    }
}

/// Returns the text of hexadecimal digits, two for a byte.
fn of_digits(digits: &str) -> String {
    let pairs = digits.as_bytes().chunks(2).map(String::from_utf8_lossy);
    let bytes: Vec<u8> = pairs.filter_map(|pair| u8::from_str_radix(&pair, 16).ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns a text with its escapes by backslashes replaced by what they mean.
fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        let Some(escaped) = rest.next() else { break };
        let mut number = |radix: u32, most: usize, first: Option<char>| {
            let mut digits: String = first.into_iter().collect();
            while digits.len() < most
                && let Some(digit) = rest.as_str().chars().next().filter(|digit| digit.is_digit(radix))
            {
                digits.push(digit);
                rest.next();
            }
            u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
        };
        match escaped {
            'n' | 'r' | 't' | 'b' | 'f' => plain.push(' '),
            'x' => plain.extend(number(16, 2, None)),
            'u' => plain.extend(number(16, 4, None)),
            'U' => plain.extend(number(16, 8, None)),
            '0'..='7' => plain.extend(number(8, 3, Some(escaped))),
            other => plain.push(other),
        }
    }
    plain
}

/// Returns a text of `U&'…'` with its code points, as `\0041` and `\+000041`, replaced by what they mean.
fn of_code_points(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (digits, length) = match after.strip_prefix('+') {
            Some(digits) => (digits.get(..6), 7),
            None => (after.get(..4), 4),
        };
        let point = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        plain.push(point.unwrap_or('\\'));
        rest = if point.is_some() { after.get(length..).unwrap_or_default() } else { after };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_says_what_the_server_reads() {
        for (text, escapes, expected) in [
            ("'it''s'", false, "it's"),
            (r"'a\x'", false, r"a\x"),
            (r"'a\x'", true, "a"),
            (r"'\D\'\n'", true, "D' "),
            (r"E'\x41\102\u0043\U00000044\\'", false, r"ABCD\"),
            (r"e'\'", false, ""),
            (r"E'\x'", false, ""),
            (r"U&'\0041\+000042\zé\00'", false, r"AB\zé\00"),
            ("$a$x$a$", false, "x"),
            ("x'4142'", false, "AB"),
            ("0x41f", false, "A\u{f}"),
            ("n'x'", true, "x"),
        ] {
            assert_eq!(inside(text, escapes), expected, "{text}");
        }
    }
}
