//! How one kind is read: its query, and what each of its columns says.

use std::borrow::Cow;

use crate::catalog::Attribute;

/// How one kind is read.
///
/// The query answers a row for an object: the word of its kind, its oid and sub-id, its schema, the object that it is a
/// part of, its name, its position, what the server would make a name of, and then its attributes.
#[derive(Debug)]
pub struct Reading {
    /// The query. A line that begins with `/*14+*/` is for that major version and newer, `/*13-*/` for it and
    /// older, `/*15-16*/` for those two and all between.
    pub sql: &'static str,
    /// The oid of the server's table of such objects, as `pg_depend` names it.
    pub class: u32,
    /// What the columns behind the first eight say.
    pub says: &'static [(Attribute, Shape)],
}

/// What a column of a query looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text, or nothing.
    Text,
    /// A list of texts, as the server prints an array.
    List,
    /// `t` for what is set; a text says how.
    Flag,
}

/// Returns the query as a server of a major version takes it.
pub fn for_version(sql: &str, major: u32) -> Cow<'_, str> {
    if !sql.contains("/*") {
        return sql.into();
    }
    let suits = |line: &&str| {
        let mark = line.trim_start().strip_prefix("/*").and_then(|rest| rest.split_once("*/"));
        let Some((mark, _)) = mark else { return true };
        // `14+`, `13-`, or `15-16`.
        let Some((first, last)) = mark.split_once(['+', '-']) else { return true };
        let Ok(first) = first.parse::<u32>() else { return true };
        match last.parse::<u32>() {
            Ok(last) => (first..=last).contains(&major),
            Err(_) if mark.ends_with('+') => major >= first,
            Err(_) => major <= first,
        }
    };
    sql.lines().filter(suits).collect::<Vec<_>>().join("\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_for_the_versions_that_it_names() {
        let sql = "SELECT\n/*14+*/ a,\n  /*13-*/ b,\nc /* d */";
        assert_eq!(for_version(sql, 13), "SELECT\n  /*13-*/ b,\nc /* d */");
        assert_eq!(for_version(sql, 18), "SELECT\n/*14+*/ a,\nc /* d */");
    }
}
