//! A database that is open, with what its journal says.

use std::time::Duration;

use futures_util::FutureExt;

use crate::config::DatabaseConfig;
use crate::config::OtherJournals;
use crate::config::url::DatabaseUrl;
use crate::db::Access;
use crate::db::Asks;
use crate::db::Blocker;
use crate::db::Canceller;
use crate::db::Database;
use crate::db::Done;
use crate::db::Failure;
use crate::db::FailureAt;
use crate::db::Usual;
use crate::db::forced;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Holder;
use crate::journal::Location;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::journal::Row;
use crate::program::limits;
use crate::program::limits::Lasting;
use crate::program::restore::Restore;
use crate::program::transaction;
use crate::run::event::CreatedJournal;
use crate::run::held::Held;
use crate::run::held::attended;
use crate::run::held::check_lock_kind;
use crate::run::interrupt::Interrupt;
use crate::run::interrupt::cancelled_by;
use crate::run::look::Looking;
use crate::run::look::Reading;
use crate::run::look::Unseen;
use crate::run::look::error as failed;
use crate::run::look::foreign;
use crate::run::look::questions;
use crate::run::manners::Manners;
use crate::run::next_part::NextPart;
use crate::run::retry::Patience;
use crate::run::watch::Waiting;
use crate::run::watch::Watch;
use crate::script::Timeouts;
use crate::sql::Statement;

/// A connection, where its journal is, and what stood there when it was last read.
#[derive(Debug)]
pub struct Session {
    /// The connection.
    pub db: Database,
    /// What the database said of itself.
    pub probe: Probe,
    /// The rows of the version table, as they stand.
    pub rows: Heads,
    /// The parts that are done of a revision that is between its parts.
    pub progress: Vec<ProgressRow>,
    /// The lock, while this session holds it.
    pub(crate) held: Option<Held>,
    /// How whoever made this session may stop its run.
    pub interrupt: Interrupt,
    canceller: Option<Canceller>,
    /// Whether the server can be told to end a statement whose client is gone.
    pub(crate) minds_client: bool,
    /// Whether the server ends a transaction that takes too long, and the session with it.
    pub(crate) limits_transactions: bool,
    /// How it behaves towards others.
    pub manners: Manners,
    /// The time-outs that the session has now, where they are set for the session and known.
    pub(crate) in_force: Option<Timeouts>,
    pub(crate) watch: Watch,
    /// What the driver did to the session, and what is to be said of it.
    pub(crate) usual: Usual,
    /// What is known of the part that was sent last, should its answer never come.
    pub(crate) next_part: NextPart,
    /// How long rev's own tables are waited for.
    pub(crate) reading: Reading,
    /// What this session made of the journal.
    pub(crate) created: Option<CreatedJournal>,
    /// The same, until it is told.
    pub(crate) newly_created: Option<CreatedJournal>,
    url: DatabaseUrl,
    location: Location,
}

