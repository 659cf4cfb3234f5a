//! A URL with everything in it, its password included: for the user's own commands, and for nobody else.

use std::fmt::Write;
use std::path::Path;

use crate::config::url::database_url::DatabaseUrl;
use crate::config::url::server::Address;
use crate::config::url::server::ServerUrl;
use crate::config::url::sqlite::SqliteMode;
use crate::config::url::sqlite::SqliteUrl;
use crate::config::url::tls::TlsMode;

impl DatabaseUrl {
    /// Returns the URL with its password and its parameters, in the form that this program and the servers' own take;
    /// paths in it are absolute. It must never be shown.
    pub fn expose(&self) -> String {
        match self {
            Self::Sqlite(file) => expose_file(file),
            Self::Server(server) => expose_server(server),
        }
    }
}

fn expose_file(file: &SqliteUrl) -> String {
    let mode = match file.mode {
        SqliteMode::Create => "",
        SqliteMode::ReadWrite => "?mode=rw",
        SqliteMode::ReadOnly => "?mode=ro",
    };
    format!("sqlite:{}{mode}", encode(&absolute(&file.path)).replace("%2F", "/"))
}

fn expose_server(server: &ServerUrl) -> String {
    let mut url = format!("{}://", server.dialect);
    if server.user.is_some() || server.password.is_some() {
        url.push_str(&encode(server.user.as_deref().unwrap_or_default()));
        if let Some(password) = &server.password {
            url.push(':');
            url.push_str(&encode(password.expose()));
        }
        url.push('@');
    }
    let mut parameters: Vec<(&str, String)> = Vec::new();
    match &server.address {
        _ if !server.others.is_empty() => parameters.extend(places(server)),
        Address::Tcp { .. } => url.push_str(&server.address.to_string()),
        Address::SocketFolder { path, port } => {
            parameters.extend([("host", absolute(path)), ("port", port.to_string())]);
        }
        Address::Socket { path } => parameters.push(("socket", absolute(path))),
    }
    url.push('/');
    url.push_str(&encode(&server.database));
    parameters.extend(encryption(server));
    let options = server.options.iter().map(|(name, value)| format!("-c {}={}", word(name), word(value)));
    let options: Vec<String> = options.collect();
    let others = [
        ("connect_timeout", server.connect_timeout.map(|timeout| timeout.as_secs().to_string())),
        ("target_session_attrs", Some(server.target.as_str().to_owned()).filter(|target| target != "any")),
        ("application_name", server.application_name.clone()),
        ("options", (!options.is_empty()).then(|| options.join(" "))),
        ("charset", server.charset.clone()),
        ("collation", server.collation.clone()),
    ];
    parameters.extend(others.into_iter().filter_map(|(name, value)| Some((name, value?))));
    for (at, (name, value)) in parameters.iter().enumerate() {
        url.push_str(&format!("{}{name}={}", if at == 0 { '?' } else { '&' }, encode(value)));
    }
    url
}

/// Returns the hosts and their ports as lists. The password is the first one's: a URL has no more.
fn places(server: &ServerUrl) -> [(&'static str, String); 2] {
    let others = server.others.iter().map(|host| &host.address);
    let each = [&server.address].into_iter().chain(others).map(|address| match address {
        Address::Tcp { host, port } => (host.clone(), port.to_string()),
        Address::SocketFolder { path, port } => (absolute(path), port.to_string()),
        Address::Socket { path } => (absolute(path), String::new()),
    });
    let (hosts, ports): (Vec<String>, Vec<String>) = each.unzip();
    [("host", hosts.join(",")), ("port", ports.join(","))]
}

fn encryption(server: &ServerUrl) -> Vec<(&'static str, String)> {
    let tls = &server.tls;
    let mode = match tls.mode {
        TlsMode::Disable => "disable",
        TlsMode::Allow => "allow",
        TlsMode::Prefer => "prefer",
        TlsMode::Require => "require",
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyFull => "verify-full",
    };
    let mut parameters = vec![("sslmode", mode.to_owned())];
    parameters.extend(tls.root_cert.as_deref().map(|path| ("sslrootcert", absolute(path))));
    if let Some((cert, key)) = &tls.identity {
        parameters.extend([("sslcert", absolute(cert)), ("sslkey", absolute(key))]);
    }
    parameters
}

/// The commands may run in another folder.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// Writes a word of `options`, in which white space and backslashes need a backslash.
fn word(text: &str) -> String {
    text.chars().flat_map(|c| (c == '\\' || c.is_whitespace()).then_some('\\').into_iter().chain([c])).collect()
}

/// Writes everything as `%41` that could mean something in a URL.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            // Writing to a string cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::config::environment::Environment;

    use super::*;

    fn parse(url: &str) -> DatabaseUrl {
        DatabaseUrl::parse(url, Path::new("/project"), &Environment::default()).unwrap()
    }

    fn check(url: &str, expected: &str) {
        assert_eq!(parse(url).expose(), expected);
        assert_eq!(parse(expected), parse(url));
    }

    #[test]
    fn nothing_is_left_out() {
        check("sqlite:a b.db?mode=ro", "sqlite:/project/a%20b.db?mode=ro");
        check("postgresql+asyncpg://u:p%40%2F@h/db", "postgres://u:p%40%2F@h:5432/db?sslmode=prefer");
    }

    #[test]
    fn every_parameter_is_kept() {
        for url in [
            "postgres://u:p%40%2Fw@h:1/d%20b?sslmode=verify-ca&sslrootcert=ca.pem&sslcert=c&sslkey=k&connect_timeout=3",
            "postgres:///db?host=/run/pg&port=7&application_name=x%20y&options=-c%20a=b\\%20c%20-c%20d=\\\\",
            "mysql://:pw@[::1]/db?charset=utf8mb4&collation=utf8mb4_bin&ssl-mode=REQUIRED",
            "mariadb://u@localhost/db?socket=/run/my.sock",
            "postgres://u:p@a:1,b,[::1]:3/db?target_session_attrs=primary",
            "sqlite:/srv/app.db?mode=rw",
        ] {
            assert_eq!(parse(&parse(url).expose()), parse(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn what_is_exposed_means_the_same(user in "\\PC{1,6}", password in "\\PC{1,8}", name in "\\PC{1,6}") {
            let url = format!("postgres://{}:{}@h/{}", code(&user), code(&password), code(&name));
            let url = parse(&url);
            prop_assert_eq!(parse(&url.expose()), url);
        }
    }

    fn code(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }
}
