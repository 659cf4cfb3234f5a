//! Whether a file that can make rev run commands is trusted: by who may write it, not by where it lies.

use std::path::Path;

use crate::config::environment::Environment;
use crate::config::hook::Hook;
use crate::error::Error;

/// How a configuration came to be the one that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It was found in the working folder or above.
    Found,
    /// The user named it, with `-c` or `REV_CONFIG`.
    Named,
}

/// Who may write what rev is told to do.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    choice: Choice,
    /// The users whose files are trusted.
    #[cfg_attr(not(unix), allow(dead_code))]
    owners: Vec<u32>,
}

impl Trust {
    /// Returns the trust of a program that reads no file.
    pub(super) fn of_program() -> Self {
        Self { choice: Choice::Named, owners: Vec::new() }
    }

    /// Refuses a command whose program, or a script beside the configuration that it is given, is not trusted.
    /// What is searched in `PATH` is the user's own choice.
    pub(super) fn check_command(&self, command: &Hook, root: &Path) -> Result<(), Error> {
        let program = Some(&command.program).filter(|program| program.contains('/'));
        let is_beside = |word: &&String| word.starts_with("./") || word.starts_with("../");
        let words = program.into_iter().chain(command.arguments.iter().filter(is_beside));
        let mut files = words.map(|word| root.join(word)).filter(|path| path.is_file());
        files.try_for_each(|path| self.check(&path))
    }
}

#[cfg(not(unix))]
impl Trust {
    pub(super) fn new(choice: Choice, _: Option<&Path>, _: &Environment) -> Self {
        Self { choice, owners: Vec::new() }
    }

