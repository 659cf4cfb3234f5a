//! What a new revision is told on the command line, whatever fills it.

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

/// What `revision` and `merge` have in common.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// Its id instead of 12 random hex digits
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,
    /// Let it grow from a revision that is no head
    ///
    /// That begins a branch there.
    #[arg(long)]
    splice: bool,
    /// A label for its branch, as in `label@head`
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    branch_label: Vec<String>,
    /// The folder for it, where there are several
    #[arg(long, value_name = "DIR")]
    version_path: Option<PathBuf>,
    /// A built-in template, or NAME.sql beside the configured one
    ///
    /// Built in are `default`, `expand-contract` and `per-dialect`.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
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
        let new = self.revision(message, parents, depends_on);
        let project = cx.project_to_add()?;
        let rows = cx.rows_for(&project, Project::needs_rows(&new)).await?;
        let script = project.create_revision(&new, &rows, wall::now())?;
        cx.run_post_write(&project, &script.path)?;
        if cx.is_json() {
            return cx.text(&json::new_script(&script.revision, &script.path));
        }
        cx.text(&format!("{}\n", script.path.display()))
    }

    /// Returns what the new revision shall be.
    pub(super) fn revision(&self, message: String, parents: Parents, depends_on: Vec<Target>) -> NewRevision {
        NewRevision {
            message,
            id: self.rev_id.clone(),
            parents,
            splice: if self.splice { Splice::Allow } else { Splice::Refuse },
            depends_on,
            labels: self.branch_label.clone(),
            folder: self.version_path.clone(),
            template: self.template.clone(),
        }
    }
}
