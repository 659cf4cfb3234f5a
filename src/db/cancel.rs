//! Stopping the statement that a connection runs; dropping a future stops nothing on the server.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::config::url::DatabaseUrl;
use crate::db::connect::Access;
use crate::db::database::Connection;
use crate::db::database::Database;
use crate::db::failure::Failure;

/// A way to stop what one connection does, from outside of it.
#[derive(Debug)]
pub struct Canceller(Kind);

#[derive(Debug)]
enum Kind {
    /// The connection looks at this now and then while it works.
    Sqlite(Arc<AtomicBool>),
    /// A second connection tells the server.
    Postgres {
        url: DatabaseUrl,
        process: String,
    },
    Mysql {
        url: DatabaseUrl,
        connection: String,
    },
}

/// How many instructions SQLite runs before it looks whether it shall stop: some ten microseconds.
const INSTRUCTIONS: i32 = 10_000;

/// How much of a message is compared with what the server says that it runs.
const COMPARED: usize = 100;

impl Database {
    /// Returns the way to stop what this connection, which was made to `url`, will do.
    pub async fn canceller(&mut self, url: &DatabaseUrl) -> Result<Canceller, Failure> {
        let query = match &mut self.connection {
            Connection::Sqlite(connection) => {
                let asked = Arc::new(AtomicBool::new(false));
                let flag = Arc::clone(&asked);
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(INSTRUCTIONS, move || !flag.load(Ordering::Relaxed));
                return Ok(Canceller(Kind::Sqlite(asked)));
            }
            Connection::Postgres(_) => "SELECT pg_catalog.pg_backend_pid()",
            Connection::Mysql(_) => "SELECT CONNECTION_ID()",
        };
        let answers = self.select(&[query]).await?;
        let id = answers.into_iter().flatten().flatten().flatten().next();
        let id = id.filter(|id| id.parse::<u64>().is_ok());
        let id = id.ok_or_else(|| Failure::plain("the server gave the connection no number".to_owned(), false))?;
        let url = url.clone();
        Ok(Canceller(match self.connection {
            Connection::Mysql(_) => Kind::Mysql { url, connection: id },
            Connection::Sqlite(_) | Connection::Postgres(_) => Kind::Postgres { url, process: id },
        }))
    }
}

impl Canceller {
    /// Stops what runs, if it is a message that begins with `beginning`; a server that does not answer is let be.
    pub async fn cancel(&self, beginning: &str) {
        match &self.0 {
            Kind::Sqlite(asked) => asked.store(true, Ordering::Relaxed),
            Kind::Postgres { url, process } => tell(url, &cancel_postgres(process, beginning)).await,
            Kind::Mysql { url, connection } => tell(url, &format!("KILL QUERY {connection}")).await,
        }
    }

    /// Returns the number that the server gave the connection.
    pub fn connection(&self) -> Option<&str> {
        match &self.0 {
            Kind::Sqlite(_) => None,
            Kind::Postgres { process: number, .. } | Kind::Mysql { connection: number, .. } => Some(number),
        }
    }

    /// Lets the connection work again.
    pub fn rest(&self) {
        if let Kind::Sqlite(asked) = &self.0 {
            asked.store(false, Ordering::Relaxed);
        }
    }
}

/// Behind a pooler the process may meanwhile work for somebody else, so what it runs is compared first.
///
/// Only ASCII is: the server may show the rest in another encoding than it was sent in.
fn cancel_postgres(process: &str, beginning: &str) -> String {
    let is_running = is_running(beginning);
    format!(
        "SELECT pg_catalog.pg_cancel_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = {process} AND {is_running}"
    )
}

/// Returns the condition that a row of PostgreSQL's `pg_stat_activity` is at work with a message that begins so.
pub(super) fn is_running(beginning: &str) -> String {
    let compared: String = beginning.chars().take(COMPARED).take_while(char::is_ascii).collect();
    let literal = compared.replace('\\', "\\\\").replace('\'', "''");
    format!("state = 'active' AND datname = current_database() AND strpos(query, E'{literal}') = 1")
}

async fn tell(url: &DatabaseUrl, sql: &str) {
    let Ok(mut second) = Database::connect(url, Access::Write, Duration::ZERO).await else { return };
    // A process that is gone, or through, has nothing to cancel.
    let _ = second.select(&[sql]).await;
    second.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_message_that_was_sent_is_cancelled() {
        let sql = cancel_postgres("7", "SELECT 'a\\', 1");
        assert!(sql.contains("pid = 7 "), "{sql}");
        assert!(sql.ends_with(r"strpos(query, E'SELECT ''a\\'', 1') = 1"), "{sql}");
        assert!(cancel_postgres("7", "SELECT 'é'").ends_with("E'SELECT ''') = 1"));
    }
}
