//! PostgreSQL URLs, whose gaps services and the `PG…` variables fill as they do for PostgreSQL's own programs.

use std::net::IpAddr;
use std::path::Path;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::url::parameters::Given;
use crate::config::url::parameters::PARAMETERS;
use crate::config::url::parts::Parts;
use crate::config::url::password_file;
use crate::config::url::password_file::SOCKET_FOLDERS;
use crate::config::url::password_file::Wanted;
use crate::config::url::secret::Secret;
use crate::config::url::server::Address;
use crate::config::url::server::Authority;
use crate::config::url::server::Host;
use crate::config::url::server::ServerUrl;
use crate::config::url::server::SessionTarget;
use crate::config::url::server::connect_timeout;
use crate::config::url::server::database;
use crate::config::url::server::parse_port;
use crate::config::url::service;
use crate::config::url::tls::Tls;
use crate::config::url::tls::TlsMode;
use crate::dialect::Dialect;

/// The variables that stand for settings of the session; a server that is sent them too lets them go before `options`.
const SETTINGS: [(&str, &str); 3] = [("DateStyle", "PGDATESTYLE"), ("TimeZone", "PGTZ"), ("geqo", "PGGEQO")];

impl ServerUrl {
    /// Reads `postgres://` and `postgresql://` URLs; relative paths in them are joined to `folder`.
    pub(super) fn parse_postgres(parts: &Parts<'_>, folder: &Path, environment: &Environment) -> Result<Self, String> {
        let Authority { user, password, places } = Authority::parse(parts)?;
        let known = PARAMETERS.iter().map(|known| (known.name, known.spellings)).collect::<Vec<_>>();
        let mut parameters = parts.parameters(&known)?;
        for name in ["sslrootcert", "sslcert", "sslkey", "passfile", "servicefile"] {
            if let Some(path) = parameters.get_mut(name).filter(|path| *path != "system" && !path.is_empty()) {
                *path = folder.join(&*path).to_string_lossy().into_owned();
            }
        }
        let (hosts, ports): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let hosts = hosts.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
        let ports = ports.into_iter().map(|port| port.map_or(String::new(), |port| port.to_string()));
        let filled = |text: String| Some(text).filter(|text| !text.trim_matches(',').is_empty());
        let from_parts = [
            ("host", filled(hosts.join(","))),
            ("port", filled(ports.collect::<Vec<_>>().join(","))),
            ("dbname", database(parts)?),
            ("user", user),
            ("password", password),
        ];
        for (name, value) in from_parts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            parameters.entry(name).or_insert(value);
        }
        Self::from_given(Given::of_url(parameters), environment)
    }

    /// Makes a URL of what is given, filling in what is missing from the service and then from the variables.
    pub(super) fn from_given(mut given: Given, environment: &Environment) -> Result<Self, String> {
        service::fill(&mut given, environment)?;
        given.fill_from_variables(environment);
        given.check()?;
        let text = |name: &str| given.get(name).map(str::to_owned);
        let mode = given.get("sslmode").map(TlsMode::parse).transpose()?;
        let user = text("user").or_else(|| environment.user().map(str::to_owned));
        let database = text("dbname").or_else(|| user.clone());
        let database = database.ok_or("it names no database; write it after the host, or set PGDATABASE")?;
        let mut hosts = Vec::new();
        for (host, address) in addresses(&given, mode)? {
            let wanted = Wanted {
                host: host.as_deref(),
                address: &address,
                database: &database,
                user: user.as_deref().unwrap_or_default(),
            };
            let password = match given.get("password") {
                Some(password) => Some(Secret::new(password)),
                None => password_file::password(&wanted, given.get("passfile"), environment)?,
            };
            hosts.push(Host { address, password });
        }
        let setting =
            |(name, variable): (&str, &str)| Some((name.to_owned(), environment.get_filled(variable)?.to_owned()));
        let Host { address, password } = hosts.remove(0);
        Ok(Self {
            dialect: Dialect::Postgres,
            address,
            others: hosts,
            target: given.get("target_session_attrs").map_or(Ok(SessionTarget::Any), SessionTarget::parse)?,
            user,
            password,
            database,
            tls: tls(&given, mode, environment)?,
            connect_timeout: connect_timeout(given.get("connect_timeout"))?,
            application_name: text("application_name").or_else(|| text("fallback_application_name")),
            options: options(given.get("options").unwrap_or_default())?,
            settings: SETTINGS.into_iter().filter_map(setting).collect(),
            charset: None,
            collation: None,
        })
    }
}

