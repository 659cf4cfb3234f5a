//! `rev drift --heal`.

use crate::author::NewRevision;
use crate::author::Parents;
use crate::autogenerate::Change;
use crate::catalog::Level;
use crate::cli::ask::can_ask;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::revisions::autogenerate::Wanted;
use crate::cli::revisions::autogenerate::generate;
use crate::cli::revisions::autogenerate::show;
use crate::cli::schemas::compared::find;
use crate::cli::schemas::filter::FilterArgs;
use crate::cli::ui::difference::Compared;
use crate::cli::ui::generated::healed_json;
use crate::diff::Options;
use crate::diff::Rename;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Splice;
use crate::graph::Target;
use crate::id::Heads;
use crate::project::Project;
use crate::run::scratch::Kept;
use crate::schemas::ScriptProof;
use crate::schemas::Side;
use crate::schemas::Sides;

/// How drift is healed.
#[derive(Debug, clap::Args)]
pub struct HealArgs {
    /// Write a revision that makes the scripts, or the live database, what the other one is
    ///
    /// For `scripts` one that makes what was found. For `live` that one, and one that undoes it: so they run on every
    /// database. They are run on a scratch database, both ways.
    #[arg(long, value_name = "SIDE")]
    heal: Option<Healed>,
    /// What the revision is for
    #[arg(short, long, value_name = "TEXT", requires = "heal", default_value = "heal drift", hide_short_help = true)]
    message: String,
    /// Its id instead of 12 random hex digits
    #[arg(long, value_name = "ID", requires = "heal", hide_short_help = true)]
    rev_id: Option<String>,
    /// A table or column that has another name there, as `users.name:full_name`
    #[arg(long, value_name = "OLD:NEW", requires = "heal", hide_short_help = true)]
    rename: Vec<String>,
}

/// The side that is made to be what the other one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Healed {
    /// A revision makes what the database has
    Scripts,
    /// A second one undoes that
    Live,
}

impl HealArgs {
    /// Returns which side is to be healed, if one is.
    pub(super) fn side(&self) -> Option<Healed> {
        self.heal
    }

    fn revision(&self, id: Option<String>) -> NewRevision {
        NewRevision {
            message: self.message.clone(),
            id,
            // Everything is applied, as was made sure of.
            parents: Parents::Of(vec![Target::new(Anchor::Head)]),
            splice: Splice::Refuse,
            depends_on: Vec::new(),
            labels: Vec::new(),
            folder: None,
            template: None,
        }
    }
}

/// Compares the live database with what the applied revisions make, and writes a revision for one of them.
pub(super) async fn run(
    healed: Healed,
    args: &HealArgs,
    level: Level,
    filter: &FilterArgs,
    cx: &mut Context,
) -> Result<Outcome, Failed> {
    let project = cx.project_to_add()?;
    let filter = filter.read_with(&project.config)?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let make = async {
        let drift = find(level, &filter, &mut sides).await?;
        let rows = expect_heads(drift.applied.as_ref(), &project)?;
        let [applied, live] = drift.beside;
        let Compared { old, new, .. } = drift.compared;
        let gone = Change::between((Side::Live, new.clone(), live), (Side::Applied, old.clone()), level);
        if healed == Healed::Live {
            gone.write(&Options { level, ..Options::default() })?; // or nothing is written
        }
        let made = Change::between((Side::Applied, old, applied), (Side::Live, new), level);
        let id = (healed == Healed::Scripts).then(|| args.rev_id.clone()).flatten();
        let new = args.revision(id);
        let asks = can_ask() && !cx.is_json();
        let wanted = Wanted { new: &new, rows: &rows, renames: &args.rename, asks, online: false, filter: &filter };
        Ok::<_, Error>((generate(made, &wanted, &mut sides).await?, gone))
    };
    let made = make.await;
    let removed = sides.close().await;
    let (made, gone) = made?;
    removed?;
    show(&made, &project, cx)?;
    let mut all = vec![made];
    if let (Healed::Live, Some(script)) = (healed, &all[0].script) {
        // It grows from the one that was just written.
        let (project, rows) = (cx.project_to_add()?, Heads::from_iter([script.revision.clone()]));
        let renames: Vec<_> = all[0].renames.iter().map(|Rename { old, new, .. }| format!("{new}:{old}")).collect();
        let mut new = args.revision(args.rev_id.clone());
        new.message = format!("undo: {}", new.message);
        let wanted = Wanted { new: &new, rows: &rows, renames: &renames, asks: false, online: false, filter: &filter };
        let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
        let made = generate(gone, &wanted, &mut sides).await;
        let removed = sides.close().await;
        let made = made?;
        removed?;
        show(&made, &project, cx)?;
        all.push(made);
    }
    let stamp = all[0].script.as_ref().map(|script| script.revision.to_string());
    if cx.is_json() {
        cx.text(&healed_json(&all, stamp.as_deref()))?;
    } else if let Some(id) = stamp {
        let then = if healed == Healed::Live { ", then `rev upgrade`" } else { "" };
        cx.talk(&format!("this database has {id} already: `rev stamp {id}`{then}; others: `rev upgrade`"));
    }
    let holds = all.iter().all(|made| made.proof.as_ref().is_none_or(ScriptProof::holds));
    Ok(if holds { Outcome::Done } else { Outcome::Found })
}

/// Refuses a database that has not all revisions, or not whole ones: the new one grows from the last of them.
fn expect_heads(applied: Option<&Heads>, project: &Project) -> Result<Heads, Error> {
    let heads: Heads = project.graph.heads().into_iter().map(|head| head.id.clone()).collect();
    let Some(applied) = applied else {
        let message = "a revision is in progress, and what it has done so far would be taken for drift".to_owned();
        let hint = Some("`rev status` shows it; `rev upgrade` goes on".to_owned());
        return Err(ErrorKind::Usage { message, hint }.into());
    };
    if *applied != heads {
        return Err(ErrorKind::NotAtHeads { current: applied.clone(), heads }.into());
    }
    if heads.iter().count() > 1 {
        let message = "`--heal` needs one head to grow from".to_owned();
        let hint = Some("`rev merge heads` joins several".to_owned());
        return Err(ErrorKind::Usage { message, hint }.into());
    }
    Ok(heads)
}
