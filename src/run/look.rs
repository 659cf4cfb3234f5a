//! Looking at a database: where its journal is, what stands in it, and whether what looks empty is.

use std::time::Duration;

use futures_util::FutureExt;

use crate::config::url::DatabaseUrl;
use crate::db::Database;
use crate::db::Failure;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Doubt;
use crate::journal::FORMAT;
use crate::journal::ForeignTable;
use crate::journal::HistoryRow;
use crate::journal::Location;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::journal::Row;
use crate::journal::Trail;
use crate::program::limits;
use crate::program::limits::Lasting;
use crate::run::watch::Watch;
use crate::script::Timeouts;

/// What stands in a database.
#[derive(Debug)]
pub(crate) struct Seen {
    /// What the database said of itself.
    pub(crate) probe: Probe,
    /// The rows of the version table.
    pub(crate) rows: Heads,
    /// The parts that are done of a revision that is between its parts.
    pub(crate) progress: Vec<ProgressRow>,
}

/// How long rev's own tables are waited for when they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// How long one try waits for a table that somebody holds.
    pub lock: Duration,
    /// How long the server may work on one question; nothing is as long as it likes.
    pub answer: Option<Duration>,
    /// How often it is tried again.
    pub retries: u32,
}

/// The longest that a table of rev's own is waited for where the configuration waits for ever: nobody would say why.
const LONGEST: Duration = Duration::from_secs(3);

/// How often, and after which pause, answers are asked for again that do not fit each other.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

impl Default for Reading {
    fn default() -> Self {
        Self { lock: LONGEST, answer: None, retries: 10 }
    }
}

impl Reading {
    /// Returns what holds where statements wait for `lock` and are tried again `retries` times.
    pub(crate) fn of(lock: Duration, retries: u32) -> Self {
        let lock = if lock.is_zero() { LONGEST } else { lock };
        Self { lock, answer: None, retries }
    }

    /// Returns what holds for whoever watches: the next look is soon, and the server must be through by then.
    pub(crate) fn watching(patience: Duration) -> Self {
        Self { lock: patience / 2, answer: Some(patience), retries: 0 }
    }

    fn timeouts(self) -> Timeouts {
        Timeouts { lock: Some(self.lock), statement: self.answer }
    }

    /// Returns what is said once of a session before it reads.
    pub(crate) fn settings(self, family: Family) -> Vec<String> {
        match family {
            // In each message, for that message: a pooler may give the next one to another session.
            Family::Postgres => Vec::new(),
            Family::Mysql => {
                let lock = Timeouts { lock: Some(self.lock), statement: None };
                let unchanged = Some(Timeouts { lock: None, statement: None });
                let note = limits::note_locks();
                std::iter::once(note)
                    .chain(limits::change(unchanged, lock, Dialect::Mariadb, Lasting::Session))
                    .collect()
            }
            Family::Sqlite => limits::change(None, self.timeouts(), Dialect::Sqlite, Lasting::Session),
        }
    }

    /// Returns what goes to the beginning of a transaction that changes the table of the lock, or makes the tables.
    pub(crate) fn in_transaction(self, family: Family) -> Vec<String> {
        if family != Family::Postgres {
            return Vec::new();
        }
        let unchanged = Some(Timeouts { lock: None, statement: None });
        limits::change(unchanged, self.timeouts(), Dialect::Postgres, Lasting::Transaction)
    }

    /// Returns what goes before questions in their message.
    ///
    /// A policy that hides rows from this role would make an applied revision look pending; so it is an error.
    fn before(self, family: Family) -> Vec<String> {
        let unfiltered = (family == Family::Postgres).then(|| "SET LOCAL row_security = off".to_owned());
        unfiltered.into_iter().chain(self.in_transaction(family)).collect()
    }
}

/// A look that did not succeed.
pub(crate) enum Unseen {
    /// The database gave no answer to the first question.
    Unanswered(Failure),
    /// It did, and what it says cannot be worked with, or not now.
    Refused(Error),
    /// Its answers do not fit each other, as when another run just makes the journal; the error is for one that stays so.
    Changing(Error),
}

