//! The files of a new project.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::author::template::built_in_named;
use crate::config::FILE_NAME;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::DEFAULT_TEMPLATE;
use crate::script::Template;

/// What was made of a new project, and what was there already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Files and folders that were written.
    pub created: Vec<PathBuf>,
    /// Those that were left as they were.
    pub kept: Vec<PathBuf>,
}

/// Makes `folder` a project with this configuration, whose new scripts look like the built-in `template`; whatever exists
/// stays untouched.
pub fn init(folder: &Path, template: Option<&str>, configuration: &str) -> Result<Made, Error> {
    let template = template.map_or(Ok(DEFAULT_TEMPLATE), built_in_named)?;
    let mut made = Made::default();
    match make(&mut made, folder, template, configuration) {
        Ok(()) => Ok(made),
        Err(error) => {
            made.undo();
            Err(error)
        }
    }
}

fn make(made: &mut Made, folder: &Path, template: &Template, configuration: &str) -> Result<(), Error> {
    let inside = |name: &str| inside(folder, name);
    make_folder(made, inside("versions"))?;
    make_folder(made, inside("templates"))?;
    make_file(made, inside("versions/.gitkeep"), "")?;
    make_file(made, inside(FILE_NAME), configuration)?;
    make_file(made, inside(".gitignore"), IGNORED)?;
    make_file(made, inside("templates/revision.sql"), template.text)
}

/// Returns the path of a file in a folder; `.` in front of every path tells nobody anything.
pub fn inside(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

impl Made {
    /// Notes a file that was written besides.
    pub fn add(&mut self, path: &Path) {
        self.created.push(path.to_owned());
    }

    /// Removes what was made, as far as nothing else is in it.
    pub fn undo(&self) {
        for path in self.created.iter().rev() {
            // A folder that was empty is empty again.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}

/// What belongs to one machine: databases, and what SQLite and rev keep beside them.
const IGNORED: &str = "\
# databases, and what SQLite and rev keep beside them
*.db
*.db-journal
*.db-wal
*.db-shm
*.rev-lock
*.db.rev-*
";

fn make_folder(made: &mut Made, path: PathBuf) -> Result<(), Error> {
    if path.is_dir() {
        made.kept.push(path);
        return Ok(());
    }
    match fs::create_dir_all(&path) {
        Ok(()) => made.created.push(path),
        Err(cause) => return Err(Error::from(ErrorKind::Unwritable { path }).because(cause)),
    }
    Ok(())
}

fn make_file(made: &mut Made, path: PathBuf, text: &str) -> Result<(), Error> {
    let result = fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    match result {
        Ok(()) => made.created.push(path),
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => made.kept.push(path),
        Err(cause) => return Err(Error::from(ErrorKind::Unwritable { path }).because(cause)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::STARTER;

    #[test]
    fn what_is_there_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "# mine\n").unwrap();
        let made = init(folder.path(), None, STARTER).unwrap();
        assert_eq!(made.kept, [folder.path().join(FILE_NAME)]);
        assert_eq!(made.created.len(), 5);
        assert_eq!(fs::read_to_string(folder.path().join(FILE_NAME)).unwrap(), "# mine\n");
        made.undo();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [FILE_NAME]);
    }
}
