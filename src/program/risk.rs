//! What a program does that deserves a second look before a database is changed that matters.

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::script::Script;
use crate::script::SectionState;
use crate::sql::Loss;
use crate::sql::Statement;

/// Something about a program that cannot be undone, or undoes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Risk<'p> {
    /// A revision is taken off, with what its upgrade had made.
    Downgrade(&'p ProgramStep),
    /// A statement takes rows or values away.
    Loss {
        /// The statement.
        statement: &'p Statement,
        /// What it takes away.
        loss: Loss,
    },
    /// Once the revision is applied, no downgrade can undo it.
    NoWayBack {
        /// The revision.
        step: &'p ProgramStep,
        /// Whether it says so itself.
        is_declared: bool,
    },
}

/// Returns what a script has to take its revision off again.
pub(crate) fn way_back(script: Option<&Script>, dialect: Dialect) -> SectionState {
    script.map_or(SectionState::Missing, |script| script.state(Direction::Downgrade, dialect))
}

impl Program {
    /// Returns what is risky about each step, in order; what a statement hides in a routine or a block is not seen.
    pub fn risks(&self) -> Vec<Risk<'_>> {
        self.steps.iter().flat_map(|step| self.risks_of(step)).collect()
    }

    fn risks_of<'p>(&'p self, step: &'p ProgramStep) -> Vec<Risk<'p>> {
        let mut risks = Vec::new();
        match (step.direction, step.way_back) {
            (Direction::Stamp, _) => return risks, // it runs nothing
            (Direction::Downgrade, _) => risks.push(Risk::Downgrade(step)),
            (Direction::Upgrade, SectionState::Irreversible) => risks.push(Risk::NoWayBack { step, is_declared: true }),
            (Direction::Upgrade, SectionState::Missing) => risks.push(Risk::NoWayBack { step, is_declared: false }),
            (Direction::Upgrade, SectionState::Present | SectionState::Blank) => {}
        }
        // Dropping the old table is how one is rebuilt, and the shield sees to its rows.
        let rebuilt = |statement: &Statement| {
            step.parts
                .iter()
                .filter_map(|part| part.shield())
                .any(|shield| shield.tables.values().any(|span| span.range == statement.span.range))
        };
        for statement in step.statements().filter(|statement| !rebuilt(statement)) {
            if let Some(loss) = Loss::of(statement) {
                risks.push(Risk::Loss { statement, loss });
            }
        }
        risks
    }
}
