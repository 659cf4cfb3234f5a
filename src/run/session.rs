//! A database that is open, with what its journal says.

use std::time::Duration;

use futures_util::FutureExt;

use crate::config::DatabaseConfig;
use crate::config::url::DatabaseUrl;
use crate::db::Access;
use crate::db::Canceller;
use crate::db::Database;
use crate::db::Done;
use crate::db::Failure;
use crate::db::FailureAt;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::FORMAT;
use crate::journal::ForeignTable;
use crate::journal::Holder;
use crate::journal::Location;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::journal::Row;
use crate::program::limits;
use crate::program::limits::Lasting;
use crate::program::transaction;
use crate::run::held::Held;
use crate::run::held::attended;
use crate::run::held::check_lock_kind;
use crate::run::interrupt::Interrupt;
use crate::run::interrupt::cancelled_by;
use crate::run::manners::Manners;
use crate::run::next_part::NextPart;
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
    /// What is known of the part that was sent last, should its answer never come.
    pub(crate) next_part: NextPart,
    url: DatabaseUrl,
    location: Location,
}

impl Session {
    /// Connects to the database of `url` to read, with the settings that the configuration has for it.
    pub async fn connect(database: &DatabaseConfig, url: &DatabaseUrl) -> Result<Self, Error> {
        Self::connect_telling(database, url, |_| {}).await
    }

    /// Connects like [`Self::connect`], and tells why it waits for the server, once.
    pub async fn connect_telling(
        database: &DatabaseConfig,
        url: &DatabaseUrl,
        tell: impl FnMut(&Error),
    ) -> Result<Self, Error> {
        check_lock_kind(database.lock, url)?;
        let db = Database::connect_telling(url, Access::Read, database.wait, tell).await?;
        let mut session = Self::begin(db, url, &location(database)).await?;
        session.manners = Manners::of(database);
        Ok(session)
    }

    /// Connects to read: only SELECTs are sent, and a SQLite file that is missing is an empty database.
    ///
    /// Waits up to `wait` for a server that does not answer yet.
    pub async fn open(url: &DatabaseUrl, location: &Location, wait: Duration) -> Result<Self, Error> {
        let db = Database::connect(url, Access::Read, wait).await?;
        Self::begin(db, url, location).await
    }

