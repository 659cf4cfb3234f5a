//! A schema as a file of SQL that builds it again, and says at its beginning what it is of.

use crate::catalog::Catalog;
use crate::catalog::Level;
use crate::dialect::Dialect;
use crate::diff::Options;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::schemas::left_out::LeftOut;
use crate::schemas::left_out::whole_but;
use crate::schemas::text::sql_text;

/// What the first line begins with; the database's name follows.
const FIRST: &str = "-- rev dump of ";

/// What stands before the revisions.
const AT: &str = " at ";

/// The last line, by which one knows that nothing is missing.
const LAST: &str = "-- end of rev dump";

/// A schema as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The text: the same schema gives the same.
    pub text: String,
    /// What is not in it, since no statements can be written for it.
    pub left: Vec<LeftOut>,
}

/// Writes a schema; `applied` are the revisions that made the whole of it, if that is known.
///
/// They are not named if anything is missing: nobody must believe of a database that it is at their heads.
pub fn dump(catalog: &Catalog, applied: Option<&Heads>) -> Dump {
    let (steps, left) = whole_but(catalog, &Options { level: Level::Exact, ..Options::default() });
    let is_whole = left.is_empty() && catalog.unread.is_empty();
    let ids: Vec<&str> =
        applied.filter(|_| is_whole).iter().flat_map(|heads| heads.iter().map(RevisionId::as_str)).collect();
    let at = if ids.is_empty() { String::new() } else { format!("{AT}{}", ids.join(", ")) };
    let mut text = format!("{FIRST}{}{at}\n", catalog.dialect);
    for LeftOut { identity, reason } in &left {
        let line: Vec<String> = format!("{identity}: {reason}").split_whitespace().map(str::to_owned).collect();
        text.push_str(&format!("-- left out: {}\n", line.join(" ")));
    }
    let sql = sql_text(&steps, catalog.dialect);
    if !sql.is_empty() {
        text.push_str(&format!("\n{sql}\n"));
    }
    text.push_str(&format!("{LAST}\n"));
    Dump { text, left }
}

/// What a file says that it is a dump of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpOf {
    /// The database product.
    pub dialect: Dialect,
    /// The heads of what made the schema; none if that is not known.
    pub revisions: Vec<RevisionId>,
    /// Whether nothing of it is missing.
    pub is_whole: bool,
}

impl DumpOf {
    /// Reads the first and the last line of a file; nothing where rev did not write it.
    pub fn read(text: &str) -> Option<Self> {
        let first = text.lines().next()?.trim_end().strip_prefix(FIRST)?;
        let (word, ids) = first.split_once(AT).unwrap_or((first, ""));
        let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == word)?;
        let ids = ids.split(", ").filter(|id| !id.is_empty()).map(RevisionId::parse).collect::<Result<_, _>>().ok()?;
        let is_whole = text.lines().rev().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim() == LAST);
        Some(Self { dialect, revisions: ids, is_whole })
    }
}

/// Returns whether rev wrote a text, and may write another over it; nothing at all is nobody's.
pub fn is_dump(text: &str) -> bool {
    text.trim().is_empty() || DumpOf::read(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Attribute;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::catalog::Object;
    use crate::catalog::Unread;
    use crate::script::is_directive;

    fn heads(ids: &[&str]) -> Heads {
        ids.iter().map(|id| RevisionId::parse(id).unwrap()).collect()
    }

    #[test]
    fn a_dump_says_what_it_is_of() {
        let mut catalog = Catalog::empty(Dialect::Sqlite, "3");
        let text = dump(&catalog, Some(&heads(&[]))).text;
        assert_eq!(text, "-- rev dump of sqlite\n-- end of rev dump\n");
        let view = Identity::new(Kind::View, None, "v");
        catalog.insert(Object::new(view).with(Attribute::Definition, "CREATE VIEW v AS SELECT 1"));
        let text = dump(&catalog, Some(&heads(&["b2", "a1"]))).text;
        assert!(text.starts_with("-- rev dump of sqlite at a1, b2\n\n"), "{text}");
        let read = DumpOf::read(&text).unwrap();
        let revisions = heads(&["a1", "b2"]).iter().cloned().collect();
        assert_eq!(read, DumpOf { dialect: Dialect::Sqlite, revisions, is_whole: true });
        assert!(!DumpOf::read(&text[..text.len() - 2]).unwrap().is_whole);
        assert!(DumpOf::read(&text.replace('\n', "\r\n")).unwrap().is_whole);
        assert!(!text.lines().any(is_directive));
        let reason = "no right".to_owned();
        catalog.unread.push(Unread { kind: "view".to_owned(), name: "w".to_owned(), reason });
        let text = dump(&catalog, Some(&heads(&["a1"]))).text;
        assert!(text.starts_with("-- rev dump of sqlite\n"), "{text}");
    }

    #[test]
    fn what_others_wrote_is_none() {
        for text in ["CREATE TABLE t (n int);", "-- rev dump of oracle at a", "-- rev dump of sqlite at a b@"] {
            assert!(DumpOf::read(text).is_none() && !is_dump(text), "{text}");
        }
        assert!(is_dump(" \n"));
    }
}
