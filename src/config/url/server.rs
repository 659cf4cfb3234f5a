//! URLs of database servers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::environment::Environment;
use crate::config::url::option_file::Options;
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
    /// Where else the same database may be, in the order in which it is tried (PostgreSQL).
    pub others: Vec<Host>,
    /// Which of these servers will do (PostgreSQL).
    pub target: SessionTarget,
    /// The user; nothing is the one that the process runs as.
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

/// A further server of the same database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Where it listens.
    pub address: Address,
    /// The password there.
    pub password: Option<Secret>,
}

/// Which servers will do, in PostgreSQL's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionTarget {
    /// The first that answers.
    #[default]
    Any,
    /// One that can be written to.
    ReadWrite,
    /// One that cannot.
    ReadOnly,
    /// One that is no standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby if one answers, else the first that answers.
    PreferStandby,
}

impl SessionTarget {
    const WORDS: [(&str, Self); 6] = [
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, target)| *target);
        let words = || Self::WORDS.map(|(word, _)| word).join(", ");
        found.ok_or_else(|| format!("its `target_session_attrs` is none of {}", words()))
    }

    /// Returns what it is called in a URL.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, target)| *target == self).map_or("any", |(word, _)| word)
    }
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
    /// The hosts, each with its port; one that may be empty, or several.
    pub(super) places: Vec<(Option<String>, Option<u16>)>,
}

/// Parameters of the encryption, with the spellings of PostgreSQL, MySQL, sqlx and SQLAlchemy's drivers.
pub(super) const SSL_MODE: (&str, &[&str]) = ("sslmode", &["ssl-mode", "ssl_mode", "ssl"]);
pub(super) const SSL_ROOT_CERT: (&str, &[&str]) =
    ("sslrootcert", &["ssl-root-cert", "ssl_root_cert", "sslca", "ssl-ca", "ssl_ca"]);
pub(super) const SSL_CERT: (&str, &[&str]) = ("sslcert", &["ssl-cert", "ssl_cert"]);
pub(super) const SSL_KEY: (&str, &[&str]) = ("sslkey", &["ssl-key", "ssl_key"]);

pub(super) const MYSQL_PARAMETERS: &[(&str, &[&str])] = &[
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
    ///
    /// What they do not say is taken from the option files and variables of the servers' own programs.
    pub(super) fn parse_mysql(
        dialect: Dialect,
        parts: &Parts<'_>,
        folder: &Path,
        environment: &Environment,
    ) -> Result<Self, String> {
        let Authority { user, password, places } = Authority::parse(parts)?;
        let [(host, port)] = <[_; 1]>::try_from(places)
            .map_err(|_| "it names several hosts; name the one that can be written to".to_owned())?;
        let parameters = parts.parameters(MYSQL_PARAMETERS)?;
        let options = Options::read(environment)?;
        let option = |name: &str| options.get(name).map(str::to_owned);
        let file = |name: &str, other: &str| {
            parameters.get(name).map(|path| folder.join(path)).or_else(|| option(other).map(PathBuf::from))
        };
        let socket = parameters.get("socket").map(|path| folder.join(path));
        // The host `localhost` of an option file is its socket.
        let has_place = host.is_some() || port.is_some() || option("host").is_some_and(|host| host != "localhost");
        let socket = socket.or_else(|| option("socket").filter(|_| !has_place).map(PathBuf::from));
        let host = host.or_else(|| option("host")).unwrap_or_else(|| "localhost".to_owned());
        let address = match socket {
            Some(path) => Address::Socket { path },
            None if host.starts_with('/') => Address::Socket { path: host.into() },
            None => {
                let usual = || option("port").map_or(Ok(3306), |port| parse_port(&port));
                Address::Tcp { host, port: port.map_or_else(usual, Ok)? }
            }
        };
        let mode = parameters.get("sslmode").map(|mode| TlsMode::parse(mode)).transpose()?;
        let mode = mode.map_or_else(|| mode_of(&options), |mode| Ok(Some(mode)))?;
        check_charset(&parameters)?;
        if mode == Some(TlsMode::Allow) {
            return Err("`allow` is a mode of PostgreSQL's; write `preferred`".to_owned());
        }
        Ok(Self {
            dialect,
            address,
            others: Vec::new(),
            target: SessionTarget::Any,
            user: user.or_else(|| option("user")).or_else(|| environment.user().map(str::to_owned)),
            password: password.or_else(|| option("password")).map(Secret::new),
            database: database(parts)?.ok_or("it names no database; write it after the host: `…/name`")?,
            tls: Tls::new(mode, file("sslrootcert", "ssl-ca"), file("sslcert", "ssl-cert"), file("sslkey", "ssl-key"))?,
            connect_timeout: connect_timeout(parameters.get("connect_timeout").map(String::as_str))?,
            application_name: None,
            options: Vec::new(),
            settings: Vec::new(),
            charset: word(&parameters, "charset")?,
            collation: word(&parameters, "collation")?,
        })
    }

    /// Returns the URL of each server by itself, in the order in which they are tried.
    pub fn each_host(&self) -> Vec<Self> {
        let first = Host { address: self.address.clone(), password: self.password.clone() };
        let hosts = [first].into_iter().chain(self.others.iter().cloned());
        hosts.map(|Host { address, password }| Self { address, password, others: Vec::new(), ..self.clone() }).collect()
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
            _ if !self.others.is_empty() => {
                let others = self.others.iter().map(|host| &host.address);
                let all: Vec<String> = [&self.address].into_iter().chain(others).map(ToString::to_string).collect();
                write!(f, "{}/{}", all.join(","), self.database)
            }
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
        let is_cut = parts.path.contains('@') || parts.query.contains('@') && places(authority).is_err();
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
        let filled = |text: &String| !text.is_empty();
        Ok(Self { user: user.filter(filled), password: password.filter(filled), places: places(place)? })
    }
}