    async fn begin(mut db: Database, url: &DatabaseUrl, location: &Location) -> Result<Self, Error> {
        let probe = match probe(&mut db, location).await {
            Err(failure) if failure.needs_recovery() => {
                db = Database::connect(url, Access::Write, Duration::ZERO).await?;
                probe(&mut db, location).await
            }
            answer => answer,
        };
        let probe = probe.map_err(|failure| failed(&db, failure))?;
        let (url, location) = (db.reached(url), location.clone());
        // A session of PostgreSQL keeps those it began with; only transactions get others.
        let in_force = (db.family() == Family::Postgres).then(Timeouts::default);
        let mut session = Self {
            db,
            probe,
            rows: Heads::empty(),
            progress: Vec::new(),
            held: None,
            interrupt: Interrupt::default(),
            canceller: None,
            minds_client: false,
            limits_transactions: false,
            manners: Manners::default(),
            in_force,
            watch: Watch::default(),
            next_part: NextPart::Undone,
            url,
            location,
        };
        session.read_state().await?;
        Ok(session)
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

    /// Makes what this connection does stop when it shall, and when nobody waits for it any more.
    async fn prepare(&mut self) -> Result<(), Error> {
        let canceller = self.db.canceller(&self.url).await;
        self.canceller = Some(canceller.map_err(|failure| failed(&self.db, failure))?);
        // The session's number is also that by which it can be asked later who keeps it waiting.
        self.watch.pid = self.connection();
        // PostgreSQL before 14 does not know it, and on some systems it cannot.
        self.minds_client =
            self.db.family() == Family::Postgres && self.db.execute_all(&[transaction::MIND_CLIENT]).await.is_ok();
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
        if !self.probe.schema_exists {
            return Err(ErrorKind::NoSchema { schema: self.probe.journal.schema.clone() }.into());
        }
        if self.probe.is_complete() {
            return Ok(());
        }
        let statements = self.probe.journal.create();
        let statements = statements.iter().map(String::as_str);
        let result = if self.probe.journal.dialect.has_transactional_ddl() {
            let begin = transaction::begin(self.db.family());
            let all: Vec<&str> = [begin].into_iter().chain(statements).chain([transaction::COMMIT]).collect();
            self.db.execute_all(&all).await
        } else {
            self.db.execute_all(&statements.collect::<Vec<_>>()).await
        };
        if let Err(at) = result {
            let _ = self.db.execute_all(&["ROLLBACK"]).await;
            // Another runner may have made them in the same moment.
            self.probe = self.probe_again().await?;
            if !self.probe.is_complete() {
                return Err(failed(&self.db, at.failure));
            }
        }
        self.probe.existing = self.probe.journal.tables().map(str::to_owned).to_vec();
        Ok(())
    }

    /// Returns the epoch and the note of who holds the lock, if there is a journal.
    pub(crate) async fn holder(&mut self) -> Result<Option<(i64, Holder)>, Error> {
        if !self.probe.has(&self.probe.journal.lock) {
            return Ok(None);
        }
        let query = self.probe.journal.select_holder();
        let rows = select(&mut self.db, &[&query]).await?;
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
        tell: &mut (dyn FnMut(Waiting<'_>) + Send),
    ) -> Result<Done, Failure> {
        let work = async {
            match statement.copy_data() {
                Some(data) => self.db.copy_in(statement.sql(), data.as_bytes()).await,
                None => self.db.execute(statement.sql()).await,
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
        Ok(select(&mut self.db, &[query]).await?.into_iter().flatten().collect())
    }

    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Ends the connection in an orderly way.
    pub async fn close(self) {
        self.db.close().await;
    }

    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        self.probe = self.probe_again().await?;
        self.read_state().await
    }

    async fn probe_again(&mut self) -> Result<Probe, Error> {
        probe(&mut self.db, &self.location).await.map_err(|failure| failed(&self.db, failure))
    }

    /// Reads rows and progress; what is missing reads as empty, and all that is there goes in one message.
    async fn read_state(&mut self) -> Result<(), Error> {
        if let Some(table) = self.probe.foreign.as_ref().filter(|table| table.is_unsafe_to_read) {
            return Err(foreign(table));
        }
        let journal = &self.probe.journal;
        let known = [
            (&journal.version, journal.select_heads()),
            (&journal.progress, journal.select_progress()),
            (&journal.lock, journal.select_format()),
        ];
        let present: Vec<usize> = (0..known.len()).filter(|&i| self.probe.has(known[i].0)).collect();
        // A policy that hides rows from this role would make an applied revision look pending; so it is an error.
        let unfiltered = (self.db.family() == Family::Postgres).then_some(UNFILTERED);
        let tables = present.iter().map(|&i| known[i].1.as_str());
        let queries: Vec<&str> = unfiltered.into_iter().chain(tables).collect();
        let mut answers: [Vec<Row>; 3] = Default::default();
        if !present.is_empty() {
            let found = select(&mut self.db, &queries).await?;
            for (i, rows) in present.into_iter().zip(found.into_iter().skip(unfiltered.into_iter().len())) {
                answers[i] = rows;
            }
        }
        let [rows, progress, format] = answers;
        let format = format.iter().flatten().flatten().find_map(|text| text.parse::<i64>().ok());
        if let Some(found) = format.filter(|found| *found > FORMAT) {
            return Err(ErrorKind::NewerJournal { found, known: FORMAT }.into());
        }
        let damaged = |table: &str, row: &Row| {
            let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
            ErrorKind::DamagedJournal { table: table.to_owned(), row: cells.join(", ") }
        };
        self.rows = Heads::empty();
        for row in &rows {
            let [Some(id)] = row.as_slice() else { return Err(damaged(&journal.version, row).into()) };
            self.rows.0.insert(RevisionId::from_row(id));
        }
        self.progress = Vec::with_capacity(progress.len());
        for (row, number) in progress.iter().zip(1..) {
            // A gap would let a part that ran run again.
            match ProgressRow::from_row(row) {
                Some(done) if done.part == number => self.progress.push(done),
                _ => return Err(damaged(&journal.progress, row).into()),
            }
        }
        Ok(())
    }
}

fn foreign(table: &ForeignTable) -> Error {
    ErrorKind::ForeignJournal { table: table.table.clone(), owner: table.owner.clone() }.into()
}

/// Makes PostgreSQL refuse what a policy would filter, in one message with the queries it is for.
pub(crate) const UNFILTERED: &str = "SET LOCAL row_security = off";

/// Returns what is configured of the journal's place.
pub(crate) fn location(database: &DatabaseConfig) -> Location {
    Location {
        schema: database.schema.clone(),
        version_table: database.version_table.clone(),
        prefix: database.table_prefix.clone(),
    }
}

async fn probe(db: &mut Database, location: &Location) -> Result<Probe, Failure> {
    let family = db.family();
    let answers = db.select(&[&location.probe(family)]).await?;
    let probe = answers.iter().flatten().find_map(|row| location.read(family, row));
    probe.ok_or_else(|| Failure::plain("the catalog gave no answer".to_owned(), false))
}

pub(crate) async fn select(db: &mut Database, queries: &[&str]) -> Result<Vec<Vec<Row>>, Error> {
    match db.select(queries).await {
        Ok(answers) => Ok(answers),
        Err(failure) => Err(failed(db, failure)),
    }
}

fn failed(db: &Database, failure: Failure) -> Error {
    let (address, reason) = (db.address.clone(), failure.reason());
    if let Some(kind) = failure.standing(db.family(), &address) {
        return kind.into();
    }
    let kind = match failure.code.as_deref() {
        _ if failure.is_locked_out(db.family()) => ErrorKind::TableLocked { reason, retries: 0, blockers: Vec::new() },
        _ if failure.lost => ErrorKind::ConnectionLost { address, reason },
        // SQLite looks into a file only when it is first asked for something: SQLITE_CANTOPEN, SQLITE_NOTADB.
        Some("14" | "26") if db.family() == Family::Sqlite => ErrorKind::CannotOpen { address, reason },
        _ => ErrorKind::QueryFailed { reason },
    };
    kind.into()
}
