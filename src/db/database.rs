//! One connection to any of the databases, and the few things rev does with it.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;
use sqlx::Connection as _;
use sqlx::Either;
use sqlx::Executor;
use sqlx::Row as _;
use sqlx::mysql::MySqlConnection;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use crate::config::url::DatabaseUrl;
use crate::config::url::ServerUrl;
use crate::db::failure::Failure;
use crate::db::notice::Asks;
use crate::db::notice::Notice;
use crate::db::notice::Notices;
use crate::db::place;
use crate::db::place::Place;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::fault;
use crate::journal::Row;

/// A connection; statements go through the simple protocol, so that nothing depends on prepared statements that
/// a script's DDL has made stale.
#[derive(Debug)]
pub struct Database {
    /// Where it is, without a password.
    pub address: String,
    /// Which of several servers it is, where the URL names several.
    pub(super) host: Option<Box<ServerUrl>>,
    pub(super) connection: Connection,
    /// Whether an answer was not understood, or none came: nothing more is sent then.
    pub(super) is_lost: bool,
}

#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
    Mysql(Box<MySqlConnection>),
}

/// What became of a statement.
#[derive(Debug, Clone)]
pub struct Done {
    /// Rows inserted, updated or deleted; what a server says of other statements means nothing.
    pub rows: u64,
    /// Rows that it answered.
    pub returned: u64,
    /// The first cell of the first of them, where it is short text.
    pub first: Option<String>,
    /// What the server said meanwhile.
    pub notices: Vec<Notice>,
    /// When its answer came.
    pub at: Instant,
}

impl Done {
    /// Stands for an answer that the driver swallowed.
    fn nothing() -> Self {
        Self { rows: 0, returned: 0, first: None, notices: Vec::new(), at: Instant::now() }
    }
}

/// The statement of several that failed, by its index, and why.
#[derive(Debug)]
pub struct FailureAt {
    /// Index in the slice that was given.
    pub index: usize,
    /// What the server said; its place counts in that statement.
    pub failure: Failure,
}

/// PostgreSQL reads a message whole before it runs any of it, so messages are kept to a size that it reads at once.
const MESSAGE_BYTES: usize = 1 << 20;

/// sqlx copies what is left of a SQLite message for each of its statements, so a long one would take quadratic time.
const SQLITE_MESSAGE_BYTES: usize = 1 << 14;

/// The longest first cell that is kept: the answers that rev reads so are numbers.
const SHORT_CELL_BYTES: usize = 32;

/// Between statements of one message, none of which ends with a comment. Nothing stands before the `;`: SQLite's
/// catalog would keep it as a part of an index.
const SEPARATOR: &str = ";\n";

/// Leads the names of rev's own queries past what others made of the same name.
const OWN_NAMES: &str = "SET LOCAL search_path TO pg_catalog, pg_temp";

/// Keeps pgpool-II from asking a standby, which may be behind: rev's own rows and the number of the server's process are
/// the primary's. Everybody else takes it for a comment.
const FROM_PRIMARY: &str = "/*NO LOAD BALANCE*/ ";

impl Database {
    /// Returns the URL of the server that this connection is to: what belongs to a session must go to the same one.
    pub fn reached(&self, url: &DatabaseUrl) -> DatabaseUrl {
        self.host.clone().map_or_else(|| url.clone(), DatabaseUrl::Server)
    }

    /// Returns which driver this is.
    pub fn family(&self) -> Family {
        match &self.connection {
            Connection::Sqlite(_) => Family::Sqlite,
            Connection::Postgres(_) => Family::Postgres,
            Connection::Mysql(_) => Family::Mysql,
        }
    }

    /// Runs one statement of a script and returns what the server said.
    pub async fn execute(&mut self, sql: &str, asks: Asks) -> Result<Done, Failure> {
        let done = match self.message(sql).await {
            Ok(done) => done,
            Err((_, failure)) => return Err(self.nearer(sql, failure).await),
        };
        let mut done = done.into_iter().next().unwrap_or_else(Done::nothing);
        if let (Connection::Mysql(connection), Asks::Warnings) = (&mut self.connection, asks) {
            done.notices = match mysql_warnings(connection).await {
                Ok(notices) => notices,
                Err(failure) if failure.lost => return Err(self.noted(failure)),
                // The statement ran, whatever becomes of the question.
                Err(_) => Vec::new(),
            };
        }
        Ok(done)
    }

