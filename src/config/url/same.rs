//! Whether two URLs lead to one database.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::config::url::database_url::DatabaseUrl;

impl DatabaseUrl {
    /// Returns whether two URLs lead to one database, by whichever user.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Server(one), Self::Server(other)) => {
                one.dialect == other.dialect && one.address == other.address && one.database == other.database
            }
            (Self::Sqlite(one), Self::Sqlite(other)) => real(&one.path) == real(&other.path),
            _ => false,
        }
    }
}

/// A file may have several names, and one that is not made yet has a folder.
fn real(path: &Path) -> PathBuf {
    let in_folder = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(parent).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(|| in_folder(path)).unwrap_or_else(|| path.to_owned())
}
