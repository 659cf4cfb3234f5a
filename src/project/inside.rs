//! Statements that reach outside of the database that they are run on.

use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::run::session::Session;
use crate::sql::Outside;
use crate::sql::Statement;
use crate::sql::summary;

/// Returns what is outside of the database that a session is in.
///
/// # Errors
///
/// When the server's databases cannot be asked for.
pub async fn outside(session: &mut Session) -> Result<Outside, Error> {
    let own = match session.url() {
        DatabaseUrl::Server(server) => server.database.clone(),
        DatabaseUrl::Sqlite(_) => String::new(),
    };
    let names = session.db.database_names().await?;
    Ok(Outside::new(session.db.family(), &own, names))
}

/// Refuses statements that would reach outside of their database, all of them together.
///
/// # Errors
///
/// When one does.
pub fn expect_inside<'s>(statements: impl Iterator<Item = &'s Statement>, outside: &mut Outside) -> Result<(), Error> {
    let problem = |statement: &Statement| {
        let what = outside.reach(statement)?;
        let statement_text = summary(statement.sql(), statement.reading);
        let kind = ErrorKind::ReachesOutside { statement: statement_text, what };
        Some(Error::from(kind).at(statement.span.clone()))
    };
    Error::join(statements.filter_map(problem).collect())
}
