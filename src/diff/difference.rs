//! What two catalogs disagree on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Level;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;

/// One object on which two catalogs disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The object, as the new catalog calls it; as the old one does where it is gone.
    pub identity: Arc<Identity>,
    /// What became of it.
    pub change: Change,
}

/// What became of an object, from the old catalog to the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only the new one has it.
    Added,
    /// Only the old one has it.
    Removed,
    /// Both have it, and this is said differently.
    Altered {
        /// What the old catalog calls it; another name only where the server chose it.
        old: Arc<Identity>,
        /// What is said differently, sorted; empty when only its position or name differs.
        alterations: Vec<Alteration>,
    },
}

/// An attribute that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alteration {
    /// Which.
    pub attribute: Attribute,
    /// What it was; `None` when nothing was said of it.
    pub old: Option<Value>,
    /// What it is; `None` when nothing is said of it any more.
    pub new: Option<Value>,
}

/// Returns all that differs at `level` from the old catalog to the new one, sorted by object; empty exactly when the
/// fingerprints are equal.
pub fn differences(old: &Catalog, new: &Catalog, level: Level) -> Vec<Difference> {
    let same_content = pairs_of_the_server(old, new, level);
    let paired_old: BTreeSet<_> = same_content.values().copied().collect();
    let mut found = Vec::new();
    let mut met = paired_old.clone();
    for object in new.objects() {
        if same_content.contains_key(&*object.identity) {
            continue; // equal, whatever it is called
        }
        match old.get(&object.identity).filter(|before| !paired_old.contains(&*before.identity)) {
            Some(before) => {
                met.insert(&before.identity);
                found.extend(altered(before, object, level));
            }
            None => found.push(Difference { identity: object.identity.clone(), change: Change::Added }),
        }
    }
    let gone = old.objects().filter(|object| !met.contains(&*object.identity));
    found.extend(gone.map(|object| Difference { identity: object.identity.clone(), change: Change::Removed }));
    found.sort_by(|left, right| left.identity.cmp(&right.identity));
    found
}

/// Pairs objects whose names the server chose by what they are: from the new one's identity to the old one's.
fn pairs_of_the_server<'c>(old: &'c Catalog, new: &'c Catalog, level: Level) -> BTreeMap<&'c Identity, &'c Identity> {
    if level == Level::Exact {
        return BTreeMap::new();
    }
    let unnamed = |object: &&Object| object.naming == Naming::Server;
    let mut waiting: BTreeMap<[u8; 32], Vec<&Identity>> = BTreeMap::new();
    for object in old.objects().filter(unnamed) {
        waiting.entry(object.content(level)).or_default().push(&object.identity);
    }
    let mut pairs = BTreeMap::new();
    for object in new.objects().filter(unnamed) {
        if let Some(before) = waiting.get_mut(&object.content(level)).and_then(Vec::pop) {
            pairs.insert(&*object.identity, before);
        }
    }
    pairs
}

fn altered(old: &Object, new: &Object, level: Level) -> Option<Difference> {
    let mut alterations = Vec::new();
    let attributes: BTreeSet<_> =
        old.attributes(level).chain(new.attributes(level)).map(|(attribute, _)| attribute).collect();
    for attribute in attributes {
        let (before, after) = (old.get(attribute), new.get(attribute));
        if before != after {
            alterations.push(Alteration { attribute, old: before.cloned(), new: after.cloned() });
        }
    }
    // One whose name the server chose, and one of the same name that a person chose, differ in that.
    let is_same = alterations.is_empty()
        && old.position_at(level) == new.position_at(level)
        && old.is_named_at(level) == new.is_named_at(level);
    let change = Change::Altered { old: old.identity.clone(), alterations };
    (!is_same).then(|| Difference { identity: new.identity.clone(), change })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::dialect::Dialect;

    fn table() -> Identity {
        Identity::new(Kind::Table, Some("public"), "t")
    }

    fn check(name: &str, expression: &str, naming: Naming) -> Object {
        let mut object = Object::new(table().part(Kind::Check, name)).with(Attribute::Expression, expression);
        object.naming = naming;
        object
    }

    fn catalog(objects: impl IntoIterator<Item = Object>) -> Catalog {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        for object in objects {
            catalog.insert(object);
        }
        catalog
    }

    /// What is found, as `+ identity`, `- identity` and `~ identity: attributes`.
    fn found(old: &Catalog, new: &Catalog, level: Level) -> Vec<String> {
        let found = differences(old, new, level);
        assert_eq!(found.is_empty(), old.fingerprint(level) == new.fingerprint(level));
        let told = found.iter().map(|difference| match &difference.change {
            Change::Added => format!("+ {}", difference.identity),
            Change::Removed => format!("- {}", difference.identity),
            Change::Altered { alterations, .. } => {
                let words: Vec<_> = alterations.iter().map(|alteration| alteration.attribute.as_str()).collect();
                format!("~ {}: {}", difference.identity, words.join(", "))
            }
        });
        told.collect()
    }

    #[test]
    fn what_came_went_and_changed_is_told_by_object() {
        let old = catalog([check("a", "x > 0", Naming::Chosen), check("b", "x > 1", Naming::Chosen)]);
        let new = catalog([check("b", "x > 2", Naming::Chosen), check("c", "x > 3", Naming::Chosen)]);
        let expected = ["- check public.t.a", "~ check public.t.b: expression", "+ check public.t.c"];
        assert_eq!(found(&old, &new, Level::Logical), expected);
        assert!(found(&old, &old, Level::Exact).is_empty());
    }

    #[test]
    fn what_the_server_named_is_found_by_what_it_is() {
        let old = catalog([check("t_check", "x > 0", Naming::Server), check("t_check1", "x > 1", Naming::Server)]);
        let new = catalog([check("t_check", "x > 1", Naming::Server), check("t_check1", "x > 0", Naming::Server)]);
        assert!(found(&old, &new, Level::Logical).is_empty());
        assert_eq!(found(&old, &new, Level::Exact).len(), 2);
    }

    #[test]
    fn two_alike_are_not_one() {
        let old = catalog([check("t_check", "x > 0", Naming::Server), check("t_check1", "x > 0", Naming::Server)]);
        let new = catalog([check("t_check", "x > 0", Naming::Server)]);
        assert_eq!(found(&old, &new, Level::Logical).len(), 1);
    }
}
