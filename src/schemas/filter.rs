//! Which objects count.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::config::Config;
use crate::config::Patterns;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;

/// Which objects count: those that count for each of its layers.
///
/// A part of a table counts as the table does, and by itself.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    layers: Vec<Layer>,
}

/// Which objects count: those that one pattern includes, if there are such patterns, and none excludes.
#[derive(Debug, Clone, Default)]
struct Layer {
    /// The product that it is for, if it is for one.
    dialect: Option<Dialect>,
    /// Only these count; all, if it is empty.
    include: Vec<Pattern>,
    /// These do not count.
    exclude: Vec<Pattern>,
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
    /// Makes one of what is asked for now.
    pub fn new(include: Vec<Pattern>, exclude: Vec<Pattern>) -> Self {
        let layer = Layer { dialect: None, include, exclude };
        Self { layers: if layer.is_empty() { Vec::new() } else { vec![layer] } }
    }

    /// Adds what the configuration says: what counts for neither does not count.
    ///
    /// # Errors
    ///
    /// When it names a kind that there is not.
    pub fn with_configured(mut self, config: &Config) -> Result<Self, Error> {
        let read = |patterns: Option<&Patterns>| {
            let Some(patterns) = patterns else { return Ok(Vec::new()) };
            let parsed = patterns.texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>();
            parsed.map_err(|kind| patterns.place(kind))
        };
        for (dialect, model) in &config.models {
            let (include, exclude) = (read(model.include.as_ref())?, read(model.exclude.as_ref())?);
            self.layers.push(Layer { dialect: Some(*dialect), include, exclude });
        }
        Ok(self)
    }

    /// Returns whether everything counts.
    pub fn is_empty(&self) -> bool {
        self.layers.iter().all(Layer::is_empty)
    }

    /// Takes out of a catalog what does not count, and returns that.
    pub fn apply(&self, catalog: &mut Catalog) -> Vec<Object> {
        let dialect = catalog.dialect;
        let is_of = |layer: &&Layer| !layer.is_empty() && layer.dialect.is_none_or(|one| one == dialect);
        let layers: Vec<&Layer> = self.layers.iter().filter(is_of).collect();
        if layers.is_empty() {
            return Vec::new();
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
            layers
                .iter()
                .all(|Layer { include, exclude, .. }| (include.is_empty() || is_in(include)) && !is_in(exclude))
        };
        let out: Vec<Arc<Identity>> = catalog
            .objects()
            .filter(|object| !counts(&object.identity))
            .map(|object| object.identity.clone())
            .collect();
        out.iter().filter_map(|identity| catalog.remove(identity)).collect()
    }
}

impl Layer {
    fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
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

    fn left(include: &[&str], exclude: &[&str]) -> Vec<String> {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        for name in ["users", "logs"] {
            let table = Identity::new(Kind::Table, Some("public"), name);
            catalog.insert(Object::new(table.part(Kind::Index, &format!("{name}_i"))));
            catalog.insert(Object::new(table));
        }
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::parse(text).unwrap()).collect();
        let out = Filter::new(patterns(include), patterns(exclude)).apply(&mut catalog);
        assert_eq!(out.len() + catalog.len(), 4);
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
