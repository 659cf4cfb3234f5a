//! `rev revision --autogenerate`.

use std::path::Path;

use crate::author::NewRevision;
use crate::author::Parents;
use crate::autogenerate::Change;
use crate::autogenerate::candidates;
use crate::autogenerate::resolve;
use crate::catalog::Level;
use crate::cli::ask::agrees;
use crate::cli::ask::can_ask;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::revisions::new::NewArgs;
use crate::cli::schemas::filter::FilterArgs;
use crate::cli::schemas::unread::warn_of;
use crate::cli::ui::generated;
use crate::cli::ui::generated::Generated;
use crate::dialect::Dialect;
use crate::diff::Options;
use crate::diff::Rename;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::id::Heads;
use crate::nearest::nearest;
use crate::project::Project;
use crate::run::scratch::Kept;
use crate::schemas::Claim;
use crate::schemas::Filter;
use crate::schemas::ScriptProof;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::wall;

/// How a revision is written by rev.
#[derive(Debug, clap::Args)]
pub struct AutogenerateArgs {
    /// Write its sections from the model, and run them
    ///
    /// What turns the schema as it is into the model, and back. Both are run on a scratch database first. Where nothing differs, no file is written.
    #[arg(long)]
    autogenerate: bool,
    /// What the schema should be, instead of the model: a side as of `rev diff`
    #[arg(long, value_name = "SIDE", requires = "autogenerate", hide_short_help = true)]
    to: Option<String>,
    /// A table or column that has another name from now on, as `users.name:full_name`
    #[arg(long, value_name = "OLD:NEW", requires = "autogenerate", hide_short_help = true)]
    rename: Vec<String>,
    /// Write forms of statements that keep nobody waiting, as `CREATE INDEX CONCURRENTLY` (PostgreSQL)
    #[arg(long, requires = "autogenerate", hide_short_help = true)]
    online: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// Exit with status 1 when nothing differs
    #[arg(long, requires = "autogenerate", hide_short_help = true)]
    exit_code: bool,
}

impl AutogenerateArgs {
    /// Returns whether rev shall write the sections.
    ///
    /// # Errors
    ///
    /// When it shall not, and there are patterns for that.
    pub fn is_wanted(&self) -> Result<bool, ErrorKind> {
        if !self.autogenerate && !self.filter.is_empty() {
            let message = "`--include` and `--exclude` need `--autogenerate`".to_owned();
            return Err(ErrorKind::Usage { message, hint: None });
        }
        Ok(self.autogenerate)
    }
}

/// Runs the command.
pub async fn run(
    args: &AutogenerateArgs,
    new: &NewArgs,
    from: Option<&Path>,
    message: String,
    heads: Vec<Target>,
    depends_on: Vec<Target>,
    cx: &mut Context,
) -> Result<Outcome, Failed> {
    let to: Side = args.to.as_deref().unwrap_or("model").parse()?;
    args.filter.read()?;
    let project = cx.project_to_add()?;
    let filter = args.filter.read_with(&project.config)?;
    let dialect = cx.resolve(&project.config)?.dialect();
    if args.online && dialect != Dialect::Postgres {
        let message =
            format!("`--online` writes forms of PostgreSQL, and the database is one of {}", dialect.product());
        let hint = Some("leave it out; `rev upgrade` gives up a lock that it waits for, and tries again".to_owned());
        return Err(ErrorKind::Usage { message, hint }.into());
    }
    cx.interrupt.heed();
    let from = current_side(from, &heads, &project).await?;
    let new = new.revision(message, Parents::Of(heads), depends_on);
    let rows = cx.rows_for(&project, Project::needs_rows(&new)).await?;
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let make = async {
        let change = Change::find(&mut sides, from, to, &filter, Level::Logical).await?;
        let asks = can_ask() && !cx.is_json();
        let online = args.online;
        let wanted = Wanted { new: &new, rows: &rows, renames: &args.rename, asks, online, filter: &filter };
        generate(change, &wanted, &mut sides).await
    };
    let made = make.await;
    let removed = sides.close().await;
    let made = made?;
    removed?;
    let is_empty = made.script.is_none();
    let outcome = tell(&made, &project, cx)?;
    Ok(if is_empty && args.exit_code { Outcome::Found } else { outcome })
}

/// The revision that is wanted.
#[derive(Debug)]
pub(in crate::cli) struct Wanted<'a> {
    /// What is said of it.
    pub(in crate::cli) new: &'a NewRevision,
    /// The heads of what is applied, where it grows from those.
    pub(in crate::cli) rows: &'a Heads,
    /// What has another name, as it was typed.
    pub(in crate::cli) renames: &'a [String],
    /// Whether it is asked about what looks like a rename.
    pub(in crate::cli) asks: bool,
    /// Whether its statements shall keep nobody waiting.
    pub(in crate::cli) online: bool,
    /// Which objects count.
    pub(in crate::cli) filter: &'a Filter,
}

