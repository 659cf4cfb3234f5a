//! Expressions that the server prints in two ways, though it reads one as the other.

/// Returns an expression as the server prints it when it has read it again.
///
/// `((a AND b) AND c)` is read as `(a AND b AND c)`, and a cast of an array as casts of its elements; without this, what
/// is made of a reading would differ from it.
pub fn canonical(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(flat) = flattened(&text).or_else(|| with_elements_cast(&text)) {
        text = flat;
    }
    text
}

/// Returns for each byte whether it is outside of quotes.
fn outside(text: &str) -> Vec<bool> {
    let mut quote = None;
    let outside = text.bytes().map(|byte| {
        let was = quote;
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        was.is_none() && quote.is_none()
    });
    outside.collect()
}

/// Returns the index of the bracket that closes the one at `open`.
fn closing(text: &[u8], outside: &[bool], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in text.iter().enumerate().skip(open).filter(|(index, _)| outside[*index]) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns where a word stands between the operands of a group.
fn joints(text: &str, outside: &[bool], group: std::ops::Range<usize>, word: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut depth = 0_i32;
    for index in group.filter(|index| outside[*index]) {
        match bytes[index] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ if depth == 0 && text.is_char_boundary(index) && text[index..].starts_with(word) => found.push(index),
            _ => {}
        }
    }
    found
}

fn flattened(text: &str) -> Option<String> {
    let outside = outside(text);
    let bytes = text.as_bytes();
    for open in (0..bytes.len()).filter(|index| outside[*index] && bytes[*index..].starts_with(b"((")) {
        let (Some(last), Some(inner)) = (closing(bytes, &outside, open), closing(bytes, &outside, open + 1)) else {
            continue;
        };
        for (word, other) in [(" AND ", " OR "), (" OR ", " AND ")] {
            let follows = text[inner + 1..].starts_with(word);
            let joined = |group: std::ops::Range<usize>, word| !joints(text, &outside, group, word).is_empty();
            if follows
                && joined(open + 2..inner, word)
                && !joined(open + 2..inner, other)
                && !joined(open + 1..last, other)
            {
                return Some(format!("{}{}{}", &text[..=open], &text[open + 2..inner], &text[inner + 1..]));
            }
        }
    }
    None
}

fn with_elements_cast(text: &str) -> Option<String> {
    let outside = outside(text);
    for (open, _) in text.match_indices("(ARRAY[").filter(|(index, _)| outside[*index]) {
        let start = open + "(ARRAY[".len();
        let Some(end) = closing(text.as_bytes(), &outside, start - 1) else { continue };
        let Some(cast) = text[end..].strip_prefix("])::") else { continue };
        let length =
            cast.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' '))).unwrap_or(cast.len());
        let Some(rest) = cast[length..].strip_prefix("[]") else { continue };
        let mut elements = Vec::new();
        let mut from = start;
        for comma in joints(text, &outside, start..end, ", ") {
            elements.push(&text[from..comma]);
            from = comma + 2;
        }
        elements.push(&text[from..end]);
        let kind = &cast[..length];
        let elements: Vec<_> = elements.into_iter().map(|element| format!("({element})::{kind}")).collect();
        return Some(format!("{}ARRAY[{}]{rest}", &text[..open], elements.join(", ")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(canonical(text), expected);
    }

    #[test]
    fn what_is_joined_alike_is_flat() {
        check("CHECK (((a >= 1) AND (a <= 5)))", "CHECK (((a >= 1) AND (a <= 5)))");
        check("(((a >= 1) AND (a <= 5)) AND (b = 1))", "((a >= 1) AND (a <= 5) AND (b = 1))");
        check("CHECK ((((a) AND (b)) AND (c)))", "CHECK (((a) AND (b) AND (c)))");
        check("(((a) OR (b)) AND (c))", "(((a) OR (b)) AND (c))");
        check("('((a AND b) AND c)' = d)", "('((a AND b) AND c)' = d)");
    }

    #[test]
    fn a_cast_of_an_array_is_one_of_its_elements() {
        let expected = "(v = ANY (ARRAY[('a,'::character varying)::text, ('b'::character varying)::text]))";
        check("(v = ANY ((ARRAY['a,'::character varying, 'b'::character varying])::text[]))", expected);
    }
}
