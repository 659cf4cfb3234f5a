//! Scratch databases of SQLite: files in folders of their own, which nobody else can read.

use std::env;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::scratch::age::is_older;
use crate::run::scratch::age::now_in;

/// What the names of the folders begin with.
const PREFIX: &str = "rev_scratch_";

/// The file that whoever made the folder keeps locked.
const HELD: &str = "in-use";

/// The database.
const DATABASE: &str = "scratch.db";

/// How old a folder is before it is taken for one that a killed run has left.
const OLD: Duration = Duration::from_secs(60 * 60);

/// A folder with a database of SQLite in it; it is removed with this value.
#[derive(Debug)]
pub(super) struct ScratchFile {
    folder: TempDir,
    /// The system takes the lock back when the process ends, however it does.
    _held: File,
}

impl ScratchFile {
    /// Makes a folder in which there is no database yet.
    pub(super) fn make() -> Result<Self, Error> {
        let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: env::temp_dir() }).because(cause);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir().map_err(unwritable)?;
        let held = File::create(folder.path().join(HELD)).map_err(unwritable)?;
        held.lock().map_err(unwritable)?;
        Ok(Self { folder, _held: held })
    }

    /// Returns where the database is.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    /// Removes it.
    pub(super) fn remove(self) -> Result<(), Error> {
        let path = self.folder.path().to_owned();
        self.folder.close().map_err(|cause| Error::from(ErrorKind::Unwritable { path }).because(cause))
    }
}

/// Removes folders of this user that killed runs have left.
pub(super) fn sweep() {
    sweep_in(&env::temp_dir(), OLD);
}

fn sweep_in(folder: &Path, old: Duration) {
    let Some(now) = now_in(folder) else { return };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let Ok(about) = fs::symlink_metadata(&path) else { continue };
        if is_named && about.is_dir() && is_own(&about) && is_older(&about, old, now) && !is_held(&path) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_held(folder: &Path) -> bool {
    File::open(folder.join(HELD)).is_ok_and(|file| file.try_lock().is_err())
}

#[cfg(unix)]
pub(super) fn is_own(about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn is_own(_: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_time(folder: &Path, time: std::time::SystemTime) {
        File::open(folder).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_used_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir(&path).unwrap();
            File::create(path.join(HELD)).unwrap();
            path
        };
        let (left, used, other) = (folder("rev_scratch_left"), folder("rev_scratch_used"), folder("other"));
        let held = File::open(used.join(HELD)).unwrap();
        held.lock().unwrap();
        sweep_in(place.path(), OLD);
        assert!(left.exists(), "it is too young to be one that was left");
        set_time(&used, now_in(place.path()).unwrap() - 2 * OLD);
        set_time(&left, now_in(place.path()).unwrap() - 2 * OLD);
        sweep_in(place.path(), OLD);
        assert_eq!((left.exists(), used.exists(), other.exists()), (false, true, true));
    }
}
