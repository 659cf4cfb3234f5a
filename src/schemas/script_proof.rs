//! A script that was run both ways on a scratch copy before it is a file.

use crate::catalog::Catalog;
use crate::catalog::Object;
use crate::config::url::DatabaseUrl;
use crate::diff::Difference;
use crate::diff::Options;
use crate::diff::differences;
use crate::error::Error;
use crate::graph::Purge;
use crate::graph::Target;
use crate::project::Request;
use crate::project::Sections;
use crate::run::Session;
use crate::run::Silent;
use crate::schemas::filter::Filter;
use crate::schemas::left_out::without;
use crate::schemas::proof::calm;
use crate::schemas::proof::whole;
use crate::schemas::side::Side;
use crate::schemas::sides::Sides;
use crate::script::Script;

/// What became of a script that was tried.
#[derive(Debug)]
pub struct ScriptProof {
    /// Where its upgrade does not lead to what should be, or how it failed.
    pub upgrade: Result<Vec<Difference>, Error>,
    /// Where its downgrade does not lead back, or how it failed; nothing where it was not run.
    pub downgrade: Option<Result<Vec<Difference>, Error>>,
}

/// A change of a schema that a script makes.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'c> {
    /// Where it begins.
    pub from: &'c Side,
    /// What is there before.
    pub old: &'c Catalog,
    /// What else is there, and does not count.
    pub beside: &'c [Object],
    /// What is there afterwards.
    pub new: &'c Catalog,
    /// Which objects count.
    pub filter: &'c Filter,
}

impl ScriptProof {
    /// Returns whether all holds that was claimed.
    pub fn holds(&self) -> bool {
        let is_met = |ran: &Result<Vec<Difference>, Error>| ran.as_ref().is_ok_and(Vec::is_empty);
        is_met(&self.upgrade) && self.downgrade.as_ref().is_none_or(is_met)
    }

    /// Returns what is to be said of the upgrade, in lines.
    pub fn upgrade_remarks(&self) -> Vec<String> {
        remarks(&self.upgrade, "is not what it should be afterwards")
    }

    /// Returns what is to be said of the downgrade, in lines.
    pub fn downgrade_remarks(&self) -> Vec<String> {
        self.downgrade.as_ref().map(|ran| remarks(ran, "is not what it was before")).unwrap_or_default()
    }
}

fn remarks(ran: &Result<Vec<Difference>, Error>, what: &str) -> Vec<String> {
    match ran {
        Ok(left) => left.iter().map(|one| format!("not proved: {} {what}", one.identity)).collect(),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            vec![format!("not proved: it failed on a scratch database: {first}")]
        }
    }
}

impl Sides<'_> {
    /// Runs a new script's upgrade on a scratch copy of where it begins, and then its downgrade.
    ///
    /// A live database is copied by its catalog; its scripts are said to be applied there.
    ///
    /// # Errors
    ///
    /// When the copy cannot be made or read. What the script does wrong is in the proof.
    pub async fn prove(&mut self, script: &Script, claim: Claim<'_>, options: &Options) -> Result<ScriptProof, Error> {
        let before = || calm(whole(claim.old, claim.beside));
        let (session, left_out) = self.copy(claim.from, before, options).await?;
        let url = session.url().clone();
        session.close().await;
        let proof = self.run_both_ways(script, claim, &url, options).await;
        self.remove(&url).await?;
        let ScriptProof { upgrade, downgrade } = proof?;
        // What the copy lacks is not the script's fault.
        let told = |left| without(left, &left_out);
        Ok(ScriptProof { upgrade: upgrade.map(told), downgrade: downgrade.map(|left| left.map(told)) })
    }

    async fn run_both_ways(
        &mut self,
        script: &Script,
        claim: Claim<'_>,
        url: &DatabaseUrl,
        options: &Options,
    ) -> Result<ScriptProof, Error> {
        let project = self.project.with_script(script.clone())?.on_scratch(url.clone());
        let (interrupt, actor) = (self.interrupt.clone(), self.actor.clone());
        let mut session = project.open().await?;
        session.interrupt = interrupt;
        let is_copy = !claim.from.is_built();
        let revision = &script.header.revision.value;
        let down_revisions = project.graph.get(revision).map(|new| &new.down_revisions[..]).unwrap_or_default();
        if is_copy && !down_revisions.is_empty() {
            let request = Request::Stamp(down_revisions.iter().map(Target::revision).collect(), Purge::Keep);
            let stamped = Box::pin(project.migrate(&request, &mut session, &actor, &mut Silent)).await;
            stamped.map_err(|failure| failure.error)?;
        }
        let target = Target::revision(revision);
        let scratch = self.scratch().await?;
        let ran = Box::pin(project.upgrade_scratch(&target, scratch, &mut session, &actor, &mut Silent)).await;
        if let Err(failure) = ran {
            session.close().await;
            self.interrupt.check()?;
            return Ok(ScriptProof { upgrade: Err(failure.error), downgrade: None });
        }
        let upgrade = left(&mut session, claim.new, claim.filter, options).await?;
        let back: Target = format!("{revision}@-1").parse()?;
        let request = Request::Downgrade(back, Sections::Script);
        let ran = Box::pin(project.migrate(&request, &mut session, &actor, &mut Silent)).await;
        let downgrade = match ran {
            Ok(_) => Ok(left(&mut session, claim.old, claim.filter, options).await?),
            Err(failure) => Err(failure.error),
        };
        session.close().await;
        self.interrupt.check()?;
        Ok(ScriptProof { upgrade: Ok(upgrade), downgrade: Some(downgrade) })
    }
}

/// Returns in what a scratch database differs from what it should be.
async fn left(
    session: &mut Session,
    wanted: &Catalog,
    filter: &Filter,
    options: &Options,
) -> Result<Vec<Difference>, Error> {
    let journal = session.probe.journal.clone();
    let mut reached = session.db.catalog(&journal).await?;
    filter.apply(&mut reached);
    Ok(differences(&calm(reached), &calm(wanted.clone()), options.level))
}
