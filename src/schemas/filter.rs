//! Which objects count.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::error::ErrorKind;

/// Which objects count: those that one pattern includes, if there are such patterns, and none excludes.
///
/// A part of a table counts as the table does, and by itself.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these count; all, if it is empty.
    pub include: Vec<Pattern>,
    /// These do not count.
    pub exclude: Vec<Pattern>,
}

/// A kind, and a glob for the path of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    kind: Option<Kind>,
    glob: String,
}

impl Pattern {
    /// Reads `KIND:GLOB`, `KIND` or `*:GLOB`; in a glob, `*` stands for any text and `?` for any character.
    pub fn parse(text: &str) -> Result<Self, ErrorKind> {
        let (word, glob) = text.split_once(':').unwrap_or((text, "*"));
        let kind = match word {
            "*" | "" => None,
            _ => Some(Kind::named(word).ok_or_else(|| unknown_kind(word))?),
        };
        Ok(Self { kind, glob: glob.to_owned() })
    }

    fn is_for(&self, identity: &Identity) -> bool {
        self.kind.is_none_or(|kind| kind == identity.kind) && is_match(&self.glob, &identity.path())
    }
}

impl Filter {
    /// Returns whether everything counts.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Takes out of a catalog what does not count.
    pub fn apply(&self, catalog: &mut Catalog) {
        if self.is_empty() {
            return;
        }
        let wholes: BTreeSet<Arc<Identity>> = catalog
            .objects()
            .filter(|object| object.identity.owner.is_none())
            .map(|object| object.identity.clone())
            .collect();
        let whole_of = |part: &Identity| {
            let owner = part.owner.as_deref()?;
            let holders = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::Domain];
            holders
                .iter()
                .map(|kind| Identity::new(*kind, part.schema.as_deref(), owner))
                .find(|it| wholes.contains(it))
        };
        let counts = |identity: &Identity| {
            let whole = whole_of(identity);
            let is_in = |patterns: &[Pattern]| {
                patterns.iter().any(|one| one.is_for(identity) || whole.as_ref().is_some_and(|whole| one.is_for(whole)))
            };
            (self.include.is_empty() || is_in(&self.include)) && !is_in(&self.exclude)
        };
        let out: Vec<Arc<Identity>> = catalog
            .objects()
            .filter(|object| !counts(&object.identity))
            .map(|object| object.identity.clone())
            .collect();
        out.iter().for_each(|identity| drop(catalog.remove(identity)));
    }
}

fn unknown_kind(word: &str) -> ErrorKind {
    let known = Kind::ALL.iter().map(|kind| kind.as_str());
    let hint = match crate::nearest::nearest(word, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "such as `table`, `index` or `view`; docs/schemas.md lists the kinds".to_owned(),
    };
    ErrorKind::Usage { message: format!("there is no kind of object called `{word}`"), hint: Some(hint) }
}

/// Compares without recursion: a `*` that was passed last is the only one that can still be longer.
fn is_match(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut in_text, mut star) = (0, 0, None);
    while in_text < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => match &mut star {
                Some((star_at, from)) => {
                    *from += 1;
                    (at, in_text) = (*star_at + 1, *from);
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Object;
    use crate::dialect::Dialect;

    fn left(include: &[&str], exclude: &[&str]) -> Vec<String> {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        for name in ["users", "logs"] {
            let table = Identity::new(Kind::Table, Some("public"), name);
            catalog.insert(Object::new(table.part(Kind::Index, &format!("{name}_i"))));
            catalog.insert(Object::new(table));
        }
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::parse(text).unwrap()).collect();
        Filter { include: patterns(include), exclude: patterns(exclude) }.apply(&mut catalog);
        catalog.objects().map(|object| object.identity.path()).collect()
    }

    #[test]
    fn parts_go_with_their_table_and_by_themselves() {
        assert_eq!(left(&["table:public.u*"], &[]), ["public.users", "public.users.users_i"]);
        assert_eq!(left(&[], &["tables:*logs"]), ["public.users", "public.users.users_i"]);
        assert_eq!(left(&[], &["index"]), ["public.logs", "public.users"]);
        assert_eq!(left(&["*:*.users"], &["index:*_i"]), ["public.users"]);
    }

    #[test]
    fn a_glob_is_compared_whole() {
        for (glob, text, expected) in [
            ("a*b", "aXbXb", true),
            ("a*b", "ab", true),
            ("a?", "a", false),
            ("*", "", true),
            ("", "a", false),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(is_match(glob, text), expected, "{glob} {text}");
        }
        assert!(Pattern::parse("tabel:x").is_err());
    }
}
