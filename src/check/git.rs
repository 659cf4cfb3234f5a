//! What git has, asked of the `git` program.

use std::collections::BTreeMap;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use crate::error::Error;
use crate::error::ErrorKind;

/// A repository, asked from inside one of its folders about a reference.
pub(crate) struct Git<'a> {
    pub(crate) folder: &'a Path,
    /// What the user called it; for messages.
    pub(crate) reference: &'a str,
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name of its content.
    pub(crate) object: String,
    /// Where it is, from the folder.
    pub(crate) path: PathBuf,
}

/// Variables by which git tells a hook's children where they are; a hook runs elsewhere than rev asks.
const LOCAL_VARIABLES: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"];

impl Git<'_> {
    /// Returns the commit that the reference means.
    pub(crate) fn commit(&self) -> Result<String, Error> {
        let revision = format!("{}^{{commit}}", self.reference);
        let output = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &revision])?;
        match output.status.code() {
            Some(0) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            Some(1) => Err(ErrorKind::GitFailed {
                reference: self.reference.to_owned(),
                reason: "it names no commit".to_owned(),
                is_missing: true,
            }
            .into()),
            _ => Err(self.failed(&reason(&output))),
        }
    }

    /// Returns the last commit that is in both; nothing when there is none, or none that a shallow clone knows of.
    pub(crate) fn merge_base(&self, commit: &str) -> Result<Option<String>, Error> {
        let output = self.run(&["merge-base", commit, "HEAD"])?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().next().filter(|_| output.status.success()).map(str::to_owned))
    }

    /// Returns the scripts of a commit in this folder.
    pub(crate) fn scripts(&self, commit: &str, is_recursive: bool) -> Result<Vec<Entry>, Error> {
        let recursive: &[&str] = if is_recursive { &["-r"] } else { &[] };
        let output = self.run(&[&["ls-tree", "-z"], recursive, &[commit]].concat())?;
        if !output.status.success() {
            return Err(self.failed(&reason(&output)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.split('\0').filter_map(entry).collect())
    }

    /// Returns the contents of objects, through one process; those that are no text are left out.
    pub(crate) fn contents<'o>(
        &self,
        objects: impl IntoIterator<Item = &'o str>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut command = self.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|cause| self.not_run(cause))?;
        let (Some(mut asked), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.failed("it has no pipes"));
        };
        let mut answers = BufReader::new(answers);
        let mut contents = BTreeMap::new();
        let read = || -> io::Result<()> {
            // One question and one answer at a time, so that neither side waits for the other's pipe to be emptied.
            for object in objects {
                asked.write_all(format!("{object}\n").as_bytes())?;
                asked.flush()?;
                if let Ok(text) = String::from_utf8(answer(&mut answers)?) {
                    contents.insert(object.to_owned(), text);
                }
            }
            Ok(())
        };
        let result = read();
        drop(asked);
        let status = child.wait();
        result.and(status).map_err(|cause| self.not_run(cause))?;
        Ok(contents)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Error> {
        self.command(arguments).stdin(Stdio::null()).output().map_err(|cause| self.not_run(cause))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { self.folder };
        command.arg("-C").arg(folder).args(arguments);
        for name in LOCAL_VARIABLES {
            command.env_remove(name);
        }
        command
    }

    fn not_run(&self, cause: io::Error) -> Error {
        self.failed("the program `git` cannot be run").because(cause)
    }

    fn failed(&self, reason: &str) -> Error {
        let (reference, reason) = (self.reference.to_owned(), reason.to_owned());
        ErrorKind::GitFailed { reference, reason, is_missing: false }.into()
    }
}

/// Reads `MODE TYPE OBJECT<tab>PATH`; only plain files that rev would find are scripts.
fn entry(line: &str) -> Option<Entry> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let is_script = mode.starts_with("100") && kind == "blob" && path.ends_with(".sql") && !is_hidden;
    is_script.then(|| Entry { object: object.to_owned(), path: PathBuf::from(path) })
}

/// Reads `OBJECT TYPE SIZE`, the content, and the end of the line behind it.
fn answer(answers: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut header = String::new();
    answers.read_line(&mut header)?;
    let size = header.split_whitespace().nth(2).and_then(|size| size.parse::<usize>().ok());
    let size = size.ok_or_else(|| io::Error::other(format!("git answered `{}`", header.trim())))?;
    let mut content = Vec::new();
    answers.take(size as u64 + 1).read_to_end(&mut content)?;
    if content.len() != size + 1 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    content.pop();
    Ok(content)
}

fn reason(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    line.trim_start_matches("fatal: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_that_rev_would_find_are_scripts() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(entry(line).map(|entry| entry.path), expected.map(PathBuf::from), "{line}");
        };
        check("100644 blob ab12\t2026/a b.sql", Some("2026/a b.sql"));
        check("100755 blob ab12\ta.sql", Some("a.sql"));
        check("120000 blob ab12\tlink.sql", None);
        check("160000 commit ab12\tmodule.sql", None);
        check("040000 tree ab12\tfolder.sql", None);
        check("100644 blob ab12\t.a.sql", None);
        check("100644 blob ab12\t.hidden/a.sql", None);
        check("100644 blob ab12\tREADME.md", None);
        check("", None);
    }

    #[test]
    fn an_answer_has_the_length_that_it_says() {
        let mut answers = "ab12 blob 3\na\nb\ncd34 blob 0\n\nef56 missing\n".as_bytes();
        assert_eq!(answer(&mut answers).unwrap(), b"a\nb");
        assert_eq!(answer(&mut answers).unwrap(), b"");
        assert!(answer(&mut answers).is_err());
        assert!(answer(&mut "ab12 blob 9\nshort\n".as_bytes()).is_err());
    }
}
