//! `rev edit`.

use std::io;
use std::process::Command;
use std::process::Stdio;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::error::Error;
use crate::error::ErrorKind;

/// Open a revision's script in an editor
///
/// The editor is $VISUAL or $EDITOR, or else vi.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// Which: `head`, `current`, an id or its beginning, a label
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
}

/// Runs the command.
pub async fn run(args: &EditArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let target = cx.target(&args.target)?;
    let project = cx.project()?;
    let rows = cx.rows_for(&project, target.needs_rows()).await?;
    let id = project.graph.resolve_one(&target, &rows)?;
    let path = project.graph.get(&id).map(|revision| revision.path.clone()).unwrap_or_default();
    let editor =
        ["VISUAL", "EDITOR"].iter().find_map(|name| cx.environment.get_filled(name)).unwrap_or("vi").to_owned();
    let failed = |status| Error::from(ErrorKind::CommandFailed { command: editor.clone(), status });
    // Editors are often configured with options, as in `code --wait`; the shell splits them, and the path stays one word.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&path);
    if cx.is_json() {
        command.stdout(Stdio::from(io::stderr()));
    }
    let status = command.status().map_err(|cause| failed(None).because(cause))?;
    if !status.success() {
        return Err(failed(Some(status.to_string())).into());
    }
    if cx.is_json() { cx.text(&json::new_script(&id, &path)) } else { Ok(Outcome::Done) }
}
