//! Opening a connection, and telling plainly why it did not open.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::Executor as _;
use sqlx::Row as _;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::mysql::MySqlSslMode;
use sqlx::postgres::PgConnectOptions;
use sqlx::postgres::PgConnection;
use sqlx::postgres::PgSslMode;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::time::Instant;

use crate::config::system_user;
use crate::config::url::Address;
use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::config::url::SessionTarget;
use crate::config::url::SqliteMode;
use crate::config::url::SqliteUrl;
#[cfg(unix)]
use crate::config::url::Tls;
use crate::config::url::TlsMode;
use crate::db::database::Connection;
use crate::db::database::Database;
use crate::db::extension::with_extensions;
use crate::db::failure::Failure;
use crate::db::settings::forced;
#[cfg(unix)]
use crate::db::tunnel;
#[cfg(unix)]
use crate::db::tunnel::Tunnel;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::regular_file;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only SELECTs: SQLite opens the file read-only, and a missing file is an empty database.
    Read,
    /// Anything: SQLite makes a missing file.
    Write,
}

/// How long one attempt may take where the URL does not say: a server behind a firewall that drops packets never
/// answers, and the operating system would wait for minutes.
const ATTEMPT: Duration = Duration::from_secs(10);

/// The driver asks for `IGNORE_SPACE` when it connects, and that cannot be switched off; the other modes are the server's,
/// or those of its `init_connect`. What a mode such as `ANSI` stands for comes back with it.
const WITHOUT_IGNORE_SPACE: &str = "SET sql_mode = CASE WHEN FIND_IN_SET('IGNORE_SPACE', @@GLOBAL.sql_mode) > 0 \
     OR LOCATE('IGNORE_SPACE', UPPER(COALESCE(@@GLOBAL.init_connect, ''))) > 0 THEN @@SESSION.sql_mode \
     ELSE TRIM(BOTH ',' FROM REPLACE(CONCAT(',', @@SESSION.sql_mode, ','), ',IGNORE_SPACE,', ',')) END";