impl Session {
    /// Connects to the database of `url` to read, with the settings that the configuration has for it.
    ///
    /// `ids` are those of the scripts: where the journal is not found, it is known by them in another place.
    pub async fn connect<'a>(
        database: &DatabaseConfig,
        url: &DatabaseUrl,
        ids: impl IntoIterator<Item = &'a RevisionId>,
    ) -> Result<Self, Error> {
        Self::connect_telling(database, url, ids, |_| {}).await
    }

    /// Connects like [`Self::connect`], and tells why it waits for the server, or for whoever holds rev's tables.
    pub async fn connect_telling<'a>(
        database: &DatabaseConfig,
        url: &DatabaseUrl,
        ids: impl IntoIterator<Item = &'a RevisionId>,
        mut tell: impl FnMut(&Error),
    ) -> Result<Self, Error> {
        check_lock_kind(database.lock, url)?;
        let location = location(database, ids);
        let db = Database::connect_telling(url, Access::Read, database.wait, &mut tell).await?;
        let reading = Reading::of(database.lock_timeout, database.lock_retries);
        let mut session = Self::begin(db, url, &location, reading, &mut tell).await?;
        session.manners = Manners::of(database);
        Ok(session)
    }

    /// Connects to read: only SELECTs are sent, and a SQLite file that is missing is an empty database.
    ///
    /// Waits for tables that others hold as `reading` says.
    pub async fn open(url: &DatabaseUrl, location: &Location, reading: Reading) -> Result<Self, Error> {
        let db = Database::connect(url, Access::Read, Duration::ZERO).await?;
        Self::begin(db, url, location, reading, &mut |_| {}).await
    }

    async fn begin(
        mut db: Database,
        url: &DatabaseUrl,
        location: &Location,
        reading: Reading,
        tell: &mut impl FnMut(&Error),
    ) -> Result<Self, Error> {
        let settings = reading.settings(db.family());
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let (mut watch, mut patience) = (Watch::default(), Patience::new(reading.retries));
        let mut is_told = false;
        let seen = loop {
            if let Err(at) = db.execute_all(&settings).await {
                return Err(failed(&db, at.failure));
            }
            let error = match (Looking { db: &mut db, url, location, reading, watch: &mut watch }).look().await {
                Ok(seen) => break seen,
                Err(Unseen::Unanswered(failure)) if failure.needs_recovery() => {
                    db = Database::connect(url, Access::Write, Duration::ZERO).await?;
                    continue;
                }
                Err(Unseen::Unanswered(failure)) => failed(&db, failure),
                Err(Unseen::Refused(error) | Unseen::Changing(error)) => error,
            };
            let again = matches!(*error.kind, ErrorKind::TableLocked { .. });
            let error = named(error, &watch, patience.retries);
            let queued = db.family() != Family::Sqlite;
            let pause = patience.next_pause(if queued { reading.lock } else { Duration::ZERO }).filter(|_| again);
            let Some(pause) = pause else { return Err(error) };
            if !std::mem::replace(&mut is_told, true) {
                tell(&error);
            }
            watch.blockers.clear();
            tokio::time::sleep(pause).await;
        };
        let (url, location) = (db.reached(url), location.clone());
        // A session of PostgreSQL keeps those it began with; only transactions get others.
        let in_force = (db.family() == Family::Postgres).then(Timeouts::default);
        Ok(Self {
            db,
            probe: seen.probe,
            rows: seen.rows,
            progress: seen.progress,
            held: None,
            interrupt: Interrupt::default(),
            canceller: None,
            minds_client: false,
            limits_transactions: false,
            manners: Manners::default(),
            reading,
            in_force,
            watch,
            usual: Usual::default(),
            next_part: NextPart::Undone,
            created: None,
            newly_created: None,
            url,
            location,
        })
    }

    /// Returns whether there is nothing in the database but, perhaps, rev's own empty tables.
    pub fn is_fresh(&self) -> bool {
        !self.probe.has_foreign_tables && self.rows.is_empty()
    }

    /// Makes the session able to write, and reads the state again.
    pub async fn for_writing(&mut self) -> Result<(), Error> {
        match self.db.family() {
            Family::Sqlite => self.reconnect().await?,
            Family::Postgres | Family::Mysql => self.prepare().await?,
        }
        self.check_standing().await?;
        self.refresh().await?;
        self.check_owner()
    }

    /// Begins a session of the server anew, to write, without what scripts left in the old one.
    pub(crate) async fn reconnect(&mut self) -> Result<(), Error> {
        let db = Database::connect(&self.url, Access::Write, Duration::ZERO).await?;
        std::mem::replace(&mut self.db, db).close().await;
        self.in_force = None;
        self.prepare().await?;
        if self.db.family() == Family::Sqlite {
            let settings = limits::change(None, self.manners.timeouts, Dialect::Sqlite, Lasting::Session);
            let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
            return self.execute_own(&settings).await;
        }
        Ok(())
    }

    /// Makes the session what any other client's would be, and what it does stop when it shall, and when nobody waits
    /// for it any more.
    async fn prepare(&mut self) -> Result<(), Error> {
        self.be_usual().await?;
        let canceller = self.db.canceller(&self.url).await;
        self.canceller = Some(canceller.map_err(|failure| failed(&self.db, failure))?);
        // The session's number is also that by which it can be asked later who keeps it waiting.
        self.watch.pid = self.connection();
        // PostgreSQL before 14 does not know it, and on some systems it cannot.
        self.minds_client =
            self.db.family() == Family::Postgres && self.db.execute_all(&[transaction::MIND_CLIENT]).await.is_ok();
        Ok(())
    }

    /// Takes out of the session what the driver put in, and what others left in a pooler's.
    async fn be_usual(&mut self) -> Result<(), Error> {
        if self.db.family() == Family::Mysql {
            let note = Restore::new(&self.probe).note_after_reading();
            return self.execute_own(&note.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
        let DatabaseUrl::Server(server) = &self.url else { return Ok(()) };
        self.usual = match self.db.usual(server).await {
            Ok(usual) => usual,
            Err(failure) => return Err(failed(&self.db, failure)),
        };
        if self.usual.begin.is_empty() {
            return Ok(());
        }
        let begin = std::mem::take(&mut self.usual.begin);
        let mut server = server.clone();
        server.settings.extend(begin.iter().cloned());
        let url = DatabaseUrl::Server(server);
        match Database::connect(&url, Access::Write, Duration::ZERO).await {
            Ok(db) => {
                std::mem::replace(&mut self.db, db).close().await;
                self.url = url;
            }
            // What was stored for a database or a role may be no value any more, and servers pass over it then.
            Err(_) => self.usual.unknown.extend(begin.iter().filter_map(|(name, _)| forced(name))),
        }
        Ok(())
    }

    /// Notes the state after a run, which left nothing in progress.
    pub(crate) fn moved_to(&mut self, heads: &Heads) {
        self.rows = heads.clone();
        self.progress.clear();
    }

    /// Refuses to write into tables of somebody else.
    pub(crate) fn check_owner(&self) -> Result<(), Error> {
        self.probe.foreign.as_ref().map_or(Ok(()), |table| Err(foreign(table)))
    }

    /// Makes what is missing of the journal.
    pub async fn create_journal(&mut self) -> Result<(), Error> {
        let Some(place) = self.probe.makes_journal_in() else { return Ok(()) };
        if self.probe.journal.schema.is_empty() {
            return Err(ErrorKind::NoSchema { schema: String::new() }.into());
        }
        let created =
            CreatedJournal { place, is_first: self.probe.existing.is_empty(), others: self.probe.others.clone() };
        let mut statements = self.probe.journal.create();
        if !self.probe.schema_exists {
            statements.insert(0, self.probe.journal.create_schema());
        }
        let statements = statements.iter().map(String::as_str);
        let result = if self.probe.journal.dialect.has_transactional_ddl() {
            let begin = transaction::begin(self.db.family());
            let limits = self.reading.in_transaction(self.db.family());
            let limits: Vec<&str> = limits.iter().map(String::as_str).collect();
            let all: Vec<&str> =
                [begin].into_iter().chain(limits).chain(statements).chain([transaction::COMMIT]).collect();
            self.db.execute_all(&all).await
        } else {
            self.db.execute_all(&statements.collect::<Vec<_>>()).await
        };
        if let Err(at) = result {
            let _ = self.db.execute_all(&["ROLLBACK"]).await;
            // Another runner may have made them in the same moment.
            self.refresh().await?;
            if !self.probe.is_complete() {
                return Err(failed(&self.db, at.failure));
            }
            return Ok(());
        }
        self.newly_created = Some(created);
        self.probe.schema_exists = true;
        self.probe.existing = self.probe.journal.tables().map(str::to_owned).to_vec();
        Ok(())
    }

    /// Returns the epoch and the note of who holds the lock, if there is a journal.
    pub(crate) async fn holder(&mut self) -> Result<Option<(i64, Holder)>, Error> {
        if !self.probe.has(&self.probe.journal.lock) {
            return Ok(None);
        }
        let query = self.probe.journal.select_holder();
        let rows = self.questions(&[&query]).await?;
        Ok(rows.iter().flatten().find_map(Holder::from_row))
    }

    /// Runs statements of rev's own.
    pub(crate) async fn execute_own(&mut self, statements: &[&str]) -> Result<(), Error> {
        match self.execute_all(statements, &mut |_| {}).await {
            Ok(_) => Ok(()),
            Err(at) => Err(self.failed(at.failure)),
        }
    }

    /// Runs statements, and keeps the lock in use meanwhile.
    pub(crate) async fn execute_all(
        &mut self,
        statements: &[&str],
        tell: &mut (dyn FnMut(Waiting<'_>) + Send),
    ) -> Result<Vec<Done>, FailureAt> {
        let beginning = statements.first().copied().unwrap_or_default();
        let work = self.db.execute_all(statements).boxed();
        let work = cancelled_by(&self.interrupt, self.canceller.as_ref(), beginning, work).boxed();
        let work = attended(&mut self.held, work).boxed();
        self.watch.during(&self.url, tell, work).await
    }

    /// Makes sure that nobody asked the run to stop, before something is begun.
    pub(crate) fn check_interrupt(&self) -> Result<(), Error> {
        self.interrupt.check()
    }

    /// Runs statements to their end, whoever asks the run to stop: they note what has happened already.
    pub(crate) async fn see_through(&mut self, statements: &[&str]) -> Result<Vec<Done>, FailureAt> {
        let work = attended(&mut self.held, self.db.execute_all(statements).boxed()).boxed();
        self.watch.during(&self.url, &mut |_| {}, work).await
    }

    /// Returns the number that the server gave this connection.
    pub(crate) fn connection(&self) -> Option<String> {
        self.canceller.as_ref().and_then(Canceller::connection).map(str::to_owned)
    }

    /// Returns the error for rev's own statement.
    pub(crate) fn failed(&self, failure: Failure) -> Error {
        self.interrupted(&failure).unwrap_or_else(|| failed(&self.db, failure))
    }

    /// Returns the error of a statement that was stopped because the run was.
    pub(crate) fn interrupted(&self, failure: &Failure) -> Option<Error> {
        let signal = self.interrupt.asked().filter(|_| failure.is_cancelled())?;
        Some(ErrorKind::Interrupted { signal }.into())
    }

    /// Runs a statement of a script, with its data if it has some, and keeps the lock in use meanwhile.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        asks: Asks,
        tell: &mut (dyn FnMut(Waiting<'_>) + Send),
    ) -> Result<Done, Failure> {
        let work = async {
            match statement.copy_data() {
                Some(data) => self.db.copy_in(statement.sql(), data.as_bytes()).await,
                None => self.db.execute(statement.sql(), asks).await,
            }
        };
        let work = cancelled_by(&self.interrupt, self.canceller.as_ref(), statement.sql(), work.boxed()).boxed();
        let work = attended(&mut self.held, work).boxed();
        self.watch.during(&self.url, tell, work).await
    }

    /// Does nothing for a while, unless the run is asked to stop, and keeps the lock in use meanwhile.
    pub(crate) async fn rest(&mut self, pause: Duration) -> Result<(), Error> {
        attended(&mut self.held, self.interrupt.sleep(pause).boxed()).await
    }

    /// Asks one question of rev's own.
    pub(crate) async fn select_one(&mut self, query: &str) -> Result<Vec<Row>, Error> {
        Ok(self.questions(&[query]).await?.into_iter().flatten().collect())
    }

    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Ends the connection in an orderly way.
    pub async fn close(self) {
        self.db.close().await;
    }

    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        let (url, location, reading) = (&self.url, &self.location, self.reading);
        let mut looking = Looking { db: &mut self.db, url, location, reading, watch: &mut self.watch };
        let seen = match looking.look().await {
            Ok(seen) => seen,
            Err(Unseen::Unanswered(failure)) => return Err(failed(&self.db, failure)),
            Err(Unseen::Refused(error) | Unseen::Changing(error)) => return Err(error),
        };
        (self.probe, self.rows, self.progress) = (seen.probe, seen.rows, seen.progress);
        Ok(())
    }

    /// Asks about rev's own tables.
    pub(crate) async fn questions(&mut self, queries: &[&str]) -> Result<Vec<Vec<Row>>, Error> {
        let work = questions(&mut self.db, self.reading, queries).boxed();
        match self.watch.during(&self.url, &mut |_| {}, work).await {
            Ok(answers) => Ok(answers),
            Err(failure) => Err(named(failed(&self.db, failure), &self.watch, 0)),
        }
    }
}

/// Adds to a lock that was not got who holds it.
fn named(mut error: Error, watch: &Watch, tries: u32) -> Error {
    if let ErrorKind::TableLocked { retries, blockers, .. } = &mut *error.kind {
        *retries = tries;
        *blockers = watch.blockers.iter().map(Blocker::to_string).collect();
    }
    error
}

/// Returns what is configured of the journal's place.
pub(crate) fn location<'a>(database: &DatabaseConfig, ids: impl IntoIterator<Item = &'a RevisionId>) -> Location {
    Location {
        ids: ids.into_iter().cloned().collect(),
        passes_over_others: database.other_journals == OtherJournals::Allow,
        schema: database.schema.clone(),
        version_table: database.version_table.clone(),
        prefix: database.table_prefix.clone(),
    }
}
