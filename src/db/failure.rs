//! What a driver reports, told apart once: a lost connection, or a statement that the server refused.

use std::io;

use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::postgres::PgErrorPosition;
use sqlx::postgres::PgSeverity;

use crate::db::notice::Notice;
use crate::db::place::Place;
use crate::dialect::Family;
use crate::error::ErrorKind;

/// A statement that did not succeed.
#[derive(Debug)]
pub struct Failure {
    /// The server's message, without a password and without a place in the server's own source.
    pub message: String,
    /// SQLSTATE (PostgreSQL), error number (MySQL) or extended result code (SQLite).
    pub code: Option<String>,
    /// More of the same, where the server gives more.
    pub detail: Option<String>,
    /// The server's own hint.
    pub hint: Option<String>,
    /// Where in the statement.
    pub place: Option<Place>,
    /// Whether the connection is gone, so that nobody knows what became of the statement.
    pub lost: bool,
    /// Whether a unique key was violated.
    pub duplicate: bool,
    /// What the server said before.
    pub notices: Vec<Notice>,
}

impl Failure {
    /// Returns the kind for an error in a script's statement.
    pub fn into_statement_error(self) -> ErrorKind {
        ErrorKind::StatementFailed { message: self.message, code: self.code, detail: self.detail, hint: self.hint }
    }

    /// Returns the message with its code, on one line.
    pub fn reason(&self) -> String {
        match &self.code {
            Some(code) => format!("{} ({code})", self.message),
            None => self.message.clone(),
        }
    }

    /// Returns whether somebody else held what the statement needed: it did nothing, and may be tried again.
    ///
    /// On SQLite that is the file (`SQLITE_BUSY` and its like); a locked table there is held by the connection itself.
    pub fn is_locked_out(&self, family: Family) -> bool {
        let Some(code) = self.code.as_deref() else { return false };
        match family {
            Family::Postgres => matches!(code, "55P03" | "40P01"),
            Family::Mysql => matches!(code, "1205" | "1213" | "3572"),
            Family::Sqlite => code.parse::<u32>().is_ok_and(|code| code & 0xff == 5),
        }
    }

    /// Returns whether the statement was cut off because it took too long.
    pub fn is_out_of_time(&self, family: Family) -> bool {
        match (family, self.code.as_deref()) {
            // The same code stands for a wish to stop; the message is the server's, in its language.
            (Family::Postgres, Some("57014")) => !self.message.contains("user request"),
            (Family::Mysql, Some("1969" | "3024")) => true,
            _ => false,
        }
    }

    /// Returns whether a database of SQLite was left in the middle of a write, which only a writer can roll back.
    ///
    /// These are `SQLITE_READONLY_ROLLBACK` and `SQLITE_READONLY_RECOVERY`.
    pub fn needs_recovery(&self) -> bool {
        matches!(self.code.as_deref(), Some("776" | "264"))
    }

    /// Returns whether the statement was stopped from outside of its connection.
    ///
    /// These are `query_canceled`, `ER_QUERY_INTERRUPTED` (and what a sort says of it), and `SQLITE_INTERRUPT`.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.code.as_deref(), Some("57014" | "1317" | "1028" | "9"))
    }

    /// Stands for an answer that cannot be trusted any more, since one before it was not understood.
    pub(super) fn given_up() -> Self {
        Self::plain("it was given up after an answer that was not understood".to_owned(), true)
    }

    /// Makes a failure of which there is only a message.
    pub fn plain(message: String, lost: bool) -> Self {
        Self { message, code: None, detail: None, hint: None, place: None, lost, duplicate: false, notices: Vec::new() }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
                    return from_postgres(error);
                }
                if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
                    return from_mysql(error);
                }
                Self {
                    place: Place::in_sqlite_message(error.message()),
                    code: error.code().map(Into::into),
                    duplicate: error.is_unique_violation(),
                    ..Self::plain(error.message().to_owned(), false)
                }
            }
            sqlx::Error::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                Self::plain("it was closed from the other end".to_owned(), true)
            }
            sqlx::Error::Io(cause) => Self::plain(cause.to_string(), true),
            sqlx::Error::Tls(cause) => Self::plain(format!("TLS: {cause}"), true),
            // This is the server's own answer to that statement, and no other could be.
            sqlx::Error::Protocol(message) if message.contains("CopyOutResponse") => {
                Self::plain("`COPY … TO STDOUT` gives rows to a client, and rev takes none".to_owned(), false)
            }
            sqlx::Error::Protocol(message) if message.contains("NotificationResponse") => {
                Self::plain("a notification came that rev does not listen for".to_owned(), true)
            }
            sqlx::Error::WorkerCrashed => Self::plain("the SQLite worker stopped".to_owned(), true),
            // These come before anything is sent.
            sqlx::Error::Configuration(_) | sqlx::Error::InvalidArgument(_) => Self::plain(error.to_string(), false),
            // The driver did not understand an answer, so nobody knows of what; what follows on this connection may be the
            // answer to something else.
            other => Self::plain(other.to_string(), true),
        }
    }
}

