//! The files of a new project, for people and for programs.

use std::path::PathBuf;

use serde::Serialize;

use crate::author::Made;
use crate::cli::ui::json::document;
use crate::cli::ui::json::path;

/// What was made, and what was there.
#[derive(Serialize)]
pub struct MadeJson {
    created: Vec<String>,
    kept: Vec<String>,
}

impl MadeJson {
    /// Returns the paths as text.
    pub fn of(made: &Made) -> Self {
        let texts = |paths: &[PathBuf]| paths.iter().map(|one| path(one)).collect();
        Self { created: texts(&made.created), kept: texts(&made.kept) }
    }
}

/// Returns the document of `init`.
pub fn json(made: &Made) -> String {
    document(&MadeJson::of(made))
}

/// Returns the lines that tell it.
pub fn lines(made: &Made) -> String {
    let created = made.created.iter().map(|path| format!("created {}\n", path.display()));
    let kept = made.kept.iter().map(|path| format!("kept {}, which was there already\n", path.display()));
    created.chain(kept).collect()
}
