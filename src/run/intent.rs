//! Statements that commit by themselves: noted before they run, so that the next run can tell whether they did.

use std::time::Duration;

use tokio::time::Instant;

use crate::db::Failure;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Guarded;
use crate::journal::Intent;
use crate::journal::ProgressRow;
use crate::program::leaves::Leaves;
use crate::program::leaves::never_began;
use crate::program::noted::Before;
use crate::program::noted::Noted;
use crate::program::noted::Verdict;
use crate::program::noted::is_of_first;
use crate::program::noted::leaves_no_row;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::program::restore::Restore;
use crate::program::there::Looked;
use crate::program::there::There;
use crate::program::there::may_be_there;
use crate::run::clock::Clock;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::sql::ObjectChange;
use crate::sql::ObjectKind;
use crate::sql::Statement;
use crate::sql::Touched;
use crate::sql::Trace;
use crate::sql::summary;

/// The pause between two looks whether a statement of a run that is gone still runs on the server.
const PAUSE: Duration = Duration::from_millis(250);

/// How much of a statement is kept to find it again on the server.
const BEGINNING: usize = 200;

/// Whether the statement in doubt ran, as somebody who looked says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It ran: go on after it.
    Ran,
    /// It did not, or was undone by hand: run it.
    NotRan,
}

/// What is left of a statement that failed, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remains {
    /// Nothing.
    Nothing,
    /// A part of its work, and the next run does it again.
    Part,
    /// Rows of tables without transactions: it is noted.
    Rows,
    /// Something that the next run looks for: it is noted.
    Objects,
    /// Nobody knows how much: it is noted, and asked about.
    Unknown,
}

impl Remains {
    fn of_repeatable(leaves: Leaves) -> Self {
        if leaves == Leaves::Part { Self::Part } else { Self::Nothing }
    }

    /// Returns whether there is a note.
    pub(crate) fn is_noted(self) -> bool {
        matches!(self, Self::Rows | Self::Objects | Self::Unknown)
    }

    /// Returns what stays of a statement that was not noted.
    pub(crate) fn of_unnoted(part: &Part, family: Family) -> Self {
        part.statements().next().map_or(Self::Nothing, |one| Self::of_repeatable(Leaves::of(one, family)))
    }
}

impl Session {
    /// Looks for what a part makes on a condition: what is there already, it does not make.
    ///
    /// Asked for upgrades only, and only where some of their parts can stay without the others.
    pub(crate) async fn look_around(&mut self, step: &ProgramStep, part: &Part) -> Result<There, Error> {
        if step.direction != Direction::Upgrade || (step.parts.len() == 1 && part.mode == Mode::Transaction) {
            return Ok(There::default());
        }
        let mut there = There::default();
        for Touched { object, detail, .. } in may_be_there(part.statements()) {
            match self.db.presence(&object, detail.as_ref()).await {
                Ok((was_there, looked_in)) => there.0.push(Looked { object, detail, looked_in, was_there }),
                Err(failure) if failure.lost => return Err(self.failed(failure)),
                Err(_) => {} // who may not look does not know
            }
        }
        Ok(there)
    }

    /// Notes the statement of a part that commits by itself; nothing where it can as well run twice, and nobody needs to
    /// know what was there before. `kept` are tables without transactions whose rows it changes.
    pub(crate) async fn intend(
        &mut self,
        step: &ProgramStep,
        part: &Part,
        there: &There,
        kept: Vec<String>,
    ) -> Result<Option<Noted>, Error> {
        let Some(statement) = part.statements().next() else { return Ok(None) };
        let (objects, is_repeatable) = match Trace::of(statement) {
            Trace::Repeatable if there.is_empty() => return Ok(None),
            Trace::Repeatable => (Vec::new(), true),
            Trace::Unknown => (Vec::new(), false),
            Trace::Objects(objects) => (objects, false),
        };
        let noted = self.note_of(statement, objects).await.map_err(|error| error.at(statement.span.clone()))?;
        let noted = Noted { kept, is_repeatable, there: there.clone(), ..noted };
        let intend = self.note(step, part, &noted)?;
        self.write_note(intend).await.map_err(|error| error.at(statement.span.clone()))?;
        Ok(Some(Noted { changes: self.changes().await, ..noted }))
    }

