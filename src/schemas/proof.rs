//! Statements that were run on a scratch copy before anybody sees them.

use std::sync::Arc;

use crate::catalog::Attribute;
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
use crate::error::Error;
use crate::error::ErrorKind;
use crate::schemas::filter::Filter;
use crate::schemas::side::Side;
use crate::schemas::sides::Sides;

/// What became of statements that were tried.
#[derive(Debug)]
pub struct Proof {
    /// The statements.
    pub steps: Vec<Step>,
    /// Where they do not lead to the new schema.
    pub left: Vec<Difference>,
}

impl Sides<'_> {
    /// Writes the statements that turn the one side into the other, and runs them on a scratch copy; `filter` says what of
    /// that counts.
    ///
    /// # Errors
    ///
    /// When there are none for an object, or one fails.
    pub async fn proof(
        &mut self,
        side: &Side,
        old: &Catalog,
        new: &Catalog,
        options: &Options,
        filter: &Filter,
    ) -> Result<Proof, Error> {
        let found = differences(old, new, options.level);
        let steps = statements(old, new, &found, options).map_err(refused)?;
        // What the copy has must not act by itself: an event would run as the server's, and others would be asked about DDL.
        let (calm_old, calm_new) = (calm(old), calm(new));
        let found = differences(&calm_old, &calm_new, options.level);
        let tried = statements(&calm_old, &calm_new, &found, options).map_err(refused)?;
        let mut session = self.copy(side, || whole(&calm_old, options)).await?;
        let ran = self.run(&tried, &mut session).await;
        let mut reached = match ran {
            Ok(()) => self.read_scratch(session).await?,
            Err(error) => {
                session.close().await;
                return Err(error);
            }
        };
        filter.apply(&mut reached);
        Ok(Proof { steps, left: differences(&calm(&reached), &calm_new, options.level) })
    }
}

/// Returns a catalog in which what runs by itself is disabled: event triggers of PostgreSQL, events of MariaDB and MySQL.
pub(super) fn calm(catalog: &Catalog) -> Catalog {
    let mut calm = catalog.clone();
    for (kind, how) in [(Kind::EventTrigger, "disabled"), (Kind::Event, "DISABLE")] {
        for object in catalog.of_kind(kind) {
            if let Some(object) = calm.get_mut(&object.identity) {
                object.set(Attribute::Enabled, how.into());
            }
        }
    }
    calm
}

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
    let mut rest = catalog.clone();
    let mut left = Vec::new();
    loop {
        let nothing = Catalog::fresh(rest.dialect, &rest.version);
        let refusals = match statements(&nothing, &rest, &differences(&nothing, &rest, options.level), options) {
            Ok(steps) => return (steps, left),
            Err(refusals) => refusals,
        };
        let count = rest.len();
        for Refusal { identity, reason } in refusals {
            leave(&mut rest, &mut left, LeftOut { identity, reason });
        }
        if rest.len() == count {
            return (Vec::new(), left); // nothing of it is there to be left out
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

/// Returns the statements that make a whole schema.
pub fn whole(catalog: &Catalog, options: &Options) -> Result<Vec<Step>, Error> {
    let nothing = Catalog::fresh(catalog.dialect, &catalog.version);
    let found = differences(&nothing, catalog, options.level);
    statements(&nothing, catalog, &found, options).map_err(refused)
}

/// Returns the error that names all that no statement can be written for.
pub fn refused(refusals: Vec<Refusal>) -> Error {
    let one = |Refusal { identity, reason }: Refusal| {
        Error::from(ErrorKind::NoStatement { object: identity.to_string(), reason })
    };
    match Error::join(refusals.into_iter().map(one).collect()) {
        Err(error) => error,
        Ok(()) => {
            ErrorKind::NoStatement { object: "an object".to_owned(), reason: "it is not known why".to_owned() }.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert!(whole(&catalog, &options).is_err());
        let (steps, left) = whole_but(&catalog, &options);
        let made: Vec<_> = steps.iter().map(|step| step.about.path()).filter(|path| path != "public").collect();
        assert_eq!(made, ["public.other"]);
        let names: Vec<_> = left.iter().map(|left| left.identity.path()).collect();
        assert_eq!(names, ["public.a", "public.b", "public.of_b"]);
        assert_eq!(left[2].reason, "needs view public.b, which is left out");
    }

    #[test]
    fn what_runs_by_itself_is_disabled_in_a_copy() {
        let mut catalog = Catalog::empty(Dialect::Mariadb, "10.11");
        catalog.insert(Object::new(Identity::new(Kind::Event, None, "e")));
        catalog.insert(Object::new(Identity::new(Kind::EventTrigger, None, "t")));
        let calm = calm(&catalog);
        assert!(
            calm.objects().all(|object| object.text(Attribute::Enabled).is_some_and(|how| how.starts_with(['d', 'D'])))
        );
    }
}
