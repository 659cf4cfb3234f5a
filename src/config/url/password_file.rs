//! PostgreSQL's password file, `~/.pgpass`.

use std::path::Path;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::url::secret::Secret;
use crate::config::url::server::Address;
use crate::regular_file;

/// The folders whose sockets are `localhost` in a password file, as they are the ones that are used without a host.
pub(super) const SOCKET_FOLDERS: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// Which password is looked for.
pub(super) struct Wanted<'a> {
    /// What the host is called, also where its address is given beside it.
    pub(super) host: Option<&'a str>,
    pub(super) address: &'a Address,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Looks a password up in `file`, or else in the user's own. Like PostgreSQL's programs, it takes nothing from a file that
/// others may read; here that is an error if the password is in it.
pub(super) fn password(
    wanted: &Wanted<'_>,
    file: Option<&str>,
    environment: &Environment,
) -> Result<Option<Secret>, String> {
    let path = file.map(PathBuf::from).or_else(|| Some(environment.home()?.join(".pgpass")));
    let Some((path, text)) = path.and_then(|path| Some((path.clone(), regular_file::read(&path).ok()?))) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&text);
    let found = text.lines().find_map(|line| password_of(line, wanted));
    if found.is_some() && is_open_to_others(&path) {
        return Err(format!("{} holds its password and can be read by others; `chmod 600` it", path.display()));
    }
    Ok(found.map(Secret::new))
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Returns the password of a line if its other fields fit.
fn password_of(line: &str, wanted: &Wanted<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let fields = fields(line.trim_end_matches('\r'));
    let [host, port, database, user, password] = fields.as_slice() else { return None };
    let (wanted_host, wanted_port) = match wanted.address {
        Address::Tcp { host, port } => (wanted.host.unwrap_or(host).to_owned(), *port),
        Address::SocketFolder { path, port } if SOCKET_FOLDERS.iter().any(|folder| path == Path::new(folder)) => {
            ("localhost".to_owned(), *port)
        }
        Address::SocketFolder { path, port } => (path.to_string_lossy().into_owned(), *port),
        Address::Socket { .. } => return None,
    };
    let fits = |field: &str, wanted: &str| field == "*" || unescaped(field) == wanted;
    let is_it = fits(host, &wanted_host)
        && fits(port, &wanted_port.to_string())
        && fits(database, wanted.database)
        && fits(user, wanted.user);
    is_it.then(|| unescaped(password)).filter(|password| !password.is_empty())
}

/// Cuts a line at its colons, but for those after a backslash; the password ends the line.
fn fields(line: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (at, c) in line.char_indices() {
        if c == ':' && !is_escaped {
            fields.push(&line[start..at]);
            start = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    fields.push(&line[start..]);
    // What follows the password is none of it.
    fields.truncate(5);
    fields
}

fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        text.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "#h:1:d:u:comment\nh:1:d:u:one\n\\:\\:1:*:d:u:six\\:\\\\\nlocalhost:5432:d:u:socket\n/srv/pg:*:*:*:folder\nshort:1\n*:*:*:other:any\r\n";

    fn check(host: &str, port: u16, user: &str, expected: Option<&str>) {
        let address = match host.starts_with('/') {
            true => Address::SocketFolder { path: host.into(), port },
            false => Address::Tcp { host: host.to_owned(), port },
        };
        let wanted = Wanted { host: None, address: &address, database: "d", user };
        assert_eq!(FILE.lines().find_map(|line| password_of(line, &wanted)).as_deref(), expected, "{host}");
    }

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        check("h", 1, "u", Some("one"));
        check("h", 2, "u", None);
        check("::1", 5432, "u", Some("six:\\"));
        check("x", 9, "other", Some("any"));
    }

    #[test]
    fn a_socket_is_localhost_where_sockets_usually_are() {
        check("/run/postgresql", 5432, "u", Some("socket"));
        check("/srv/pg", 5432, "u", Some("folder"));
        check("/srv/other", 5432, "u", None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused_if_the_password_is_in_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".pgpass");
        std::fs::write(&path, FILE).unwrap();
        let environment = Environment::from_iter([("HOME", folder.path().to_string_lossy())]);
        let look = |mode: u32, user: &str| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let address = Address::Tcp { host: "h".to_owned(), port: 1 };
            let wanted = Wanted { host: None, address: &address, database: "d", user };
            password(&wanted, None, &environment).map(|found| found.map(|secret| secret.expose().to_owned()))
        };
        assert_eq!(look(0o600, "u"), Ok(Some("one".to_owned())));
        assert!(look(0o640, "u").unwrap_err().contains("chmod 600"));
        assert_eq!(look(0o640, "v"), Ok(None));
    }
}
