//! Statements that commit by themselves: noted before they run, so that the next run can tell whether they did.

use std::time::Duration;

use tokio::time::Instant;

use crate::db::Failure;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Guarded;
use crate::journal::Intent;
use crate::journal::ProgressRow;
use crate::program::noted::Before;
use crate::program::noted::Noted;
use crate::program::noted::Verdict;
use crate::program::noted::leaves_no_row;
use crate::program::program::Part;
use crate::program::program::ProgramStep;
use crate::program::restore::Restore;
use crate::run::clock::Clock;
use crate::run::send::Sender;
use crate::run::session::Session;
use crate::sql::ObjectChange;
use crate::sql::ObjectKind;
use crate::sql::Statement;
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

impl Session {
    /// Notes the statement of a part that commits by itself; nothing where it can as well run twice.
    pub(crate) async fn intend(&mut self, step: &ProgramStep, part: &Part) -> Result<Option<Noted>, Error> {
        let Some(statement) = part.statements().next() else { return Ok(None) };
        let family = self.db.family();
        let objects = match Trace::of(statement, family) {
            Trace::Repeatable => return Ok(None),
            Trace::Unknown => Vec::new(),
            Trace::Objects(objects) => objects,
        };
        let noted = self.note_of(statement, objects).await.map_err(|error| error.at(statement.span.clone()))?;
        self.note(step, part, statement, noted).await.map(Some)
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
        self.note(step, part, statement, Noted { kept, ..noted }).await.map(Some)
    }

    async fn note(
        &mut self,
        step: &ProgramStep,
        part: &Part,
        statement: &Statement,
        noted: Noted,
    ) -> Result<Noted, Error> {
        let intent = Intent {
            revision: step.revision.clone(),
            direction: step.direction,
            part: part.row,
            hash: part.hash.clone(),
        };
        let text = serde_json::to_string(&noted).map_err(|cause| {
            Error::from(ErrorKind::QueryFailed { reason: "an intent cannot be written".to_owned() }).because(cause)
        })?;
        let intend = self.probe.journal.intend(&intent, &text, Clock::start().text());
        self.write_note(intend).await.map_err(|error| error.at(statement.span.clone()))?;
        Ok(noted)
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
            statement: summary(statement.sql(), self.db.family()),
            connection: self.connection(),
            beginning: statement.sql().chars().take(BEGINNING).collect(),
            objects: known,
            kept: Vec::new(),
        })
    }

    /// Takes a note away after its statement failed, as far as that surely left nothing.
    ///
    /// Returns whether it is gone; what cannot be done now is done by the next run.
    pub(crate) async fn reconsider(&mut self, noted: &Noted, error: &Error, step: &ProgramStep, part: &Part) -> bool {
        let is_undone = match noted.keeps_rows() {
            true => leaves_no_row(error),
            false => noted.objects.is_empty() || matches!(self.look(noted).await, Ok(Verdict::NotRan)),
        };
        let forget = self.probe.journal.forget(&step.revision, part.row);
        is_undone && self.write_note(vec![forget]).await.is_ok()
    }

    /// Finds out whether the statement ran that an earlier run noted, and says so in the journal.
    ///
    /// This run must hold the lock. Waits for up to `wait` until a server that has lost the earlier run is through with
    /// the statement. Returns whether there was one.
    pub(crate) async fn settle(&mut self, wait: Duration) -> Result<bool, Error> {
        let Some((row, noted)) = self.noted()? else { return Ok(false) };
        self.wait_for(&noted, wait).await?;
        let verdict = match self.look(&noted).await {
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
        self.answer(&row, answer).await?;
        Ok(true)
    }

    /// Says in the journal what somebody found out about the statement in doubt; this run must hold the lock.
    pub(crate) async fn resume(&mut self, answer: Answer, wait: Duration) -> Result<ProgressRow, Error> {
        let Some((row, noted)) = self.noted()? else { return Err(ErrorKind::NothingInDoubt.into()) };
        self.wait_for(&noted, wait).await?;
        self.answer(&row, answer).await?;
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
            let kind = if object.kind == ObjectKind::View { "VIEW" } else { "TABLE" };
            let schema = object.schema.as_deref().map_or(String::new(), |schema| quoted(schema) + ".");
            self.execute_own(&[&format!("DROP {kind} {schema}{}", quoted(&object.name))]).await?;
        }
        Ok(())
    }

    async fn answer(&mut self, row: &ProgressRow, answer: Answer) -> Result<(), Error> {
        let journal = &self.probe.journal;
        let write = match answer {
            Answer::Ran => journal.prove(&row.revision, row.part),
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
