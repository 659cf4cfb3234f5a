//! The `.env` file beside the configuration.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::config::trust::Trust;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::regular_file;

/// Reads the variables of the `.env` file in `folder`; none when there is no such file. A later line wins.
pub(super) fn read(folder: &Path, trust: &Trust) -> Result<BTreeMap<String, String>, Error> {
    let path = folder.join(".env");
    let bytes = match regular_file::read(&path) {
        Ok(bytes) => bytes,
        // A folder of that name is someone's Python environment.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            return Ok(BTreeMap::new());
        }
        Err(cause) => return Err(Error::from(ErrorKind::Unreadable { path }).because(cause)),
    };
    trust.check(&path)?;
    let Ok(text) = String::from_utf8(bytes) else { return Err(ErrorKind::NotUtf8 { path }.into()) };
    parse(&path, text.trim_start_matches('\u{feff}'))
}

fn parse(path: &Path, text: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut variables = BTreeMap::new();
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = entry.map_err(|error| unreadable_line(path, text, &error))?;
        variables.insert(name, value);
    }
    Ok(variables)
}

/// Names the line without showing it, neither as a span nor as a cause: such files hold passwords.
fn unreadable_line(path: &Path, text: &str, error: &dotenvy::Error) -> Error {
    let number = match error {
        // What is reported begins where reading stopped, and may go on over line ends.
        dotenvy::Error::LineParse(rest, _) => {
            let rest = rest.lines().next().unwrap_or_default().trim_end();
            text.lines().position(|line| !rest.is_empty() && line.trim_end().ends_with(rest))
        }
        _ => None,
    };
    let place = number.map_or(String::new(), |number| format!(", line {}", number + 1));
    let message = format!(
        "{}{place} is not of the form `NAME=value` (a value with spaces or a single quote needs quotes)",
        path.display()
    );
    ErrorKind::BadConfig { message }.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(parse(Path::new(".env"), text).unwrap(), expected);
    }

    #[test]
    fn quotes_comments_and_export_are_understood() {
        check(
            "# c\r\nA=1\r\nexport B='two words' # c\nC=\"${A}2\"\nD=\n",
            &[("A", "1"), ("B", "two words"), ("C", "12"), ("D", "")],
        );
    }

    #[test]
    fn a_bad_line_is_named_but_not_shown() {
        let error = parse(Path::new(".env"), "A=1\n\nPASSWORD=s3cret word\n").unwrap_err();
        assert!(error.to_string().contains(".env, line 3 is not"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }

    #[test]
    fn a_missing_file_is_no_variables() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), &Trust::of_program()).unwrap(), BTreeMap::new());
        fs::create_dir(folder.path().join(".env")).unwrap();
        assert_eq!(read(folder.path(), &Trust::of_program()).unwrap(), BTreeMap::new());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-C=$\\{\\}\"'\\\\ #\n\r\té-]{0,40}") {
            let _ = parse(Path::new(".env"), &text);
        }
    }
}
