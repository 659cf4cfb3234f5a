//! The time-outs that statements run with, and the SQL that sets them; pure text.

use std::time::Duration;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::script::Timeouts;

/// Whose time-outs hold where a section says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Those of the configuration.
    Configured(Timeouts),
    /// The server's own: a section with `transaction=off` chooses statements that may wait for long, and some of them
    /// leave half of their work behind when they are cut off.
    Server(Timeouts),
}

impl Limits {
    /// Returns what holds, where the configuration says `configured`.
    pub(crate) fn resolve(self, configured: Timeouts, family: Family) -> Timeouts {
        match self {
            // What waits on SQLite is the beginning of a transaction of rev's own.
            Self::Server(own) if family == Family::Sqlite => own.or(configured),
            Self::Server(own) => own,
            Self::Configured(own) => own.or(configured),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::Configured(Timeouts::default())
    }
}

/// How long a setting lasts on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// To the end of the transaction.
    Transaction,
    /// To the end of the session.
    Session,
}

/// What MySQL can hold at most, in seconds: a year.
const MYSQL_LONGEST: u64 = 31_536_000;

/// How long MySQL and MariaDB wait for a table, and for a row.
const MYSQL_LOCKS: [&str; 2] = ["lock_wait_timeout", "innodb_lock_wait_timeout"];

/// Returns the variables of a session of MySQL or MariaDB that hold time-outs.
pub(crate) fn mysql_settings(dialect: Dialect) -> [&'static str; 3] {
    let [table, row] = MYSQL_LOCKS;
    [table, row, if dialect == Dialect::Mariadb { "max_statement_time" } else { "max_execution_time" }]
}

/// Returns where a session of MySQL or MariaDB keeps what a variable was when it began.
pub(crate) fn noted(variable: &str) -> String {
    format!("@rev_{variable}")
}

/// Returns what a variable was when the session began, where rev itself may have changed it since: how long it waits for
/// locks.
pub(crate) fn at_first(variable: &str) -> String {
    match MYSQL_LOCKS.contains(&variable) {
        // What a variable is that nobody has set counts as text, and a limit takes a number.
        true => format!("CAST(COALESCE({}, @@SESSION.{variable}) AS UNSIGNED)", noted(variable)),
        false => format!("@@SESSION.{variable}"),
    }
}

/// Returns the statement that notes how long a session of MySQL or MariaDB waits for locks, before that is changed.
pub(crate) fn note_locks() -> String {
    let [table, row] = MYSQL_LOCKS.map(|name| format!("{} = {}", noted(name), at_first(name)));
    format!("SET {table}, {row}")
}

/// Returns the statements that lead from the time-outs `from`, if they are known, to `to`.
pub(crate) fn change(from: Option<Timeouts>, to: Timeouts, dialect: Dialect, lasting: Lasting) -> Vec<String> {
    let mut sql = Vec::new();
    if from.is_none_or(|from| from.lock != to.lock) {
        sql.extend(lock(to.lock, dialect, lasting));
    }
    if from.is_none_or(|from| from.statement != to.statement) {
        sql.extend(statement(to.statement, dialect, lasting));
    }
    sql
}

fn lock(timeout: Option<Duration>, dialect: Dialect, lasting: Lasting) -> Option<String> {
    match dialect.family() {
        Family::Postgres => Some(postgres("lock_timeout", timeout, lasting)),
        Family::Mysql => {
            let seconds = |name| timeout.map_or(noted(name), |timeout| whole_seconds(timeout).to_string());
            let [table, row] = MYSQL_LOCKS.map(|name| format!("{name} = {}", seconds(name)));
            Some(format!("SET SESSION {table}, {row}"))
        }
        Family::Sqlite => timeout.map(|timeout| match timeout.as_millis() {
            0 => format!("PRAGMA busy_timeout = {}", i32::MAX),
            milliseconds => format!("PRAGMA busy_timeout = {milliseconds}"),
        }),
    }
}

