//! Where the configuration file is.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The name that is searched for.
pub const FILE_NAME: &str = "migrations.toml";

/// Returns the configuration file of the `working` folder (empty for the process's own), in it or above it.
///
/// The search ends at the root of the git repository, and before a folder of another owner: whoever may write to a
/// folder above must not decide which database is changed. The path leads from `working` (`../migrations.toml`), as
/// the user would type it.
pub fn find(working: &Path) -> Option<PathBuf> {
    let start = if working.as_os_str().is_empty() { Path::new(".") } else { working };
    let start = fs::canonicalize(start).ok()?;
    let owner = owner(&start);
    let mut folder = working.to_owned();
    for ancestor in start.ancestors().take_while(|ancestor| self::owner(ancestor) == owner) {
        let file = folder.join(FILE_NAME);
        // What is there but cannot be read as a file is told, not passed over for one further up.
        if fs::symlink_metadata(&file).is_ok() && !file.is_dir() {
            return Some(file);
        }
        if ancestor.join(".git").exists() {
            return None;
        }
        folder.push("..");
    }
    None
}

#[cfg(unix)]
fn owner(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(folder).ok().map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes the `entries` (a folder ends in `/`) in an empty folder and searches from `start` in it.
    fn check(entries: &[&str], start: &str, expected: Option<&str>) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join(start)).unwrap();
        for entry in entries {
            match entry.strip_suffix('/') {
                Some(folder) => fs::create_dir_all(root.path().join(folder)).unwrap(),
                None => fs::write(root.path().join(entry), "").unwrap(),
            }
        }
        let expected = expected.map(|expected| root.path().join(expected));
        assert_eq!(find(&root.path().join(start)), expected);
    }

    #[test]
    fn a_file_in_the_folder_is_taken() {
        check(&[".git/", "migrations.toml"], "", Some("migrations.toml"));
    }

    #[test]
    fn the_nearest_file_above_is_taken() {
        check(&[".git/", "migrations.toml"], "a/b", Some("a/b/../../migrations.toml"));
        check(&[".git/", "migrations.toml", "a/", "a/migrations.toml"], "a/b", Some("a/b/../migrations.toml"));
    }

    #[test]
    fn the_search_ends_at_the_root_of_the_repository() {
        check(&["migrations.toml", "repository/.git/"], "repository/a", None);
        check(&["migrations.toml", "worktree/", "worktree/.git"], "worktree", None);
    }

    #[test]
    fn a_folder_of_that_name_is_no_file() {
        check(&[".git/", "migrations.toml/"], "", None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(root.path().join(FILE_NAME), "").unwrap();
        for target in ["/dev/null", "nowhere"] {
            std::os::unix::fs::symlink(target, inner.join(FILE_NAME)).unwrap();
            assert_eq!(find(&inner), Some(inner.join(FILE_NAME)));
            fs::remove_file(inner.join(FILE_NAME)).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_search_ends_before_a_folder_of_another_owner() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(root.path().join(FILE_NAME), "").unwrap();
        const SOMEONE: u32 = 12_345;
        if std::os::unix::fs::chown(&inner, Some(SOMEONE), None).is_err() {
            return; // only root may give folders away
        }
        assert_eq!(find(&inner), None);
    }
}
