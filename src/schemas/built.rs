//! Scratch databases that are built from SQL which is no revision: a file's, or the model's.

use std::path::Path;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::config::url::DatabaseUrl;
use crate::db::Asks;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::project::Project;
use crate::project::expect_inside;
use crate::project::outside;
use crate::run::Interrupt;
use crate::run::Session;
use crate::run::scratch::Scratch;
use crate::schemas::model::expect_model;
use crate::schemas::model::model;
use crate::schemas::model::read;
use crate::schemas::model::without_statement;
use crate::script::TransactionMode;
use crate::script::compile_file;
use crate::span::Source;
use crate::sql::Following;
use crate::sql::Reading;
use crate::sql::Roles;
use crate::sql::Statement;

/// What a scratch database is built from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text<'a> {
    /// A file of SQL.
    File(&'a Path),
    /// What the configuration says.
    Model,
}

impl Text<'_> {
    async fn read(self, project: &Project, dialect: Dialect, run: &Interrupt) -> Result<Vec<Arc<Source>>, Error> {
        match self {
            Self::File(path) => Ok(vec![read(path)?]),
            Self::Model => model(&project.config, dialect, run).await,
        }
    }
}

/// Makes a scratch database, runs the text on it, and opens it; what was built before from the same text is copied instead.
pub(super) async fn built_from(
    text: Text<'_>,
    project: &Project,
    scratch: &mut Scratch,
    interrupt: &Interrupt,
) -> Result<Session, Error> {
    let dialect = project.config.database.url.resolve()?.url.dialect();
    if let Text::Model = text {
        expect_model(&project.config, dialect)?;
    }
    // Which of MariaDB and MySQL it is, the server says itself; neither can copy a database.
    let known = match dialect.family() {
        Family::Sqlite | Family::Postgres => Some(text.read(project, dialect, interrupt).await?),
        Family::Mysql => None,
    };
    let key = known.as_ref().map(|sources| key(sources, scratch));
    // Not cut off: what the server has begun to make would come when nobody removes it any more.
    let (url, is_copy) = scratch.make_from(key.as_deref()).await?;
    interrupt.check()?;
    if is_copy {
        return open(project, &url, interrupt).await;
    }
    let mut session = open(project, &url, interrupt).await?;
    let sources = match known {
        Some(sources) => sources,
        None => text.read(project, session.probe.journal.dialect, interrupt).await?,
    };
    let ran = run(&sources, text, scratch, &mut session).await;
    // What the text has set in its session is not for whoever reads.
    session.close().await;
    ran?;
    let Some(key) = key else { return open(project, &url, interrupt).await };
    if !scratch.keep(&url, &key).await? {
        return open(project, &url, interrupt).await;
    }
    let (url, is_copy) = scratch.make_from(Some(&key)).await?;
    let mut session = open(project, &url, interrupt).await?;
    if !is_copy {
        // Somebody removed it in this moment.
        let ran = run(&sources, text, scratch, &mut session).await;
        session.close().await;
        ran?;
        session = open(project, &url, interrupt).await?;
    }
    Ok(session)
}

async fn open(project: &Project, url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Session, Error> {
    let mut session = project.on_scratch(url.clone()).open().await?;
    session.interrupt = interrupt.clone();
    session.for_writing().await?;
    Ok(session)
}

/// Returns the hash of all that decides what is built.
fn key(sources: &[Arc<Source>], scratch: &Scratch) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(concat!("rev text 1, ", env!("CARGO_PKG_VERSION")));
    add(&scratch.circumstances());
    sources.iter().for_each(|source| add(&source.text));
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Runs the statements, when nothing of them reaches outside; each commits by itself.
async fn run(
    sources: &[Arc<Source>],
    text: Text<'_>,
    scratch: &mut Scratch,
    session: &mut Session,
) -> Result<(), Error> {
    let statements = statements(sources, session)?;
    if let (Text::Model, true) = (text, statements.is_empty()) {
        return Err(without_statement(sources).into());
    }
    if scratch.is_shared() {
        expect_inside(statements.iter(), &mut outside(session).await?)?;
    } else if session.probe.journal.dialect == Dialect::Postgres {
        let mut roles = Roles::default();
        statements.iter().for_each(|statement| roles.follow(statement));
        scratch.make_roles(&roles.missing()).await?;
    }
    // It is gone with this run, so that nobody waits for the disk.
    match session.probe.journal.dialect.family() {
        Family::Sqlite => session.execute_own(&["PRAGMA synchronous = OFF"]).await?,
        Family::Postgres => session.execute_own(&["SET synchronous_commit TO off"]).await?,
        Family::Mysql => {}
    }
    for statement in &statements {
        session.check_interrupt()?;
        let ran = session.execute(statement, Asks::Nothing, &mut |_| {}).await;
        ran.map_err(|failure| match session.interrupted(&failure) {
            Some(error) => error,
            None => Error::from(failure.into_statement_error()).at(statement.span.clone()),
        })?;
    }
    Ok(())
}

fn statements(sources: &[Arc<Source>], session: &Session) -> Result<Vec<Statement>, Error> {
    let probe = &session.probe;
    let dialect = probe.journal.dialect;
    let mut following = Following::new(Reading::asked(dialect, &probe.server_version, &probe.text_mode));
    let (mut statements, mut problems) = (Vec::new(), Vec::new());
    for source in sources {
        match compile_file(source, TransactionMode::Off, dialect, &mut following) {
            Ok(found) => statements.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    Error::join(problems)?;
    Ok(statements)
}
