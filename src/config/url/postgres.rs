//! PostgreSQL URLs, whose gaps the `PG…` variables fill as they do for PostgreSQL's own programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::url::parts::Parts;
use crate::config::url::secret::Secret;
use crate::config::url::server::Address;
use crate::config::url::server::Authority;
use crate::config::url::server::SSL_CERT;
use crate::config::url::server::SSL_KEY;
use crate::config::url::server::SSL_MODE;
use crate::config::url::server::SSL_ROOT_CERT;
use crate::config::url::server::ServerUrl;
use crate::config::url::server::connect_timeout;
use crate::config::url::server::database;
use crate::config::url::server::parse_port;
use crate::config::url::tls::Tls;
use crate::config::url::tls::TlsMode;
use crate::dialect::Dialect;

const PARAMETERS: &[(&str, &[&str])] = &[
    ("host", &[]),
    ("port", &[]),
    ("dbname", &[]),
    ("user", &[]),
    ("password", &[]),
    SSL_MODE,
    SSL_ROOT_CERT,
    SSL_CERT,
    SSL_KEY,
    ("application_name", &[]),
    ("options", &[]),
    ("connect_timeout", &[]),
];

/// The variables that stand for parameters.
const VARIABLES: &[(&str, &str)] = &[
    ("host", "PGHOST"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("application_name", "PGAPPNAME"),
    ("options", "PGOPTIONS"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
];

/// The variables that stand for settings of the session; a server that is sent them too lets them go before `options`.
const SETTINGS: [(&str, &str); 3] = [("DateStyle", "PGDATESTYLE"), ("TimeZone", "PGTZ"), ("geqo", "PGGEQO")];

/// Where servers put their sockets when nobody tells them otherwise.
const SOCKET_FOLDERS: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

impl ServerUrl {
    /// Reads `postgres://` and `postgresql://` URLs; relative paths in them are joined to `folder`.
    pub(super) fn parse_postgres(parts: &Parts<'_>, folder: &Path, environment: &Environment) -> Result<Self, String> {
        let authority = Authority::parse(parts)?;
        let mut parameters = parts.parameters(PARAMETERS)?;
        for name in ["sslrootcert", "sslcert", "sslkey"] {
            if let Some(path) = parameters.get_mut(name).filter(|path| *path != "system") {
                *path = folder.join(&*path).to_string_lossy().into_owned();
            }
        }
        let from_parts = [
            ("host", authority.host),
            ("port", authority.port.map(|port| port.to_string())),
            ("dbname", database(parts)?),
            ("user", authority.user),
            ("password", authority.password),
        ];
        for (name, value) in from_parts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            parameters.entry(name).or_insert(value);
        }
        Self::from_parameters(parameters, environment)
    }

    /// Makes a URL of the parameters, filling in those that are missing from the variables.
    pub(super) fn from_parameters(
        mut parameters: BTreeMap<&'static str, String>,
        environment: &Environment,
    ) -> Result<Self, String> {
        for (name, variable) in VARIABLES {
            if let Some(value) = environment.get_filled(variable) {
                parameters.entry(name).or_insert_with(|| value.to_owned());
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        let text = |name: &str| parameters.get(name).cloned();
        let path = |name: &str| parameters.get(name).map(PathBuf::from);
        let port = parameters.get("port").map_or(Ok(5432), |port| parse_port(port))?;
        let mode = parameters.get("sslmode").map(|mode| TlsMode::parse(mode)).transpose()?;
        let database = text("dbname").or_else(|| text("user"));
        let setting =
            |(name, variable): (&str, &str)| Some((name.to_owned(), environment.get_filled(variable)?.to_owned()));
        Ok(Self {
            dialect: Dialect::Postgres,
            address: address(text("host"), port)?,
            user: text("user"),
            password: text("password").map(Secret::new),
            database: database.ok_or("it names no database; write it after the host, or set PGDATABASE")?,
            tls: Tls::new(mode, path("sslrootcert"), path("sslcert"), path("sslkey"))?,
            connect_timeout: connect_timeout(parameters.get("connect_timeout"))?,
            application_name: text("application_name"),
            options: options(parameters.get("options").map_or("", String::as_str))?,
            settings: SETTINGS.into_iter().filter_map(setting).collect(),
            charset: None,
            collation: None,
        })
    }
}

fn address(host: Option<String>, port: u16) -> Result<Address, String> {
    match host {
        Some(host) if host.starts_with('/') => Ok(Address::SocketFolder { path: host.into(), port }),
        Some(host) if host.contains(',') => {
            Err("it names several hosts; name the one that can be written to".to_owned())
        }
        Some(host) => Ok(Address::Tcp { host, port }),
        None => {
            let socket = |folder: &&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
            Ok(match SOCKET_FOLDERS.into_iter().find(socket) {
                Some(folder) => Address::SocketFolder { path: folder.into(), port },
                None => Address::Tcp { host: "localhost".to_owned(), port },
            })
        }
    }
}

/// Reads `-c name=value` and `--name=value`, the only options of a server that make sense for a session.
fn options(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut options = Vec::new();
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") => words.next(),
            Some(setting) => Some(setting.to_owned()),
            None => None,
        };
        let Some((name, value)) = setting.as_deref().and_then(|setting| setting.split_once('=')) else {
            return Err("`options` takes the form `-c name=value`".to_owned());
        };
        options.push((name.to_owned(), value.to_owned()));
    }
    Ok(options)
}

/// Cuts at white space, which a backslash makes part of a word.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.extend(characters.next()),
            white if white.is_whitespace() => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parse(url: &str, variables: &[(&str, &str)]) -> Result<ServerUrl, String> {
        let environment = Environment::from_iter(variables.iter().copied());
        ServerUrl::parse_postgres(&Parts::split(url).unwrap(), Path::new("project"), &environment)
    }

    fn check(url: &str, variables: &[(&str, &str)], expected: &str) {
        assert_eq!(parse(url, variables).unwrap().to_string(), expected);
    }

    fn check_refused(url: &str, reason: &str) {
        let message = parse(url, &[]).unwrap_err();
        assert!(message.contains(reason), "{url}: {message}");
    }

    #[test]
    fn the_port_has_a_default() {
        check("postgres://u:s3cret@h/db", &[], "postgres://u:***@h:5432/db");
        check("postgresql+asyncpg://h:1/db", &[], "postgres://h:1/db");
    }

    #[test]
    fn a_folder_in_place_of_the_host_is_a_socket() {
        let expected = "postgres:///db?host=/run/pg";
        check("postgresql:///db?host=/run/pg", &[], expected);
        check("postgresql://%2Frun%2Fpg/db", &[], expected);
        check("postgresql://u@/db?host=/run/pg", &[], "postgres://u@/db?host=/run/pg");
        assert_eq!(parse("postgresql:///db?host=/run/pg", &[]).unwrap().address.to_string(), "/run/pg/.s.PGSQL.5432");
    }

    #[test]
    fn variables_fill_the_gaps() {
        let variables =
            [("PGHOST", "v"), ("PGPORT", "7"), ("PGUSER", "vu"), ("PGPASSWORD", "vp"), ("PGDATABASE", "vd")];
        check("postgres://", &variables, "postgres://vu:***@v:7/vd");
        check("postgres://u:p@h:1/db", &variables, "postgres://u:***@h:1/db");
        assert_eq!(parse("postgres://u:p@h/db", &variables).unwrap().password.unwrap().expose(), "p");
    }

    #[test]
    fn parameters_win_over_the_authority() {
        check("postgres://u@h/db?host=other&port=7&user=v&dbname=e", &[], "postgres://v@other:7/e");
        check("postgres://h:1/db?user=a@b", &[], "postgres://a@b@h:1/db");
    }

    #[test]
    fn the_database_is_the_users_when_it_is_not_named() {
        check("postgres://u@h", &[], "postgres://u@h:5432/u");
        check_refused("postgres://h", "set PGDATABASE");
    }

    #[test]
    fn tls_files_start_from_the_folder() {
        let url = "postgres://h/db?sslmode=verify-full&sslrootcert=ca.pem&sslcert=/c.pem&sslkey=k.pem";
        let tls = parse(url, &[("PGSSLMODE", "disable")]).unwrap().tls;
        let identity = Some(("/c.pem".into(), "project/k.pem".into()));
        assert_eq!(tls, Tls { mode: TlsMode::VerifyFull, root_cert: Some("project/ca.pem".into()), identity });
        let tls = parse("postgres://h/db", &[("PGSSLMODE", "require"), ("PGSSLROOTCERT", "ca.pem")]).unwrap().tls;
        assert_eq!(tls, Tls { mode: TlsMode::VerifyCa, root_cert: Some("ca.pem".into()), identity: None });
    }

    #[test]
    fn session_options_are_read() {
        let url = parse("postgres://h/db?options=-c%20search_path=a%5C%20b%20-cx=1%20--y=2&connect_timeout=0", &[]);
        let pairs = [("search_path", "a b"), ("x", "1"), ("y", "2")].map(|(name, value)| (name.into(), value.into()));
        let url = url.unwrap();
        assert_eq!((url.options, url.connect_timeout), (pairs.to_vec(), None::<Duration>));
        check_refused("postgres://h/db?options=-B%201", "-c name=value");
    }

    #[test]
    fn settings_of_the_clients_variables_are_read() {
        let url = parse("postgres://h/db?options=-c%20TimeZone=UTC", &[("PGTZ", "Asia/Tokyo"), ("PGDATESTYLE", "")]);
        assert_eq!(url.unwrap().settings, [("TimeZone".to_owned(), "Asia/Tokyo".to_owned())]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        check_refused("postgres://h/db?sslmode=verify", "verify-full");
        check_refused("postgres://h/db?port=x", "1 to 65535");
        check_refused("postgres://h/db?sslmod=require", "did you mean `sslmode`?");
        check_refused("postgres://a,b/db", "several hosts");
    }
}
