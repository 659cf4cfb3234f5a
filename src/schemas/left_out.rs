//! A whole schema as statements, but for what cannot be written.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::Difference;
use crate::diff::Options;
use crate::diff::Refusal;
use crate::diff::Step;
use crate::diff::differences;
use crate::diff::statements;

/// What is left out of a schema that is written whole, since no statements can be written for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The object.
    pub identity: Arc<Identity>,
    /// Why, in words that follow its name.
    pub reason: String,
}

/// Returns the statements that make a whole schema but for what cannot be written, and what needs that; with what they are.
pub fn whole_but(catalog: &Catalog, options: &Options) -> (Vec<Step>, Vec<LeftOut>) {
    let Writable { steps, left, .. } = writable(catalog, options);
    (steps, left)
}

/// What can be written of a schema.
#[derive(Debug)]
pub struct Writable {
    /// That, as a schema.
    pub catalog: Catalog,
    /// The statements that make it from nothing.
    pub steps: Vec<Step>,
    /// What is missing in it.
    pub left: Vec<LeftOut>,
}

/// Leaves out of a schema what cannot be written, and what needs that.
pub fn writable(catalog: &Catalog, options: &Options) -> Writable {
    let mut rest = catalog.clone();
    let mut left = Vec::new();
    loop {
        let nothing = Catalog::fresh(rest.dialect, &rest.version);
        let refusals = match statements(&nothing, &rest, &differences(&nothing, &rest, options.level), options) {
            Ok(steps) => return Writable { catalog: rest, steps, left },
            Err(refusals) => refusals,
        };
        let count = rest.len();
        for Refusal { identity, reason } in refusals {
            leave(&mut rest, &mut left, LeftOut { identity, reason });
        }
        if rest.len() == count {
            // Nothing of it is there to be left out.
            return Writable { catalog: nothing, steps: Vec::new(), left };
        }
    }
}

/// Takes an object out of a catalog, with its parts, and all that needs it.
fn leave(catalog: &mut Catalog, left: &mut Vec<LeftOut>, first: LeftOut) {
    let mut waiting = vec![first];
    while let Some(LeftOut { mut identity, reason }) = waiting.pop() {
        if identity.kind == Kind::Column
            && let Some(owner) = identity.owner.as_deref()
        {
            // A table without one of its columns is another table.
            let kinds = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::Composite];
            let wholes = kinds.map(|kind| Identity::new(kind, identity.schema.as_deref(), owner));
            if let Some(whole) = wholes.iter().find_map(|whole| catalog.get(whole)) {
                identity = whole.identity.clone();
            }
        }
        let parts: Vec<_> = catalog.parts(&identity).map(|part| part.identity.clone()).collect();
        if catalog.remove(&identity).is_none() {
            continue;
        }
        let gone: Vec<_> = std::iter::once(identity.clone()).chain(parts.iter().cloned()).collect();
        parts.iter().for_each(|part| drop(catalog.remove(part)));
        let needs = |object: &&Object| object.needs.iter().any(|needed| gone.contains(needed));
        let dependents = catalog.objects().filter(needs).map(|object| object.identity.clone());
        let reason_of = |identity| LeftOut { identity, reason: format!("needs {}, which is left out", gone[0]) };
        waiting.extend(dependents.map(reason_of));
        left.push(LeftOut { identity, reason });
    }
}

/// Returns the differences that are about other objects than those that were left out, and their parts.
pub(super) fn without(found: Vec<Difference>, left_out: &[LeftOut]) -> Vec<Difference> {
    let is_of = |whole: &Identity, one: &Identity| {
        *whole == *one || whole.owner.is_none() && whole.schema == one.schema && one.owner.as_ref() == Some(&whole.name)
    };
    let counts = |one: &Difference| !left_out.iter().any(|left| is_of(&left.identity, &one.identity));
    found.into_iter().filter(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Attribute;
    use crate::dialect::Dialect;

    #[test]
    fn what_cannot_be_written_is_left_out_with_what_needs_it() {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        let view = |name: &str| Identity::new(Kind::View, Some("public"), name);
        let mut add = |name: &str, needed: &[&str]| {
            let mut object = Object::new(view(name)).with(Attribute::Definition, "SELECT 1");
            object.needs = needed.iter().map(|name| Arc::new(view(name))).collect();
            catalog.insert(object);
        };
        add("a", &["b"]);
        add("b", &["a"]);
        add("of_b", &["b"]);
        add("other", &[]);
        let options = Options::default();
        let (steps, left) = whole_but(&catalog, &options);
        let made: Vec<_> = steps.iter().map(|step| step.about.path()).filter(|path| path != "public").collect();
        assert_eq!(made, ["public.other"]);
        let names: Vec<_> = left.iter().map(|left| left.identity.path()).collect();
        assert_eq!(names, ["public.a", "public.b", "public.of_b"]);
        assert_eq!(left[2].reason, "needs view public.b, which is left out");
    }
}
