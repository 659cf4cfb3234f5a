//! A part in a transaction of its own, with what is noted of it.

use crate::error::Error;
use crate::journal::Expect;
use crate::journal::Guarded;
use crate::journal::Journal;
use crate::journal::Write;
use crate::program::action::Action;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::program::there::There;
use crate::run::clock::Actor;
use crate::run::clock::Clock;
use crate::run::send::Sender;
use crate::run::shield::raised::Raised;

/// What is written of a part besides what the program says, since it is only known when it runs.
pub(crate) struct Notes {
    /// Notes inside of the transaction that the statement is about to run.
    inside: Option<Vec<Guarded>>,
    /// Takes such a note away.
    forget: Option<Guarded>,
    /// Adds to the part's proof what was there before.
    found: Option<Guarded>,
}

impl Notes {
    pub(crate) fn of(
        journal: &Journal,
        step: &ProgramStep,
        part: &Part,
        is_noted: bool,
        inside: Option<Vec<Guarded>>,
        there: &There,
    ) -> Self {
        let forget = || journal.forget(&step.revision, part.row);
        let forget = match &inside {
            // A procedure that rolls back takes it away itself.
            Some(_) => Some(Guarded { expect: Expect::Whatever, ..forget() }),
            None => is_noted.then(forget),
        };
        let found = there.text().map(|text| journal.note_found(&step.revision, part.row, &text));
        Self { inside, forget, found }
    }
}

/// Sends a part with its own transaction, and what is noted of it.
pub(crate) async fn single<'p>(
    part: &'p Part,
    mut notes: Notes,
    clock: &Clock,
    actor: &Actor,
    sender: &mut Sender<'_, 'p>,
    raised: &mut Raised<'p>,
) -> Result<(), Error> {
    for action in &part.actions {
        match action {
            Action::Begin => sender.begin(),
            Action::SetGuard => {
                sender.set_guard();
                for inside in notes.inside.take().unwrap_or_default() {
                    sender.guarded(inside).await?;
                }
            }
            Action::Limits(limits) => sender.limit(*limits),
            Action::Statement(statement) => sender.statement(statement).await?,
            Action::CheckGuard => sender.check_guard(),
            Action::Restore(sql) => sender.restore(sql),
            Action::Shield(shielding) => raised.take(shielding, sender).await?,
            Action::Write(write) => {
                if let Some(forget) = notes.forget.take() {
                    sender.guarded(forget).await?;
                }
                sender.write(write, || clock.moment(actor)).await?;
                // The last part has no proof, and takes those of the others away.
                if let (Write::Proof { .. }, Some(found)) = (write, notes.found.take()) {
                    sender.guarded(found).await?;
                }
            }
            Action::Commit => sender.commit().await?,
        }
    }
    sender.flush().await
}
