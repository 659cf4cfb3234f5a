//! Bytes that are text, or what else they are.

use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::span::Source;

/// How other things begin that are taken for SQL: what they are, and how to get SQL.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (b"PGDMP", "an archive of pg_dump", "write it as SQL with `pg_restore -f FILE.sql ARCHIVE`"),
    (b"toc.dat\0", "an archive of pg_dump", "write it as SQL with `pg_restore -f FILE.sql ARCHIVE`"),
    (b"SQLite format 3\0", "a database of SQLite", "write it as SQL with `sqlite3 DATABASE .dump`"),
    (b"\x1f\x8b", "compressed", "unpack it first, as with `gunzip -c FILE`"),
    (b"\x28\xb5\x2f\xfd", "compressed", "unpack it first, as with `zstd -dc FILE`"),
    (b"BZh", "compressed", "unpack it first, as with `bunzip2 -c FILE`"),
    (b"\xfd7zXZ\0", "compressed", "unpack it first, as with `xz -dc FILE`"),
    (b"PK\x03\x04", "compressed", "unpack it first"),
    (
        b"\xff\xfe",
        "UTF-16 text, as `>` of PowerShell writes it",
        "save it as UTF-8; a tool that makes a dump writes it itself: `pg_dump -f FILE`, `mariadb-dump -r FILE`",
    ),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
];

/// Takes bytes as text; what is not UTF-8 is shown where it begins, and what is no text at all is told as what it is.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<Arc<Source>, Error> {
    if let Some((_, what, instead)) = OTHERS.iter().find(|(mark, ..)| bytes.starts_with(mark)) {
        return Err(ErrorKind::NotText { path: path.into(), what, instead }.into());
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Source::new(path, text)),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes());
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let source = Source::new(path, text);
    let at = valid - mark;
    let span = source.span(at..source.text.ceil_char_boundary(at + 1));
    Err(Error::from(ErrorKind::NotUtf8 { path: path.into() }).at(span).because(error.utf8_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_as_what_it_is() {
        for (bytes, expected) in [
            (&b"PGDMP\x01\x0e"[..], "a.sql is an archive of pg_dump, not SQL"),
            (b"SQLite format 3\0\x10", "a.sql is a database of SQLite, not SQL"),
            (b"\x1f\x8b\x08", "a.sql is compressed, not SQL"),
            (b"\xff\xfeS\0", "a.sql is UTF-16 text, as `>` of PowerShell writes it, not SQL"),
        ] {
            let error = decode(Path::new("a.sql"), bytes.to_vec()).unwrap_err();
            assert_eq!((error.code(), error.to_string().as_str()), ("not-text", expected));
        }
    }
}
