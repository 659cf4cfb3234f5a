//! The version folders: which files are scripts, in which order, and all of them at once.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::thread;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::outline::Outline;

/// With fewer files than these, starting threads takes longer than they save.
const PARALLEL_FROM: usize = 500;

/// The folders that hold scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptDir {
    /// In the order in which they are configured, which is the order of everything.
    pub folders: Vec<PathBuf>,
    /// Whether subfolders are looked into.
    pub is_recursive: bool,
}

/// What lies in the version folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The `*.sql` files, by folder and then by name.
    pub scripts: Vec<PathBuf>,
    /// Files that are neither scripts nor hidden; `check` tells of them.
    pub others: Vec<PathBuf>,
    /// Folders inside of them that are not looked into.
    pub subfolders: Vec<PathBuf>,
}

impl Listing {
    /// Returns the files that are named like scripts but for the case, such as `H.SQL`.
    fn misnamed(&self) -> impl Iterator<Item = &PathBuf> {
        self.others.iter().filter(|path| is_misnamed(path))
    }

    /// Returns whether there may be scripts that are not read.
    pub fn may_leave_out(&self) -> bool {
        !self.subfolders.is_empty() || self.misnamed().next().is_some()
    }

    /// Finds the files that somebody may take for scripts, and rev does not: `*.sql` in the folders that are not looked
    /// into, and names that end in `.SQL`; what cannot be read there is of no concern.
    pub fn unread(&self) -> Vec<PathBuf> {
        let mut unread: Vec<PathBuf> = self.misnamed().cloned().collect();
        let mut waiting: Vec<PathBuf> = self.subfolders.iter().rev().cloned().collect();
        while let Some(folder) = waiting.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            let entries = entries.flatten().filter(|entry| !is_hidden(&entry.file_name()));
            let mut found: Vec<_> = entries.filter_map(|entry| Some((entry.path(), entry.file_type().ok()?))).collect();
            found.sort_by(|a, b| a.0.cmp(&b.0));
            // A link could lead back to where it is.
            let is_script = |path: &Path| is_script(path) || is_misnamed(path);
            unread.extend(
                found.iter().filter(|(path, kind)| !kind.is_dir() && is_script(path)).map(|(path, _)| path.clone()),
            );
            waiting.extend(found.into_iter().rev().filter(|(_, kind)| kind.is_dir()).map(|(path, _)| path));
        }
        if unread.is_empty() {
            return unread;
        }
        // A folder may be inside of two that are configured.
        unread.sort();
        unread.dedup();
        // A folder inside of one that is not looked into may be configured itself, and a link lead to a file.
        let real = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let read: HashSet<PathBuf> = self.scripts.iter().map(real).collect();
        unread.retain(|path| !read.contains(&real(path)));
        unread
    }
}

impl ScriptDir {
    /// Finds the files, without reading any; a file that is reached in two ways counts once.
    pub fn list(&self) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let mut problems = Vec::new();
        let mut walk = Walk { seen: HashSet::new(), is_recursive: self.is_recursive };
        for folder in &self.folders {
            if let Err(error) = walk.folder(folder, &mut listing) {
                problems.push(error);
            }
        }
        Error::join(problems)?;
        Ok(listing)
    }

    /// Reads every script once and keeps of each what `keep` makes of it; the problems of all files come together.
    pub fn load<T: Send>(&self, keep: impl Fn(Outline) -> T + Sync) -> Result<Vec<T>, Error> {
        self.list()?.load(keep)
    }

    /// Reads every script once, and returns what is kept of the valid ones beside each single problem of the others.
    ///
    /// Many files are read by several threads; the order stays that of the files. Fails only when a folder cannot be
    /// read.
    pub fn load_with_problems<T: Send>(
        &self,
        keep: impl Fn(Outline) -> T + Sync,
    ) -> Result<(Vec<T>, Vec<Error>), Error> {
        Ok(self.list()?.load_with_problems(keep))
    }

    /// Returns the configured folder in which `path` lies.
    pub fn folder_of(&self, path: &Path) -> Option<&Path> {
        self.folders.iter().map(PathBuf::as_path).find(|folder| path.starts_with(folder))
    }
}

impl Listing {
    /// Reads every script once and keeps of each what `keep` makes of it; the problems of all files come together.
    pub fn load<T: Send>(&self, keep: impl Fn(Outline) -> T + Sync) -> Result<Vec<T>, Error> {
        let (kept, problems) = self.load_with_problems(keep);
        Error::join(problems)?;
        Ok(kept)
    }

