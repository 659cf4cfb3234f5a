//! A file that is written in one go.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::error::ErrorKind;

/// Writes a file in one go: what was there before stays until the new one is whole. Of a link, what it leads to is written.
///
/// # Errors
///
/// When it cannot be written; what was there is as it was.
pub fn write_whole(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |cause| Error::from(ErrorKind::Unwritable { path: path.to_owned() }).because(cause);
    // A device or pipe is written to.
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(unwritable);
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = fs::write(&part, text)
        .and_then(|()| fs::metadata(&target).map_or(Ok(()), |about| fs::set_permissions(&part, about.permissions())))
        .and_then(|()| fs::rename(&part, &target));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(unwritable)
}
