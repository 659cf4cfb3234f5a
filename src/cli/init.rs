//! `rev init`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::json;
use crate::engine::init;

/// Make a folder ready for revisions
///
/// Writes migrations.toml, an empty folder versions/ and the template of new scripts, templates/revision.sql. What is
/// there already stays as it is.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The folder; it is made if it is missing
    #[arg(default_value = ".")]
    dir: PathBuf,
}

#[derive(Serialize)]
struct MadeJson {
    created: Vec<String>,
    kept: Vec<String>,
}

/// Runs the command.
pub fn run(args: &InitArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let made = init(&args.dir)?;
    if cx.is_json() {
        let texts = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        return cx.text(&json::document(&MadeJson { created: texts(&made.created), kept: texts(&made.kept) }));
    }
    let created = made.created.iter().map(|path| format!("created {}\n", path.display()));
    let kept = made.kept.iter().map(|path| format!("kept {}, which was there already\n", path.display()));
    cx.text(&created.chain(kept).collect::<String>())?;
    cx.talk("next: set the database in migrations.toml, then `rev revision -m \"first revision\"`");
    Ok(Outcome::Done)
}
