//! The shield while a part runs.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::shield::Shield;
use crate::program::shield::Shielding;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::run::shield::picture;
use crate::run::shield::picture::Picture;

/// What is put back after a part, and what was noted before it.
#[derive(Default)]
pub(crate) struct Raised<'p> {
    /// How foreign keys were set before: an earlier part of the script may have switched them off itself.
    before: Option<&'static str>,
    noted: Option<(&'p Shield, Picture)>,
}

const ON: &str = "PRAGMA foreign_keys = ON";
const OFF: &str = "PRAGMA foreign_keys = OFF";

impl<'p> Raised<'p> {
    /// Does a step of the shield; all that waits before a look at the database is sent first.
    pub(crate) async fn take(&mut self, shielding: &'p Shielding, sender: &mut Sender<'_, 'p>) -> Result<(), Error> {
        match shielding {
            Shielding::Raise => {
                sender.flush().await?;
                self.before = Some(if is_on(sender.session()).await? { ON } else { OFF });
                sender.restore(OFF);
            }
            Shielding::QuietRename | Shielding::LoudRename => {
                shielding.sql().into_iter().for_each(|sql| sender.restore(sql));
            }
            Shielding::Note(shield) => {
                sender.flush().await?;
                self.note(shield, sender.session()).await?;
            }
            Shielding::Check => {
                sender.flush().await?;
                let Some((shield, before)) = self.noted.take() else { return Ok(()) };
                let after = Picture::take(sender.session(), shield).await?;
                let span = shield.span();
                let problems = before.worse(&after, shield).into_iter().map(|kind| match span {
                    Some(span) => Error::from(kind).at(span.clone()),
                    None => kind.into(),
                });
                Error::join(problems.collect())?;
                sender.tell(before.left_behind(&after, shield));
            }
            Shielding::Lower => self.before.take().into_iter().for_each(|sql| sender.restore(sql)),
        }
        Ok(())
    }

    async fn note(&mut self, shield: &'p Shield, session: &mut Session) -> Result<(), Error> {
        if is_on(session).await? {
            let reason = "foreign keys could not be switched off".to_owned();
            return Err(ErrorKind::QueryFailed { reason }.into());
        }
        let picture = Picture::take(session, shield).await?;
        Error::join(shield.parent_changes(&mut picture.references.clone()))?;
        self.noted = Some((shield, picture));
        Ok(())
    }

    /// Puts the settings back after the part was rolled back.
    pub(crate) async fn lower(self, session: &mut Session) {
        if let Some(before) = self.before {
            let _ = session.db.execute_all(&["PRAGMA legacy_alter_table = OFF", before]).await;
        }
    }
}

/// Refuses programs, which run one after another, that would change rows that others follow while foreign keys are off,
/// before anything is done; tables that the programs themselves make are known by their statements.
pub(crate) async fn check_parents(programs: &[&Program], session: &mut Session) -> Result<(), Error> {
    let steps = || programs.iter().flat_map(|program| &program.steps);
    let waiting = || steps().flat_map(|step| step.parts.iter().skip(step.parts_done));
    if !waiting().filter_map(Part::shield).any(Shield::changes_rows) {
        return Ok(());
    }
    let mut references = picture::references(session).await?;
    let mut problems = Vec::new();
    for part in waiting() {
        match part.shield() {
            Some(shield) => problems.extend(shield.parent_changes(&mut references)),
            None => part.statements().for_each(|statement| references.follow(statement.sql(), false)),
        }
    }
    Error::join(problems)
}

async fn is_on(session: &mut Session) -> Result<bool, Error> {
    let rows = session.select_one("PRAGMA foreign_keys").await?;
    Ok(rows.first().and_then(|row| row.first()).is_some_and(|cell| cell.as_deref() == Some("1")))
}
