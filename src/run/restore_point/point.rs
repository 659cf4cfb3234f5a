//! The files that are restore points of a database, by their names.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;

/// A copy of a database: `app.db.rev-20261120T091244Z-9f2c41d0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePoint {
    /// The file.
    pub path: PathBuf,
    /// When it was made, in UTC: `20261120T091244Z`.
    pub made: String,
    /// The beginnings of the heads that it was at.
    pub at: String,
    /// How large it is.
    pub bytes: u64,
    modified: Option<SystemTime>,
}

/// What stands between the database's name and the time.
const MARK: &str = ".rev-";

/// How long `20261120T091244Z` is.
const TIME: usize = 16;

/// How much of an id a name holds.
const SHOWN: usize = 8;

/// The files that SQLite keeps beside a database while it is in use.
pub(crate) const COMPANIONS: [&str; 3] = [JOURNAL, LOG, "-shm"];
pub(crate) const JOURNAL: &str = "-journal";
pub(crate) const LOG: &str = "-wal";

impl RestorePoint {
    /// Returns the restore points of the configured database, newest first.
    pub fn list(config: &Config) -> Result<Vec<Self>, Error> {
        Self::of(&database(config)?)
    }

    /// Returns the restore point to put back: the one that is named, else the newest.
    pub fn choose(config: &Config, named: Option<&Path>) -> Result<PathBuf, Error> {
        let database = database(config)?;
        let Some(named) = named else {
            let newest = Self::of(&database)?.into_iter().next();
            return newest.map(|point| point.path).ok_or_else(|| ErrorKind::NoRestorePoint { database }.into());
        };
        let target = |path: &Path| fs::canonicalize(path).ok();
        let is_itself = target(named).is_some() && target(named) == target(&database);
        match is_itself {
            true => {
                let reason = "it is the database itself, not a copy".to_owned();
                Err(ErrorKind::UnsoundRestorePoint { path: named.into(), reason }.into())
            }
            false => Ok(named.to_owned()),
        }
    }

    /// Returns the restore points of the database in a file, newest first.
    pub(crate) fn of(database: &Path) -> Result<Vec<Self>, Error> {
        let folder = folder(database);
        let unreadable = |cause: io::Error| Error::from(ErrorKind::Unreadable { path: folder.into() }).because(cause);
        let own = fs::metadata(database).ok();
        let mut points = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let Some((made, at)) = name.to_str().and_then(|name| parse(name, database)) else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            if own.as_ref().is_some_and(|own| is_one_file(own, &metadata)) {
                continue; // a second name of the database, which a restore left that was killed: no copy
            }
            let (made, at) = (made.to_owned(), at.to_owned());
            let path = database.with_file_name(&name);
            points.push(Self { path, made, at, bytes: metadata.len(), modified: metadata.modified().ok() });
        }
        points.sort_by(|a, b| (&b.made, b.modified, &b.path).cmp(&(&a.made, a.modified, &a.path)));
        Ok(points)
    }

    /// Returns the copies of the database that never became whole.
    pub(crate) fn unfinished(database: &Path) -> Vec<PathBuf> {
        let own = database.file_name().and_then(|name| name.to_str()).map(|name| format!("{name}{MARK}"));
        let (Some(own), Ok(entries)) = (own, fs::read_dir(folder(database))) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_unfinished = |name: &String| name.starts_with(&own) && name.contains(UNFINISHED);
        names.filter(is_unfinished).map(|name| database.with_file_name(name)).collect()
    }

    /// Returns a name that no file has yet, for a copy of a database that is at `heads`.
    pub(crate) fn new_path(database: &Path, now: &str, at: &str) -> PathBuf {
        let time: String = now.split('.').next().unwrap_or(now).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let time = time.trim_end_matches('Z');
        let path = with_ending(database, &format!("{MARK}{time}Z-{at}"));
        let others = (2..).map(|number| with_ending(&path, &format!("-{number}")));
        [path.clone()].into_iter().chain(others).find(|path| !path.exists()).unwrap_or(path)
    }

    /// Returns what a name says of the heads.
    pub(crate) fn heads_in_name(heads: &Heads) -> String {
        const LISTED: usize = 3;
        // A row that rev did not write may hold anything, and this becomes part of a file's name.
        let safe = |c: char| if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
        let short = |id: &str| id.chars().take(SHOWN).map(safe).collect::<String>();
        let names: Vec<String> = heads.iter().take(LISTED).map(|id| short(id.as_str())).collect();
        if names.is_empty() { "base".to_owned() } else { names.join("+") }
    }
}