/// The pauses between attempts while a server comes up.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Database {
    /// Connects; while the server does not accept connections, tries again for up to `wait`.
    pub async fn connect(url: &DatabaseUrl, access: Access, wait: Duration) -> Result<Self, Error> {
        Self::connect_telling(url, access, wait, |_| {}).await
    }

    /// Connects like [`Self::connect`], and tells why it waits, once.
    pub async fn connect_telling(
        url: &DatabaseUrl,
        access: Access,
        wait: Duration,
        mut tell: impl FnMut(&Error),
    ) -> Result<Self, Error> {
        let deadline = Instant::now() + wait;
        let mut pause = FIRST_PAUSE;
        let mut is_told = false;
        loop {
            let refused = match attempt(url, access).await {
                Ok((connection, host)) => {
                    let address = host.as_ref().map_or_else(|| url.address(), |host| host.address.to_string());
                    return Ok(Self { address, host, connection, is_lost: false });
                }
                Err(refused) => refused,
            };
            if !refused.is_transient || Instant::now() + pause > deadline {
                return Err(refused.explain(url));
            }
            if !std::mem::replace(&mut is_told, true) {
                tell(&refused.explain(url));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// What the library says of a server's certificate that is an authority's own.
const SELF_SIGNED: &str = "Other(OtherError(CaUsedAsEndEntity))";

/// Says of a certificate that vouches for itself what helps.
fn self_signed(family: Family) -> &'static str {
    match family {
        Family::Postgres | Family::Sqlite => "it vouches for itself, and is not the one of `sslrootcert`",
        Family::Mysql => "it vouches for itself as an authority; one with `basicConstraints=CA:FALSE` can be named",
    }
}

/// Why a connection did not open.
struct Refused {
    failure: Box<Failure>,
    /// Whether it may open later.
    is_transient: bool,
    /// Whether a library is to blame that SQLite was told to load.
    by_extension: bool,
}

impl Refused {
    fn explain(self, url: &DatabaseUrl) -> Error {
        let (address, reason) = (url.address(), self.failure.reason());
        let reason = match url {
            DatabaseUrl::Sqlite(file) if file.path.is_dir() => "it is a folder".to_owned(),
            DatabaseUrl::Sqlite(_) => reason,
            DatabaseUrl::Server(server) => reason.replace(SELF_SIGNED, self_signed(server.dialect.family())),
        };
        let kind = match (url.dialect().family(), self.failure.code.as_deref()) {
            (Family::Postgres, Some(code)) if code.starts_with("28") => ErrorKind::AccessDenied { address, reason },
            (Family::Mysql, Some("1044" | "1045" | "1698")) => ErrorKind::AccessDenied { address, reason },
            (Family::Postgres, Some("3D000")) | (Family::Mysql, Some("1049")) => {
                ErrorKind::NoSuchDatabase { address, reason }
            }
            (Family::Sqlite, _) if self.by_extension => ErrorKind::ExtensionNotLoaded { reason },
            (Family::Sqlite, _) => ErrorKind::CannotOpen { address, reason },
            // The driver's words, which speak of its own features.
            (Family::Mysql, None) if reason.contains("RSA auth backend") => ErrorKind::NeedsTls { address },
            _ => ErrorKind::ConnectionFailed { address, reason },
        };
        kind.into()
    }

    fn timed_out(limit: Duration) -> Self {
        let failure = Failure::from(sqlx::Error::Io(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer within {} s", limit.as_secs_f32()),
        )));
        Self { failure: Box::new(failure), is_transient: true, by_extension: false }
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        let by_code = matches!(&error, sqlx::Error::Database(error) if error.is_transient_in_connect_phase()
            || error.code().as_deref() == Some("1040")); // MySQL: too many connections
        let is_transient = by_code || matches!(error, sqlx::Error::Io(_));
        Self { failure: Box::new(error.into()), is_transient, by_extension: false }
    }
}

/// Opens a file with the libraries that are to be loaded.
async fn attempt_file(file: &SqliteUrl, access: Access) -> Result<Connection, Refused> {
    // Who opens a pipe waits for somebody at its other end.
    for ending in ["", "-journal", "-wal", "-shm"] {
        let mut path = file.path.clone().into_os_string();
        path.push(ending);
        if let Err(error) = regular_file::expect(Path::new(&path)) {
            let reason =
                if ending.is_empty() { error } else { io::Error::other(format!("{}: {error}", path.display())) };
            let failure = Box::new(Failure::from(sqlx::Error::Io(reason)));
            return Err(Refused { failure, is_transient: false, by_extension: false });
        }
    }
    let plain = sqlite_options(file, access);
    let connected = with_extensions(plain.clone(), &file.extensions)?.connect().await;
    // What opens without them fails because of them.
    let by_extension = connected.is_err() && !file.extensions.is_empty() && plain.connect().await.is_ok();
    match connected {
        Ok(connection) => Ok(Connection::Sqlite(Box::new(connection))),
        Err(error) => Err(Refused { by_extension, ..error.into() }),
    }
}

/// Connects, and returns which of several servers it was.
async fn attempt(url: &DatabaseUrl, access: Access) -> Result<(Connection, Option<Box<ServerUrl>>), Refused> {
    let server = match url {
        DatabaseUrl::Sqlite(file) => {
            return Ok((attempt_file(file, access).await?, None));
        }
        DatabaseUrl::Server(server) if server.others.is_empty() && server.target == SessionTarget::Any => {
            return Ok((attempt_server(server).await?, None));
        }
        DatabaseUrl::Server(server) => server,
    };
    let (mut refused, mut second_best) = (None, None);
    for host in server.each_host() {
        match attempt_server(&host).await {
            Ok(mut connection) => match unsuited(&mut connection, &host).await? {
                None => return Ok((connection, Some(Box::new(host)))),
                Some(_) if server.target == SessionTarget::PreferStandby => {
                    second_best.get_or_insert((connection, Some(Box::new(host))));
                }
                Some(reason) => refused = refused.or(Some(reason)),
            },
            // As with PostgreSQL's own programs, a server that answers with an error ends the search.
            Err(error) if error.failure.code.as_deref().is_some_and(|code| code != "57P03") => return Err(error),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    second_best.ok_or_else(|| refused.unwrap_or_else(|| Refused::timed_out(ATTEMPT)))
}

/// Says why a server will not do, if it is none of those that the URL asks for.
async fn unsuited(connection: &mut Connection, host: &ServerUrl) -> Result<Option<Refused>, Refused> {
    let Connection::Postgres(connection) = connection else { return Ok(None) };
    let asked = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 't' ELSE 'f' END, \
                 pg_catalog.current_setting('transaction_read_only')";
    let row = connection.fetch_one(sqlx::raw_sql(asked)).await?;
    let is_standby = row.try_get::<String, _>(0)? == "t";
    let is_read_only = is_standby || row.try_get::<String, _>(1)? == "on";
    let suits = match host.target {
        SessionTarget::Any => true,
        SessionTarget::ReadWrite => !is_read_only,
        SessionTarget::ReadOnly => is_read_only,
        SessionTarget::Primary => !is_standby,
        SessionTarget::Standby | SessionTarget::PreferStandby => is_standby,
    };
    let is = match (is_standby, is_read_only) {
        (true, _) => "a standby",
        (false, true) => "read-only",
        (false, false) => "no standby and takes writes",
    };
    let reason = format!("{} is {is}, and target_session_attrs asks for {}", host.address, host.target.as_str());
    // It may be another one after a failover.
    Ok((!suits).then(|| Refused {
        failure: Box::new(Failure::from(sqlx::Error::Io(io::Error::other(reason)))),
        is_transient: true,
        by_extension: false,
    }))
}

async fn attempt_server(server: &ServerUrl) -> Result<Connection, Refused> {
    let identity = server.tls.identity.iter().flat_map(|(cert, key)| [cert, key]);
    for path in server.tls.root_cert.iter().chain(identity) {
        regular_file::expect(path).map_err(|error| {
            let reason = format!("{} cannot be used: {error}", path.display());
            sqlx::Error::Configuration(reason.into())
        })?;
    }
    let limit = server.connect_timeout.unwrap_or(ATTEMPT);
    let connecting = async {
        Ok(match server.dialect.family() {
            Family::Mysql => {
                let mut connection = mysql_options(server).connect().await?;
                connection.execute(sqlx::raw_sql(WITHOUT_IGNORE_SPACE)).await?;
                Connection::Mysql(Box::new(connection))
            }
            Family::Postgres | Family::Sqlite => Connection::Postgres(Box::new(connect_postgres(server).await?)),
        })
    };
    tokio::time::timeout(limit, connecting).await.unwrap_or_else(|_| Err(Refused::timed_out(limit)))
}

/// Connects to PostgreSQL; `allow` is without encryption first, and with it when that is refused.
async fn connect_postgres(server: &ServerUrl) -> Result<PgConnection, sqlx::Error> {
    #[cfg(unix)]
    if let (Address::Tcp { host, port }, true) = (&server.address, names_authority(&server.tls)) {
        let tunnel = Tunnel::open(host, *port, &server.tls).await.map_err(|error| match error.kind() {
            // That a certificate will not do does not change while one waits.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                sqlx::Error::Tls(error.into())
            }
            _ => sqlx::Error::Io(error),
        })?;
        let options = postgres_options(server).socket(tunnel.folder()).port(tunnel::PORT);
        return options.ssl_mode(PgSslMode::Disable).connect().await;
    }
    let first = postgres_options(server).connect().await;
    match first {
        Err(sqlx::Error::Database(error))
            if server.tls.mode == TlsMode::Allow && error.code().is_some_and(|code| code.starts_with("28")) =>
        {
            let second = postgres_options(server).ssl_mode(PgSslMode::Require).connect().await;
            second.map_err(|_| sqlx::Error::Database(error))
        }
        first => first,
    }
}

/// Returns whether only the authorities of a file may vouch for the server.
#[cfg(unix)]
fn names_authority(tls: &Tls) -> bool {
    tls.root_cert.is_some() && matches!(tls.mode, TlsMode::VerifyCa | TlsMode::VerifyFull)
}

fn sqlite_options(file: &SqliteUrl, access: Access) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().disable_statement_logging();
    match access {
        // A file that is not there yet holds nothing, and so does a database in memory.
        Access::Read if !file.path.exists() && file.mode == SqliteMode::Create => options.in_memory(true),
        Access::Read => options.filename(&file.path).read_only(true),
        Access::Write => options
            .filename(&file.path)
            .read_only(file.mode == SqliteMode::ReadOnly)
            .create_if_missing(file.mode == SqliteMode::Create),
    }
}

fn postgres_options(server: &ServerUrl) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .disable_statement_logging()
        .database(&server.database)
        .application_name(&start_up(server))
        // A transaction pooler refuses connections that set it.
        .extra_float_digits(None)
        .ssl_mode(match server.tls.mode {
            // A socket is not encrypted, whatever is asked.
            _ if !matches!(server.address, Address::Tcp { .. }) => PgSslMode::Disable,
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Allow => PgSslMode::Allow,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyCa => PgSslMode::VerifyCa,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        });
    options = match &server.address {
        Address::Tcp { host, port } => options.host(host).port(*port),
        Address::SocketFolder { path, port } => options.socket(path).port(*port),
        Address::Socket { path } => options.socket(path),
    };
    if let Some(user) = server.user.as_deref().or_else(|| system_user()) {
        options = options.username(user);
    }
    if let Some(password) = &server.password {
        options = options.password(password.expose());
    }
    // Without one, none is what the driver's own look at the variables must not fill in.
    options = match &server.tls.root_cert {
        Some(root) => options.ssl_root_cert(root),
        None => options.ssl_root_cert_from_pem(Vec::new()),
    };
    if let Some((cert, key)) = &server.tls.identity {
        options = options.ssl_client_cert(cert).ssl_client_key(key);
    }
    let others: Vec<_> = server.options.iter().filter(|(name, _)| forced(name).is_none()).collect();
    if !others.is_empty() {
        options = options.options(others.into_iter().map(|(name, value)| (name, value)));
    }
    options
}

