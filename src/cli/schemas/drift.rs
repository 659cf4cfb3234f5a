//! `rev drift`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Identity;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::compared::find;
use crate::cli::schemas::filter::FilterArgs;
use crate::cli::schemas::filter::LevelArgs;
use crate::cli::schemas::heal;
use crate::cli::schemas::heal::HealArgs;
use crate::cli::schemas::unread::warn_of;
use crate::cli::ui::difference;
use crate::cli::ui::difference::Compared;
use crate::cli::ui::escape;
use crate::cli::ui::table;
use crate::diff::Change;
use crate::diff::Difference;
use crate::error::Error;
use crate::id::RevisionId;
use crate::project::Origin;
use crate::project::Project;
use crate::run::scratch::Kept;
use crate::schemas::Sides;

/// Show what was changed in the database past the revisions
///
/// Builds what the applied revisions make on a scratch database, and compares the configured database with it. Each
/// difference has the revision that made the object or changed it last, found by running them one after the other. Sends
/// nothing but queries to the configured database. Exit status 1 when there is a difference.
#[derive(Debug, clap::Args)]
pub struct DriftArgs {
    #[command(flatten)]
    level: LevelArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    heal: HealArgs,
}

/// Runs the command.
pub async fn run(args: &DriftArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    args.filter.read()?;
    if let Some(side) = args.heal.side() {
        return heal::run(side, &args.heal, args.level.read(), &args.filter, cx).await;
    }
    let project = cx.project()?;
    let filter = args.filter.read_with(&project.config)?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let make = async {
        let mut drift = find(args.level.read(), &filter, &mut sides).await?.compared;
        drift.origins = origins_of(&drift, &project, &mut sides).await?;
        Ok::<_, Error>(drift)
    };
    let found = make.await;
    let removed = sides.close().await;
    let drift = found?;
    removed?;
    if cx.is_json() {
        cx.text(&difference::json(&drift))?;
    } else {
        cx.name_run("drift");
        cx.text(&(difference::text(&drift, cx.terminal.paint) + &origins(&drift.origins)))?;
        warn_of(&drift.old, cx);
        warn_of(&drift.new, cx);
        cx.talk(&difference::summary(&drift));
        if !drift.differences.is_empty() {
            cx.talk(
                "`rev drift --heal scripts` writes a revision that makes it, `--heal live` also one that undoes it",
            );
        }
    }
    Ok(if drift.differences.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// Returns which revision made each object that differs, or changed it last.
async fn origins_of(
    drift: &Compared,
    project: &Project,
    sides: &mut Sides<'_>,
) -> Result<BTreeMap<Arc<Identity>, Origin>, Error> {
    let mut origins = BTreeMap::new();
    if !drift.differences.is_empty() {
        let touched = sides.origins().await?;
        for found in &drift.differences {
            if let Some(revision) = touched_by(&touched, found) {
                origins
                    .insert(found.identity.clone(), project.origin_of(&found.identity, revision, drift.new.dialect)?);
            }
        }
    }
    Ok(origins)
}

/// Returns which revision touched the object of a difference last, as it was before.
fn touched_by<'a>(objects: &'a BTreeMap<Arc<Identity>, RevisionId>, found: &Difference) -> Option<&'a RevisionId> {
    objects.get(match &found.change {
        Change::Altered { old, .. } => old,
        Change::Added | Change::Removed => &found.identity,
    })
}

/// Returns a line for each difference whose object some revision made.
fn origins(origins: &BTreeMap<Arc<Identity>, Origin>) -> String {
    if origins.is_empty() {
        return String::new();
    }
    let row = |(identity, origin): (&Arc<Identity>, &Origin)| {
        let line = origin.line.map_or_else(String::new, |line| format!(":{line}"));
        let cells = [identity.to_string(), origin.revision.to_string(), format!("{}{line}", origin.path.display())];
        cells.iter().map(|cell| escape(cell).into_owned()).collect()
    };
    let rows: Vec<Vec<String>> = origins.iter().map(row).collect();
    let lines: String = table(&rows).lines().map(|line| format!("  {line}\n")).collect();
    format!("\nmade or changed last by:\n{lines}")
}