/// Returns the file of the configured database, which must be one of SQLite, without links.
pub(crate) fn database(config: &Config) -> Result<PathBuf, Error> {
    match &config.database.url.resolve()?.url {
        DatabaseUrl::Sqlite(file) => Ok(without_link(&file.path)),
        url @ DatabaseUrl::Server(_) => Err(ErrorKind::NoRestorePointsOn { dialect: url.dialect() }.into()),
    }
}

/// Returns where a file really is, if its path is a link: a new file must not take the link's place.
pub(crate) fn without_link(path: &Path) -> PathBuf {
    match fs::canonicalize(path) {
        Ok(target) if path.is_symlink() => target,
        _ => path.to_owned(),
    }
}

/// Returns the folder of a file; an empty path is the working folder.
pub(crate) fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Returns whether both are the same file on the disk.
#[cfg(unix)]
fn is_one_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_one_file(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

/// Removes a file with what SQLite keeps beside it.
pub(crate) fn remove_with_companions(path: &Path) {
    for ending in [""].into_iter().chain(COMPANIONS) {
        let _ = fs::remove_file(with_ending(path, ending));
    }
}

/// Returns a path with something behind its name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(ending);
    name.into()
}

/// Makes sure that names in a folder last, where the system can say so.
pub(crate) fn sync_folder(file: &Path) {
    let _ = fs::File::open(folder(file)).and_then(|folder| folder.sync_all());
}

/// Takes the time and the heads out of a name.
fn parse<'a>(name: &'a str, database: &Path) -> Option<(&'a str, &'a str)> {
    let rest = name.strip_prefix(database.file_name()?.to_str()?)?.strip_prefix(MARK)?;
    let (time, at) = rest.split_at_checked(TIME)?;
    let is_time = time.bytes().enumerate().all(|(place, byte)| match place {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    });
    let at = at.strip_prefix('-')?;
    let is_other = at.ends_with(UNFINISHED) || COMPANIONS.iter().any(|ending| at.ends_with(ending));
    (is_time && !is_other).then_some((time, at))
}

/// How the name of a copy ends that is not whole yet; no id can end so, since it has no `-`.
pub(crate) const UNFINISHED: &str = "-unfinished";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<(&str, &str)>) {
        assert_eq!(parse(name, Path::new("data/app.db")), expected, "{name}");
    }

    #[test]
    fn names_say_when_and_where() {
        check("app.db.rev-20261120T091244Z-9f2c41d0", Some(("20261120T091244Z", "9f2c41d0")));
        check("app.db.rev-20261120T091244Z-a+b-2", Some(("20261120T091244Z", "a+b-2")));
        for name in ["app.db", "app.db.rev-lock", "app.db.rev-20261120T091244Z", "other.db.rev-20261120T091244Z-a"] {
            check(name, None);
        }
        check("app.db.rev-20261120T091244Z-a-wal", None);
        check("app.db.rev-20261120T091244Z-a-unfinished", None);
        check("app.db.rev-2026112éT091244Z-a", None);
    }

    #[test]
    fn a_new_name_is_one_that_is_recognised() {
        let path = RestorePoint::new_path(Path::new("app.db"), "2026-11-20T09:12:44.310Z", "base");
        assert_eq!(path, Path::new("app.db.rev-20261120T091244Z-base"));
    }

    #[test]
    fn names_stay_short() {
        let heads = |ids: &str| ids.split_whitespace().map(crate::id::RevisionId::from_row).collect::<Heads>();
        assert_eq!(RestorePoint::heads_in_name(&heads("")), "base");
        assert_eq!(RestorePoint::heads_in_name(&heads("9f2c41d07ab3")), "9f2c41d0");
        assert_eq!(RestorePoint::heads_in_name(&heads("a b c d")), "a+b+c");
        assert_eq!(RestorePoint::heads_in_name(&heads("../x-wal")), ".._x_wal");
    }
}