    fn load_with_problems<T: Send>(&self, keep: impl Fn(Outline) -> T + Sync) -> (Vec<T>, Vec<Error>) {
        let paths = &self.scripts;
        let threads =
            if paths.len() < PARALLEL_FROM { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
        if threads == 1 {
            return read_all(paths, &keep);
        }
        let keep = &keep;
        let (mut kept, mut problems) = (Vec::with_capacity(paths.len()), Vec::new());
        thread::scope(|scope| {
            let chunks = paths.chunks(paths.len().div_ceil(threads));
            let readers: Vec<_> = chunks.map(|chunk| scope.spawn(move || read_all(chunk, keep))).collect();
            for reader in readers {
                let (some, more) = reader.join().expect("reading scripts does not panic");
                kept.extend(some);
                problems.extend(more);
            }
        });
        (kept, problems)
    }
}

/// Returns the number of the next script: one more than the highest that begins a file name, as wide as the widest.
pub fn next_number<'a>(paths: impl IntoIterator<Item = &'a Path>) -> String {
    const NARROWEST: usize = 4;
    let (mut highest, mut width) = (0, NARROWEST);
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let digits = name.chars().take_while(char::is_ascii_digit).count();
        if let Ok(number) = name[..digits].parse::<u64>() {
            highest = highest.max(number);
            width = width.max(digits);
        }
    }
    format!("{:0width$}", highest.saturating_add(1))
}

/// A walk over the folders that goes nowhere twice.
struct Walk {
    seen: HashSet<PathBuf>,
    is_recursive: bool,
}

impl Walk {
    fn folder(&mut self, root: &Path, listing: &mut Listing) -> Result<(), Error> {
        let mut waiting = vec![root.to_owned()];
        while let Some(folder) = waiting.pop() {
            let unreadable = |cause: io::Error| match cause.kind() {
                io::ErrorKind::NotFound if folder == root => ErrorKind::NoVersionFolder { path: folder.clone() }.into(),
                _ => Error::from(ErrorKind::Unreadable { path: folder.clone() }).because(cause),
            };
            let real = fs::canonicalize(&folder).map_err(unreadable)?;
            if !self.seen.insert(real.clone()) {
                continue; // the folder is configured twice, or a link leads back to it
            }
            let subfolders = self.entries(&folder, &real, listing).map_err(unreadable)?;
            waiting.extend(subfolders.into_iter().rev());
        }
        Ok(())
    }

    /// Notes the files of one folder by name, and returns the subfolders to look into.
    fn entries(&mut self, folder: &Path, real: &Path, listing: &mut Listing) -> io::Result<Vec<PathBuf>> {
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if !is_hidden(&entry.file_name()) {
                names.insert(entry.file_name(), entry.file_type()?); // the type costs no look at the file itself
            }
        }
        let mut subfolders = Vec::new();
        for (name, kind) in names {
            let is_link = kind.is_symlink();
            let path = folder.join(&name);
            if kind.is_dir() || (is_link && path.is_dir()) {
                match self.is_recursive {
                    true => subfolders.push(path),
                    false => listing.subfolders.extend((!is_link).then_some(path)),
                }
                continue;
            }
            // Only links can lead to one file in two ways; asking for each of 100,000 real paths would be slow.
            let target = if is_link { fs::canonicalize(&path).unwrap_or(real.join(&name)) } else { real.join(&name) };
            if !self.seen.insert(target) {
                continue;
            }
            // What is named like a script is one; that it is a pipe or a device is told when it is read.
            if is_script(&path) { listing.scripts.push(path) } else { listing.others.push(path) }
        }
        Ok(subfolders)
    }
}

fn is_script(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("sql"))
}

