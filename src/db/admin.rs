//! Making and removing a database on its server, from a connection that does not use it.

use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep;

use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::db::connect::Access;
use crate::db::database::Database;
use crate::db::definition::backquoted;
use crate::db::definition::literal;
use crate::db::definition::quoted;
use crate::db::failure::Failure;
use crate::db::lock::lock_name;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Holder;

/// What is done about others who use a database that is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Then it stays.
    Spare,
    /// Their connections are ended.
    Disconnect,
}

/// How long others have to go, and PostgreSQL to be through with another `CREATE DATABASE`.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// Databases that are the server's own.
const POSTGRES_OWN: [&str; 3] = ["postgres", "template1", "template0"];
const MYSQL_OWN: [&str; 4] = ["mysql", "information_schema", "performance_schema", "sys"];

impl Database {
    /// Makes the database of `url` unless it is there, and returns whether it was missing.
    ///
    /// Waits up to `wait` for a server that does not answer yet.
    pub async fn create(url: &ServerUrl, wait: Duration) -> Result<bool, Error> {
        let itself = DatabaseUrl::Server(Box::new(url.clone()));
        let missing = match Self::connect(&itself, Access::Read, wait).await {
            Ok(database) => {
                database.close().await;
                return Ok(false);
            }
            Err(error) => error,
        };
        // MySQL says of a database that is not there, and that the user may not use, only the latter.
        if !matches!(*missing.kind, ErrorKind::NoSuchDatabase { .. } | ErrorKind::AccessDenied { .. }) {
            return Err(missing);
        }
        let is_denied = matches!(*missing.kind, ErrorKind::AccessDenied { .. });
        let mut server = match Self::beside(url, wait).await {
            Err(_) if is_denied => return Err(missing),
            server => server?,
        };
        let made = server.make(url).await;
        server.close().await;
        made
    }

    /// Removes the database of `url` if it is there, and returns whether it was.
    pub async fn remove(url: &ServerUrl, others: Others, wait: Duration) -> Result<bool, Error> {
        let own: &[&str] = match url.dialect.family() {
            Family::Mysql => &MYSQL_OWN,
            Family::Postgres | Family::Sqlite => &POSTGRES_OWN,
        };
        if own.contains(&url.database.to_ascii_lowercase().as_str()) {
            let reason = "it is the server's own".to_owned();
            return Err(ErrorKind::CannotDrop { database: url.to_string(), reason }.into());
        }
        let mut server = Self::beside(url, wait).await?;
        let removed = server.take_away(url, others).await;
        server.close().await;
        removed
    }

    /// Connects to the server of `url`, but not to its database: PostgreSQL needs another one for that.
    pub async fn beside(url: &ServerUrl, wait: Duration) -> Result<Self, Error> {
        let names: &[&str] = match url.dialect.family() {
            Family::Mysql => &[""],
            Family::Postgres | Family::Sqlite => &POSTGRES_OWN[..2],
        };
        let mut refused = None;
        for name in names.iter().filter(|name| **name != url.database) {
            let server = ServerUrl { database: (*name).to_owned(), ..url.clone() };
            match Self::connect(&DatabaseUrl::Server(Box::new(server)), Access::Write, wait).await {
                Ok(database) => return Ok(database),
                Err(error) => refused.get_or_insert(error),
            };
        }
        Err(refused.expect("two databases are tried where one can be the one itself"))
    }

    async fn make(&mut self, url: &ServerUrl) -> Result<bool, Error> {
        let sql = match self.family() {
            Family::Mysql => format!("CREATE DATABASE {} CHARACTER SET utf8mb4", backquoted(&url.database)),
            Family::Postgres | Family::Sqlite => format!("CREATE DATABASE {}", quoted(&url.database)),
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let failure = match self.execute_all(&[&sql]).await {
                Ok(_) => return Ok(true),
                Err(at) => at.failure,
            };
            match failure.code.as_deref() {
                // Somebody else was quicker.
                Some("42P04" | "23505" | "1007") => return Ok(false),
                // The template is in use, for a moment, by whoever makes another database.
                Some("55006") if Instant::now() < deadline => sleep(PAUSE).await,
                _ => {
                    let (database, reason) = (url.to_string(), reason(&failure));
                    return Err(ErrorKind::CannotCreate { database, reason }.into());
                }
            }
        }
    }

    async fn take_away(&mut self, url: &ServerUrl, others: Others) -> Result<bool, Error> {
        if !self.has(&url.database).await? {
            return Ok(false);
        }
        let gone = match self.family() {
            Family::Mysql => {
                match others {
                    Others::Spare => self.await_others(url).await?,
                    Others::Disconnect => self.disconnect_others(url).await?,
                }
                // A statement of somebody who came since holds the tables.
                let sql = format!("DROP DATABASE {}", backquoted(&url.database));
                self.execute_all(&["SET SESSION lock_wait_timeout = 5", &sql]).await
            }
            Family::Postgres | Family::Sqlite => {
                let force = if others == Others::Disconnect { " WITH (FORCE)" } else { "" };
                self.execute_all(&[&format!("DROP DATABASE {}{force}", quoted(&url.database))]).await
            }
        };
        let Err(at) = gone else { return Ok(true) };
        match at.failure.code.as_deref() {
            Some("3D000" | "1008") => Ok(false),
            Some("55006" | "1205") => Err(self.connected(url, &at.failure).await),
            _ => {
                let reason = reason(&at.failure);
                Err(ErrorKind::CannotDrop { database: url.to_string(), reason }.into())
            }
        }
    }

