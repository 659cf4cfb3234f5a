//! `rev revision`.

use std::path::PathBuf;

use crate::author::NewRevision;
use crate::author::Parents;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::graph::Splice;
use crate::graph::Target;
use crate::project::Project;
use crate::wall;

/// Make a new revision's script
///
/// It grows from the head, or from what --head names. The path of the script is printed; write the SQL into it.
#[derive(Debug, clap::Args)]
pub struct RevisionArgs {
    /// What it is for; the first line of the script
    #[arg(short, long, default_value = "", hide_default_value = true)]
    message: String,
    /// What it grows from: `head`, `base` for nothing, an id or its beginning, `label@head`
    #[arg(long, value_name = "TARGET", default_value = "head", allow_hyphen_values = true)]
    head: Vec<String>,
    #[command(flatten)]
    new: NewArgs,
    /// What must be applied before it without being its parent: ids, labels
    #[arg(long, value_name = "TARGET", value_delimiter = ',')]
    depends_on: Vec<String>,
}

/// What `revision` and `merge` have in common.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// Its id instead of 12 random hex digits
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,
    /// Let it grow from a revision that is no head, which begins a branch there
    #[arg(long)]
    splice: bool,
    /// A label for the branch that begins with it, for targets such as `label@head`
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    branch_label: Vec<String>,
    /// The script folder to write it to, where there are several
    #[arg(long, value_name = "DIR")]
    version_path: Option<PathBuf>,
    /// The template: a file NAME.sql beside the configured one, or `default`, `expand-contract`, `per-dialect`
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
}

/// Runs the command.
pub async fn run(args: &RevisionArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let depends_on = args.depends_on.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    let heads = args.head.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    args.new.create(args.message.clone(), Parents::Of(heads), depends_on, cx).await
}

impl NewArgs {
    /// Writes the script, runs the hooks and prints the path.
    pub async fn create(
        &self,
        message: String,
        parents: Parents,
        depends_on: Vec<Target>,
        cx: &mut Context,
    ) -> Result<Outcome, Failed> {
        let new = NewRevision {
            message,
            id: self.rev_id.clone(),
            parents,
            splice: if self.splice { Splice::Allow } else { Splice::Refuse },
            depends_on,
            labels: self.branch_label.clone(),
            folder: self.version_path.clone(),
            template: self.template.clone(),
        };
        let project = cx.project()?;
        let rows = cx.rows_for(&project, Project::needs_rows(&new)).await?;
        let script = project.create_revision(&new, &rows, wall::now())?;
        cx.run_post_write(&project, &script.path)?;
        if cx.is_json() {
            return cx.text(&json::new_script(&script.revision, &script.path));
        }
        cx.text(&format!("{}\n", script.path.display()))
    }
}
