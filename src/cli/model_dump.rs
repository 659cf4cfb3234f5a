//! The file of `[model] dump`: the schema of a database of development, written down after each run.

use std::path::Path;

use crate::cli::context::Context;
use crate::config::UrlOrigin;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::Project;
use crate::regular_file;
use crate::run::Report;
use crate::run::scratch::Kept;
use crate::schemas::Schema;
use crate::schemas::Side;
use crate::schemas::Sides;
use crate::schemas::dump;
use crate::schemas::is_dump;
use crate::schemas::write_whole;

/// What a run has done to the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// It may be another one.
    Something,
    /// It is what it was.
    Nothing,
}

impl Did {
    /// Returns what a run has done.
    pub fn of(report: &Report) -> Self {
        if report.steps.is_empty() { Self::Nothing } else { Self::Something }
    }
}

/// Writes the schema that a run has left, if the configuration has a place for it, and if it is another one than before.
///
/// The run is done, whatever becomes of this: a failure is a warning. A run that had nothing to do reads nothing, unless a
/// file is not there yet.
pub async fn write_dump(project: &Project, did: Did, cx: &mut Context) {
    let config = &project.config;
    if did == Did::Nothing && config.models.values().filter_map(|model| model.dump.as_ref()).all(|path| path.exists()) {
        return;
    }
    // A database that is named on the command line is none that the file is about.
    let is_other = config.database.url.origin() == UrlOrigin::Flag;
    if is_other || config.database.protected || config.models.values().all(|model| model.dump.is_none()) {
        return;
    }
    let mut sides = Sides::new(project, Kept::Copied, &cx.interrupt, &cx.actor);
    let read = Box::pin(sides.schema(&Side::Live)).await;
    let written = match read {
        Ok(schema) => match config.models.get(&schema.catalog.dialect).and_then(|model| model.dump.as_deref()) {
            Some(path) => write(path, &schema).map(|is_new| is_new.then_some(path)),
            None => Ok(None),
        },
        Err(error) => Err(error),
    };
    match written {
        Ok(None) => {}
        Ok(Some(path)) => cx.talk(&format!("wrote {}", path.display())),
        Err(error) => {
            let because = error.cause.as_ref().map_or(String::new(), |cause| format!(": {cause}"));
            cx.terminal.warn(&format!("the `dump` of [model] was not written: {error}{because}"));
        }
    }
}

/// Writes the file, if another text is in it, and returns whether it did; one that rev has not written is left alone.
fn write(path: &Path, schema: &Schema) -> Result<bool, Error> {
    let text = dump(&schema.catalog, schema.applied.as_ref()).text;
    match regular_file::read(path) {
        Ok(before) if before == text.as_bytes() => return Ok(false),
        Ok(before) if !std::str::from_utf8(&before).is_ok_and(is_dump) => {
            let message = format!("{} was not written by rev, and is left as it is", path.display());
            return Err(ErrorKind::Usage { message, hint: None }.into());
        }
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause));
        }
        Ok(_) | Err(_) => {}
    }
    write_whole(path, &text).map(|()| true)
}
