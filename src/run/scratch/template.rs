//! Databases of SQLite that were built once and are copied: files in the user's cache, which nobody else may write.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Environment;
use crate::run::scratch::age::is_older;
use crate::run::scratch::age::now_in;
use crate::run::scratch::file::is_own;

/// How long a file is kept that nobody copies.
const UNUSED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The folder of the cache.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Finds the cache, and makes its folder; nothing where there is no place that is the user's own.
    pub(super) fn open(environment: &Environment) -> Option<Self> {
        let absolute = |name: &str| environment.get_filled(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        let folder = base.join("rev").join("scratch");
        make_folder(&folder)?;
        Some(Self { folder }).filter(|cache| is_safe(&cache.folder))
    }

    /// Copies what was kept under `key` to `path`, and returns whether there was such a file.
    pub(super) fn copy(&self, key: &str, path: &Path) -> bool {
        let kept = self.path(key);
        let is_file = fs::symlink_metadata(&kept).is_ok_and(|about| about.is_file() && is_own(&about));
        if !is_file || fs::copy(&kept, path).is_err() {
            let _ = fs::remove_file(path);
            return false;
        }
        // What is used is kept.
        if let Some(now) = now_in(&self.folder) {
            let _ = fs::File::options().append(true).open(&kept).and_then(|file| file.set_modified(now));
        }
        true
    }

    /// Keeps a database that nobody is connected to; that it cannot be kept is no failure.
    pub(super) fn keep(&self, key: &str, database: &Path) {
        let part = self.folder.join(format!("{key}.{}.part", uuid::Uuid::new_v4().simple()));
        if fs::copy(database, &part).and_then(|_| fs::rename(&part, self.path(key))).is_err() {
            let _ = fs::remove_file(&part);
        }
    }

    /// Removes what was not used for long.
    pub(super) fn sweep(&self) {
        let Some(now) = now_in(&self.folder) else { return };
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.metadata().is_ok_and(|about| is_older(&about, UNUSED, now)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.db"))
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> Option<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> Option<()> {
    fs::create_dir_all(folder).ok()
}

/// Returns whether nobody else can put a file there: a database that is copied would run their triggers.
#[cfg(unix)]
fn is_safe(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_closed = |path: &Path| fs::metadata(path).is_ok_and(|about| is_own(&about) && about.mode() & 0o022 == 0);
    is_closed(folder) && folder.parent().is_some_and(is_closed)
}

#[cfg(not(unix))]
fn is_safe(_: &Path) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_copied_and_only_from_a_folder_of_ones_own() {
        let home = tempfile::tempdir().unwrap();
        let environment: Environment = [("HOME", home.path().to_str().unwrap())].into_iter().collect();
        let cache = Cache::open(&environment).unwrap();
        let (database, copy) = (home.path().join("a"), home.path().join("b"));
        fs::write(&database, "rows").unwrap();
        assert!(!cache.copy("k", &copy));
        cache.keep("k", &database);
        cache.sweep();
        assert!(cache.copy("k", &copy) && fs::read(&copy).unwrap() == b"rows");
        fs::set_permissions(&cache.folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(&environment).is_none());
        assert!(Cache::open(&Environment::default()).is_none());
    }
}
