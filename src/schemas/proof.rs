//! Statements that were run on a scratch copy before anybody sees them.

use crate::catalog::Catalog;
use crate::diff::Difference;
use crate::diff::Options;
use crate::diff::Refusal;
use crate::diff::Step;
use crate::diff::differences;
use crate::diff::statements;
use crate::error::Error;
use crate::error::ErrorKind;
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
    /// Writes the statements that turn the one side into the other, and runs them on a scratch copy.
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
    ) -> Result<Proof, Error> {
        let found = differences(old, new, options.level);
        let steps = statements(old, new, &found, options).map_err(refused)?;
        let mut session = self.copy(side, || whole(old, options)).await?;
        let ran = self.run(&steps, &mut session).await;
        let reached = match ran {
            Ok(()) => self.read_scratch(session).await?,
            Err(error) => {
                session.close().await;
                return Err(error);
            }
        };
        Ok(Proof { steps, left: differences(&reached, new, options.level) })
    }
}

/// Returns the statements that make a whole schema.
pub fn whole(catalog: &Catalog, options: &Options) -> Result<Vec<Step>, Error> {
    let nothing = Catalog::fresh(catalog.dialect, &catalog.version);
    let found = differences(&nothing, catalog, options.level);
    statements(&nothing, catalog, &found, options).map_err(refused)
}

fn refused(refusals: Vec<Refusal>) -> Error {
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
