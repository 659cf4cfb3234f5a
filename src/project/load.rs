//! An empty database that is built in one go from SQL of a whole schema, and counts as being at its revisions then.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Level;
use crate::db::Asks;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::diff::Change;
use crate::diff::differences;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Purge;
use crate::graph::Target;
use crate::program::program::Program;
use crate::project::inside::outside;
use crate::project::project::Project;
use crate::project::recall::Recalled;
use crate::project::request::Request;
use crate::run::clock::Actor;
use crate::run::event::Event;
use crate::run::event::Observer;
use crate::run::event::Report;
use crate::run::event::RunFailure;
use crate::run::next_part::NextPart;
use crate::run::patience::Own;
use crate::run::run::run;
use crate::run::session::Session;
use crate::script::TransactionMode;
use crate::script::compile_file;
use crate::span::Source;
use crate::sql::Following;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::summary;

/// How many of the objects are named that are in the way.
const NAMED: usize = 5;

/// SQL of a whole schema, and what a database is at that has it.
#[derive(Debug, Clone)]
pub struct Load {
    /// The files, which run in this order.
    pub sources: Vec<Arc<Source>>,
    /// What is applied then.
    pub targets: Vec<Target>,
    /// Whether there may be no statement in them: what rev dumped of an empty schema is whole.
    pub may_be_empty: bool,
}

impl Project {
    /// Finds all that a load will send, and checks all that can be checked: that the database is empty, too.
    ///
    /// # Errors
    ///
    /// When it is not, when nothing would be recorded, or when a statement cannot be sent.
    pub async fn load_program(&self, load: &Load, session: &mut Session) -> Result<Program, Error> {
        session.check_explained()?;
        expect_empty(session).await?;
        let statements = statements(load, session)?;
        if statements.is_empty() && !load.may_be_empty {
            let names: Vec<String> = load.sources.iter().map(|source| source.path.display().to_string()).collect();
            let message = format!("there is no statement in {}", names.join(", "));
            let hint = Some("was it written to its end?".to_owned());
            return Err(ErrorKind::Usage { message, hint }.into());
        }
        check_inside(&statements, session).await?;
        let request = Request::Stamp(load.targets.clone(), Purge::Keep);
        let none = Recalled::default();
        let program = self.compile_request(&request, &none, &session.rows, &session.probe, &session.progress)?;
        if program.is_empty() {
            let message = "no revision would be recorded as applied".to_owned();
            let hint = Some("`rev revision -m MESSAGE` writes the first one".to_owned());
            return Err(ErrorKind::Usage { message, hint }.into());
        }
        program.loading(statements, &session.probe)
    }

    /// Builds the schema and records the revisions. Where the database can, that is one transaction.
    ///
    /// # Errors
    ///
    /// When the database is not empty, or a statement fails; no revision is recorded then.
    pub async fn load_into(
        &self,
        load: &Load,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        let program = self.load_program(load, session).await?;
        session.check_storable(&program).await?;
        let actor = &session.storable(actor).await?;
        observer.confirm(&program)?;
        session.interrupt.heed();
        session.lock(self.config.database.lock_wait, actor, observer).await?;
        let result = Box::pin(self.load_locked(load, session, actor, observer)).await;
        session.unlock().await;
        result
    }

