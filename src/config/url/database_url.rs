//! A database URL that is valid.

use std::fmt;
use std::path::Path;

use crate::config::environment::Environment;
use crate::config::url::mask::redact;
use crate::config::url::parameters::Given;
use crate::config::url::parts::Parts;
use crate::config::url::server::ServerUrl;
use crate::config::url::sqlite::SqliteUrl;
use crate::dialect::Dialect;
use crate::error::ErrorKind;
use crate::nearest::nearest;

/// Which database it is. `Display` and `Debug` never show a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(SqliteUrl),
    /// A database on a PostgreSQL, MariaDB or MySQL server.
    Server(Box<ServerUrl>),
}

/// Schemes of other programs, which can be named when a URL has them.
const FOREIGN: [&str; 22] = [
    "bigquery",
    "clickhouse",
    "cockroach",
    "cockroachdb",
    "db2",
    "duckdb",
    "file",
    "firebird",
    "http",
    "https",
    "jdbc",
    "libsql",
    "mongodb",
    "mssql",
    "oracle",
    "pgsql",
    "psql",
    "redis",
    "redshift",
    "snowflake",
    "sqlite3",
    "sqlserver",
];

impl DatabaseUrl {
    /// Reads a URL; relative paths in it are joined to `folder`, and the `PG…` variables of `environment` fill the
    /// gaps of a PostgreSQL URL.
    pub fn parse(text: &str, folder: &Path, environment: &Environment) -> Result<Self, ErrorKind> {
        let bad = |reason: String| ErrorKind::BadUrl { url: format!("`{}`", redact(text)), reason };
        let Some(parts) = Parts::split(text) else {
            return Err(bad("it does not begin with a scheme, as in `sqlite:app.db`".to_owned()));
        };
        if text.contains(char::is_control) {
            return Err(bad("it holds a control character".to_owned()));
        }
        let parsed = match parts.scheme.to_ascii_lowercase().as_str() {
            "sqlite" => SqliteUrl::parse(&parts, folder).map(Self::Sqlite),
            "postgres" | "postgresql" => ServerUrl::parse_postgres(&parts, folder, environment).map(Self::server),
            "mysql" => ServerUrl::parse_mysql(Dialect::Mysql, &parts, folder, environment).map(Self::server),
            "mariadb" => ServerUrl::parse_mysql(Dialect::Mariadb, &parts, folder, environment).map(Self::server),
            other if FOREIGN.contains(&other) || is_slip(&parts) => {
                return Err(ErrorKind::UnknownScheme { scheme: parts.scheme.to_owned() });
            }
            // What stands before a `:` may be the beginning of a password.
            _ => Err("it begins with no scheme that rev knows, as in `sqlite:app.db`".to_owned()),
        };
        parsed.map_err(bad)
    }

    /// Returns the database of the `PG…` variables, if one of those that say which it is is set.
    pub fn from_pg_variables(environment: &Environment) -> Result<Option<Self>, ErrorKind> {
        if ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"].iter().all(|name| environment.get_filled(name).is_none())
        {
            return Ok(None);
        }
        let url = ServerUrl::from_given(Given::default(), environment);
        let bad = |reason| ErrorKind::BadUrl { url: "what `PGHOST`, `PGDATABASE` and the like say".to_owned(), reason };
        url.map(|url| Some(Self::server(url))).map_err(bad)
    }

    fn server(url: ServerUrl) -> Self {
        Self::Server(Box::new(url))
    }

