//! Who keeps a statement waiting, as the server tells it to another connection.

use std::fmt;
use std::time::Duration;

use crate::db::database::Database;
use crate::db::failure::Failure;
use crate::dialect::Family;
use crate::journal::Row;
use crate::sql::summary;

/// Somebody who holds what a statement waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// The number of its process (PostgreSQL) or connection (MySQL), which can be ended by it.
    pub pid: String,
    /// What its program calls itself, or else its user.
    pub name: Option<String>,
    /// How old its transaction is.
    pub age: Option<Duration>,
    /// Whether it runs nothing at the moment, and yet holds what it holds.
    pub is_idle: bool,
    /// The beginning of its statement, or of its last one.
    pub query: Option<String>,
}

/// What PostgreSQL has for the statement of somebody else, where one may not see it; nothing else is known then, either.
const HIDDEN: &str = "<insufficient privilege>";

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if self.query.as_deref() == Some(HIDDEN) {
            return f.write_str(", of which this user may see no more (`pg_read_all_stats` lets it)");
        }
        let age = self.age.map(|age| format!("for {} s", age.as_secs()));
        let idle = self.is_idle.then(|| "idle in its transaction".to_owned());
        let notes: Vec<String> = [self.name.clone(), idle, age].into_iter().flatten().collect();
        if !notes.is_empty() {
            write!(f, " ({})", notes.join(", "))?;
        }
        self.query.as_ref().map_or(Ok(()), |query| write!(f, ": {query}"))
    }
}

/// What MySQL says of its own table of connections while anybody runs a statement with such a character; the same table of
/// the performance schema can be read.
const NOT_IN_UTF8MB3: &str = "3854";

/// The columns of each query: process, name, seconds, whether it is idle (1), statement.
type Query = fn(&str) -> String;

impl Database {
    /// Returns who keeps the connection `pid` waiting, the oldest transaction first.
    ///
    /// What this user may not read, or the server cannot tell, is left out.
    pub async fn blockers(&mut self, pid: &str) -> Result<Vec<Blocker>, Failure> {
        let family = self.family();
        let queries: &[Query] = match family {
            Family::Postgres => &[postgres],
            Family::Mysql => &[
                mysql_locks,
                mysql_row_locks,
                mariadb_row_locks,
                mariadb_table_locks,
                mariadb_locks,
                mysql_transactions,
                mysql_statements,
            ],
            Family::Sqlite => &[],
        };
        for query in queries {
            let query = query(pid);
            let mut answers = self.select(&[&query]).await;
            if matches!(&answers, Err(failure) if failure.code.as_deref() == Some(NOT_IN_UTF8MB3)) {
                let whole = query.replace("information_schema.PROCESSLIST", "performance_schema.processlist");
                answers = self.select(&[&whole]).await;
            }
            match answers {
                Ok(answers) => {
                    let found: Vec<Blocker> = answers.iter().flatten().filter_map(|row| blocker(row, family)).collect();
                    if !found.is_empty() {
                        return Ok(found);
                    }
                }
                Err(failure) if failure.lost => return Err(failure),
                // A view that this server does not have, or not for this user.
                Err(_) => {}
            }
        }
        Ok(Vec::new())
    }
}

fn blocker(row: &Row, family: Family) -> Option<Blocker> {
    let [pid, name, seconds, idle, query] = row.as_slice() else { return None };
    let query = query.as_deref().map(|query| summary(query, family)).filter(|query| !query.is_empty());
    Some(Blocker {
        pid: pid.clone()?,
        name: name.clone().filter(|name| !name.is_empty()),
        age: seconds.as_ref().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs),
        is_idle: idle.as_deref() == Some("1"),
        query,
    })
}

fn postgres(pid: &str) -> String {
    format!(
        "SELECT a.pid, coalesce(nullif(a.application_name, ''), a.usename::text, a.backend_type), \
         greatest(0, extract(epoch FROM clock_timestamp() - a.xact_start)::bigint), \
         CASE WHEN a.state LIKE 'idle%' THEN 1 ELSE 0 END, a.query \
         FROM pg_catalog.pg_stat_activity a WHERE a.pid = ANY (pg_catalog.pg_blocking_pids({pid})) \
         ORDER BY a.xact_start, a.pid"
    )
}

/// MySQL, and MariaDB with its performance schema, know who holds the lock of a table's definition, and who holds all
/// tables for a backup; intentions do not get into each other's way.
fn mysql_locks(pid: &str) -> String {
    mysql(
        &format!(
            "JOIN performance_schema.threads th ON th.PROCESSLIST_ID = p.ID \
             JOIN performance_schema.metadata_locks held ON held.OWNER_THREAD_ID = th.THREAD_ID \
             AND held.LOCK_STATUS = 'GRANTED' \
             JOIN performance_schema.metadata_locks wanted ON wanted.LOCK_STATUS = 'PENDING' \
             AND wanted.OBJECT_TYPE = held.OBJECT_TYPE AND wanted.OBJECT_SCHEMA <=> held.OBJECT_SCHEMA \
             AND wanted.OBJECT_NAME <=> held.OBJECT_NAME \
             AND NOT (held.LOCK_TYPE = 'INTENTION_EXCLUSIVE' AND wanted.LOCK_TYPE = 'INTENTION_EXCLUSIVE') \
             JOIN performance_schema.threads me ON me.THREAD_ID = wanted.OWNER_THREAD_ID AND me.PROCESSLIST_ID = {pid}"
        ),
        "1 = 1",
        pid,
    )
}