    async fn load_locked(
        &self,
        load: &Load,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunFailure> {
        session.patiently(observer, Own::ReadToWrite).await?;
        // While the lock was waited for, somebody else may have filled it.
        let mut program = self.load_program(load, session).await?;
        session.check_timeouts(&program).await?;
        session.shape_new_file(&program).await?;
        session.patiently(observer, Own::CreateJournal).await?;
        session.patiently(observer, Own::BeginEpoch(actor)).await?;
        observer.event(Event::Started { program: &program });
        let first = program.take_loading();
        if !first.is_empty() {
            self.run_each(&first, &program, session, observer).await?;
        }
        match Box::pin(run(&program, session, actor, observer)).await {
            Ok(mut report) => {
                if let Some(step) = report.steps.first_mut() {
                    step.statements += first.len();
                }
                session.moved_to(&report.to);
                Ok(report)
            }
            Err(failure) => Err(told(failure, first.len())),
        }
    }

    /// Runs the statements that commit by themselves, before anything is recorded.
    async fn run_each(
        &self,
        statements: &[Statement],
        program: &Program,
        session: &mut Session,
        observer: &mut dyn Observer,
    ) -> Result<(), RunFailure> {
        for (done, statement) in statements.iter().enumerate() {
            let error = match one(statement, session, observer).await {
                Ok(()) => continue,
                Err(error) => error,
            };
            let report = Report {
                from: program.from.clone(),
                to: program.from.clone(),
                steps: Vec::new(),
                restore_point: None,
                journal_created: session.created.is_some(),
                warnings: Vec::new(),
            };
            let there = match found(session).await {
                Ok(Some(found)) => format!(" ({found})"),
                Ok(None) | Err(_) => String::new(),
            };
            let standing = format!(
                "{done} of {} statements ran, and what they made stays{there}; no revision is recorded: make the database empty, as with `rev db drop` and `rev db create`, and load again",
                statements.len()
            );
            return Err(RunFailure { error, report: Some(report), stopped: None, standing: Some(standing) });
        }
        // What was set must not reach the journal.
        session.reconnect().await?;
        Ok(())
    }
}

async fn one(statement: &Statement, session: &mut Session, observer: &mut dyn Observer) -> Result<(), Error> {
    session.check_lock().await?;
    session.check_interrupt()?;
    observer.event(Event::StatementStarted { statement });
    match session.execute(statement, Asks::Nothing, &mut |_| {}).await {
        Ok(_) => Ok(()),
        Err(failure) => Err(match session.interrupted(&failure) {
            Some(error) => error,
            None => Error::from(failure.into_statement_error()).at(statement.span.clone()),
        }),
    }
}

/// Says what a failure of the last transaction leaves; `before` statements had committed by themselves.
fn told(failure: RunFailure, before: usize) -> RunFailure {
    let is_lost = matches!(*failure.error.kind, ErrorKind::ConnectionLost { .. });
    let in_doubt = failure.stopped.as_ref().is_some_and(|stopped| stopped.next_part == NextPart::InDoubt);
    let standing = if in_doubt || is_lost {
        "the server did not say whether the load was committed: `rev status` tells, and if it was not, load again"
            .to_owned()
    } else if before > 0 {
        "all statements ran, and what they made stays; no revision is recorded: `rev stamp` records it".to_owned()
    } else {
        "nothing of the load is left; fix what failed and load again".to_owned()
    };
    RunFailure { stopped: None, standing: Some(standing), ..failure }
}

/// Splits the files, each statement checked for this database.
fn statements(load: &Load, session: &Session) -> Result<Vec<Statement>, Error> {
    let probe = &session.probe;
    let dialect = probe.journal.dialect;
    let transaction = match dialect.has_transactional_ddl() {
        true => TransactionMode::Transactional,
        false => TransactionMode::Off,
    };
    let mut following = Following::new(Reading::asked(dialect, &probe.server_version, &probe.text_mode));
    let (mut statements, mut problems) = (Vec::new(), Vec::new());
    for source in &load.sources {
        match compile_file(source, transaction, dialect, &mut following) {
            Ok(found) => statements.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    Error::join(problems)?;
    Ok(statements)
}

/// Refuses what would go into another database of the server: a dump of several says `USE`.
async fn check_inside(statements: &[Statement], session: &mut Session) -> Result<(), Error> {
    if session.db.family() != Family::Mysql {
        return Ok(());
    }
    let mut outside = outside(session).await?;
    let problem = |statement: &Statement| {
        let what = outside.reach(statement)?;
        let statement_text = summary(statement.sql(), statement.reading);
        let message = format!("`{statement_text}` {what}, and a load fills one database");
        let hint = Some("take the statement out of the file".to_owned());
        Some(Error::from(ErrorKind::Usage { message, hint }).at(statement.span.clone()))
    };
    Error::join(statements.iter().filter_map(problem).collect())
}

/// Refuses a database in which there is something already.
async fn expect_empty(session: &mut Session) -> Result<(), Error> {
    if !session.rows.is_empty() {
        let found = format!("the applied revisions of {}", session.rows);
        return Err(ErrorKind::NotEmpty { found }.into());
    }
    if let Some(row) = session.progress.first() {
        let found = format!("revision {} in progress", row.revision);
        return Err(ErrorKind::NotEmpty { found }.into());
    }
    match found(session).await? {
        Some(found) => Err(ErrorKind::NotEmpty { found }.into()),
        None => Ok(()),
    }
}

/// Names what is in a database.
async fn found(session: &mut Session) -> Result<Option<String>, Error> {
    let journal = session.probe.journal.clone();
    let catalog = session.db.catalog(&journal).await?;
    let mut names = objects(&catalog);
    names.extend(catalog.unread.iter().map(|unread| format!("{} {}", unread.kind, unread.name)));
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    Ok((!names.is_empty()).then(|| format!("{}{and}", names.join(", "))))
}

/// Returns the names of what users made.
fn objects(catalog: &Catalog) -> Vec<String> {
    own_objects(catalog).into_iter().map(|identity| identity.to_string()).collect()
}

/// Returns what users made in a database: not the parts of it, nor what a server or its keeper puts into each.
pub fn own_objects(catalog: &Catalog) -> Vec<Arc<Identity>> {
    let fresh = match catalog.dialect {
        Dialect::Postgres => Catalog::fresh(catalog.dialect, &catalog.version),
        _ => Catalog::empty(catalog.dialect, &catalog.version),
    };
    let is_users =
        |identity: &Identity| identity.owner.is_none() && !matches!(identity.kind, Kind::Database | Kind::Extension);
    let found = differences(&fresh, catalog, Level::Exact);
    let added = found.into_iter().filter(|one| matches!(one.change, Change::Added) && is_users(&one.identity));
    added.map(|one| one.identity).collect()
}
