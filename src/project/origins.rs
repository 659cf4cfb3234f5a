//! Which revision made each object, or changed it last: shown by running them, one after the other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::Identity;
use crate::catalog::Level;
use crate::dialect::Dialect;
use crate::diff::differences;
use crate::direction::Direction;
use crate::error::Error;
use crate::graph::Target;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::project::project::Project;
use crate::run::clock::Actor;
use crate::run::event::Silent;
use crate::run::interrupt::Interrupt;
use crate::run::scratch::Scratch;
use crate::run::session::Session;

/// The revision that made an object, changed it last, or removed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The revision: known from running it.
    pub revision: RevisionId,
    /// Its script.
    pub path: PathBuf,
    /// The line of the first statement there that names the object, from 1; that of the upgrade, if none does.
    pub line: Option<usize>,
}

impl Project {
    /// Builds a scratch database revision by revision up to `heads`, reads the catalog after each, and returns for every
    /// object that was ever there which revision touched it last.
    ///
    /// # Errors
    ///
    /// When a script fails, or reaches outside of its database.
    pub async fn origins(
        &self,
        heads: &Heads,
        scratch: &mut Scratch,
        interrupt: &Interrupt,
        actor: &Actor,
    ) -> Result<BTreeMap<Arc<Identity>, RevisionId>, Error> {
        let (url, _) = scratch.make_from(None).await?;
        interrupt.check()?;
        let project = self.on_scratch(url.clone());
        let mut session = project.open().await?;
        session.interrupt = interrupt.clone();
        let walked = Box::pin(project.walk(heads, scratch, &mut session, actor)).await;
        session.close().await;
        scratch.remove(&url).await?;
        walked
    }

    async fn walk(
        &self,
        heads: &Heads,
        scratch: &mut Scratch,
        session: &mut Session,
        actor: &Actor,
    ) -> Result<BTreeMap<Arc<Identity>, RevisionId>, Error> {
        let journal = session.probe.journal.clone();
        let mut outside = self.outside_of(scratch, session).await?;
        let mut before = session.db.catalog(&journal).await?;
        let mut origins = BTreeMap::new();
        let mut rows = Heads::empty();
        for head in heads.iter() {
            let plan = self.graph.plan_upgrade(&Target::revision(head), &rows)?;
            rows = plan.to.clone();
            for step in &plan.steps {
                let target = Target::revision(&step.revision);
                let ran = self.run_inside(&target, &mut outside, scratch, session, actor, &mut Silent).await;
                ran.map_err(|failure| failure.error)?;
                let after = session.db.catalog(&journal).await?;
                for found in differences(&before, &after, Level::Exact) {
                    origins.insert(found.identity, step.revision.clone());
                }
                before = after;
            }
        }
        Ok(origins)
    }

    /// Returns where in its script a revision speaks of an object.
    pub fn origin_of(&self, identity: &Identity, revision: &RevisionId, dialect: Dialect) -> Result<Origin, Error> {
        let script = self.script(revision)?;
        let sections = script.statements(Direction::Upgrade, dialect).unwrap_or_default();
        let statements: Vec<_> = sections.iter().flat_map(|section| &section.statements).collect();
        let names: Vec<String> =
            [Some(&identity.name), identity.owner.as_ref()].into_iter().flatten().map(|name| bare(name)).collect();
        let naming = |name: &String| statements.iter().find(|one| names_it(&one.sql().to_lowercase(), name));
        let found = names.iter().find_map(naming).or_else(|| statements.first());
        let line = found.map(|statement| statement.span.start().line);
        Ok(Origin { revision: revision.clone(), path: script.source.path.clone(), line })
    }
}

/// A routine's name is without the types that it takes.
fn bare(name: &str) -> String {
    name.split('(').next().unwrap_or(name).to_lowercase()
}

/// Returns whether a text holds a name as a whole word.
fn names_it(text: &str, name: &str) -> bool {
    let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name)
        .any(|(at, _)| !is_inside(text[..at].chars().next_back()) && !is_inside(text[at + name.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word() {
        assert!(names_it("create function f(x int)", "f"));
        assert!(names_it("create table \"odd name\" (n int)", "odd name"));
        assert!(!names_it("create table offers (f1 int, _f int)", "f"));
    }
}