    /// Runs several statements, in as few messages as the driver allows, and stops at the first that fails.
    ///
    /// A message holds several statements; the answers are counted, so that the one that failed is known. On SQLite a
    /// message is a hop to the driver's thread and back, which costs more than a small statement.
    pub async fn execute_all(&mut self, statements: &[&str]) -> Result<Vec<Done>, FailureAt> {
        let mut done = Vec::with_capacity(statements.len());
        for message in messages(statements, self.message_bytes()) {
            let first = done.len();
            match self.message(&message.join(SEPARATOR)).await {
                Ok(answers) => done.extend(answers),
                Err((answered, failure)) => {
                    let FailureAt { index, failure } = in_message(message, answered, failure, first);
                    let failure = self.nearer(statements[index], failure).await;
                    return Err(FailureAt { index, failure });
                }
            }
            done.resize_with(first + message.len(), Done::nothing);
        }
        Ok(done)
    }

    /// Sends a message and returns an answer for each of its statements; on failure, how many had succeeded.
    async fn message(&mut self, sql: &str) -> Result<Vec<Done>, (usize, Failure)> {
        if self.is_lost {
            return Err((0, Failure::given_up()));
        }
        let notices = Notices::default();
        let connection = &mut self.connection;
        let answering = async {
            match connection {
                Connection::Sqlite(connection) => sqlite_answers(connection, sql, &notices).await,
                Connection::Postgres(connection) => {
                    notices.during(postgres_answers(connection, sql, &notices).boxed()).await
                }
                Connection::Mysql(connection) => mysql_answers(connection, sql, &notices).await,
            }
        };
        let answered = match unless_it_panics(answering).await {
            Ok(answered) => answered,
            Err(failure) => Err((0, failure)),
        };
        fault::passed();
        answered.map_err(|(answered, failure)| (answered, self.noted(failure)))
    }

    /// Remembers that a connection cannot be used any more.
    fn noted(&mut self, failure: Failure) -> Failure {
        self.is_lost |= failure.lost;
        failure
    }

    async fn nearer(&mut self, sql: &str, failure: Failure) -> Failure {
        match &mut self.connection {
            Connection::Sqlite(connection) => sqlite_nearer(connection, sql, failure).await,
            Connection::Postgres(_) | Connection::Mysql(_) => failure,
        }
    }

    fn message_bytes(&self) -> usize {
        match self.family() {
            _ if fault::is_armed() => 0,
            Family::Sqlite => SQLITE_MESSAGE_BYTES,
            Family::Postgres | Family::Mysql => MESSAGE_BYTES,
        }
    }

    /// Runs PostgreSQL's `COPY … FROM STDIN` with its data.
    pub async fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<Done, Failure> {
        let Connection::Postgres(connection) = &mut self.connection else {
            return self.execute(sql, Asks::Nothing).await;
        };
        if self.is_lost {
            return Err(Failure::given_up());
        }
        let notices = Notices::default();
        let copying = async { notices.during(copied(connection, sql, data).boxed()).await.map_err(Failure::from) };
        let copied = unless_it_panics(copying).await.flatten();
        fault::passed();
        match copied {
            Ok(rows) => Ok(Done { rows, notices: notices.take(), ..Done::nothing() }),
            Err(failure) => Err(self.noted(Failure { notices: notices.take(), ..failure })),
        }
    }

    /// Runs queries of rev's own and returns the rows of each, every value as text.
    ///
    /// On PostgreSQL their names mean what they do in `pg_catalog`, whatever others made of the same name: what is set for
    /// that ends with the message, or with the transaction, in which no script may follow.
    pub async fn select(&mut self, queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
        self.select_after(&[], queries).await
    }

    /// Runs queries like [`Self::select`], some of them before the names are led to `pg_catalog`: those must name the
    /// schema of all they use but of what they ask about.
    pub async fn select_after(&mut self, before: &[&str], queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
        let Connection::Postgres(_) = self.connection else {
            return self.select_as_user(&[before, queries].concat()).await;
        };
        let mut answers = self.select_as_user(&[before, &[OWN_NAMES], queries].concat()).await?;
        if answers.len() > before.len() {
            answers.remove(before.len());
        }
        Ok(answers)
    }

    /// Runs queries whose names are found as the session finds them.
    pub(super) async fn select_as_user(&mut self, queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
        if self.is_lost {
            return Err(Failure::given_up());
        }
        let connection = &mut self.connection;
        let selecting = async {
            match connection {
                Connection::Sqlite(connection) => {
                    let mut answers = Vec::with_capacity(queries.len());
                    for query in queries {
                        answers.extend(sqlite_select(connection, query).await?);
                    }
                    Ok(answers)
                }
                Connection::Postgres(connection) => {
                    postgres_select(connection, &format!("{FROM_PRIMARY}{}", queries.join(SEPARATOR))).await
                }
                Connection::Mysql(connection) => mysql_select(connection, &queries.join(SEPARATOR)).await,
            }
        };
        let selected = unless_it_panics(selecting).await.flatten();
        selected.map_err(|failure| self.noted(failure))
    }