    /// Trusts every file: who may write it is not known here.
    pub(super) fn check(&self, _: &Path) -> Result<(), Error> {
        debug_assert!(matches!(self.choice, Choice::Found | Choice::Named));
        Ok(())
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::config::accounts::Accounts;
    use crate::error::ErrorKind;

    const ROOT: u32 = 0;
    const STICKY: u32 = 0o1000;
    const GROUP_WRITES: u32 = 0o020;
    const EVERYBODY_WRITES: u32 = 0o002;

    /// Returns whether nobody can write to a file system.
    fn is_read_only(path: &Path) -> bool {
        rustix::fs::statvfs(path).is_ok_and(|about| about.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
    }

    impl Trust {
        /// Returns whom this process trusts: the effective user, root, and whoever called `sudo`. With a configuration
        /// that was named, its owner, too.
        pub(in crate::config) fn new(choice: Choice, config: Option<&Path>, environment: &Environment) -> Self {
            let user = rustix::process::geteuid().as_raw();
            let mut owners = vec![user, ROOT];
            if user == ROOT {
                owners.extend(environment.get("SUDO_UID").and_then(|uid| uid.parse::<u32>().ok()));
            }
            if choice == Choice::Named {
                owners.extend(config.and_then(|path| fs::metadata(path).ok()).map(|metadata| metadata.uid()));
            }
            Self { choice, owners }
        }

        /// Refuses a file that others may write, or put into its place: each folder on the way counts.
        pub(in crate::config) fn check(&self, path: &Path) -> Result<(), Error> {
            let refuse = |reason: String| Error::from(self.refused(path, reason));
            let Some(name) = path.file_name() else { return Ok(()) };
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // What cannot be looked at cannot be read either, and that is told when it is tried.
            let Ok(folder) = fs::canonicalize(folder) else { return Ok(()) };
            let entry = folder.join(name);
            let Ok(metadata) = fs::symlink_metadata(&entry) else { return Ok(()) };
            self.folders(&folder).map_err(refuse)?;
            if !metadata.is_symlink() {
                return self.judge(&entry, &metadata).map_err(refuse);
            }
            // Whose link it is decides what it leads to.
            self.owner(&entry, &metadata, false).map_err(refuse)?;
            let Ok(target) = fs::canonicalize(&entry) else { return Ok(()) };
            if let Some(folder) = target.parent() {
                self.folders(folder).map_err(refuse)?;
            }
            let Ok(metadata) = fs::metadata(&target) else { return Ok(()) };
            self.judge(&target, &metadata).map_err(refuse)
        }

        /// Looks at each folder on the way. Where the configuration was named, so were the folders that lead to it.
        fn folders(&self, folder: &Path) -> Result<(), String> {
            if self.choice == Choice::Named {
                return Ok(());
            }
            for ancestor in folder.ancestors() {
                let Ok(metadata) = fs::metadata(ancestor) else { continue };
                self.judge(ancestor, &metadata)?;
            }
            Ok(())
        }

        /// Says why a file or a folder is not trusted.
        fn judge(&self, path: &Path, metadata: &Metadata) -> Result<(), String> {
            self.owner(path, metadata, metadata.is_dir())?;
            let shown = path.display();
            // Nobody can replace what belongs to others in a sticky folder.
            if metadata.is_dir() && metadata.mode() & STICKY != 0 {
                return Ok(());
            }
            // Kubernetes mounts what everybody might write, but read-only.
            if metadata.mode() & (EVERYBODY_WRITES | GROUP_WRITES) != 0 && is_read_only(path) {
                return Ok(());
            }
            if metadata.mode() & EVERYBODY_WRITES != 0 {
                return Err(format!("everybody may write to {shown}"));
            }
            if self.choice == Choice::Found
                && metadata.mode() & GROUP_WRITES != 0
                && !Accounts::read().is_private(metadata.gid(), metadata.uid(), &self.owners)
            {
                return Err(format!("everybody in group {} may write to {shown}", metadata.gid()));
            }
            Ok(())
        }

        fn owner(&self, path: &Path, metadata: &Metadata, is_folder: bool) -> Result<(), String> {
            let owner = metadata.uid();
            // Who has the root of all folders has everything; inside of a sandbox that need not be user 0.
            let is_trusted =
                self.owners.contains(&owner) || is_folder && fs::metadata("/").is_ok_and(|top| top.uid() == owner);
            if is_trusted {
                return Ok(());
            }
            let user = rustix::process::geteuid().as_raw();
            Err(format!("{} belongs to user {owner}, and rev runs as user {user}", path.display()))
        }

        fn refused(&self, path: &Path, reason: String) -> ErrorKind {
            ErrorKind::Untrusted { path: path.to_owned(), reason, is_named: self.choice == Choice::Named }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::fs::chown;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    const SOMEONE: u32 = 12_345;

    /// A folder with a file `c`, each with its mode, and who owns them if that can be changed.
    struct Place(tempfile::TempDir);

    impl Place {
        fn new(folder: u32, file: u32) -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            fs::create_dir(place.path("in")).unwrap();
            fs::write(place.path("in/c"), "").unwrap();
            place.mode("in/c", file).mode("in", folder)
        }

        fn path(&self, name: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).unwrap().join(name)
        }

        fn mode(self, name: &str, mode: u32) -> Self {
            fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
            self
        }

        fn check(&self, choice: Choice) -> Result<(), String> {
            let path = self.path("in/c");
            let trust = Trust::new(choice, Some(&path), &Environment::default());
            trust.check(&path).map_err(|error| error.to_string().replace(&self.path("").display().to_string(), ""))
        }
    }

    #[test]
    fn what_only_its_user_may_write_is_trusted() {
        for (folder, file) in [(0o700, 0o600), (0o755, 0o644), (0o1777, 0o644)] {
            assert_eq!(Place::new(folder, file).check(Choice::Found), Ok(()), "{folder:o} {file:o}");
        }
    }

    #[test]
    fn what_everybody_may_write_is_refused_also_when_it_is_named() {
        for (folder, file, choice, expected) in [
            (0o777, 0o644, Choice::Found, "in"),
            (0o755, 0o666, Choice::Found, "in/c"),
            (0o1777, 0o646, Choice::Named, "in/c"),
        ] {
            let message = Place::new(folder, file).check(choice).unwrap_err();
            assert_eq!(message, format!("in/c is not trusted: everybody may write to {expected}"));
        }
        assert_eq!(Place::new(0o777, 0o644).check(Choice::Named), Ok(()));
    }

    #[test]
    fn a_file_of_another_user_is_refused_unless_it_is_named() {
        let place = Place::new(0o755, 0o644);
        if chown(place.path("in/c"), Some(SOMEONE), None).is_err() {
            return; // only root may give files away
        }
        let message = place.check(Choice::Found).unwrap_err();
        assert!(message.contains("belongs to user 12345"), "{message}");
        assert_eq!(place.check(Choice::Named), Ok(()));
        let environment = Environment::from_iter([("SUDO_UID", "12345")]);
        assert!(Trust::new(Choice::Found, None, &environment).check(&place.path("in/c")).is_ok());
    }

    #[test]
    fn a_folder_on_the_way_counts_and_so_does_a_link() {
        let place = Place::new(0o755, 0o644);
        if chown(place.path("in"), Some(SOMEONE), None).is_err() {
            return;
        }
        assert!(place.check(Choice::Found).unwrap_err().contains("in belongs to user 12345"));
        chown(place.path("in"), Some(0), None).unwrap();
        fs::create_dir(place.path("other")).unwrap();
        let place = place.mode("other", 0o777);
        fs::rename(place.path("in/c"), place.path("other/c")).unwrap();
        symlink(place.path("other/c"), place.path("in/c")).unwrap();
        assert!(place.check(Choice::Found).unwrap_err().ends_with("everybody may write to other"));
        let place = place.mode("other", 0o755);
        assert_eq!(place.check(Choice::Found), Ok(()));
        std::os::unix::fs::lchown(place.path("in/c"), Some(SOMEONE), None).unwrap();
        assert!(place.check(Choice::Found).unwrap_err().contains("in/c belongs to user 12345"));
    }

    #[test]
    fn a_group_of_others_may_not_write() {
        let place = Place::new(0o755, 0o664);
        if chown(place.path("in/c"), None, Some(SOMEONE)).is_err() {
            return;
        }
        assert!(place.check(Choice::Found).unwrap_err().contains("group 12345"));
        assert_eq!(place.check(Choice::Named), Ok(()));
        chown(place.path("in/c"), None, Some(0)).unwrap();
        assert_eq!(place.check(Choice::Found), Ok(()));
    }

    #[test]
    fn a_program_beside_the_configuration_counts() {
        let place = Place::new(0o755, 0o755).mode("in/c", 0o757);
        let trust = Trust::new(Choice::Found, None, &Environment::default());
        let check = |words: &[&str]| {
            let hook = Hook::from_words(words.iter().map(|word| (*word).to_owned()).collect()).unwrap();
            trust.check_command(&hook, &place.path("in")).is_ok()
        };
        assert!(!check(&["./c"]) && !check(&["sh", "./c"]) && check(&["c"]) && check(&["./none"]));
    }
}