/// Returns the encryption, with the files that PostgreSQL's programs look for in the home folder.
fn tls(given: &Given, mode: Option<TlsMode>, environment: &Environment) -> Result<Tls, String> {
    let path = |name: &str| given.get(name).map(PathBuf::from);
    let usual = |name: &str| {
        let path = environment.home()?.join(".postgresql").join(name);
        path.is_file().then_some(path)
    };
    let is_strict = matches!(mode, Some(TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull));
    let root = path("sslrootcert").or_else(|| usual("root.crt").filter(|_| is_strict));
    if root.is_some() && is_strict && usual("root.crl").is_some() {
        return Err("the list of revoked certificates ~/.postgresql/root.crl is not read; take it away".to_owned());
    }
    let (mut cert, mut key) = (path("sslcert"), path("sslkey"));
    if cert.is_none() && key.is_none() && mode != Some(TlsMode::Disable) {
        (cert, key) = usual("postgresql.crt").zip(usual("postgresql.key")).unzip();
    }
    if given.get("sslcertmode") == Some("disable") {
        (cert, key) = (None, None);
    }
    Tls::new(mode, root, cert, key)
}

/// Returns each place where the database may be, with the host's name where it has one.
fn addresses(given: &Given, mode: Option<TlsMode>) -> Result<Vec<(Option<String>, Address)>, String> {
    let list =
        |name: &str| given.get(name).map_or(Vec::new(), |text| text.split(',').map(str::trim).collect::<Vec<_>>());
    let (hosts, numbers, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = hosts.len().max(numbers.len()).max(1);
    if !numbers.is_empty() && !hosts.is_empty() && numbers.len() != hosts.len() {
        return Err(format!("it names {} hosts and {} addresses of hosts", hosts.len(), numbers.len()));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(format!("it names {count} hosts and {} ports", ports.len()));
    }
    let filled = |list: &[&str], at: usize| list.get(at).filter(|text| !text.is_empty()).map(|text| (*text).to_owned());
    let mut addresses = Vec::new();
    for at in 0..count {
        let port = filled(&ports, if ports.len() == 1 { 0 } else { at });
        let port = port.map_or(Ok(5432), |port| parse_port(&port))?;
        let (host, number) = (filled(&hosts, at), filled(&numbers, at));
        let Some(number) = number else {
            addresses.push((host.clone(), address(host, port)));
            continue;
        };
        if number.parse::<IpAddr>().is_err() {
            return Err(format!("its `{}` is not the address of a host", given.origin("hostaddr")));
        }
        if host.is_some() && mode == Some(TlsMode::VerifyFull) {
            return Err("the name of a host cannot be verified when `hostaddr` says where it is".to_owned());
        }
        addresses.push((host, Address::Tcp { host: number, port }));
    }
    Ok(addresses)
}

fn address(host: Option<String>, port: u16) -> Address {
    match host {
        Some(host) if host.starts_with('/') => Address::SocketFolder { path: host.into(), port },
        Some(host) => Address::Tcp { host, port },
        None => {
            let socket = |folder: &&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
            match SOCKET_FOLDERS.into_iter().find(socket) {
                Some(folder) => Address::SocketFolder { path: folder.into(), port },
                None => Address::Tcp { host: "localhost".to_owned(), port },
            }
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
        check_refused("postgres://a,b:1,c/db?port=1,2", "3 hosts and 2 ports");
        check_refused("postgres://h/db?hostaddr=x", "not the address");
        check_refused("postgres://h/db?hostaddr=127.0.0.1&sslmode=verify-full", "cannot be verified");
        check_refused("postgres://h/db?target_session_attrs=master", "read-write");
    }

    #[test]
    fn several_hosts_are_tried_in_order() {
        let url = parse("postgres://u:p@a:1,b,[::1]:3/db?target_session_attrs=read-write", &[]).unwrap();
        assert_eq!(url.to_string(), "postgres://u:***@a:1,b:5432,[::1]:3/db");
        assert_eq!(url.target, SessionTarget::ReadWrite);
        let each = url.each_host().iter().map(ToString::to_string).collect::<Vec<_>>();
        let expected = ["postgres://u:***@a:1/db", "postgres://u:***@b:5432/db", "postgres://u:***@[::1]:3/db"];
        assert_eq!(each, expected);
        check("postgres:///db?host=a,b&port=7", &[], "postgres://a:7,b:7/db");
        check("postgres:///db", &[("PGHOST", "a,b"), ("PGPORT", "1,2")], "postgres://a:1,b:2/db");
        check("postgres://h:7/db?hostaddr=127.0.0.1", &[], "postgres://127.0.0.1:7/db");
        check("postgres:///db", &[("PGHOSTADDR", "::1")], "postgres://[::1]:5432/db");
    }

    #[test]
    fn what_makes_no_difference_is_taken_and_what_cannot_be_done_is_refused() {
        for query in [
            "sslmode=require&channel_binding=prefer",
            "client_encoding=utf8&gssencmode=disable&fallback_application_name=x",
            "keepalives=1&keepalives_idle=30&tcp_user_timeout=1000&load_balance_hosts=random",
            "ssl_min_protocol_version=TLSv1.2&sslnegotiation=postgres&krbsrvname=p&sslsni=1&replication=off",
        ] {
            assert!(parse(&format!("postgres://h/db?{query}"), &[]).is_ok(), "{query}");
        }
        for query in [
            "channel_binding=require",
            "require_auth=scram-sha-256",
            "sslcrl=x",
            "requirepeer=postgres",
            "gssencmode=require",
            "client_encoding=latin1",
            "sslnegotiation=direct",
            "ssl_min_protocol_version=TLSv1.3",
            "replication=database",
            "sslpassword=s3cret",
        ] {
            check_refused(&format!("postgres://h/db?{query}"), "cannot be done: ");
        }
        let message = parse("postgres://h/db", &[("PGREQUIREAUTH", "none")]).unwrap_err();
        assert!(message.contains("`PGREQUIREAUTH`"), "{message}");
    }

    #[test]
    fn a_service_is_stronger_than_variables_and_weaker_than_the_url() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.conf");
        std::fs::write(&file, "[s]\nhost=sh\nport=7\nuser=su\npassword=sp\ndbname=sd\n").unwrap();
        let file = file.to_str().unwrap();
        let variables = [("PGSERVICEFILE", file), ("PGSERVICE", "s"), ("PGHOST", "v"), ("PGAPPNAME", "a")];
        check("postgres://", &variables, "postgres://su:***@sh:7/sd");
        check("postgres://h/d", &variables, "postgres://su:***@h:7/d");
        check(&format!("postgres:///?service=s&servicefile={file}"), &[], "postgres://su:***@sh:7/sd");
        assert!(parse("postgres:///?service=none", &variables).unwrap_err().contains("its service `none`"));
        let url = crate::config::url::DatabaseUrl::from_pg_variables(&variables.into_iter().take(2).collect());
        assert_eq!(url.unwrap().unwrap().to_string(), "postgres://su:***@sh:7/sd");
    }

    #[cfg(unix)]
    #[test]
    fn files_of_the_home_folder_are_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join(".pgpass"), "a:*:*:*:one\nb:*:*:*:two\n").unwrap();
        std::fs::set_permissions(folder.path().join(".pgpass"), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::create_dir(folder.path().join(".postgresql")).unwrap();
        std::fs::write(folder.path().join(".postgresql/root.crt"), "").unwrap();
        let url = parse("postgres://u@a,b,c/d?sslmode=require", &[("HOME", home)]).unwrap();
        let passwords = url.each_host().into_iter().map(|one| one.password.map(|secret| secret.expose().to_owned()));
        assert_eq!(passwords.collect::<Vec<_>>(), [Some("one".to_owned()), Some("two".to_owned()), None]);
        assert_eq!(url.tls.mode, TlsMode::VerifyCa);
        assert_eq!(parse("postgres://u@a/d", &[("HOME", home)]).unwrap().tls, Tls::default());
    }
}