/// Returns whether a name ends like that of a script, but for the case.
pub fn is_misnamed(path: &Path) -> bool {
    !is_script(path) && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("sql"))
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn read_all<T>(paths: &[PathBuf], keep: &impl Fn(Outline) -> T) -> (Vec<T>, Vec<Error>) {
    let (mut kept, mut problems) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in paths {
        match Outline::read(path) {
            Ok(outline) => kept.push(keep(outline)),
            Err(error) => problems.extend(error.into_problems()),
        }
    }
    (kept, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A temporary folder with files; each script has its name for its id.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let id = path.file_stem().unwrap().to_str().unwrap();
            fs::write(&path, format!("-- revision: {id}\n-- rev: upgrade\n")).unwrap();
        }
        folder
    }

    #[test]
    fn scripts_that_are_not_read_are_found() {
        let root =
            folder(&["v/a.sql", "v/x/b.sql", "v/x/y/c.sql", "v/x/d.txt", "v/.git/e.sql", "v/z/f.sql", "v/z/g/h.sql"]);
        let unread = |folders: &[&str], is_recursive: bool| -> Vec<String> {
            let paths = dir(&root, folders, is_recursive).list().unwrap().unread();
            paths.iter().map(|path| path.strip_prefix(root.path()).unwrap().display().to_string()).collect()
        };
        assert_eq!(unread(&["v"], false), ["v/x/b.sql", "v/x/y/c.sql", "v/z/f.sql", "v/z/g/h.sql"]);
        assert_eq!(unread(&["v", "v/x", "v/z/g"], false), ["v/x/y/c.sql", "v/z/f.sql"]);
        assert_eq!(unread(&["v"], true), owned(&[]));
    }

    fn dir(root: &tempfile::TempDir, folders: &[&str], is_recursive: bool) -> ScriptDir {
        ScriptDir { folders: folders.iter().map(|folder| root.path().join(folder)).collect(), is_recursive }
    }

    fn check(root: &tempfile::TempDir, dir: &ScriptDir, scripts: &[&str], others: &[&str]) {
        let listing = dir.list().unwrap();
        let shown = |paths: &[PathBuf]| -> Vec<String> {
            paths.iter().map(|path| path.strip_prefix(root.path()).unwrap().display().to_string()).collect()
        };
        assert_eq!((shown(&listing.scripts), shown(&listing.others)), (owned(scripts), owned(others)));
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn scripts_come_by_folder_and_then_by_name() {
        let root = folder(&["v/b.sql", "v/a.sql", "v/.c.sql", "v/README.md", "v/d.SQL", "v/sub/e.sql", "u/z.sql"]);
        check(&root, &dir(&root, &["v", "u"], false), &["v/a.sql", "v/b.sql", "u/z.sql"], &["v/README.md", "v/d.SQL"]);
    }

    #[test]
    fn subfolders_are_read_when_asked_for() {
        let root = folder(&["v/b.sql", "v/2026/01/c.sql", "v/2026/a.sql", "v/2027/d.sql", "v/.git/e.sql"]);
        check(
            &root,
            &dir(&root, &["v", "v/2026"], true),
            &["v/b.sql", "v/2026/a.sql", "v/2026/01/c.sql", "v/2027/d.sql"],
            &[],
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_reached_twice_counts_once() {
        use std::os::unix::fs::symlink;
        let root = folder(&["v/a.sql"]);
        symlink(root.path().join("v"), root.path().join("w")).unwrap();
        symlink(root.path().join("v"), root.path().join("v/loop")).unwrap();
        symlink(root.path().join("v/a.sql"), root.path().join("v/b.sql")).unwrap();
        check(&root, &dir(&root, &["v", "w", "v"], true), &["v/a.sql"], &[]);
    }

    #[cfg(unix)]
    #[test]
    fn a_script_that_is_no_file_is_refused_and_not_waited_for() {
        use std::os::unix::fs::symlink;
        let root = folder(&["v/a.sql"]);
        symlink("/dev/zero", root.path().join("v/b.sql")).unwrap();
        let pipe = root.path().join("v/c.sql");
        let has_pipe = std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success());
        let error = dir(&root, &["v"], false).load(|outline| outline).unwrap_err();
        let problems: Vec<_> = error
            .problems()
            .iter()
            .map(|problem| (problem.code(), problem.cause.as_ref().unwrap().to_string()))
            .collect();
        let expected = [("unreadable", "it is a device, not a file"), ("unreadable", "it is a pipe, not a file")];
        let expected = &expected[..if has_pipe { 2 } else { 1 }];
        assert_eq!(problems, expected.iter().map(|(code, cause)| (*code, (*cause).to_owned())).collect::<Vec<_>>());
    }

    #[test]
    fn a_missing_folder_is_an_error_with_its_path() {
        let root = folder(&[]);
        let error = dir(&root, &["nope", "neither"], false).list().unwrap_err();
        assert_eq!(error.problems().len(), 2);
        assert_eq!(error.problems()[0].code(), "no-version-folder");
    }

    #[test]
    fn the_problems_of_all_files_come_together() {
        let root = folder(&["v/a.sql", "v/b.sql", "v/c.sql", "v/d.sql"]);
        fs::write(root.path().join("v/b.sql"), "-- m\n\n-- rev: upgrad\n").unwrap();
        fs::write(root.path().join("v/c.sql"), b"\xff").unwrap();
        let dir = dir(&root, &["v"], false);
        let codes: Vec<&str> = dir.load(|outline| outline).unwrap_err().problems().iter().map(Error::code).collect();
        assert_eq!(codes, ["no-revision-id", "unknown-directive", "not-utf8"]);
        let (outlines, problems) = dir.load_with_problems(|outline| outline).unwrap();
        assert_eq!((outlines.len(), problems.len()), (2, 3));
    }

    #[test]
    fn an_outline_finds_its_text_again() {
        let root = folder(&["v/a.sql"]);
        let outline = dir(&root, &["v"], false).load(|outline| outline).unwrap().remove(0);
        assert!(outline.revision_span().to_string().ends_with("a.sql:1:14"));
        assert_eq!(outline.script().unwrap().header, outline.header);
        fs::write(&outline.path, "-- revision: b\n-- rev: upgrade\n").unwrap();
        assert_eq!(outline.script().unwrap_err().code(), "unreadable");
    }

    #[test]
    fn numbers_go_on_from_the_highest() {
        let check = |names: &[&str], expected: &str| {
            assert_eq!(next_number(names.iter().map(Path::new)), expected);
        };
        check(&[], "0001");
        check(&["v/0009_a.sql", "v/0010_b.sql", "v/x.sql"], "0011");
        check(&["v/00002.sql"], "00003");
        check(&["v/99999999999999999999999_a.sql"], "0001");
    }
}
