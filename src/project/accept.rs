//! `accept`: somebody says that a script, as it is now, stands for what was applied.

use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::id::RevisionId;
use crate::journal::HistoryEntry;
use crate::journal::Outcome;
use crate::journal::Write;
use crate::program::history_entry::history_entry;
use crate::project::edited::EditedScript;
use crate::project::project::Project;
use crate::run::clock::Actor;
use crate::run::clock::Clock;
use crate::run::event::Observer;
use crate::run::event::RunFailure;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::script::Script;

impl Project {
    /// Records that the edits of applied scripts are harmless, and who said so; the database itself is not touched.
    ///
    /// Returns the revisions whose scripts had been edited. From then on, their downgrades are those of the scripts.
    pub async fn accept(
        &self,
        targets: &[Target],
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<Vec<RevisionId>, RunFailure> {
        let entries = self.acceptable(targets, session).await?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = entries.iter().map(|entry| entry.revision.as_str()).collect();
        observer.confirm_note(&format!("accepts as they are now: {}", names.join(", ")))?;
        let wait = self.config.database.lock_wait;
        let actor = &session.storable(actor).await?;
        session.lock(wait, actor, observer).await?;
        let result = async {
            session.for_writing().await?;
            let entries = self.acceptable(targets, session).await?;
            session.create_journal().await?;
            session.begin_epoch(actor).await?;
            Ok(record(entries, session, actor).await?)
        };
        let result = result.await;
        session.unlock().await;
        result
    }

    /// Returns the rows to write for those of the targets that were edited.
    async fn acceptable(&self, targets: &[Target], session: &mut Session) -> Result<Vec<HistoryEntry>, Error> {
        let dialect = session.probe.journal.dialect;
        let last = session.last_steps().await?;
        let mut entries: Vec<HistoryEntry> = Vec::new();
        let mut problems = Vec::new();
        for target in targets {
            let revision = self.graph.resolve_one(target, &session.rows)?;
            if !self.graph.applied(&session.rows).contains(&revision) {
                problems.push(ErrorKind::NotApplied { revision }.into());
                continue;
            }
            let script: Script = self.script(&revision)?;
            match history_entry(&revision, Direction::Upgrade, Some(&script), dialect) {
                Err(errors) => problems.extend(errors),
                Ok(entry) => {
                    let is_new = entries.iter().all(|other| other.revision != revision);
                    match EditedScript::find(&script, &last, dialect).filter(|_| is_new) {
                        // What was written into an empty script since is no edit that makes no difference.
                        Some(edited) if edited.ran_nothing => problems.push(edited.error()),
                        Some(_) => entries.push(HistoryEntry { outcome: Outcome::Accepted, ..entry }),
                        None => {}
                    }
                }
            }
        }
        Error::join(problems)?;
        Ok(entries)
    }
}

async fn record(entries: Vec<HistoryEntry>, session: &mut Session, actor: &Actor) -> Result<Vec<RevisionId>, Error> {
    let accepted = entries.iter().map(|entry| entry.revision.clone()).collect();
    let clock = Clock::start();
    let mut sender = Sender::new(session);
    sender.begin();
    for entry in entries {
        sender.write_later(&Write::History(Box::new(entry)), clock.moment(actor)).await?;
    }
    sender.commit().await?;
    Ok(accepted)
}