    /// Ends the connection in an orderly way; a server that is gone already is no error.
    pub async fn close(self) {
        if self.is_lost {
            return; // the socket is closed with the value
        }
        let _ = match self.connection {
            Connection::Sqlite(connection) => connection.close().await,
            Connection::Postgres(connection) => connection.close().await,
            Connection::Mysql(connection) => connection.close().await,
        };
    }

    /// Returns the error for a statement of rev's own that failed on this connection.
    pub(super) fn error(&self, failure: Failure) -> Error {
        if let Some(kind) = failure.standing(self.family(), &self.address) {
            return kind.into();
        }
        let reason = failure.reason();
        match failure.lost {
            true => ErrorKind::ConnectionLost { address: self.address.clone(), reason }.into(),
            false => ErrorKind::QueryFailed { reason }.into(),
        }
    }
}

macro_rules! select {
    ($name:ident, $connection:ty) => {
        async fn $name(connection: &mut $connection, sql: &str) -> Result<Vec<Vec<Row>>, Failure> {
            let mut answers = Vec::new();
            let mut rows = Vec::new();
            let mut stream = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())));
            while let Some(answer) = stream.try_next().await? {
                match answer {
                    Either::Left(_) => answers.push(std::mem::take(&mut rows)),
                    Either::Right(row) => {
                        // The simple protocol gives every type as text.
                        let cells = (0..row.len()).map(|i| row.try_get_unchecked(i)).collect::<Result<Row, _>>();
                        // A cell that is no text is no doubt about what ran.
                        rows.push(cells.map_err(|error| Failure::plain(error.to_string(), false))?);
                    }
                }
            }
            Ok(answers)
        }
    };
}
select!(sqlite_select, SqliteConnection);
select!(postgres_select, PgConnection);
select!(mysql_select, MySqlConnection);

/// Runs a message and returns the answer of each of its statements; on failure, how many had succeeded.
///
/// One function for each driver, not one with a type of its own for the driver: the future of that could not move
/// between threads.
macro_rules! answers {
    ($name:ident, $connection:ty) => {
        async fn $name(
            connection: &mut $connection,
            sql: &str,
            notices: &Notices,
        ) -> Result<Vec<Done>, (usize, Failure)> {
            let mut stream = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())));
            let mut done = Vec::new();
            let (mut returned, mut first) = (0, None);
            loop {
                match stream.try_next().await {
                    Ok(Some(Either::Left(result))) => {
                        let rows = result.rows_affected();
                        let (returned, first) = (std::mem::take(&mut returned), first.take());
                        done.push(Done { rows, returned, first, notices: notices.take(), at: Instant::now() });
                    }
                    Ok(Some(Either::Right(row))) => {
                        if returned == 0 && !row.is_empty() {
                            // A script's own rows may be anything, and long.
                            let cell: Option<&str> = row.try_get_unchecked(0).unwrap_or_default();
                            first = cell.filter(|text| text.len() <= SHORT_CELL_BYTES).map(str::to_owned);
                        }
                        returned += 1;
                    }
                    Ok(None) => return Ok(done),
                    Err(error) => {
                        return Err((done.len(), Failure { notices: notices.take(), ..Failure::from(error) }));
                    }
                }
            }
        }
    };
}
answers!(sqlite_answers, SqliteConnection);
answers!(postgres_answers, PgConnection);
answers!(mysql_answers, MySqlConnection);

/// Sends the data of PostgreSQL's `COPY … FROM STDIN`, and returns how many rows there were.
async fn copied(connection: &mut PgConnection, sql: &str, data: &[u8]) -> Result<u64, sqlx::Error> {
    let mut copy = connection.copy_in_raw(sql).await?;
    copy.send(data).await?;
    copy.finish().await
}

/// Does what the driver does; should that panic, nobody knows what became of what was sent.
async fn unless_it_panics<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let stopped = |_| Failure::plain("the driver stopped in the middle of an answer".to_owned(), true);
    AssertUnwindSafe(work).catch_unwind().await.map_err(stopped)
}