    /// Returns the dialect that the scheme names; only the server knows whether it is MySQL or MariaDB.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Server(server) => server.dialect,
        }
    }

    /// Returns whether a password is known; one from a flag can be read by everyone who may list the processes.
    pub fn has_password(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Server(server) => server.password.is_some(),
        }
    }

    /// Returns the same database without a password.
    pub fn without_password(&self) -> Self {
        let Self::Server(server) = self else { return self.clone() };
        let mut server = server.clone();
        server.password = None;
        server.others.iter_mut().for_each(|host| host.password = None);
        Self::Server(server)
    }

    /// Returns whether it is a file that is not there yet.
    pub fn is_missing_file(&self) -> bool {
        matches!(self, Self::Sqlite(file) if !file.path.exists())
    }

    /// Returns what a message about the connection names: the file, or the server's address.
    pub fn address(&self) -> String {
        match self {
            Self::Sqlite(file) => file.path.display().to_string(),
            Self::Server(server) => {
                let others = server.others.iter().map(|host| &host.address);
                let all = [&server.address].into_iter().chain(others).map(ToString::to_string);
                all.collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// Returns whether a scheme is a known one with a slip of the pen.
fn is_slip(parts: &Parts<'_>) -> bool {
    const KNOWN: [&str; 5] = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];
    parts.authority.is_some() && nearest(parts.scheme, KNOWN).is_some()
}

impl fmt::Display for DatabaseUrl {
    /// Writes the URL with `***` for the password and without parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.path.display()),
            Self::Server(server) => write!(f, "{server}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(url: &str) -> Result<DatabaseUrl, ErrorKind> {
        DatabaseUrl::parse(url, Path::new("project"), &Environment::default())
    }

    fn check(url: &str, expected: &str, dialect: Dialect) {
        let url = parse(url).unwrap();
        assert_eq!((url.to_string().as_str(), url.dialect()), (expected, dialect));
    }

    fn check_refused(url: &str, expected: &str) {
        assert_eq!(parse(url).unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_scheme_names_the_dialect() {
        check("sqlite:app.db", "sqlite:project/app.db", Dialect::Sqlite);
        check("postgres://h/db", "postgres://h:5432/db", Dialect::Postgres);
        check("PostgreSQL://h/db", "postgres://h:5432/db", Dialect::Postgres);
        check("mysql://h/db", "mysql://h:3306/db", Dialect::Mysql);
        check("mariadb+mariadbconnector://h/db", "mariadb://h:3306/db", Dialect::Mariadb);
    }

    #[test]
    fn an_unknown_scheme_is_named() {
        check_refused("oracle://u:s3cret@h/db", "`oracle` is not a database that rev knows");
        check_refused("postgress://h/db", "`postgress` is not a database that rev knows");
        check_refused(
            "s3cret://h/db",
            "`***` is not a database URL: it begins with no scheme that rev knows, as in `sqlite:app.db`",
        );
        check_refused("app.db", "`***` is not a database URL: it does not begin with a scheme, as in `sqlite:app.db`");
    }

    #[test]
    fn a_refused_url_hides_its_password() {
        check_refused(
            "mysql://u:s3cret@h",
            "`mysql://u:***@h` is not a database URL: it names no database; write it after the host: `…/name`",
        );
        check_refused(
            "mysql://u:s3cret/db",
            "`mysql://u:***/db` is not a database URL: its port is not a number from 1 to 65535",
        );
    }

    #[test]
    fn debugging_hides_the_password() {
        let url = parse("postgres://u:s3cret@h/db").unwrap();
        assert!(url.has_password() && !format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn variables_are_a_database_only_with_a_host_or_a_name() {
        let from = |variables: &[(&str, &str)]| {
            let url = DatabaseUrl::from_pg_variables(&variables.iter().copied().collect());
            url.map(|url| url.map(|url| url.to_string())).map_err(|kind| kind.to_string())
        };
        assert_eq!(from(&[("PGUSER", "u"), ("PGHOST", "")]), Ok(None));
        assert_eq!(from(&[("PGHOST", "h"), ("PGUSER", "u")]), Ok(Some("postgres://u@h:5432/u".to_owned())));
        assert!(from(&[("PGHOST", "h")]).unwrap_err().contains("set PGDATABASE"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            scheme in "sqlite|postgres|mysql\\+x|[a-z]{0,3}",
            rest in "(//)?[a:/@?&=%#\\[\\]\\\\ é0-9-]{0,30}(sslmode=|options=|mode=)?.{0,5}",
        ) {
            let _ = parse(&format!("{scheme}:{rest}"));
        }

        #[test]
        fn what_is_shown_means_the_same(user in "[a-z]{1,5}", host in "[a-z]{1,5}|\\[::1\\]", port in 1u16.., name in "[a-z]{1,5}") {
            let shown = parse(&format!("mysql://{user}@{host}:{port}/{name}")).unwrap();
            prop_assert_eq!(parse(&shown.to_string()).unwrap(), shown);
        }
    }
}
