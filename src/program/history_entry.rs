//! The row of the history that a step leaves.

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::journal::HistoryEntry;
use crate::journal::Outcome;
use crate::script::Script;
use crate::span::Span;

/// Returns the row of the history for a step that ends well.
pub(crate) fn history_entry(
    revision: &RevisionId,
    direction: Direction,
    script: Option<&Script>,
    dialect: Dialect,
) -> Result<HistoryEntry, Vec<Error>> {
    let mut entry = HistoryEntry {
        revision: revision.clone(),
        direction,
        outcome: Outcome::Done,
        checksum: None,
        message: String::new(),
        down_revisions: String::new(),
        depends_on: String::new(),
        branch_labels: String::new(),
        downgrade: None,
        error: None,
    };
    let Some(script) = script else { return Ok(entry) };
    let header = &script.header;
    entry.message = header.message.clone();
    entry.down_revisions = join(header.down_revisions.iter().map(|parent| parent.value.as_str()));
    entry.depends_on = join(header.depends_on.iter().map(|dependency| dependency.value.as_str()));
    entry.branch_labels = join(header.branch_labels.iter().map(|label| label.value.as_str()));
    if header.message.contains('\0') {
        return Err(vec![Error::from(ErrorKind::ControlCharacter { what: "message" }).at(revision_span(script))]);
    }
    // What was stamped never ran: its script has no claim to be what the database holds.
    if direction != Direction::Stamp {
        entry.checksum = Some(script.checksum(dialect));
    }
    if direction == Direction::Upgrade {
        entry.downgrade = script.downgrade_text(dialect);
        let nul = script.sections_for(Direction::Downgrade, dialect).find_map(|section| {
            let range = section.range();
            let at = range.start + script.source.text[range].find('\0')?;
            Some(script.span(&(at..at + 1)))
        });
        if let Some(span) = nul {
            return Err(vec![Error::from(ErrorKind::ControlCharacter { what: "downgrade section" }).at(span)]);
        }
    }
    Ok(entry)
}

/// The place where a script says which revision it is.
pub(crate) fn revision_span(script: &Script) -> Span {
    script.span(&script.header.revision.range)
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