/// Writes the script of a change and runs it on scratch; none where nothing differs.
pub(in crate::cli) async fn generate(
    change: Change,
    wanted: &Wanted<'_>,
    sides: &mut Sides<'_>,
) -> Result<Generated, Error> {
    if change.differences.is_empty() {
        let (renames, likely) = (Vec::new(), Vec::new());
        return Ok(Generated { change, script: None, written: None, proof: None, renames, likely });
    }
    let mut options = Options { level: change.level, ..Options::default() };
    for text in wanted.renames {
        options.renames.push(resolve(text, &change.old, &change.new)?);
    }
    let likely = candidates(&change.old, &change.new, &change.differences, &options.renames);
    let likely = if wanted.asks { asked(likely, &mut options.renames)? } else { likely };
    let written = change.write(&options)?;
    let written = if wanted.online { written.online(&change) } else { written };
    let project = sides.project();
    let mut prepared = project.prepare_revision(wanted.new, &written.sections(None), wanted.rows, wall::now())?;
    let Change { from, old, beside, new, .. } = &change;
    let claim = Claim { from, old, beside, new, filter: wanted.filter };
    let proof = sides.prove(&prepared.script, claim, &options).await?;
    if !proof.holds() {
        prepared = prepared.with_sections(&written.sections(Some(&proof)))?;
    }
    let script = prepared.write()?;
    let renames = options.renames;
    Ok(Generated { change, script: Some(script), written: Some(written), proof: Some(proof), renames, likely })
}

/// Tells what was written, and runs the hooks for the file.
fn tell(made: &Generated, project: &Project, cx: &mut Context) -> Result<Outcome, Failed> {
    show(made, project, cx)?;
    if cx.is_json() {
        cx.text(&generated::json(made))?;
    }
    Ok(if made.proof.as_ref().is_none_or(ScriptProof::holds) { Outcome::Done } else { Outcome::Found })
}

/// Tells people what was written, and runs the hooks for the file.
pub(in crate::cli) fn show(made: &Generated, project: &Project, cx: &mut Context) -> Result<(), Failed> {
    if !cx.is_json() {
        warn_of(&made.change.old, cx);
        warn_of(&made.change.new, cx);
        let paint = cx.terminal.paint;
        generated::lines(made, paint).iter().for_each(|line| cx.talk(line));
    }
    if let Some(script) = &made.script {
        cx.run_post_write(project, &script.path)?;
    }
    if let (false, Some(script)) = (cx.is_json(), &made.script) {
        cx.text(&format!("{}\n", script.path.display()))?;
    }
    Ok(())
}

/// Asks which of what looks like a rename is one; returns what nobody was asked about.
fn asked(likely: Vec<Rename>, renames: &mut Vec<Rename>) -> Result<Vec<Rename>, Error> {
    for rename in likely {
        if agrees(&format!("is {} `{}` now `{}`?", rename.kind, rename.old, rename.new))? {
            renames.push(rename);
        }
    }
    Ok(Vec::new())
}

/// Returns where the schema is as it is: the database if it is at the heads that the revision grows from, else the scripts.
async fn current_side(told: Option<&Path>, parents: &[Target], project: &Project) -> Result<Side, Error> {
    let [parent] = parents else {
        let message = "`--autogenerate` takes one `--head`".to_owned();
        let hint = Some("`rev merge heads` joins several".to_owned());
        return Err(ErrorKind::Usage { message, hint }.into());
    };
    let is_scripts = match told.map(|told| told.to_string_lossy()).as_deref() {
        None => None,
        Some("live") => Some(false),
        Some("scripts") => Some(true),
        Some(other) => {
            let message = format!("`--from` is `live` or `scripts` with `--autogenerate`, not `{other}`");
            let hint = nearest(other, ["live", "scripts"]).map(|nearest| format!("did you mean `{nearest}`?"));
            return Err(ErrorKind::Usage { message, hint }.into());
        }
    };
    let scripts =
        Side::Target(if project.graph.revisions().is_empty() { Target::new(Anchor::Base) } else { parent.clone() });
    if is_scripts == Some(true) {
        return Ok(scripts);
    }
    let is_told = is_scripts.is_some();
    let session = match project.open().await {
        Ok(session) => session,
        Err(_) if !is_told => return Ok(scripts),
        Err(error) => return Err(error),
    };
    let (current, is_whole) = (session.rows.clone(), session.progress.is_empty());
    session.close().await;
    let heads: Heads = project.graph.heads().into_iter().map(|head| head.id.clone()).collect();
    match current == heads && is_whole && parent.anchor == Anchor::Head {
        true => Ok(Side::Live),
        false if !is_told => Ok(scripts),
        false => Err(ErrorKind::NotAtHeads { current, heads }.into()),
    }
}
