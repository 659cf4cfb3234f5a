//! `rebase`: a revision grows from another parent, and what grows from it follows.

use std::path::Path;
use std::path::PathBuf;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Move;
use crate::graph::Target;
use crate::id::Heads;
use crate::project::project::Project;
use crate::regular_file;
use crate::script::Reparented;
use crate::script::reparent;
use crate::script::replace;

/// A move that was found possible; nothing is written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    /// What changes in the graph.
    pub change: Move,
    /// The script.
    pub path: PathBuf,
    /// What changes in the script; nothing when the revision grows from there already.
    pub edit: Option<Reparented>,
}

impl Project {
    /// Finds out what moving a revision onto another one means; asks no database whether it may be moved.
    ///
    /// `rows` matter only to targets that `need_rows`.
    pub fn plan_rebase(&self, revision: &Target, onto: &Target, rows: &Heads) -> Result<Rebase, Error> {
        let id = self.graph.resolve_one(revision, rows)?;
        let change = self.graph.resolve_move(&id, onto, rows)?;
        let path = self.graph.get(&id).map(|revision| revision.path.clone()).unwrap_or_default();
        if change.parents_before == change.parents_after {
            return Ok(Rebase { change, path, edit: None });
        }
        if let Err(problems) = self.graph.moved(&change) {
            Error::join(problems.into_iter().map(Error::from).collect())?;
        }
        let edit = reparent(&path, &text(&path)?, change.from.as_ref(), change.to.as_ref())?;
        Ok(Rebase { change, path, edit: Some(edit) })
    }
}

impl Rebase {
    /// Writes the script anew, in one step.
    ///
    /// It is read again, so that what was edited in the meantime is kept; when its parents are others by now, it fails.
    pub fn write(&self) -> Result<(), Error> {
        if self.edit.is_none() {
            return Ok(());
        }
        let edit = reparent(&self.path, &text(&self.path)?, self.change.from.as_ref(), self.change.to.as_ref())?;
        replace(&self.path, &edit.text)
    }
}

/// Returns the whole file, byte order mark included.
fn text(path: &Path) -> Result<String, Error> {
    let unreadable = |cause| Error::from(ErrorKind::Unreadable { path: path.to_owned() }).because(cause);
    regular_file::read_to_string(path).map_err(unreadable)
}