fn statement(timeout: Option<Duration>, dialect: Dialect, lasting: Lasting) -> Option<String> {
    match dialect {
        Dialect::Postgres => Some(postgres("statement_timeout", timeout, lasting)),
        Dialect::Mariadb => {
            let seconds = timeout.map_or(noted("max_statement_time"), |timeout| {
                format!("{}.{:03}", timeout.as_secs(), timeout.subsec_millis())
            });
            Some(format!("SET SESSION max_statement_time = {seconds}"))
        }
        Dialect::Mysql => {
            let milliseconds = timeout.map_or(noted("max_execution_time"), |timeout| timeout.as_millis().to_string());
            Some(format!("SET SESSION max_execution_time = {milliseconds}"))
        }
        Dialect::Sqlite => None,
    }
}

fn postgres(setting: &str, timeout: Option<Duration>, lasting: Lasting) -> String {
    let set = match lasting {
        Lasting::Transaction => "SET LOCAL",
        Lasting::Session => "SET",
    };
    match timeout {
        Some(timeout) => format!("{set} {setting} = {}", timeout.as_millis()),
        None => format!("{set} {setting} TO DEFAULT"),
    }
}

/// MySQL counts whole seconds; less than one would not wait at all, and zero, which is for ever here, neither.
fn whole_seconds(timeout: Duration) -> u64 {
    match timeout.as_millis() {
        0 => MYSQL_LONGEST,
        _ => (timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0)).min(MYSQL_LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeouts(lock: Option<u64>, statement: Option<u64>) -> Timeouts {
        Timeouts { lock: lock.map(Duration::from_millis), statement: statement.map(Duration::from_millis) }
    }

    fn check(dialect: Dialect, from: Option<Timeouts>, to: Timeouts, expected: &[&str]) {
        assert_eq!(change(from, to, dialect, Lasting::Transaction), expected);
    }

    #[test]
    fn only_what_differs_is_set() {
        let from = Some(timeouts(None, None));
        check(Dialect::Postgres, from, timeouts(Some(3000), None), &["SET LOCAL lock_timeout = 3000"]);
        check(
            Dialect::Postgres,
            Some(timeouts(Some(1), None)),
            Timeouts::default(),
            &["SET LOCAL lock_timeout TO DEFAULT"],
        );
        check(Dialect::Postgres, from, timeouts(None, Some(0)), &["SET LOCAL statement_timeout = 0"]);
        check(Dialect::Mariadb, from, timeouts(None, None), &[]);
    }

    #[test]
    fn mysql_counts_whole_seconds_and_at_least_one() {
        let lock = |seconds| format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}");
        let from = Some(Timeouts::default());
        check(Dialect::Mariadb, from, timeouts(Some(200), None), &[&lock("1")]);
        check(Dialect::Mysql, from, timeouts(Some(1001), None), &[&lock("2")]);
        check(Dialect::Mysql, from, timeouts(Some(0), None), &[&lock("31536000")]);
        let noted = "SET SESSION lock_wait_timeout = @rev_lock_wait_timeout, \
             innodb_lock_wait_timeout = @rev_innodb_lock_wait_timeout";
        let unknown = [noted.to_owned(), "SET SESSION max_statement_time = 1.500".to_owned()];
        check(Dialect::Mariadb, None, timeouts(None, Some(1500)), &unknown.each_ref().map(String::as_str));
        check(Dialect::Mysql, from, timeouts(None, Some(1500)), &["SET SESSION max_execution_time = 1500"]);
    }

    #[test]
    fn sqlite_waits_for_the_file_only() {
        check(Dialect::Sqlite, None, timeouts(Some(250), Some(1)), &["PRAGMA busy_timeout = 250"]);
        check(Dialect::Sqlite, None, timeouts(Some(0), None), &["PRAGMA busy_timeout = 2147483647"]);
        check(Dialect::Sqlite, None, timeouts(None, None), &[]);
    }

    #[test]
    fn a_section_goes_before_the_configuration_and_without_transactions_before_the_server() {
        let (own, configured) = (timeouts(Some(1), None), timeouts(Some(3), Some(5)));
        assert_eq!(Limits::Configured(own).resolve(configured, Family::Postgres), timeouts(Some(1), Some(5)));
        assert_eq!(Limits::Server(own).resolve(configured, Family::Postgres), own);
        assert_eq!(Limits::Server(Timeouts::default()).resolve(configured, Family::Mysql), Timeouts::default());
    }
}