    /// Returns the note of a statement that may commit the transaction it is in, which is to be written in that very
    /// transaction: it is there afterwards if, and only if, the statement did.
    pub(crate) async fn intend_inside(
        &mut self,
        step: &ProgramStep,
        part: &Part,
    ) -> Result<Option<(Noted, Vec<Guarded>)>, Error> {
        let Some(statement) = part.statements().next() else { return Ok(None) };
        let family = self.db.family();
        if family != Family::Mysql || Leaves::of(statement, family) != Leaves::Unknown {
            return Ok(None);
        }
        let noted = self.note_of(statement, Vec::new()).await.map_err(|error| error.at(statement.span.clone()))?;
        let intend = self.note(step, part, &noted)?;
        Ok(Some((noted, intend)))
    }

    /// Makes sure that the note of a statement stays which ended its transaction and failed, unless it surely did nothing.
    ///
    /// `has_ended` says that the transaction was gone before it was rolled back. Returns whether there is a note.
    pub(crate) async fn keep_note(
        &mut self,
        step: &ProgramStep,
        part: &Part,
        has_ended: bool,
        intend: Vec<Guarded>,
        error: &Error,
    ) -> bool {
        let journal = &self.probe.journal;
        let Ok(rows) = self.select_one(&journal.select_progress()).await else { return has_ended };
        let rows = rows.iter().filter_map(ProgressRow::from_row);
        let is_noted =
            |row: ProgressRow| row.revision == step.revision && row.part == part.row && row.intended.is_some();
        if rows.into_iter().any(is_noted) {
            return true;
        }
        // The note went with all else when the server rolled the transaction back, as it does in a deadlock; a statement
        // that rolled it back itself may have gone on after that.
        if !has_ended || matches!(*error.kind, ErrorKind::TableLocked { .. }) {
            return false;
        }
        let _ = self.write_note(intend).await;
        true
    }

    /// Notes a statement whose transaction cannot take back what it does to `kept`.
    pub(crate) async fn intend_rows(
        &mut self,
        step: &ProgramStep,
        part: &Part,
        kept: Vec<String>,
    ) -> Result<Option<Noted>, Error> {
        let Some(statement) = part.statements().next().filter(|_| !kept.is_empty()) else { return Ok(None) };
        let noted = self.note_of(statement, Vec::new()).await.map_err(|error| error.at(statement.span.clone()))?;
        let noted = Noted { kept, statement: part.summary(), ..noted };
        let intend = self.note(step, part, &noted)?;
        self.write_note(intend).await.map_err(|error| error.at(statement.span.clone()))?;
        Ok(Some(noted))
    }

    fn note(&self, step: &ProgramStep, part: &Part, noted: &Noted) -> Result<Vec<Guarded>, Error> {
        let intent = Intent {
            revision: step.revision.clone(),
            direction: step.direction,
            part: part.row,
            hash: part.hash.clone(),
        };
        let text = serde_json::to_string(noted).map_err(|cause| {
            Error::from(ErrorKind::QueryFailed { reason: "an intent cannot be written".to_owned() }).because(cause)
        })?;
        Ok(self.probe.journal.intend(&intent, &text, Clock::start().text()))
    }

    async fn note_of(&mut self, statement: &Statement, objects: Vec<ObjectChange>) -> Result<Noted, Error> {
        let mut known = Vec::with_capacity(objects.len());
        for mut object in objects {
            let seen = async {
                if object.schema.is_none() {
                    object.schema = Some(self.db.schema_of(&object).await?);
                }
                self.db.definition(&object).await
            };
            match seen.await {
                Ok(before) => known.push(Before { object, before }),
                Err(failure) if failure.lost => return Err(self.failed(failure)),
                // Who may not look now, may not later.
                Err(_) => {
                    known.clear();
                    break;
                }
            }
        }
        Ok(Noted {
            place: statement.span.to_string(),
            statement: summary(statement.sql(), statement.reading),
            connection: self.connection(),
            beginning: statement.sql().chars().take(BEGINNING).collect(),
            objects: known,
            kept: Vec::new(),
            is_repeatable: false,
            there: There::default(),
            changes: None,
        })
    }