/// A host and its port, as far as they are given.
type HostAndPort = (Option<String>, Option<u16>);

fn places(text: &str) -> Result<Vec<HostAndPort>, String> {
    text.split(',').map(host_and_port).collect()
}

fn host_and_port(place: &str) -> Result<HostAndPort, String> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let Some((host, rest)) = rest.split_once(']') else {
                return Err("its host begins with `[` and has no `]`".to_owned());
            };
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what is in brackets is not an IPv6 address".to_owned());
            }
            (host, rest.strip_prefix(':').or(Some(rest).filter(|rest| !rest.is_empty())))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.filter(|port| !port.is_empty()).map(parse_port).transpose()?;
    let host = decode(host)?;
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
pub(super) fn connect_timeout(text: Option<&str>) -> Result<Option<Duration>, String> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.parse::<u32>().map_err(|_| "`connect_timeout` is a number of seconds".to_owned())?;
    Ok(Some(Duration::from_secs(seconds.into())).filter(|timeout| !timeout.is_zero()))
}

/// Returns how much the option files ask of the encryption.
fn mode_of(options: &Options) -> Result<Option<TlsMode>, String> {
    if let Some(mode) = options.get("ssl-mode") {
        return TlsMode::parse(mode).map(Some);
    }
    Ok(match (options.switch("ssl-verify-server-cert"), options.switch("ssl")) {
        (Some(true), _) => Some(TlsMode::VerifyFull),
        (_, Some(true)) => Some(TlsMode::Require),
        (_, Some(false)) => Some(TlsMode::Disable),
        _ if options.switch("skip-ssl") == Some(true) => Some(TlsMode::Disable),
        _ => None,
    })
}

/// Scripts are UTF-8: a connection with another character set would store other text.
fn check_charset(parameters: &BTreeMap<&'static str, String>) -> Result<(), String> {
    let starts = |name: &str, beginnings: &[&str]| {
        parameters.get(name).is_none_or(|value| {
            let value = value.to_ascii_lowercase();
            beginnings.iter().any(|beginning| value.starts_with(beginning))
        })
    };
    if parameters.get("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf8mb4")) {
        return Err("its `charset` is not utf8mb4, which scripts are in; leave it out".to_owned());
    }
    if !starts("collation", &["utf8mb4_", "uca1400_"]) {
        return Err("its `collation` is none of utf8mb4, which scripts are in; leave it out".to_owned());
    }
    Ok(())
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
        ServerUrl::parse_mysql(
            Dialect::Mysql,
            &Parts::split(url).unwrap(),
            Path::new("project"),
            &Environment::default(),
        )
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
        for query in ["charset=latin1", "charset=utf8", "charset=a'b", "collation=latin1_swedish_ci"] {
            check_refused(&format!("mysql://h/db?{query}"), "which scripts are in");
        }
        check_refused("mysql://h/db?collation=utf8mb4_'", "letters");
    }

    #[test]
    fn option_files_and_variables_fill_the_gaps() {
        let folder = tempfile::tempdir().unwrap();
        let options = "[client]\nuser=cu\npassword=cp\nport=7\nssl-mode=REQUIRED\nsocket=/run/c.sock\n";
        std::fs::write(folder.path().join(".my.cnf"), options).unwrap();
        let home = folder.path().to_str().unwrap();
        let shown = |url: &str, variables: &[(&str, &str)]| {
            let environment = Environment::from_iter(variables.iter().copied());
            let parts = Parts::split(url).unwrap();
            let url = ServerUrl::parse_mysql(Dialect::Mysql, &parts, Path::new(""), &environment).unwrap();
            (url.to_string(), url.tls.mode)
        };
        let file = [("HOME", home), ("MYSQL_HOST", "ignored")];
        assert_eq!(shown("mysql://h/db", &file), ("mysql://cu:***@h:7/db".to_owned(), TlsMode::Require));
        assert_eq!(
            shown("mysql://u@h:1/db?ssl-mode=DISABLED", &file),
            ("mysql://u:***@h:1/db".to_owned(), TlsMode::Disable)
        );
        assert_eq!(shown("mysql:///db", &[("HOME", home)]).0, "mysql://cu:***@/db?socket=/run/c.sock");
        let variables = [("MYSQL_HOST", "v"), ("MYSQL_TCP_PORT", "9"), ("MYSQL_PWD", "p")];
        assert_eq!(shown("mysql://u@/db", &variables).0, "mysql://u:***@v:9/db");
        assert_eq!(shown("mysql:///db", &[("MYSQL_UNIX_PORT", "/run/v.sock")]).0, "mysql:///db?socket=/run/v.sock");
    }

    #[test]
    fn parameters_must_be_known() {
        check_refused("mysql://h/db?ssl-moed=required", "did you mean `sslmode`?");
        check_refused("mysql://h/db?zzz=1", "they are sslmode");
        check_refused("mysql://h/db?charset=a&charset=b", "twice");
        check_refused("mysql://u@h/db?charset=a&s3cret@h2/db", "a parameter that rev does not know");
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
