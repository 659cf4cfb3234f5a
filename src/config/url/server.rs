//! URLs of database servers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::url::parts::Parts;
use crate::config::url::parts::decode;
use crate::config::url::secret::Secret;
use crate::config::url::tls::Tls;
use crate::config::url::tls::TlsMode;
use crate::dialect::Dialect;

/// A database on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// The dialect that the scheme names; a MariaDB server is also found behind `mysql://`, and the other way round.
    pub dialect: Dialect,
    /// Where the server listens.
    pub address: Address,
    /// The user; nothing leaves it to the driver.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The database, never empty.
    pub database: String,
    /// The encryption.
    pub tls: Tls,
    /// How long one attempt to connect may take.
    pub connect_timeout: Option<Duration>,
    /// The name that the server shows to others (PostgreSQL).
    pub application_name: Option<String>,
    /// Settings of the session, by name (PostgreSQL).
    pub options: Vec<(String, String)>,
    /// Settings that go before those in `options` (PostgreSQL): the client's variables ask for them, or rev found out
    /// that the server would have given them.
    pub settings: Vec<(String, String)>,
    /// The character set of the connection (MariaDB, MySQL).
    pub charset: Option<String>,
    /// The collation of the connection (MariaDB, MySQL).
    pub collation: Option<String>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// On the network.
    Tcp {
        /// The name or address, an IPv6 one without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// In a folder, as PostgreSQL does: the socket is `.s.PGSQL.PORT` in it.
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// The port that is part of the socket's name.
        port: u16,
    },
    /// On a socket, as MariaDB and MySQL do.
    Socket {
        /// The socket.
        path: PathBuf,
    },
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::SocketFolder { path, port } => write!(f, "{}", path.join(format!(".s.PGSQL.{port}")).display()),
            Self::Socket { path } => write!(f, "{}", path.display()),
        }
    }
}

/// What stands between `//` and the database's name, decoded.
#[derive(Default)]
pub(super) struct Authority {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

/// Parameters of the encryption, with the spellings of PostgreSQL, MySQL, sqlx and SQLAlchemy's drivers.
pub(super) const SSL_MODE: (&str, &[&str]) = ("sslmode", &["ssl-mode", "ssl_mode", "ssl"]);
pub(super) const SSL_ROOT_CERT: (&str, &[&str]) =
    ("sslrootcert", &["ssl-root-cert", "ssl_root_cert", "sslca", "ssl-ca", "ssl_ca"]);
pub(super) const SSL_CERT: (&str, &[&str]) = ("sslcert", &["ssl-cert", "ssl_cert"]);
pub(super) const SSL_KEY: (&str, &[&str]) = ("sslkey", &["ssl-key", "ssl_key"]);

const MYSQL_PARAMETERS: &[(&str, &[&str])] = &[
    SSL_MODE,
    SSL_ROOT_CERT,
    SSL_CERT,
    SSL_KEY,
    ("socket", &["unix_socket"]),
    ("charset", &[]),
    ("collation", &[]),
    ("connect_timeout", &[]),
];

impl ServerUrl {
    /// Reads `mysql://` and `mariadb://` URLs; relative paths of certificates are joined to `folder`.
    pub(super) fn parse_mysql(dialect: Dialect, parts: &Parts<'_>, folder: &Path) -> Result<Self, String> {
        let authority = Authority::parse(parts)?;
        let parameters = parts.parameters(MYSQL_PARAMETERS)?;
        let path = |name: &str| parameters.get(name).map(|path| folder.join(path));
        let host = authority.host.unwrap_or_else(|| "localhost".to_owned());
        let address = match path("socket") {
            Some(path) => Address::Socket { path },
            None if host.starts_with('/') => Address::Socket { path: host.into() },
            None => Address::Tcp { host, port: authority.port.unwrap_or(3306) },
        };
        let mode = parameters.get("sslmode").map(|mode| TlsMode::parse(mode)).transpose()?;
        if mode == Some(TlsMode::Allow) {
            return Err("`allow` is a mode of PostgreSQL's; write `preferred`".to_owned());
        }
        Ok(Self {
            dialect,
            address,
            user: authority.user,
            password: authority.password.map(Secret::new),
            database: database(parts)?.ok_or("it names no database; write it after the host: `…/name`")?,
            tls: Tls::new(mode, path("sslrootcert"), path("sslcert"), path("sslkey"))?,
            connect_timeout: connect_timeout(parameters.get("connect_timeout"))?,
            application_name: None,
            options: Vec::new(),
            settings: Vec::new(),
            charset: word(&parameters, "charset")?,
            collation: word(&parameters, "collation")?,
        })
    }

