//! What a build script does: it checks a folder of scripts, and writes what the program includes.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::Outline;
use crate::script::ScriptDir;

/// The file that the build script leaves for the program.
const FILE: &str = "rev_embedded.rs";

/// Takes the scripts that a build script has prepared with [`embed::write`](crate::embed::write) into the program.
#[macro_export]
macro_rules! embedded {
    () => {
        $crate::script::Embedded::new(include!(concat!(env!("OUT_DIR"), "/rev_embedded.rs")))
    };
}

/// Checks the scripts of a folder, and writes what [`embedded!`](crate::embedded) includes; for build scripts.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), rev::Error> {
///     rev::embed::write("versions", &[rev::dialect::Dialect::Postgres])
/// }
/// ```
///
/// What is wrong with the scripts or their graph becomes an error of the compiler, with file, line and column; so does more than one head, since a program that starts brings its database to the head. Sections that name
/// no database are read as each of `dialects`. Cargo runs a build script again when a file of its package changes; where
/// the folder lies outside of the package, print a `cargo::rerun-if-changed=` line for it.
///
/// Fails only when the file cannot be written.
pub fn write(folder: impl AsRef<Path>, dialects: &[Dialect]) -> Result<(), Error> {
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        let message = "OUT_DIR is not set: this is for build scripts, which cargo runs".to_owned();
        return Err(ErrorKind::Usage { message, hint: None }.into());
    };
    let code = match check(folder.as_ref(), dialects).and_then(|paths| slice(&paths)) {
        Ok(code) => code,
        Err(error) => format!("compile_error!({:?})", told(&error)),
    };
    let path = out.join(FILE);
    // What is the same keeps its time, so that nothing is compiled again for it.
    if fs::read_to_string(&path).is_ok_and(|before| before == code) {
        return Ok(());
    }
    let unwritable = |cause: io::Error| Error::from(ErrorKind::Unwritable { path: path.clone() }).because(cause);
    fs::write(&path, code).map_err(unwritable)
}

/// Returns the paths of the scripts in order, if all that can be known of them is right.
fn check(folder: &Path, dialects: &[Dialect]) -> Result<Vec<PathBuf>, Error> {
    let dir = ScriptDir { folders: vec![folder.to_owned()], is_recursive: false };
    let outlines = dir.load(|outline| outline)?;
    let graph = Outline::graph(&outlines)?;
    let heads = graph.heads();
    if heads.len() > 1 {
        let kind = ErrorKind::MultipleHeads {
            target: "head".to_owned(),
            heads: heads.iter().map(|head| head.id.clone()).collect(),
            instead: None,
        };
        let second = outlines.iter().find(|outline| outline.header.revision.value == heads[1].id);
        let error = Error::from(kind);
        return Err(match second {
            Some(outline) => error.at(outline.revision_span()),
            None => error,
        });
    }
    let (mut problems, mut known) = (Vec::new(), BTreeSet::new());
    for outline in &outlines {
        let script = outline.script()?;
        for dialect in dialects.iter().copied().chain(script.named_dialects()) {
            for direction in [Direction::Upgrade, Direction::Downgrade] {
                let found = script.checked_statements(direction, dialect, dialect.into()).err().unwrap_or_default();
                // A section that several databases run is wrong once.
                problems.extend(found.into_iter().filter(|error| known.insert(error.to_string())));
            }
        }
    }
    Error::join(problems)?;
    Ok(outlines.into_iter().map(|outline| outline.path).collect())
}

/// Returns the paths and texts as Rust has them; the compiler reads the files.
fn slice(paths: &[PathBuf]) -> Result<String, Error> {
    let mut code = "&[\n".to_owned();
    for path in paths {
        let unreadable = |cause| Error::from(ErrorKind::Unreadable { path: path.clone() }).because(cause);
        let file = fs::canonicalize(path).map_err(unreadable)?;
        let (name, file) = (path.to_string_lossy(), file.to_string_lossy());
        code.push_str(&format!("    ({name:?}, include_str!({file:?})),\n"));
    }
    code.push_str("]\n");
    Ok(code)
}

/// Returns every problem with its place and what to do about it.
fn told(error: &Error) -> String {
    let one = |error: &Error| {
        let cause = error.cause.as_ref().map_or(String::new(), |cause| format!(": {cause}"));
        let hint = error.hint().map_or(String::new(), |hint| format!("\n  help: {hint}"));
        format!("{error}{cause}{hint}")
    };
    error.problems().iter().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with scripts, `NAME` and text each.
    fn folder(scripts: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in scripts {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    /// Returns what is wrong, with places as seen from the folder.
    fn refused(scripts: &[(&str, &str)], dialects: &[Dialect]) -> String {
        let folder = folder(scripts);
        let error = check(folder.path(), dialects).unwrap_err();
        told(&error).replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn scripts_come_in_the_order_of_their_names_and_are_read_by_the_compiler() {
        let scripts = [
            ("b.sql", "-- revision: b\n-- down_revision: a\n-- rev: upgrade\n"),
            ("a.sql", "-- revision: a\n-- rev: upgrade\n"),
        ];
        let folder = folder(&scripts);
        let code = slice(&check(folder.path(), &[Dialect::Sqlite]).unwrap()).unwrap();
        let lines: Vec<&str> = code.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[3]), (4, "&[", "]"));
        assert!(
            lines[1].contains("a.sql\", include_str!(\"") && lines[2].contains("b.sql\", include_str!(\""),
            "{code}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let bad = [("a.sql", "-- revision: a\n\n-- rev: upgrad\n"), ("b.sql", "-- rev: upgrade\n")];
        let told = refused(&bad, &[]);
        assert!(told.contains("a.sql:3:9: `upgrad` is not a directive\n  help: did you mean `upgrade`?"), "{told}");
        assert!(told.contains("b.sql:1:1: the header has no `revision:` line"), "{told}");
    }

    #[test]
    fn what_is_wrong_with_the_graph_is_told_too() {
        let a = ("a.sql", "-- revision: a\n-- down_revision: b\n-- rev: upgrade\n");
        let b = ("b.sql", "-- revision: b\n-- down_revision: a\n-- rev: upgrade\n");
        assert!(refused(&[a, b], &[]).contains("grow from each other in a circle"));
        let heads = [("a.sql", "-- revision: a\n-- rev: upgrade\n"), ("b.sql", "-- revision: b\n-- rev: upgrade\n")];
        let told = refused(&heads, &[]);
        assert!(told.starts_with("b.sql:1:14: `head` means a single head, but there are 2: `a`, `b`"), "{told}");
    }

    #[test]
    fn sections_are_read_as_each_database_and_are_wrong_once() {
        let text = "-- revision: a\n-- rev: upgrade\nCREATE INDEX CONCURRENTLY i ON t (n);\n";
        let told = refused(&[("a.sql", text)], &[Dialect::Postgres, Dialect::Postgres]);
        assert_eq!(told.matches("cannot run inside a transaction").count(), 1, "{told}");
        assert!(told.starts_with("a.sql:3:1: "), "{told}");
        let named = text.replace("-- rev: upgrade", "-- rev: upgrade dialect=postgres");
        assert!(refused(&[("a.sql", &named)], &[Dialect::Sqlite]).contains("cannot run inside a transaction"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = folder(&[]);
        let error = check(&folder.path().join("nope"), &[]).unwrap_err();
        assert!(told(&error).contains("there is no script folder"), "{error}");
    }
}
