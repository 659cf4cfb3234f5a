//! `sqlite:` URLs, which every program reads in its own way.

use std::path::Path;
use std::path::PathBuf;

use crate::config::url::parts::Parts;
use crate::config::url::parts::decode;

/// An SQLite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteUrl {
    /// The file; a relative one starts from the working folder.
    pub path: PathBuf,
    /// How it is opened.
    pub mode: SqliteMode,
    /// The libraries that are loaded into each connection: paths, and names that the system finds.
    pub extensions: Vec<String>,
}

/// How an SQLite file is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SqliteMode {
    /// It must exist and is never written.
    ReadOnly,
    /// It must exist.
    ReadWrite,
    /// It is made when it is missing.
    #[default]
    Create,
}

const PARAMETERS: &[(&str, &[&str])] = &[("mode", &[])];

const IN_MEMORY: &str = "a database in memory is gone when the command ends, so nothing would be left; name a file";

impl SqliteUrl {
    /// Reads the forms `sqlite:a.db`, `sqlite://a.db`, `sqlite:/a.db`, `sqlite:///a.db` and `sqlite:////a.db`; a
    /// relative path is joined to `folder`.
    pub(super) fn parse(parts: &Parts<'_>, folder: &Path) -> Result<Self, String> {
        let written = format!("{}{}", parts.authority.unwrap_or_default(), parts.path);
        let text = decode(&written)?;
        if text.is_empty() || text.trim_start_matches('/') == ":memory:" || parts.query.contains("mode=memory") {
            return Err(IN_MEMORY.to_owned());
        }
        if text.trim_start_matches('/').starts_with("file:") {
            return Err("write the path without `file:`".to_owned());
        }
        if text.ends_with('/') {
            return Err("it names a folder; name a file".to_owned());
        }
        let mode = match parts.parameters(PARAMETERS)?.get("mode").map(String::as_str) {
            None | Some("rwc") => SqliteMode::Create,
            Some("rw") => SqliteMode::ReadWrite,
            Some("ro") => SqliteMode::ReadOnly,
            Some(mode) => return Err(format!("`{mode}` is not a value of `mode`, which is ro, rw or rwc")),
        };
        let path = match (parts.authority, text.strip_prefix('/')) {
            (Some(""), Some(rest)) if rest.starts_with('/') => PathBuf::from(rest),
            // Only SQLAlchemy names a driver, and its third slash does not belong to the path.
            (Some(""), Some(rest)) if parts.driver.is_some() => folder.join(rest),
            (Some(""), Some(rest)) => three_slashes(&text, rest, folder)?,
            _ => folder.join(&text),
        };
        Ok(Self { path, mode, extensions: Vec::new() })
    }
}

/// Decides what `sqlite:///x` means: `/x` to most programs, `x` to SQLAlchemy. It is the one of which at least the
/// folder exists; when that does not decide, a guess would silently make a second, empty database.
fn three_slashes(absolute: &str, relative: &str, folder: &Path) -> Result<PathBuf, String> {
    let (at_root, here) = (PathBuf::from(absolute), folder.join(relative));
    let is_at_root = at_root.is_file() || has_own_folder(absolute) && at_root.parent().is_some_and(Path::is_dir);
    let is_here = here.exists() || has_own_folder(&format!("/{relative}")) && here.parent().is_some_and(Path::is_dir);
    if at_root.is_file() || is_at_root && !is_here {
        return Ok(at_root);
    }
    Err(format!(
        "it can be read in two ways: write `sqlite:{relative}` for {} or `sqlite:///{absolute}` for {absolute}",
        here.display()
    ))
}

/// Returns whether an absolute path has a folder other than `/`, which always exists and tells nothing.
fn has_own_folder(absolute: &str) -> bool {
    absolute.trim_start_matches('/').contains('/')
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn parse(url: &str, folder: &Path) -> Result<SqliteUrl, String> {
        SqliteUrl::parse(&Parts::split(url).unwrap(), folder)
    }

    fn check(url: &str, path: &str) {
        assert_eq!(parse(url, Path::new("project")).map(|url| url.path), Ok(PathBuf::from(path)), "{url}");
    }

    fn check_refused(url: &str, reason: &str) {
        let message = parse(url, Path::new("project")).unwrap_err();
        assert!(message.contains(reason), "{url}: {message}");
    }

    #[test]
    fn a_relative_path_starts_from_the_folder() {
        check("sqlite:app.db", "project/app.db");
        check("sqlite:./app.db", "project/./app.db");
        check("sqlite:../data/app.db", "project/../data/app.db");
        check("sqlite://app.db", "project/app.db");
        check("sqlite://data/app.db", "project/data/app.db");
    }

    #[test]
    fn an_absolute_path_stays() {
        check("sqlite:/data/app.db", "/data/app.db");
        check("sqlite:////data/app.db", "/data/app.db");
    }

    #[test]
    fn a_driver_makes_it_sqlalchemys() {
        check("sqlite+aiosqlite:///app.db", "project/app.db");
        check("sqlite+pysqlite:////data/app.db", "/data/app.db");
    }

    #[test]
    fn three_slashes_are_refused_when_both_readings_are_possible() {
        check_refused(
            "sqlite:///app.db",
            "write `sqlite:app.db` for project/app.db or `sqlite:////app.db` for /app.db",
        );
        check_refused("sqlite:///no/such/folder/app.db", "two ways");
    }

    #[test]
    fn three_slashes_are_the_absolute_path_when_only_its_folder_exists() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("app.db");
        let url = format!("sqlite://{}", file.display());
        assert_eq!(parse(&url, Path::new("project")).unwrap().path, file, "its folder exists");
        let same_below = root.path().join(root.path().strip_prefix("/").unwrap());
        fs::create_dir_all(&same_below).unwrap();
        assert!(parse(&url, root.path()).is_err(), "both folders exist");
        fs::write(&file, "").unwrap();
        assert_eq!(parse(&url, root.path()).unwrap().path, file, "the file itself exists");
    }

    #[test]
    fn a_database_in_memory_is_refused() {
        for url in ["sqlite::memory:", "sqlite://", "sqlite:", "sqlite:///:memory:", "sqlite:app.db?mode=memory"] {
            check_refused(url, "nothing would be left");
        }
    }

    #[test]
    fn odd_characters_are_written_with_percent_signs() {
        check("sqlite:a%3Fb%20c.db", "project/a?b c.db");
    }

    #[test]
    fn the_mode_says_whether_the_file_is_made() {
        let mode = |url| parse(url, Path::new("")).map(|url| url.mode);
        assert_eq!(mode("sqlite:a.db"), Ok(SqliteMode::Create));
        assert_eq!(mode("sqlite:a.db?mode=rw"), Ok(SqliteMode::ReadWrite));
        assert_eq!(mode("sqlite:a.db?mode=ro"), Ok(SqliteMode::ReadOnly));
        check_refused("sqlite:a.db?mode=w", "ro, rw or rwc");
        check_refused("sqlite:a.db?mod=rw", "did you mean `mode`?");
    }

    #[test]
    fn what_is_no_file_is_refused() {
        check_refused("sqlite:data/", "names a folder");
        check_refused("sqlite:file:app.db", "without `file:`");
    }
}
