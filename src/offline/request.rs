//! What is asked for as text, and the program that it becomes.

use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::id::Heads;
use crate::journal::Expected;
use crate::journal::Journal;
use crate::journal::Location;
use crate::journal::Probe;
use crate::offline::script::OfflineScript;
use crate::program::halfway::in_progress;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::project::project::Project;
use crate::project::recall::Recalled;
use crate::project::request::Request;
use crate::run::Reading;
use crate::run::session::Session;
use crate::run::session::location;
use crate::sql::Statement;

/// What is asked of a database that somebody else will change, with a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineRequest {
    /// What is to be done.
    pub request: Request,
    /// Where the database is.
    pub start: Start,
}

/// The state that a script starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// That of the database, which is asked.
    Live,
    /// What the target says, whatever the state of the database.
    At(Target),
}

impl OfflineRequest {
    /// Returns whether the database must be asked for its state.
    pub fn needs_database(&self) -> bool {
        match &self.start {
            Start::Live => true,
            Start::At(target) => target.needs_rows(),
        }
    }
}

impl Project {
    /// Finds what the request means, and checks all that can be checked without a database.
    ///
    /// `session` is read where it is given, and must be where the request needs the database.
    pub async fn offline(
        &self,
        request: &OfflineRequest,
        session: Option<&mut Session>,
    ) -> Result<OfflineScript, Error> {
        let url = self.config.database.url.resolve()?.url;
        let dialect = match &session {
            Some(session) => session.probe.journal.dialect,
            None => self.ask_dialect(&url).await,
        };
        let mut recalled = Recalled::default();
        let (rows, progress, width) = match (&request.start, session) {
            (Start::Live, Some(session)) => {
                // An unknown row is told with what the history knows of it.
                recalled = self.plan_and_recall(&request.request, None, session).await?.1;
                (session.rows.clone(), session.progress.clone(), session.probe.width)
            }
            (Start::Live, None) => {
                return Err(ErrorKind::UnknownStart { reason: "no database was asked".into() }.into());
            }
            (Start::At(target), session) => {
                let live = session.map_or_else(Heads::empty, |session| session.rows.clone());
                let rows: Heads = self.graph.resolve(target, &live)?.into_iter().collect();
                self.check_upward(&request.request, target, &rows)?;
                (self.graph.maximal(&rows), Vec::new(), None)
            }
        };
        let mut probe = location(&self.config.database, []).unasked(dialect, self.known_schema(dialect));
        probe.width = width;
        probe.names = names(&url, dialect);
        let compile = |probe: &Probe| self.compile_request(&request.request, &recalled, &rows, probe, &progress);
        let mut program = compile(&probe)?;
        if let (true, DatabaseUrl::Server(server)) = (changes_database(&program), &url) {
            // Only a name leads back.
            probe.journal = Journal { schema: server.database.clone(), ..probe.journal };
            program = compile(&probe)?;
        }
        if progress.iter().any(|row| row.intended.is_some()) {
            // A shell cannot look what became of the statement.
            let halfway = self.halfway_of(&rows, &progress, &probe);
            return Err(halfway.map_or_else(|| in_progress(&progress), |halfway| halfway.error()).into());
        }
        let progress = progress.first().map(|first| (first.revision.clone(), progress.len()));
        let settings = settings(&url, &probe);
        Ok(OfflineScript { program, probe, start: Expected { rows, progress }, settings })
    }

    /// Refuses an upgrade from `start` to what is below that, as a range of the history is.
    fn check_upward(&self, request: &Request, start: &Target, rows: &Heads) -> Result<(), ErrorKind> {
        let Request::Upgrade(target) = request else { return Ok(()) };
        if target.needs_rows() {
            return Ok(());
        }
        let end: Heads = self.graph.resolve(target, rows)?.into_iter().collect();
        let applied = self.graph.applied(rows);
        let is_below =
            end.iter().all(|id| applied.contains(id)) && self.graph.maximal(rows) != self.graph.maximal(&end);
        match is_below {
            true => Err(ErrorKind::BadRange { lower: start.to_string(), upper: target.to_string() }),
            false => Ok(()),
        }
    }

    /// Returns the dialect of the database: a URL of MySQL may also lead to a MariaDB, which is asked if it answers.
    async fn ask_dialect(&self, url: &DatabaseUrl) -> Dialect {
        if url.dialect() != Dialect::Mysql {
            return url.dialect();
        }
        // It is only asked what it is.
        let anywhere = Location { passes_over_others: true, ..location(&self.config.database, []) };
        let Ok(session) = Session::open(url, &anywhere, Reading::default()).await else {
            return url.dialect();
        };
        let dialect = session.probe.journal.dialect;
        session.close().await;
        dialect
    }

    /// Returns the schema of the journal as far as it does not depend on who feeds the script to what.
    fn known_schema(&self, dialect: Dialect) -> &str {
        match dialect.family() {
            Family::Sqlite => "main",
            Family::Postgres => self.config.database.schema.as_deref().unwrap_or_default(),
            Family::Mysql => "",
        }
    }
}

/// Whether a statement of MySQL or MariaDB leads the session to another database.
fn changes_database(program: &Program) -> bool {
    let is_use = |statement: &Statement| statement.words().next().is_some_and(|word| word.eq_ignore_ascii_case("use"));
    program.dialect.family() == Family::Mysql && program.steps.iter().flat_map(ProgramStep::statements).any(is_use)
}

/// Returns what the driver sets when it connects, and what the URL says.
fn settings(url: &DatabaseUrl, probe: &Probe) -> String {
    let DatabaseUrl::Server(server) = url else { return String::new() };
    match &probe.names {
        Some(names) => format!("SET NAMES {names};\n"),
        None => {
            let mut sql = "SET client_encoding = 'UTF8';\n".to_owned();
            for (name, value) in &server.options {
                // Not SET, which would take a list for one name.
                let (name, value) = (probe.journal.literal(name), probe.journal.literal(value));
                sql.push_str(&format!("SELECT pg_catalog.set_config({name}, {value}, false) AS rev_set \\gset\n"));
            }
            sql
        }
    }
}

/// Returns the character set and collation of a connection to MySQL or MariaDB.
fn names(url: &DatabaseUrl, dialect: Dialect) -> Option<String> {
    let DatabaseUrl::Server(server) = url else { return None };
    let charset = server.charset.as_deref().unwrap_or("utf8mb4");
    let collation = server.collation.as_ref().map_or(String::new(), |collation| format!(" COLLATE {collation}"));
    (dialect.family() == Family::Mysql).then(|| format!("{charset}{collation}"))
}
