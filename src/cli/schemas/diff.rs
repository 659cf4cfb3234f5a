//! `rev diff`.

use std::collections::BTreeMap;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::filter::FilterArgs;
use crate::cli::schemas::filter::LevelArgs;
use crate::cli::schemas::unread::warn_of;
use crate::cli::ui::difference;
use crate::cli::ui::difference::Compared;
use crate::diff::Options;
use crate::diff::differences;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::scratch::Kept;
use crate::schemas::Filter;
use crate::schemas::Proof;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::sql_text;

/// Show in what two schemas differ
///
/// A side is `live` (the configured database), `applied` (what the revisions make that are applied to it), `model` (what
/// `[model]` says), `head` or any target, `base`, `env:NAME`, `file:PATH` (what a file of SQL makes), or a URL. What is not
/// a database yet is built on a scratch database, which is removed.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// What is compared
    #[arg(default_value = "applied")]
    from: String,
    /// With what
    #[arg(default_value = "live")]
    to: String,
    /// Print the statements that turn FROM into TO
    #[arg(long)]
    sql: bool,
    /// Exit with status 1 when they differ
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    level: LevelArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs the command.
pub async fn run(args: &DiffArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let (from, to): (Side, Side) = (args.from.parse()?, args.to.parse()?);
    args.filter.read()?;
    let project = cx.project()?;
    let filter = args.filter.read_with(&project.config)?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let compared = compare(args, [from, to], &filter, &mut sides).await;
    let removed = sides.close().await;
    let compared = compared?;
    removed?;
    let text = match (cx.is_json(), &compared.proof) {
        (true, _) => difference::json(&compared),
        (false, Some(proof)) => sql_text(&proof.steps, compared.new.dialect),
        (false, None) => difference::text(&compared, cx.terminal.paint),
    };
    cx.text(&text)?;
    if !cx.is_json() {
        warn_of(&compared.old, cx);
        warn_of(&compared.new, cx);
        let left = compared.proof.iter().flat_map(|proof| &proof.left);
        for found in left.collect::<Vec<_>>() {
            cx.terminal.warn(&format!("the statements do not reach {}", found.identity));
        }
        cx.talk(&difference::summary(&compared));
    }
    let is_found = !compared.differences.is_empty() && args.exit_code;
    let is_unreached = compared.proof.as_ref().is_some_and(|proof| !proof.left.is_empty());
    Ok(if is_found || is_unreached { Outcome::Found } else { Outcome::Done })
}

async fn compare(
    args: &DiffArgs,
    [from, to]: [Side; 2],
    filter: &Filter,
    sides: &mut Sides<'_>,
) -> Result<Compared, Error> {
    let level = args.level.read();
    sides.expect_alike(&from, &to, args.sql)?;
    let (mut old, mut new) = sides.both(&from, &to).await?;
    if old.dialect.family() != new.dialect.family() {
        let (found, wanted) = (old.dialect.product(), new.dialect.product());
        return Err(ErrorKind::ScratchMismatch { place: format!("`{from}`"), found, wanted }.into());
    }
    let beside = filter.apply(&mut old);
    filter.apply(&mut new);
    let differences = differences(&old, &new, level);
    let proof = match args.sql {
        true => {
            Some(sides.proof(&from, (&old, &beside), &new, &Options { level, ..Options::default() }, filter).await?)
        }
        false => None::<Proof>,
    };
    Ok(Compared {
        from: from.to_string(),
        to: to.to_string(),
        level,
        old,
        new,
        differences,
        proof,
        origins: BTreeMap::new(),
    })
}