/// MySQL knows who holds a lock of rows.
fn mysql_row_locks(pid: &str) -> String {
    mysql(
        &format!(
            "JOIN performance_schema.threads th ON th.PROCESSLIST_ID = p.ID \
             JOIN performance_schema.data_lock_waits w ON w.BLOCKING_THREAD_ID = th.THREAD_ID \
             JOIN performance_schema.threads me ON me.THREAD_ID = w.REQUESTING_THREAD_ID AND me.PROCESSLIST_ID = {pid}"
        ),
        "1 = 1",
        pid,
    )
}

/// MariaDB knows it, too.
fn mariadb_row_locks(pid: &str) -> String {
    mysql(
        &format!(
            "JOIN information_schema.INNODB_LOCK_WAITS w ON w.blocking_trx_id = t.trx_id \
             JOIN information_schema.INNODB_TRX me ON me.trx_id = w.requesting_trx_id AND me.trx_mysql_thread_id = {pid}"
        ),
        "1 = 1",
        pid,
    )
}

/// MariaDB knows the locks of definitions with the plugin `metadata_lock_info`, which does not say who waits for what. An
/// ALTER already holds a weaker lock of the table that it waits for.
fn mariadb_table_locks(pid: &str) -> String {
    mysql(
        &format!(
            "JOIN information_schema.METADATA_LOCK_INFO held ON held.THREAD_ID = p.ID \
             AND held.LOCK_TYPE = 'Table metadata lock' \
             JOIN information_schema.METADATA_LOCK_INFO mine ON mine.THREAD_ID = {pid} \
             AND mine.LOCK_TYPE = held.LOCK_TYPE AND mine.TABLE_SCHEMA = held.TABLE_SCHEMA \
             AND mine.TABLE_NAME = held.TABLE_NAME"
        ),
        "1 = 1",
        pid,
    )
}

/// Otherwise it may be each of those who hold a table of this database.
fn mariadb_locks(pid: &str) -> String {
    mysql(
        &format!(
            "JOIN information_schema.METADATA_LOCK_INFO held ON held.THREAD_ID = p.ID \
             AND held.LOCK_TYPE = 'Table metadata lock' \
             AND held.TABLE_SCHEMA = (SELECT me.DB FROM information_schema.PROCESSLIST me WHERE me.ID = {pid})"
        ),
        "1 = 1",
        pid,
    )
}

/// Otherwise whoever has a transaction open on this database may be it.
fn mysql_transactions(pid: &str) -> String {
    mysql("", &format!("t.trx_id IS NOT NULL AND {}", same_database(pid)), pid)
}

/// Or at least whoever runs something there; others' transactions need the right PROCESS.
fn mysql_statements(pid: &str) -> String {
    format!(
        "SELECT DISTINCT p.ID, p.USER, p.TIME, 0, p.INFO FROM information_schema.PROCESSLIST p \
         WHERE {} AND p.COMMAND = 'Query' AND p.ID NOT IN ({pid}, CONNECTION_ID()) ORDER BY p.TIME DESC",
        same_database(pid)
    )
}

fn same_database(pid: &str) -> String {
    format!("p.DB <=> (SELECT me.DB FROM information_schema.PROCESSLIST me WHERE me.ID = {pid})")
}

/// Joins the connections with their transactions, with `more`, and keeps those for which `condition` holds.
///
/// MySQL sorts distinct rows only by what it shows of them.
fn mysql(more: &str, condition: &str, pid: &str) -> String {
    format!(
        "SELECT DISTINCT p.ID, p.USER, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), p.COMMAND = 'Sleep', p.INFO \
         FROM information_schema.PROCESSLIST p \
         LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID {more} \
         WHERE {condition} AND p.ID NOT IN ({pid}, CONNECTION_ID()) ORDER BY 3 DESC, 1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(row: [Option<&str>; 5], expected: Option<&str>) {
        let row = row.map(|cell| cell.map(str::to_owned)).to_vec();
        let shown = blocker(&row, Family::Postgres).map(|blocker| blocker.to_string());
        assert_eq!(shown.as_deref(), expected);
    }

    #[test]
    fn a_blocker_is_shown_with_what_is_known() {
        check(
            [Some("7"), Some("psql"), Some("42"), Some("1"), Some("SELECT *\n  FROM t -- why")],
            Some("process 7 (psql, idle in its transaction, for 42 s): SELECT * FROM t"),
        );
        check([Some("7"), None, None, Some("0"), None], Some("process 7"));
        check([None, Some("psql"), None, None, None], None);
    }
}