/// Cuts the statements into runs that fit a message each.
fn messages<'s, 't>(statements: &'s [&'t str], most: usize) -> Vec<&'s [&'t str]> {
    let mut messages = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, statement) in statements.iter().enumerate() {
        if index > start && bytes + statement.len() > most {
            messages.push(&statements[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += statement.len() + SEPARATOR.len();
    }
    if start < statements.len() {
        messages.push(&statements[start..]);
    }
    messages
}

/// Finds the statement of a message that failed.
///
/// PostgreSQL parses the whole message first, so a syntax error comes before any answer: then only the position tells.
fn in_message(message: &[&str], answered: usize, mut failure: Failure, first: usize) -> FailureAt {
    if let Some(Place::Character(position)) = failure.place {
        let mut start = 0;
        for (index, statement) in message.iter().enumerate() {
            let characters = statement.chars().count();
            // What ends too early is found at the `;` behind it.
            if position < start + characters + SEPARATOR.len() {
                failure.place = Some(Place::Character(position.saturating_sub(start)));
                return FailureAt { index: first + index, failure };
            }
            start += characters + SEPARATOR.len();
        }
    }
    FailureAt { index: first + answered.min(message.len() - 1), failure }
}

/// Narrows "near X" down where X stands in the statement more than once.
///
/// The driver keeps SQLite's offset to itself. Parsing stops at the first token that cannot follow what stands
/// before it, so the shortest text that ends in X and is refused for X is the place, and all longer ones are refused
/// for it too: a few of thousands need to be tried. Nothing is run: the texts are only prepared.
async fn sqlite_nearer(connection: &mut SqliteConnection, sql: &str, mut failure: Failure) -> Failure {
    let Some(Place::Token(token)) = &failure.place else { return failure };
    let places: Vec<_> = place::occurrences(sql, token).collect();
    let (mut first, mut last) = (0, places.len());
    while first + 1 < last {
        let middle = first.midpoint(last);
        // The place is at or after `first` and before `last`.
        let beginning = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql[..places[middle - 1].end].to_owned()));
        let refused = (&mut *connection).prepare(beginning).await.err().map(Failure::from);
        match refused.is_some_and(|refused| refused.place == failure.place) {
            true => last = middle,
            false => first = middle,
        }
    }
    if let Some(range) = places.get(first) {
        failure.place = Some(Place::Character(sql[..range.start].chars().count() + 1));
    }
    failure
}

/// Asks MySQL what it had to say about the last statement; sqlx does not tell whether there is anything.
async fn mysql_warnings(connection: &mut MySqlConnection) -> Result<Vec<Notice>, Failure> {
    let rows = connection.fetch_all(sqlx::raw_sql("SHOW WARNINGS")).await?;
    // A script may have asked for another character set; what the server says must not fail the statement that ran.
    let text = |row: &MySqlRow, column: usize| {
        let bytes: Option<Vec<u8>> = row.try_get_unchecked(column).ok()?;
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let notice = |row: &MySqlRow| Some(Notice { severity: text(row, 0)?.to_lowercase(), message: text(row, 2)? });
    Ok(rows.iter().filter_map(notice).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(place: Option<Place>) -> Failure {
        Failure { place, ..Failure::from(sqlx::Error::RowNotFound) }
    }

    #[test]
    fn a_position_in_a_message_finds_its_statement() {
        let message = ["SELECT 'é'", "SELEC 2", "SELECT 3"];
        let at = in_message(&message, 0, failure(Some(Place::Character(13))), 5);
        assert_eq!((at.index, at.failure.place), (6, Some(Place::Character(1))));
    }

    #[test]
    fn a_statement_that_ends_too_early_is_found_at_its_end() {
        let message = ["SELECT 1", "SELECT", "SELECT 3"];
        let text = message.join(SEPARATOR);
        let position = text.match_indices(';').nth(1).unwrap().0 + 1;
        let at = in_message(&message, 1, failure(Some(Place::Character(position))), 0);
        assert_eq!((at.index, at.failure.place.and_then(|place| place.find(message[1]))), (1, Some(6..6)));
    }

    #[test]
    fn without_a_position_the_answers_are_counted() {
        assert_eq!(in_message(&["a", "b", "c"], 2, failure(None), 0).index, 2);
        assert_eq!(in_message(&["a", "b", "c"], 3, failure(None), 0).index, 2);
    }

    #[test]
    fn messages_end_before_they_grow_too_long() {
        let long = "x".repeat(MESSAGE_BYTES);
        let statements = ["a", &long, "b", "c"];
        let sizes: Vec<usize> = messages(&statements, MESSAGE_BYTES).iter().map(|message| message.len()).collect();
        assert_eq!(sizes, [1, 1, 2]);
        assert!(messages(&[], MESSAGE_BYTES).is_empty());
    }
}
