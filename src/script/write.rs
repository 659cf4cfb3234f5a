//! Making files that are never half-written, and never in the place of another.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;

use crate::error::Error;
use crate::error::ErrorKind;

/// Writes `text` to a new file at `path`, whose folder is made when missing.
///
/// The text is written beside it, flushed to the disk and then given its name in one step, so that another process sees
/// the whole file or none. An existing file is left alone, whatever it is.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: path.into() }).because(cause);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut file = new_file(folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(ErrorKind::FileExists { path: path.into() }.into());
        }
        Err(failed) => return Err(unwritable(failed.error)),
    }
    // The name is safe on the disk only with its folder; where folders cannot be flushed it is the system's part.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Writes `text` in the place of what the file at `path` holds, in one step; its rights stay.
///
/// A link goes on leading to the file, which is the one that is replaced.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: path.into() }).because(cause);
    let real = fs::canonicalize(path).map_err(unwritable)?;
    let folder = real.parent().unwrap_or(Path::new("."));
    let permissions = fs::metadata(&real).map_err(unwritable)?.permissions();
    let mut file = new_file(folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)?;
    file.as_file().set_permissions(permissions).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
    file.persist(&real).map_err(|failed| unwritable(failed.error))?;
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Makes a hidden file with the rights that any new file would have.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rev-").suffix(".tmp");
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_appears_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/a.sql");
        create(&path, "é").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "é");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        fs::write(&path, "mine").unwrap();
        assert_eq!(create(&path, "other").unwrap_err().code(), "file-exists");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_rights_and_its_links() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["a.sql", "b.sql"].map(|name| folder.path().join(name));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, "new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert_eq!(replace(&folder.path().join("c.sql"), "").unwrap_err().code(), "unwritable");
    }

    #[test]
    fn a_folder_that_is_a_file_cannot_be_written_to() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        assert_eq!(create(&folder.path().join("a/b.sql"), "").unwrap_err().code(), "unwritable");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_rights_of_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [made, other] = ["a.sql", "b.sql"].map(|name| folder.path().join(name));
        create(&made, "").unwrap();
        fs::write(&other, "").unwrap();
        let [made, other] = [made, other].map(|path| fs::metadata(path).unwrap().permissions().mode());
        assert_eq!(made, other);
    }
}
