//! The option files and variables of the programs of MariaDB and MySQL, which fill the gaps of a URL as they do there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::regular_file;

/// The sections that `mariadb` and `mysql` read, of whichever program.
const SECTIONS: [&str; 6] = ["client", "client-server", "client-mariadb", "mysql", "mariadb", "mariadb-client"];

/// The files of the whole machine.
const SYSTEM_FILES: [&str; 3] = ["/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf"];

/// The variables, which are the weakest.
const VARIABLES: [(&str, &str); 4] =
    [("host", "MYSQL_HOST"), ("port", "MYSQL_TCP_PORT"), ("socket", "MYSQL_UNIX_PORT"), ("password", "MYSQL_PWD")];

/// The deepest that files include each other.
const DEEPEST: usize = 10;

/// What the files and the variables say together, by option.
#[derive(Debug, Default)]
pub(super) struct Options(BTreeMap<String, String>);

impl Options {
    /// Reads them; a later file wins over an earlier one.
    pub(super) fn read(environment: &Environment) -> Result<Self, String> {
        let mut options = Self::default();
        for (name, variable) in VARIABLES {
            options.0.extend(environment.get_filled(variable).map(|value| (name.to_owned(), value.to_owned())));
        }
        let mut files = Vec::new();
        if environment.is_process() {
            files.extend(SYSTEM_FILES.map(PathBuf::from));
        }
        let homes = ["MYSQL_HOME", "MARIADB_HOME"].iter().filter_map(|name| environment.get_filled(name));
        files.extend(homes.map(|folder| Path::new(folder).join("my.cnf")));
        files.extend(environment.home().map(|home| home.join(".my.cnf")));
        files.iter().try_for_each(|file| options.file(file, DEEPEST))?;
        Ok(options)
    }

    /// Returns the value of an option.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns whether a switch is on, if it is set; one without a value is on.
    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|value| !["0", "off", "false"].contains(&value.to_ascii_lowercase().as_str()))
    }

    fn file(&mut self, path: &Path, depth: usize) -> Result<(), String> {
        let Ok(bytes) = regular_file::read(path) else { return Ok(()) };
        if is_open_to_all(path) {
            return Err(format!("everybody may write to the option file {}; `chmod o-w` it", path.display()));
        }
        let mut is_read = false;
        for line in String::from_utf8_lossy(&bytes).lines().map(str::trim) {
            if let Some(included) = line.strip_prefix("!includedir").map(str::trim) {
                self.folder(Path::new(included), depth)?;
            } else if let Some(included) = line.strip_prefix("!include").map(str::trim) {
                if depth > 0 {
                    self.file(Path::new(included), depth - 1)?;
                }
            } else if let Some(section) = line.strip_prefix('[') {
                is_read = SECTIONS.contains(&section.split(']').next().unwrap_or_default().trim());
            } else if is_read && !line.starts_with(['#', ';']) && !line.is_empty() {
                let (name, value) = option(line);
                self.0.insert(name, value);
            }
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "cnf"));
        files.sort();
        if depth == 0 { Ok(()) } else { files.iter().try_for_each(|file| self.file(file, depth - 1)) }
    }
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_: &Path) -> bool {
    false
}

/// Reads `name = value`, `name = "value" # comment` or a name alone.
fn option(line: &str) -> (String, String) {
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    let name = name.trim().replace('_', "-");
    let name = name.strip_prefix("loose-").unwrap_or(&name).to_owned();
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.split_once(quote));
    let value = match quoted {
        Some((inner, _)) => inner,
        None => value.split(" #").next().unwrap_or_default().trim_end(),
    };
    (name, unescaped(value))
}

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('b') => text.push('\u{8}'),
            Some('s') => text.push(' '),
            Some('\\') => text.push('\\'),
            Some(other @ ('"' | '\'')) => text.push(other),
            other => text.extend(['\\'].into_iter().chain(other)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, name: &str, value: &str) {
        assert_eq!(option(line), (name.to_owned(), value.to_owned()));
    }

    #[test]
    fn an_option_is_read_as_by_the_servers_own_programs() {
        check("user = u", "user", "u");
        check("ssl_ca=/a b.pem # c", "ssl-ca", "/a b.pem");
        check("password = \"p#s s\" # c", "password", "p#s s");
        check("password=a\\\\b\\sc#d", "password", "a\\b c#d");
        check("loose-skip-ssl", "skip-ssl", "");
    }

    #[test]
    fn files_include_others_and_the_users_own_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        fs::create_dir(path("d")).unwrap();
        fs::write(
            path("my.cnf"),
            format!("[client]\nuser=a\nport=1\n!includedir {}\n!include {}\n", path("d"), path("my.cnf")),
        )
        .unwrap();
        fs::write(path("d/x.cnf"), "[mysqld]\nport=9\n[mariadb-client]\nhost=h\n").unwrap();
        fs::write(path(".my.cnf"), "[mysql]\nuser=b\n").unwrap();
        let variables =
            [("MYSQL_HOME", path("")), ("HOME", path("")), ("MYSQL_PWD", "p".into()), ("MYSQL_TCP_PORT", "7".into())];
        let options = Options::read(&Environment::from_iter(variables)).unwrap();
        let found = ["user", "port", "host", "password"].map(|name| options.get(name));
        assert_eq!(found, [Some("b"), Some("1"), Some("h"), Some("p")]);
    }
}