    /// Returns the port of the TCP address or of the socket's name.
    pub fn port(&self) -> Option<u16> {
        match self.address {
            Address::Tcp { port, .. } | Address::SocketFolder { port, .. } => Some(port),
            Address::Socket { .. } => None,
        }
    }
}

impl fmt::Display for ServerUrl {
    /// Writes the URL with `***` for the password and without parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.dialect)?;
        match (&self.user, &self.password) {
            (Some(user), Some(password)) => write!(f, "{user}:{password}@")?,
            (Some(user), None) => write!(f, "{user}@")?,
            (None, Some(password)) => write!(f, ":{password}@")?,
            (None, None) => {}
        }
        match &self.address {
            Address::Tcp { .. } => write!(f, "{}/{}", self.address, self.database),
            Address::SocketFolder { path, .. } => write!(f, "/{}?host={}", self.database, path.display()),
            Address::Socket { path } => write!(f, "/{}?socket={}", self.database, path.display()),
        }
    }
}

impl Authority {
    pub(super) fn parse(parts: &Parts<'_>) -> Result<Self, String> {
        let Some(authority) = parts.authority else {
            return Err(format!("write two slashes after `{}:`", parts.scheme));
        };
        // A `/`, `?` or `#` in a password ends the authority, and leaves the `@` behind it.
        let is_cut = parts.path.contains('@') || parts.query.contains('@') && host_and_port(authority).is_err();
        if is_cut && !authority.contains('@') || authority.contains('#') {
            return Err("in a user's name or password, write `%2F` for `/`, `%3F` for `?`, `%23` for `#`".to_owned());
        }
        let (account, place) = match authority.rsplit_once('@') {
            Some((account, place)) => (Some(account), place),
            None => (None, authority),
        };
        let (user, password) = match account.map(|account| account.split_once(':').ok_or(account)) {
            Some(Ok((user, password))) => (Some(decode(user)?), Some(decode(password)?)),
            Some(Err(user)) => (Some(decode(user)?), None),
            None => (None, None),
        };
        let (host, port) = host_and_port(place)?;
        let filled = |text: &String| !text.is_empty();
        Ok(Self { user: user.filter(filled), password: password.filter(filled), host, port })
    }
}

fn host_and_port(place: &str) -> Result<(Option<String>, Option<u16>), String> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let Some((host, rest)) = rest.split_once(']') else {
                return Err("its host begins with `[` and has no `]`".to_owned());
            };
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what stands in brackets is not an IPv6 address".to_owned());
            }
            (host, rest.strip_prefix(':').or(Some(rest).filter(|rest| !rest.is_empty())))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.filter(|port| !port.is_empty()).map(parse_port).transpose()?;
    let host = decode(host)?;
    if host.contains(',') {
        return Err("it names several hosts; name the one that can be written to".to_owned());
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("its host holds white space".to_owned());
    }
    Ok((Some(host).filter(|host| !host.is_empty()), port))
}

/// Reads a port. The text is not repeated: without a host, a password stands in its place.
pub(super) fn parse_port(text: &str) -> Result<u16, String> {
    let port = text.parse::<u16>().ok().filter(|port| *port > 0 && text.bytes().all(|byte| byte.is_ascii_digit()));
    port.ok_or_else(|| "its port is not a number from 1 to 65535".to_owned())
}

/// Returns the name of the database, if the path has one.
pub(super) fn database(parts: &Parts<'_>) -> Result<Option<String>, String> {
    let name = parts.path.strip_prefix('/').unwrap_or(parts.path);
    if name.contains('/') {
        return Err("the name of its database holds a `/`, which is written `%2F`".to_owned());
    }
    decode(name).map(|name| Some(name).filter(|name| !name.is_empty()))
}

/// Reads whole seconds, of which none means no limit.
pub(super) fn connect_timeout(text: Option<&String>) -> Result<Option<Duration>, String> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.parse::<u32>().map_err(|_| "`connect_timeout` is a number of seconds".to_owned())?;
    Ok(Some(Duration::from_secs(seconds.into())).filter(|timeout| !timeout.is_zero()))
}