fn from_postgres(error: &PgDatabaseError) -> Failure {
    // sqlx's own Display adds a line of PostgreSQL's C source, which readers take for a line of the script.
    let context = error.r#where();
    let place = match error.position() {
        Some(PgErrorPosition::Original(position)) => Some(Place::Character(position)),
        Some(PgErrorPosition::Internal { .. }) | None => match context.and_then(copy_line) {
            Some(line) => Some(Place::CopyLine(line)),
            None => context.and_then(block_line).map(Place::BlockLine),
        },
    };
    let detail = [error.detail(), context].into_iter().flatten().collect::<Vec<_>>().join("\n");
    let code = error.code();
    Failure {
        message: explained(error.message()),
        code: Some(code.to_owned()),
        detail: (!detail.is_empty()).then_some(detail),
        hint: error.hint().map(str::to_owned),
        place,
        // After these the server ends the session, whatever the reason: shutdown, time-out, a dropped database.
        // `statement_completion_unknown` is what servers say that do not know themselves.
        lost: matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
            || code.starts_with("08")
            || code == "40003",
        duplicate: code == "23505",
        notices: Vec::new(),
    }
}

/// PgBouncer's own words say nothing of what to do.
fn explained(message: &str) -> String {
    match message {
        "query_wait_timeout" => {
            format!("{message}: the pooler had no connection to spare in time; a run needs two at once")
        }
        _ => message.to_owned(),
    }
}

/// The line N of "COPY t, line N, column a: …", in any language of the server.
fn copy_line(context: &str) -> Option<usize> {
    let rest = context.lines().find_map(|line| line.strip_prefix("COPY "))?;
    let mut segments = rest.split(", ").skip(1);
    segments.find_map(|segment| {
        let digits = |word: &str| word.trim_end_matches(':').parse().ok();
        segment.split_whitespace().take(2).find_map(digits)
    })
}

/// The line N of "PL/pgSQL function inline_code_block line N at RAISE", the innermost context of a `DO` block.
fn block_line(context: &str) -> Option<usize> {
    let rest = context.split_once("inline_code_block line ")?.1;
    rest.split_whitespace().next()?.parse().ok()
}

fn from_mysql(error: &MySqlDatabaseError) -> Failure {
    let number = error.number();
    Failure {
        message: error.message().to_owned(),
        code: Some(number.to_string()),
        detail: None,
        hint: None,
        place: Place::in_mysql_message(error.message()),
        // Shutdown in progress, connection killed, server gone, lost during query, idle for too long
        // (https://mariadb.com/kb/en/mariadb-error-code-reference/). After an error during COMMIT or ROLLBACK, only what
        // is there tells how it ended.
        lost: matches!(number, 1053 | 1180 | 1181 | 1927 | 2006 | 2013 | 4031),
        duplicate: matches!(number, 1062 | 1586),
        notices: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(error: sqlx::Error) -> bool {
        Failure::from(error).lost
    }

    #[test]
    fn what_the_driver_did_not_understand_may_have_happened() {
        assert!(is_lost(sqlx::Error::Protocol("execute: unexpected message: NotificationResponse".to_owned())));
        assert!(is_lost(sqlx::Error::Protocol("execute: unexpected message: ParseComplete".to_owned())));
        assert!(is_lost(sqlx::Error::Decode("invalid utf-8 sequence".into())));
        assert!(is_lost(sqlx::Error::ColumnDecode { index: "0".to_owned(), source: "invalid utf-8".into() }));
        assert!(is_lost(sqlx::Error::Io(io::Error::from(io::ErrorKind::TimedOut))));
        assert!(is_lost(sqlx::Error::WorkerCrashed));
        assert!(is_lost(sqlx::Error::RowNotFound));
        assert!(!is_lost(sqlx::Error::Configuration("no such file".into())));
    }
}
