//! `resume`: somebody says whether a statement ran.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::ProgressRow;
use crate::project::project::Project;
use crate::run::clock::Actor;
use crate::run::event::Observer;
use crate::run::event::RunFailure;
use crate::run::intent::Answer;
use crate::run::intent::place_of;
use crate::run::session::Session;

impl Project {
    /// Notes whether the statement in doubt ran; the next run goes on with that.
    pub async fn resume(
        &self,
        answer: Answer,
        session: &mut Session,
        actor: &Actor,
        observer: &mut dyn Observer,
    ) -> Result<ProgressRow, RunFailure> {
        let in_doubt = |session: &Session| session.progress.iter().find(|row| row.intended.is_some()).cloned();
        let Some(row) = in_doubt(session) else { return Err(Error::from(ErrorKind::NothingInDoubt).into()) };
        let what = match answer {
            Answer::Ran => "is noted as done",
            Answer::NotRan => "is noted as still to run",
        };
        let statement = place_of(&row).map_or(String::new(), |(place, statement)| format!(": {statement} ({place})"));
        observer.confirm_note(&format!("part {} of revision {} {what}{statement}", row.part, row.revision))?;
        let wait = self.config.database.lock_wait;
        let actor = &session.storable(actor).await?;
        session.lock(wait, actor, observer).await?;
        let result = async {
            session.interrupt.heed();
            session.for_writing().await?;
            // Another run may have found it out, or be in doubt about another one.
            if in_doubt(session).as_ref() != Some(&row) {
                return Err(Error::from(ErrorKind::NothingInDoubt).into());
            }
            session.begin_epoch(actor).await?;
            Ok(session.resume(answer, wait).await?)
        };
        let result = result.await;
        session.unlock().await;
        result
    }
}