    /// Takes a note away after its statement failed, as far as that surely left nothing.
    ///
    /// Returns what stays; what cannot be taken away now is by the next run.
    pub(crate) async fn reconsider(
        &mut self,
        noted: &Noted,
        error: &Error,
        step: &ProgramStep,
        part: &Part,
    ) -> Remains {
        let family = self.db.family();
        let leaves = part.statements().next().map_or(Leaves::Nothing, |one| Leaves::of(one, family));
        let never_began = || part.statements().next().is_some_and(|one| never_began(error, one, family));
        let remains = match noted {
            noted if noted.keeps_rows() && (!leaves_no_row(error) || !is_of_first(error, part)) => Remains::Rows,
            noted if noted.keeps_rows() => Remains::Nothing,
            // `OR FAIL`, `ON CONFLICT FAIL` and `RAISE(FAIL)` keep what was changed before.
            noted if self.changes().await != noted.changes => Remains::Unknown,
            noted if noted.is_repeatable => return self.forget(step, part, Remains::of_repeatable(leaves)).await,
            noted if !noted.objects.is_empty() => match self.look(noted).await {
                Ok(Verdict::NotRan) => Remains::of_repeatable(leaves),
                _ => Remains::Objects,
            },
            _ if leaves == Leaves::Unknown && !never_began() => Remains::Unknown,
            _ => Remains::Nothing,
        };
        match remains {
            Remains::Nothing | Remains::Part => self.forget(step, part, remains).await,
            noted => noted,
        }
    }

    async fn forget(&mut self, step: &ProgramStep, part: &Part, remains: Remains) -> Remains {
        let forget = self.probe.journal.forget(&step.revision, part.row);
        if self.write_note(vec![forget]).await.is_ok() { remains } else { Remains::Objects }
    }

    /// Finds out whether the statement ran that an earlier run noted, and says so in the journal.
    ///
    /// This run must hold the lock. Waits for up to `wait` until a server that has lost the earlier run is through with
    /// the statement. Returns whether there was one.
    pub(crate) async fn settle(&mut self, wait: Duration) -> Result<bool, Error> {
        let Some((row, noted)) = self.noted()? else { return Ok(false) };
        self.wait_for(&noted, wait).await?;
        let verdict = match self.look(&noted).await {
            // What was not there is made; else to make it again, or to pass it over again, is as good.
            _ if noted.is_repeatable => match self.is_made(&noted).await? {
                true => Verdict::Ran,
                false => Verdict::NotRan,
            },
            Ok(verdict) => verdict,
            Err(failure) if failure.lost => return Err(self.failed(failure)),
            Err(failure) => Verdict::InDoubt(vec![failure.reason()]),
        };
        let answer = match verdict {
            Verdict::Ran => Answer::Ran,
            Verdict::NotRan => Answer::NotRan,
            Verdict::HalfBuilt => {
                self.drop_half_built(&noted).await?;
                Answer::NotRan
            }
            Verdict::HalfDetached => {
                self.finish_detaching(&noted).await?;
                Answer::Ran
            }
            Verdict::HalfDropped(rest, mut seen) => match self.drop_rest(&rest).await {
                Ok(()) => Answer::Ran,
                Err(error) if matches!(*error.kind, ErrorKind::QueryFailed { .. }) => {
                    seen.push(error.kind.to_string());
                    return Err(in_doubt(row, noted, seen));
                }
                Err(error) => return Err(error),
            },
            Verdict::InDoubt(seen) => return Err(in_doubt(row, noted, seen)),
        };
        self.answer(&row, &noted, answer).await?;
        Ok(true)
    }