/// Returns a parameter that is sent to the server as part of a statement.
fn word(parameters: &BTreeMap<&'static str, String>, name: &str) -> Result<Option<String>, String> {
    let Some(value) = parameters.get(name) else { return Ok(None) };
    if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!("`{name}` is a word of letters, digits and `_`"));
    }
    Ok(Some(value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<ServerUrl, String> {
        ServerUrl::parse_mysql(Dialect::Mysql, &Parts::split(url).unwrap(), Path::new("project"))
    }

    fn check(url: &str, expected: &str) {
        assert_eq!(parse(url).unwrap().to_string(), expected);
    }

    fn check_refused(url: &str, reason: &str) {
        let message = parse(url).unwrap_err();
        assert!(message.contains(reason), "{url}: {message}");
    }

    #[test]
    fn the_port_has_a_default() {
        check("mysql://u@h/db", "mysql://u@h:3306/db");
        check("mysql+pymysql://u:s3cret@h:3307/db", "mysql://u:***@h:3307/db");
        check("mysql:///db", "mysql://localhost:3306/db");
        assert_eq!(parse("mysql://h:3307/db").unwrap().port(), Some(3307));
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        check("mysql://[::1]/db", "mysql://[::1]:3306/db");
        check("mysql://u@[fe80::1]:3307/db", "mysql://u@[fe80::1]:3307/db");
        check_refused("mysql://[::1/db", "has no `]`");
        check_refused("mysql://[nonsense]/db", "not an IPv6 address");
        check_refused("mysql://[::1]x/db", "port");
    }

    #[test]
    fn user_password_and_database_are_decoded() {
        let url = parse("mysql://a%40b:p%2Fw%3A@h/d%20b").unwrap();
        assert_eq!((url.user.as_deref(), url.database.as_str()), (Some("a@b"), "d b"));
        assert_eq!(url.password.unwrap().expose(), "p/w:");
    }

    #[test]
    fn an_at_sign_and_a_colon_need_no_escape_in_the_password() {
        assert_eq!(parse("mysql://u:p@s:s@h/db").unwrap().password.unwrap().expose(), "p@s:s");
    }

    #[test]
    fn a_slash_in_the_password_is_explained() {
        for url in ["mysql://u:p/w@h/db", "mysql://u:p?w@h/db", "mysql://u:p#w@h/db"] {
            check_refused(url, "`%2F`");
        }
    }

    #[test]
    fn a_socket_needs_no_host() {
        check("mysql://u@localhost/db?socket=/run/mysqld/mysqld.sock", "mysql://u@/db?socket=/run/mysqld/mysqld.sock");
        check("mysql:///db?unix_socket=/run/m.sock", "mysql:///db?socket=/run/m.sock");
    }

    #[test]
    fn tls_takes_everyones_spelling() {
        for query in ["ssl-mode=VERIFY_CA&ssl-ca=ca.pem", "sslmode=verify-ca&sslrootcert=ca.pem", "ssl_ca=ca.pem"] {
            let tls = parse(&format!("mysql://h/db?{query}")).unwrap().tls;
            assert_eq!((tls.mode, tls.root_cert), (TlsMode::VerifyCa, Some("project/ca.pem".into())), "{query}");
        }
        check_refused("mysql://h/db?sslmode=allow", "preferred");
    }

    #[test]
    fn character_set_and_time_are_read() {
        let url = parse("mysql://h/db?charset=utf8mb4&collation=utf8mb4_bin&connect_timeout=5").unwrap();
        assert_eq!((url.charset.as_deref(), url.collation.as_deref()), (Some("utf8mb4"), Some("utf8mb4_bin")));
        assert_eq!(url.connect_timeout, Some(Duration::from_secs(5)));
        check_refused("mysql://h/db?charset=a'b", "letters");
    }

    #[test]
    fn parameters_must_be_known() {
        check_refused("mysql://h/db?ssl-moed=required", "did you mean `sslmode`?");
        check_refused("mysql://h/db?zzz=1", "they are sslmode");
        check_refused("mysql://h/db?charset=a&charset=b", "twice");
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        check_refused("mysql://h", "names no database");
        check_refused("mysql://h/", "names no database");
        check_refused("mysql://h/a/b", "`%2F`");
        check_refused("mysql:h/db", "two slashes");
        check_refused("mysql://h:0/db", "1 to 65535");
        check_refused("mysql://h:+1/db", "1 to 65535");
        check_refused("mysql://a,b/db", "several hosts");
        check_refused("mysql://a b/db", "white space");
    }
}