    /// Makes sure that nobody uses the database: MySQL itself would remove it under anybody.
    async fn await_others(&mut self, url: &ServerUrl) -> Result<(), Error> {
        let lock = format!("SELECT GET_LOCK('{}', 0)", lock_name(&url.database));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let is_free = self.answers(&[&lock]).await?.iter().flatten().flatten().any(|cell| cell == "1");
            // Whoever has just gone is listed for a moment.
            let found = self.others(url).await?;
            match (found.is_empty(), is_free) {
                (true, true) => return Ok(()),
                _ if Instant::now() < deadline => sleep(PAUSE).await,
                (false, _) => return Err(connected(url, &found)),
                (true, false) => return Err(ErrorKind::Locked { holder: Holder::default().to_string() }.into()),
            }
        }
    }

    async fn disconnect_others(&mut self, url: &ServerUrl) -> Result<(), Error> {
        for other in self.others(url).await? {
            match self.execute_all(&[&format!("KILL {}", other.id)]).await {
                Ok(_) => {}
                Err(at) if at.failure.code.as_deref() == Some("1094") => {} // it has gone by itself
                Err(at) => {
                    let reason = reason(&at.failure);
                    return Err(ErrorKind::CannotDrop { database: url.to_string(), reason }.into());
                }
            }
        }
        Ok(())
    }

    async fn has(&mut self, name: &str) -> Result<bool, Error> {
        let query = match self.family() {
            Family::Mysql => format!("SELECT 1 FROM information_schema.schemata WHERE schema_name = {}", hex(name)),
            Family::Postgres | Family::Sqlite => {
                format!("SELECT 1 FROM pg_catalog.pg_database WHERE datname = {}", literal(name))
            }
        };
        Ok(!self.answers(&[&query]).await?.is_empty())
    }

    /// Returns the error that names who is connected, as far as this user may know.
    async fn connected(&mut self, url: &ServerUrl, failure: &Failure) -> Error {
        match self.others(url).await {
            Ok(found) if !found.is_empty() => connected(url, &found),
            _ => ErrorKind::OthersConnected { database: url.to_string(), others: vec![reason(failure)] }.into(),
        }
    }

    /// Returns who uses the database; a user without rights sees only connections of its own.
    async fn others(&mut self, url: &ServerUrl) -> Result<Vec<Other>, Error> {
        let query = match self.family() {
            Family::Mysql => return self.mysql_others(url).await,
            Family::Postgres | Family::Sqlite => format!(
                "SELECT pid::text, usename::text, client_addr::text, application_name FROM pg_catalog.pg_stat_activity \
                 WHERE datname = {} AND pid <> pg_backend_pid() ORDER BY pid",
                literal(&url.database)
            ),
        };
        let other = |row: Vec<Option<String>>| match <[Option<String>; 4]>::try_from(row) {
            Ok([Some(id), user, host, program]) => Some(Other { id, user, host, program }),
            _ => None,
        };
        Ok(self.answers(&[&query]).await?.into_iter().filter_map(other).collect())
    }

    /// What SHOW tells can be read while others run statements that MySQL's own table of them cannot show.
    async fn mysql_others(&mut self, url: &ServerUrl) -> Result<Vec<Other>, Error> {
        let own = self.answers(&["SELECT CONNECTION_ID()"]).await?.into_iter().flatten().next().flatten();
        let other = |row: Vec<Option<String>>| match row.as_slice() {
            [Some(id), user, host, Some(database), ..]
                if database.to_lowercase() == url.database.to_lowercase() && own.as_ref() != Some(id) =>
            {
                Some(Other { id: id.clone(), user: user.clone(), host: host.clone(), program: None })
            }
            _ => None,
        };
        Ok(self.answers(&["SHOW FULL PROCESSLIST"]).await?.into_iter().filter_map(other).collect())
    }

    async fn answers(&mut self, queries: &[&str]) -> Result<Vec<Vec<Option<String>>>, Error> {
        match self.select(queries).await {
            Ok(answers) => Ok(answers.into_iter().flatten().collect()),
            Err(failure) => Err(ErrorKind::QueryFailed { reason: failure.reason() }.into()),
        }
    }
}

/// A connection to the database, as the server lists it.
struct Other {
    id: String,
    user: Option<String>,
    host: Option<String>,
    program: Option<String>,
}

fn connected(url: &ServerUrl, others: &[Other]) -> Error {
    const SHOWN: usize = 5;
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let name = |other: &Other| {
        let at = filled(&other.host).map_or(String::new(), |host| format!("@{host}"));
        let who = filled(&other.user).map(|user| format!("{user}{at}"));
        let notes: Vec<String> = [filled(&other.program), who].into_iter().flatten().collect();
        format!("process {} ({})", other.id, notes.join(", "))
    };
    let mut names: Vec<String> = others.iter().take(SHOWN).map(name).collect();
    if let Some(more) = others.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        names.push(format!("and {more} more"));
    }
    ErrorKind::OthersConnected { database: url.to_string(), others: names }.into()
}

/// Returns what the server said, with what it said besides.
fn reason(failure: &Failure) -> String {
    match &failure.detail {
        Some(detail) => format!("{}: {}", failure.reason(), detail.replace('\n', ", ")),
        None => failure.reason(),
    }
}

/// A text of MySQL that means the same in every `sql_mode`.
fn hex(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("CONVERT(x'{digits}' USING utf8mb4)")
}
