//! Arrays as PostgreSQL prints them.

/// Returns the elements of an array of texts, such as `{a,"b c",NULL}`.
pub fn elements(text: &str) -> Vec<Option<String>> {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let mut found = Vec::new();
    let (mut element, mut is_quoted, mut is_inside) = (String::new(), false, false);
    let mut characters = inner.chars();
    let ended = |element: &mut String, is_quoted: &mut bool| {
        let text = std::mem::take(element);
        let is_null = !std::mem::take(is_quoted) && text == "NULL";
        (!is_null).then_some(text)
    };
    while let Some(character) = characters.next() {
        match character {
            '\\' => element.extend(characters.next()),
            '"' => {
                is_inside = !is_inside;
                is_quoted = true;
            }
            ',' if !is_inside => found.push(ended(&mut element, &mut is_quoted)),
            _ => element.push(character),
        }
    }
    if !inner.is_empty() {
        found.push(ended(&mut element, &mut is_quoted));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Option<&str>]) {
        assert_eq!(elements(text), expected.iter().map(|element| element.map(str::to_owned)).collect::<Vec<_>>());
    }

    #[test]
    fn elements_are_read_with_their_quotes() {
        check("{}", &[]);
        check("{a}", &[Some("a")]);
        check(r#"{a,"b,c","","NULL",NULL}"#, &[Some("a"), Some("b,c"), Some(""), Some("NULL"), None]);
        check(r#"{"a\"b\\c","{x}"}"#, &[Some(r#"a"b\c"#), Some("{x}")]);
    }
}
