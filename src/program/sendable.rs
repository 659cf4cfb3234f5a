//! Statements that the server would not take, whatever they say: too large for it, or in need of a right.

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Probe;
use crate::program::program::ProgramStep;
use crate::sql::Statement;
use crate::sql::summary;

/// Returns an error for each statement still to run that the server is known to refuse.
pub(crate) fn unsendable(step: &ProgramStep, probe: &Probe) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    let may_change = step.changes_role() || step.statements().any(|one| begins_with(one, "grant"));
    for statement in step.statements() {
        let kind = too_large(statement.sql().len(), probe).or_else(|| match may_change {
            true => None,
            false => needs_role(statement, probe),
        });
        errors.extend(kind.map(|kind| Error::from(kind).at(statement.span.clone())));
    }
    // The history keeps the downgrade, in a statement of rev's own.
    let stored = step.entry.downgrade.as_deref().unwrap_or_default();
    let is_long = |limit: usize| stored.len() >= limit / 4;
    if probe.max_packet.is_some_and(is_long)
        && let Some(kind) = too_large(probe.journal.literal(stored).len() + OWN_WORDS, probe)
    {
        let place = step.statements().next().map(|statement| statement.span.clone());
        let error = Error::from(kind);
        errors.push(match place {
            Some(span) => error.at(span),
            None => error,
        });
    }
    errors
}

/// What stands in the history's row beside the downgrade, at the most.
const OWN_WORDS: usize = 4096;

fn too_large(bytes: usize, probe: &Probe) -> Option<ErrorKind> {
    let limit = probe.max_packet?;
    // One byte says what the message is.
    (bytes + 1 >= limit).then_some(ErrorKind::StatementTooLarge { bytes, limit })
}

/// `COPY t FROM 'file'`, `TO PROGRAM '…'`: the server itself reads, writes or runs.
fn needs_role(statement: &Statement, probe: &Probe) -> Option<ErrorKind> {
    if statement.reading.family != Family::Postgres || probe.lacks.is_empty() || !begins_with(statement, "copy") {
        return None;
    }
    let words: Vec<&str> = statement.words().collect();
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(text));
    let is_string = |at: usize| words.get(at).is_some_and(|word| word.ends_with('\''));
    let role = (0..words.len()).find_map(|at| match () {
        () if (is(at, "from") || is(at, "to")) && is(at + 1, "program") && is_string(at + 2) => {
            Some("pg_execute_server_program")
        }
        () if is(at, "from") && is_string(at + 1) => Some("pg_read_server_files"),
        () if is(at, "to") && is_string(at + 1) => Some("pg_write_server_files"),
        () => None,
    })?;
    let lacks = probe.lacks.iter().any(|lacked| lacked == role);
    lacks.then(|| ErrorKind::NoRightToFiles { statement: summary(statement.sql(), statement.reading), role })
}

fn begins_with(statement: &Statement, word: &str) -> bool {
    statement.words().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}
