//! A half-run upgrade taken back: which statements of the downgrade undo what ran, and whether that can be known; pure.
//!
//! A downgrade was written for the whole upgrade. Of one that stopped half-way, a statement of the downgrade may meet
//! what was never made, or, worse, something of the same name that was there before. So each must be shown to be about
//! what ran, or about what did not; where neither can be shown, nothing is run at all.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::journal::ProgressRow;
use crate::program::draft::Draft;
use crate::program::stopped::Stopped;
use crate::program::there::There;
use crate::script::CompiledSection;
use crate::script::statements_hash;
use crate::sql::Statement;

/// What a step takes back of its own upgrade, which stopped half-way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// How many parts of the upgrade ran.
    pub parts: usize,
    /// How many it has.
    pub of: usize,
    /// The statements of the downgrade that are not run, because what they undo never ran.
    pub left_out: Vec<Statement>,
}

impl Undo {
    /// Finds out what of the downgrade's `sections` undoes the parts of the upgrade that are `done`, and takes the rest
    /// out of them.
    ///
    /// The parts that ran must be what they were; those that did not may be edited.
    pub(crate) fn find(
        revision: &RevisionId,
        done: &[&ProgressRow],
        upgrade: &[Draft],
        sections: &mut [CompiledSection<'_>],
    ) -> Result<Self, Error> {
        for row in done.iter().filter(|row| row.intended.is_none()) {
            let part = row.part.checked_sub(1).and_then(|index| upgrade.get(index));
            if part.is_none_or(|part| statements_hash(&part.statements) != row.hash) {
                let error = Error::from(ErrorKind::EditedHalfway { revision: revision.clone(), part: row.part });
                let first = part.and_then(|part| part.statements.first());
                return Err(match first {
                    Some(statement) => error.at(statement.span.clone()),
                    None => error,
                });
            }
        }
        let parts = done.iter().filter(|row| row.intended.is_none()).count();
        let there: Vec<There> = done.iter().map(|row| There::read(row.found.as_deref())).collect();
        let with = |ran| divide(revision, upgrade, ran, &there, sections);
        // Whether a statement in doubt ran is found out before anything runs; until then, either may be.
        let (left_out, kept) = match with(parts) {
            Err(_) if parts < done.len() => with(done.len())?,
            found => found?,
        };
        for (section, kept) in sections.iter_mut().zip(kept) {
            section.statements = kept;
        }
        Ok(Self { parts, of: upgrade.len(), left_out })
    }
}

/// Divides the statements of each section into those that are left out, and those that run, if the first parts of the
/// upgrade ran.
fn divide(
    revision: &RevisionId,
    upgrade: &[Draft],
    ran: usize,
    there: &[There],
    sections: &[CompiledSection<'_>],
) -> Result<(Vec<Statement>, Vec<Vec<Statement>>), Error> {
    let (ran, open) = upgrade.split_at(ran.min(upgrade.len()));
    let nothing = There::default();
    let there = there.iter().chain(std::iter::repeat(&nothing));
    let ran = ran.iter().zip(there).flat_map(|(part, there)| part.statements.iter().map(move |one| (one, there)));
    let open = open.iter().flat_map(|part| &part.statements);
    let mut stopped = Stopped::new(revision, ran, open);
    let mut left_out = Vec::new();
    let mut kept = Vec::with_capacity(sections.len());
    for section in sections {
        let mut runs = Vec::with_capacity(section.statements.len());
        for statement in &section.statements {
            let list = if stopped.runs(statement)? { &mut runs } else { &mut left_out };
            list.push(statement.clone());
        }
        kept.push(runs);
    }
    stopped.end(&kept.concat())?;
    Ok((left_out, kept))
}