impl From<Error> for Unseen {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// A connection that is looked at.
pub(crate) struct Looking<'a> {
    pub(crate) db: &'a mut Database,
    pub(crate) url: &'a DatabaseUrl,
    pub(crate) location: &'a Location,
    pub(crate) reading: Reading,
    pub(crate) watch: &'a mut Watch,
}

impl Looking<'_> {
    /// Reads what there is.
    pub(crate) async fn look(&mut self) -> Result<Seen, Unseen> {
        let mut doubted = None;
        for _ in 0..LOOKS {
            match self.look_once().await {
                Err(Unseen::Changing(_)) => tokio::time::sleep(BETWEEN_LOOKS).await,
                // Another run may have written between the two questions. Not when the same step is the last one again.
                Ok(seen) if seen.probe.doubt.is_some() && seen.probe.doubt != doubted => doubted = seen.probe.doubt,
                seen => return seen,
            }
        }
        self.look_once().await
    }

    async fn look_once(&mut self) -> Result<Seen, Unseen> {
        let probe = self.probe().await.map_err(Unseen::Unanswered)?;
        self.watch.patience = Some(self.reading.lock);
        if self.watch.pid.is_none() {
            self.watch.pid.clone_from(&probe.connection);
        }
        let mut seen = Seen { probe, rows: Heads::empty(), progress: Vec::new() };
        self.check_hidden(&seen.probe).await?;
        self.read_state(&mut seen).await?;
        let lacks_progress = !seen.probe.has(&seen.probe.journal.progress);
        if lacks_progress || seen.rows.is_empty() && seen.progress.is_empty() {
            match self.newest_steps(&seen.probe).await? {
                Some((last, _)) if lacks_progress => seen.probe.doubt = Some(Doubt::NoProgress(last)),
                Some((_, done)) => {
                    seen.probe.doubt = done.filter(HistoryRow::leaves_something_applied).map(Doubt::Emptied);
                }
                None if seen.rows.is_empty() => seen.probe.others = self.search(&seen.probe).await?,
                None => {}
            }
        }
        Ok(seen)
    }

    async fn probe(&mut self) -> Result<Probe, Failure> {
        let family = self.db.family();
        // The schema is the user's; all that is asked of it is asked by rev's own names.
        let (first, probe) = (Location::before_probe(family), self.location.probe(family));
        let queries = [probe.as_str()];
        let work = questions_after(self.db, self.reading, first.as_slice(), &queries).boxed();
        let answers = self.watch.during(self.url, &mut |_| {}, work).await?;
        let probe = answers.iter().flatten().find_map(|row| self.location.read(family, row));
        probe.ok_or_else(|| Failure::plain("the catalog gave no answer".to_owned(), false))
    }

    /// Makes sure that what the catalog does not show is not there: MySQL hides what a user has no rights on.
    async fn check_hidden(&mut self, probe: &Probe) -> Result<(), Unseen> {
        if self.db.family() != Family::Mysql || probe.journal.schema.is_empty() {
            return Ok(());
        }
        for table in probe.journal.tables().into_iter().filter(|table| !probe.has(table)) {
            match self.questions(&[&probe.journal.select_nothing_of(table)]).await {
                // ER_NO_SUCH_TABLE is only said to whoever may read it.
                Err(failure) if failure.code.as_deref() == Some("1146") => {}
                Err(failure) if failure.lost || failure.is_locked_out(Family::Mysql) => {
                    return Err(error(self.db, failure).into());
                }
                Err(failure) => return Err(hidden(probe, table, failure.reason()).into()),
                Ok(_) => {
                    let reason = "the catalog does not list it".to_owned();
                    return Err(Unseen::Changing(hidden(probe, table, reason)));
                }
            }
        }
        Ok(())
    }

    /// Reads rows and progress; what is missing reads as empty, and all that is there goes in one message.
    async fn read_state(&mut self, seen: &mut Seen) -> Result<(), Error> {
        let probe = &seen.probe;
        if let Some(table) = probe.foreign.as_ref().filter(|table| table.is_unsafe_to_read) {
            return Err(foreign(table));
        }
        let journal = &probe.journal;
        let known = [
            (&journal.version, journal.select_heads()),
            (&journal.progress, journal.select_progress()),
            (&journal.lock, journal.select_format()),
        ];
        let present: Vec<usize> = (0..known.len()).filter(|&i| probe.has(known[i].0)).collect();
        let queries: Vec<&str> = present.iter().map(|&i| known[i].1.as_str()).collect();
        let mut answers: [Vec<Row>; 3] = Default::default();
        if !queries.is_empty() {
            let found = match self.questions(&queries).await {
                Err(failure) if is_denied(&failure) => return Err(hidden(probe, &journal.version, failure.reason())),
                answer => answer.map_err(|failure| error(self.db, failure))?,
            };
            for (i, rows) in present.into_iter().zip(found) {
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
        for row in &rows {
            let [Some(id)] = row.as_slice() else { return Err(damaged(&journal.version, row).into()) };
            seen.rows.0.insert(RevisionId::from_row(id));
        }
        for (row, number) in progress.iter().zip(1..) {
            // A gap would let a part that ran run again.
            match ProgressRow::from_row(row) {
                Some(done) if done.part == number => seen.progress.push(done),
                _ => return Err(damaged(&journal.progress, row).into()),
            }
        }
        Ok(())
    }

    /// Returns the newest step, and the newest that ended well, of a journal that is here and was used.
    async fn newest_steps(&mut self, probe: &Probe) -> Result<Option<(HistoryRow, Option<HistoryRow>)>, Error> {
        if !probe.has(&probe.journal.version) || !probe.has(&probe.journal.history) {
            return Ok(None);
        }
        let queries = [probe.journal.select_newest_steps(1), probe.journal.select_newest_done()];
        let answer = self.questions(&[&queries[0], &queries[1]]).await;
        let rows = answer.map_err(|failure| error(self.db, failure))?;
        let mut first = rows.iter().map(|rows| rows.first().and_then(HistoryRow::from_row));
        let (last, done) = (first.next().flatten(), first.next().flatten());
        Ok(last.map(|last| (last, done)))
    }

    /// Looks for a journal of these scripts in all other places, since there is none here, and returns those of others.
    ///
    /// A journal is known by its columns and the ids in it, for its name and its place are what may have changed.
    async fn search(&mut self, probe: &Probe) -> Result<Vec<String>, Unseen> {
        let answer = self.questions(&[&probe.journal.select_trails()]).await;
        let rows = answer.map_err(|failure| error(self.db, failure))?;
        let trails: Vec<Trail> = rows.iter().flatten().filter_map(Trail::from_row).collect();
        let (mut others, mut conflicts) = (Vec::new(), Vec::new());
        let mut is_changing = false;
        for trail in &trails {
            let is_own = probe.journal.is_own(trail);
            if is_own && trail.table == probe.journal.version {
                continue;
            }
            let ids = match trail.is_readable {
                true => self.ids(probe, trail).await?,
                false => Err("no rights to read it".to_owned()),
            };
            match ids {
                Ok(ids) if ids.is_empty() => {}
                Ok(ids) => {
                    let known = match is_own {
                        true => ids.iter().flatten().flatten().next().cloned(),
                        false => Trail::knows(&ids, &self.location.ids).map(|id| id.to_string()),
                    };
                    match known {
                        Some(revision) if is_own || !self.location.passes_over_others => {
                            // It was not there, or held nothing, a moment ago: another run may just have made it.
                            is_changing |= is_own;
                            conflicts.push((trail, revision));
                        }
                        _ => others.push(trail.to_string()),
                    }
                }
                // Whoever names the schema has said which one it is.
                Err(_) if self.location.passes_over_others || self.location.schema.is_some() => {
                    others.push(trail.to_string());
                }
                Err(reason) => return Err(hidden_trail(probe, trail, reason).into()),
            }
        }
        // A history of another name tells most of what to set, then a table of heads; one of our own tells nothing.
        let rank = |trail: &Trail| (probe.journal.is_own(trail), trail.has_heads_only());
        match conflicts.into_iter().min_by_key(|(trail, _)| rank(trail)) {
            Some((trail, revision)) if is_changing => Err(Unseen::Changing(elsewhere(probe, trail, &revision))),
            Some((trail, revision)) => Err(elsewhere(probe, trail, &revision).into()),
            None => Ok(others),
        }
    }

    /// Returns the ids in a trail, or why they cannot be read.
    async fn ids(&mut self, probe: &Probe, trail: &Trail) -> Result<Result<Vec<Row>, String>, Error> {
        match self.questions(&[&probe.journal.select_ids(trail)]).await {
            Ok(rows) => Ok(Ok(rows.into_iter().flatten().collect())),
            Err(failure) if failure.lost || failure.is_locked_out(self.db.family()) => Err(error(self.db, failure)),
            Err(failure) => Ok(Err(failure.reason())),
        }
    }

    async fn questions(&mut self, queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
        let work = questions(self.db, self.reading, queries).boxed();
        self.watch.during(self.url, &mut |_| {}, work).await
    }
}

/// Asks about rev's own tables, and waits for nobody who holds them for longer than `reading` says.
pub(crate) async fn questions(db: &mut Database, reading: Reading, queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
    questions_after(db, reading, &[], queries).await
}

/// Asks like [`questions`], with `first` before names are led to the server's own.
async fn questions_after(
    db: &mut Database,
    reading: Reading,
    first: &[&str],
    queries: &[&str],
) -> Result<Vec<Vec<Row>>, Failure> {
    let before = reading.before(db.family());
    let before: Vec<&str> = before.iter().map(String::as_str).chain(first.iter().copied()).collect();
    let answers = db.select_after(&before, queries).await?;
    Ok(answers.into_iter().skip(before.len()).collect())
}

pub(crate) fn foreign(table: &ForeignTable) -> Error {
    ErrorKind::ForeignJournal { table: table.table.clone(), owner: table.owner.clone() }.into()
}

/// `insufficient_privilege`; `ER_TABLEACCESS_DENIED_ERROR`, `ER_COLUMNACCESS_DENIED_ERROR`.
fn is_denied(failure: &Failure) -> bool {
    matches!(failure.code.as_deref(), Some("42501" | "1142" | "1143"))
}

fn hidden(probe: &Probe, table: &str, reason: String) -> Error {
    let journal = &probe.journal;
    let schema = Some(journal.schema.clone()).filter(|schema| !schema.is_empty());
    ErrorKind::JournalHidden { schema, table: table.to_owned(), reason, dialect: journal.dialect }.into()
}

fn hidden_trail(probe: &Probe, trail: &Trail, reason: String) -> Error {
    let (schema, table) = (Some(trail.schema.clone()), trail.table.clone());
    ErrorKind::JournalHidden { schema, table, reason, dialect: probe.journal.dialect }.into()
}

fn elsewhere(probe: &Probe, trail: &Trail, revision: &str) -> Error {
    let journal = &probe.journal;
    let is_moved = trail.schema != journal.schema;
    let here = match journal.dialect.family() {
        Family::Postgres if journal.schema.is_empty() => "in no schema of `search_path`".to_owned(),
        Family::Postgres => format!("in schema `{}`", journal.schema),
        Family::Mysql => format!("in database `{}`", journal.schema),
        Family::Sqlite => "here".to_owned(),
    };
    let schema = is_moved.then(|| format!("schema = \"{}\"", trail.schema));
    let name = match () {
        () if trail.table == journal.version || is_moved && journal.tables().contains(&trail.table.as_str()) => None,
        () if trail.has_heads_only() => Some(format!("version_table = \"{}\"", trail.table)),
        () => trail.prefix().map(|prefix| format!("table_prefix = \"{prefix}\"")),
    };
    let set = if journal.is_own(trail) { Vec::new() } else { schema.into_iter().chain(name).collect() };
    let (table, found, revision) = (journal.version.clone(), trail.to_string(), revision.to_owned());
    ErrorKind::JournalElsewhere { table, here, found, revision, set }.into()
}

/// Returns the error of a question of rev's own that failed.
pub(crate) fn error(db: &Database, failure: Failure) -> Error {
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