/// Returns the name of the application, and behind it the settings that the driver would force to values of its own.
///
/// The driver writes `TimeZone` and `DateStyle` into its start-up message, which goes before `options` and before what
/// the server has for a database or a role, and is what `RESET` returns to. What comes later in that message wins, and
/// of what comes later only this text is ours. Texts end with a NUL there, so more of them can follow the first.
fn start_up(server: &ServerUrl) -> String {
    let text = |text: &str| text.split('\0').next().unwrap_or_default().to_owned();
    let asked = server.options.iter().filter(|(name, _)| forced(name).is_some());
    let settings = asked.chain(&server.settings).flat_map(|(name, value)| [text(name), text(value)]);
    let name = text(server.application_name.as_deref().unwrap_or("rev"));
    std::iter::once(name).chain(settings).collect::<Vec<_>>().join("\0")
}

fn mysql_options(server: &ServerUrl) -> MySqlConnectOptions {
    // Scripts run in the server's own modes: sql_mode is even stored in every routine they create.
    let mut options = MySqlConnectOptions::new()
        .disable_statement_logging()
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None::<String>)
        .statement_cache_capacity(0)
        .ssl_mode(match server.tls.mode {
            TlsMode::Disable => MySqlSslMode::Disabled,
            TlsMode::Allow | TlsMode::Prefer => MySqlSslMode::Preferred,
            TlsMode::Require => MySqlSslMode::Required,
            TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
            TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
        });
    options = match &server.address {
        Address::Tcp { host, port } => options.host(host).port(*port),
        Address::SocketFolder { path, .. } | Address::Socket { path } => options.socket(path),
    };
    // The server itself can be asked for things without a database.
    if !server.database.is_empty() {
        options = options.database(&server.database);
    }
    if let Some(user) = server.user.as_deref().or_else(|| system_user()) {
        options = options.username(user);
    }
    if let Some(password) = &server.password {
        options = options.password(password.expose());
    }
    if let Some(root) = &server.tls.root_cert {
        options = options.ssl_ca(root);
    }
    if let Some((cert, key)) = &server.tls.identity {
        options = options.ssl_client_cert(cert).ssl_client_key(key);
    }
    if let Some(charset) = &server.charset {
        options = options.charset(charset);
    }
    if let Some(collation) = &server.collation {
        options = options.collation(collation);
    }
    options
}