    /// Returns whether all is there now that a statement makes, and was not before.
    async fn is_made(&mut self, noted: &Noted) -> Result<bool, Error> {
        for looked in &noted.there.0 {
            let schema = looked.looked_in.clone().or_else(|| looked.object.schema.clone());
            let object = ObjectChange { schema, ..looked.object.clone() };
            match self.db.presence(&object, looked.detail.as_ref()).await {
                Ok((is_there, _)) if is_there && !looked.was_there => {}
                Err(failure) if failure.lost => return Err(self.failed(failure)),
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Says in the journal what somebody found out about the statement in doubt; this run must hold the lock.
    pub(crate) async fn resume(&mut self, answer: Answer, wait: Duration) -> Result<ProgressRow, Error> {
        let Some((row, noted)) = self.noted()? else { return Err(ErrorKind::NothingInDoubt.into()) };
        self.wait_for(&noted, wait).await?;
        self.answer(&row, &noted, answer).await?;
        Ok(row)
    }

    fn noted(&self) -> Result<Option<(ProgressRow, Noted)>, Error> {
        let Some(row) = self.progress.iter().find(|row| row.intended.is_some()) else { return Ok(None) };
        let text = row.intended.as_deref().unwrap_or_default();
        let damaged = |cause| {
            let table = self.probe.journal.progress.clone();
            Error::from(ErrorKind::DamagedJournal { table, row: format!("{}, part {}", row.revision, row.part) })
                .because(cause)
        };
        Ok(Some((row.clone(), serde_json::from_str(text).map_err(damaged)?)))
    }

    /// A server may go on for a while with what a run sent that is gone.
    async fn wait_for(&mut self, noted: &Noted, wait: Duration) -> Result<(), Error> {
        let Some(connection) = &noted.connection else { return Ok(()) };
        let deadline = Instant::now() + wait;
        while self.db.is_at_work(connection, &noted.beginning).await.map_err(|failure| self.failed(failure))? {
            if Instant::now() >= deadline {
                let holder = format!("the server still runs {}, as connection {connection}", noted.statement);
                return Err(ErrorKind::Locked { holder }.into());
            }
            self.interrupt.sleep(PAUSE).await?;
        }
        Ok(())
    }

    /// Compares the objects with what they were.
    async fn look(&mut self, noted: &Noted) -> Result<Verdict, Failure> {
        let mut now = Vec::with_capacity(noted.objects.len());
        for known in &noted.objects {
            now.push(self.db.definition(&known.object).await?);
        }
        Ok(noted.judge(&now))
    }

    async fn drop_half_built(&mut self, noted: &Noted) -> Result<(), Error> {
        for Before { object, .. } in &noted.objects {
            let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
            let schema = object.schema.as_deref().map_or(String::new(), |schema| quoted(schema) + ".");
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {schema}{}", quoted(&object.name));
            self.execute_own(&[&drop]).await?;
        }
        Ok(())
    }

    /// Detaches the partitions to the end that the noted statement began to detach.
    async fn finish_detaching(&mut self, noted: &Noted) -> Result<(), Error> {
        for Before { object, .. } in &noted.objects {
            let finish = self.db.detaching(object).await.map_err(|failure| self.failed(failure))?;
            for sql in &finish {
                self.execute_own(&[sql]).await?;
            }
        }
        Ok(())
    }

    /// Drops what a statement of MySQL did not come to: that drops one after another, and each for good.
    async fn drop_rest(&mut self, rest: &[ObjectChange]) -> Result<(), Error> {
        for object in rest {
            let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
            let kind = match object.kind {
                ObjectKind::View => "VIEW",
                ObjectKind::Sequence => "SEQUENCE",
                _ => "TABLE",
            };
            let schema = object.schema.as_deref().map_or(String::new(), |schema| quoted(schema) + ".");
            self.execute_own(&[&format!("DROP {kind} {schema}{}", quoted(&object.name))]).await?;
        }
        Ok(())
    }

    async fn answer(&mut self, row: &ProgressRow, noted: &Noted, answer: Answer) -> Result<(), Error> {
        let journal = &self.probe.journal;
        let write = match answer {
            Answer::Ran => journal.prove(&row.revision, row.part, noted.there.text().as_deref()),
            Answer::NotRan => journal.forget(&row.revision, row.part),
        };
        self.write_note(vec![write]).await
    }

    /// Changes the journal in a transaction of its own, as whoever connected.
    async fn write_note(&mut self, writes: Vec<Guarded>) -> Result<(), Error> {
        let restore = Restore::new(&self.probe).between_parts();
        let is_local = self.db.family() == Family::Postgres;
        let mut sender = Sender::fencing_late(self);
        if is_local {
            sender.begin();
        }
        restore.iter().for_each(|sql| sender.restore(sql));
        if !is_local {
            sender.begin();
        }
        let mut written = Ok(());
        for write in writes {
            written = written.and(sender.guarded(write).await);
        }
        if written.is_ok() {
            written = sender.commit().await;
        }
        if written.is_err() {
            // The error that matters is the first one.
            let _ = self.db.execute_all(&["ROLLBACK"]).await;
        }
        written
    }
}

/// Returns place and beginning of the statement that a row notes as begun.
pub(crate) fn place_of(row: &ProgressRow) -> Option<(String, String)> {
    let noted: Noted = serde_json::from_str(row.intended.as_deref()?).ok()?;
    Some((noted.place, noted.statement))
}

fn in_doubt(row: ProgressRow, noted: Noted, mut seen: Vec<String>) -> Error {
    let Noted { place, statement, kept, .. } = noted;
    seen.extend(kept.iter().map(|table| format!("{table} has no transactions")));
    ErrorKind::InDoubt { revision: row.revision, place, statement, seen }.into()
}
