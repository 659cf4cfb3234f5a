//! Every database that the configuration names, asked for one thing.

use std::time::Duration;

use crate::config::DatabaseConfig;
use crate::config::url::DatabaseUrl;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::project::project::Project;
use crate::run::session::Session;

/// How long a database may take to answer that is only asked to be sure.
const PATIENCE: Duration = Duration::from_secs(3);

impl Project {
    /// Refuses when another database that the configuration names than the chosen one has applied the revision, or may
    /// have, and returns what is known of the chosen one.
    ///
    /// Asked are the chosen database, `[database]` and each environment, every database once.
    pub async fn check_not_applied_elsewhere(&self, id: &RevisionId) -> Result<Known, Error> {
        let named = self.config.named_databases()?;
        let named = named.iter().map(|(title, database)| (title.as_str(), database));
        let mut asked: Vec<(DatabaseUrl, &DatabaseConfig)> = Vec::new();
        let (mut warnings, mut here) = (Vec::new(), None);
        for (title, database) in [("the configured database", &self.config.database)].into_iter().chain(named) {
            let unknown = |why: &str| format!("whether {title} has applied `{id}` is not known: {why}");
            let url = match database.url.resolve() {
                Ok(resolved) => resolved.url,
                Err(error) => {
                    warnings.push(unknown(&error.message()));
                    continue;
                }
            };
            if asked.iter().any(|(other, settings)| *other == url && is_same_journal(settings, database)) {
                continue;
            }
            match tokio::time::timeout(PATIENCE, self.answer(database, &url, id)).await {
                Ok(Ok(Answer::NotApplied)) => {}
                Ok(Ok(Answer::Applied)) => {
                    let is_chosen = std::ptr::eq(database, &self.config.database);
                    let database = format!("{title} ({url})");
                    let undo = self.downgrade_command(id).unwrap_or_else(|| format!("rev downgrade {id}@base"));
                    let error = ErrorKind::AppliedThere { revision: id.clone(), database, undo, is_chosen };
                    if !is_chosen {
                        return Err(error.into());
                    }
                    here = Some(error);
                }
                Ok(Ok(Answer::Unknown(row))) => {
                    warnings.push(unknown(&format!("it is at `{row}`, which no script has")))
                }
                Ok(Err(error)) => warnings.push(unknown(&error.message())),
                Err(_) => warnings.push(unknown(&format!("{} did not answer within 3 s", url.address()))),
            }
            asked.push((url, database));
        }
        // The same database under two names is asked once, also when it cannot be asked at all.
        warnings.dedup();
        Ok(Known { here, warnings })
    }

    async fn answer(&self, database: &DatabaseConfig, url: &DatabaseUrl, id: &RevisionId) -> Result<Answer, Error> {
        let mut session = Session::connect(database, url, self.ids()).await?;
        let answer = self.look(&mut session, id).await;
        session.close().await;
        answer
    }

    async fn look(&self, session: &mut Session, id: &RevisionId) -> Result<Answer, Error> {
        let is_halfway = session.progress.iter().any(|row| row.revision == *id);
        if is_halfway || self.graph.applied(&session.rows).contains(id) {
            return Ok(Answer::Applied);
        }
        let Some(row) = self.graph.unknown_rows(&session.rows).into_iter().next() else {
            return Ok(Answer::NotApplied);
        };
        // What an unknown row grew from cannot be read from the scripts, but perhaps from the history.
        let history = session.history().await?;
        let mut steps = history.iter().rev().filter(|step| step.revision == id.as_str() && step.outcome == "done");
        let is_applied = steps.next().is_some_and(|step| step.direction != Direction::Downgrade.as_str());
        Ok(if is_applied { Answer::Applied } else { Answer::Unknown(row) })
    }
}

/// What the databases of the configuration say of a revision that none but the chosen one has applied.
#[derive(Debug)]
pub struct Known {
    /// Why it cannot be moved: the chosen database has applied it.
    pub here: Option<ErrorKind>,
    /// What must be said of those that gave no answer.
    pub warnings: Vec<String>,
}

/// What a database says of a revision.
enum Answer {
    Applied,
    NotApplied,
    /// It is at a row that no script has, which may stand above the revision.
    Unknown(RevisionId),
}

fn is_same_journal(one: &DatabaseConfig, other: &DatabaseConfig) -> bool {
    let tables = |database: &DatabaseConfig| {
        (database.schema.clone(), database.version_table.clone(), database.table_prefix.clone())
    };
    tables(one) == tables(other)
}
