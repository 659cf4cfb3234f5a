//! Statements that were run on a scratch copy before anybody sees them.

use crate::catalog::Attribute;
use crate::catalog::Catalog;
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
use crate::schemas::left_out::without;
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
    /// that counts, and `beside` is what it has taken out of the old side.
    ///
    /// # Errors
    ///
    /// When there are none for an object, or one fails.
    pub async fn proof(
        &mut self,
        side: &Side,
        (old, beside): (&Catalog, &[Object]),
        new: &Catalog,
        options: &Options,
        filter: &Filter,
    ) -> Result<Proof, Error> {
        let found = differences(old, new, options.level);
        let steps = statements(old, new, &found, options).map_err(refused)?;
        // What the copy has must not act by itself: an event would run as the server's, and others would be asked about DDL.
        let (calm_old, calm_new) = (calm(old.clone()), calm(new.clone()));
        let found = differences(&calm_old, &calm_new, options.level);
        let tried = statements(&calm_old, &calm_new, &found, options).map_err(refused)?;
        let (mut session, left_out) = self.copy(side, || calm(whole(old, beside)), options).await?;
        let ran = self.run(&tried, &mut session).await;
        let mut reached = match ran {
            Ok(()) => self.read_scratch(session).await?,
            Err(error) => {
                session.close().await;
                return Err(error);
            }
        };
        filter.apply(&mut reached);
        Ok(Proof { steps, left: without(differences(&calm(reached), &calm_new, options.level), &left_out) })
    }
}

/// Returns a catalog with what a filter has taken out of it.
pub(super) fn whole(counted: &Catalog, beside: &[Object]) -> Catalog {
    let mut whole = counted.clone();
    for object in beside {
        whole.insert(object.clone());
    }
    whole
}

/// Returns a catalog in which what runs by itself is disabled: event triggers of PostgreSQL, events of MariaDB and MySQL.
pub(super) fn calm(mut catalog: Catalog) -> Catalog {
    for (kind, how) in [(Kind::EventTrigger, "disabled"), (Kind::Event, "DISABLE")] {
        let found: Vec<_> = catalog.of_kind(kind).map(|object| object.identity.clone()).collect();
        for identity in found {
            if let Some(object) = catalog.get_mut(&identity) {
                object.set(Attribute::Enabled, how.into());
            }
        }
    }
    catalog
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
    use crate::catalog::Identity;
    use crate::catalog::Object;
    use crate::dialect::Dialect;

    #[test]
    fn what_runs_by_itself_is_disabled_in_a_copy() {
        let mut catalog = Catalog::empty(Dialect::Mariadb, "10.11");
        catalog.insert(Object::new(Identity::new(Kind::Event, None, "e")));
        catalog.insert(Object::new(Identity::new(Kind::EventTrigger, None, "t")));
        let calm = calm(catalog);
        assert!(
            calm.objects().all(|object| object.text(Attribute::Enabled).is_some_and(|how| how.starts_with(['d', 'D'])))
        );
    }
}
