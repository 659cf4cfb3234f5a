//! Everything a run will do, as data: what is executed and what `--dry-run` shows are readers of this value.

use std::path::PathBuf;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryEntry;
use crate::program::halfway::Halfway;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::shield::Shield;
use crate::program::undo::Undo;
use crate::script::SectionState;
use crate::script::Warning;
use crate::sql::Statement;
use crate::sql::StatementKind;

/// The steps of a plan with every statement they will send; whatever could be known to fail has failed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Which database it is for.
    pub dialect: Dialect,
    /// The state it starts from.
    pub from: Heads,
    /// The state it ends at.
    pub to: Heads,
    /// What commits together.
    pub scope: Scope,
    /// The revisions in order.
    pub steps: Vec<ProgramStep>,
    /// What is odd about the scripts, though it can run.
    pub warnings: Vec<Warning>,
    /// What stopped half-way and is forgotten by a stamp; what its parts did stays.
    pub gives_up: Option<Halfway>,
    /// Where the tables of rev's own are made first, since there are none, or not all.
    pub makes_journal_in: Option<String>,
}

/// How far a transaction reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each revision by itself.
    Revision,
    /// The whole run.
    Run,
}

/// One revision going one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramStep {
    /// The revision.
    pub revision: RevisionId,
    /// Which way.
    pub direction: Direction,
    /// The first paragraph of its script.
    pub message: String,
    /// Its script.
    pub path: PathBuf,
    /// The state after it.
    pub after: Heads,
    /// The row of the history it will leave.
    pub entry: HistoryEntry,
    /// Its parts in order; at least one.
    pub parts: Vec<Part>,
    /// What its script has to take it off again.
    pub way_back: SectionState,
    /// How many of the parts ran in an earlier, interrupted run and are passed over.
    pub parts_done: usize,
    /// What it takes back, if that is its own upgrade, which stopped half-way; the revision is not applied then.
    pub undo: Option<Undo>,
}

impl Program {
    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl ProgramStep {
    /// Returns the statements of the parts that are still to run.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.parts.iter().skip(self.parts_done).flat_map(Part::statements)
    }

    /// Returns what it builds anew, behind a shield.
    pub fn shield(&self) -> Option<&Shield> {
        self.parts.iter().find_map(Part::shield)
    }

    /// Returns whether the step is a single transaction, which can share a commit with others.
    pub fn is_one_transaction(&self) -> bool {
        matches!(self.parts.as_slice(), [part] if part.mode == Mode::Transaction && part.ends_with_commit())
    }
}

impl ProgramStep {
    /// Returns whether it speaks of constraints that are checked late; a commit that others share would be too late.
    pub(crate) fn defers_checks(&self) -> bool {
        let mentions = |sql: &str| {
            let word = "deferr".as_bytes();
            sql.as_bytes().windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word))
        };
        self.statements().any(|statement| mentions(statement.sql()))
    }

    /// Returns whether its later statements may run as somebody who has no right on rev's own tables.
    pub(crate) fn changes_role(&self) -> bool {
        let names = |statement: &Statement| {
            let sql = statement.sql().to_ascii_lowercase();
            (statement.kind == StatementKind::Session && (sql.contains("role") || sql.contains("authorization")))
                || sql.contains("set_config")
        };
        self.parts.iter().flat_map(Part::statements).any(names)
    }

    /// Returns whether it may change the encoding that later messages are read in: a group has several of them.
    pub(crate) fn sets_encoding(&self) -> bool {
        let names = |statement: &Statement| {
            let sql = statement.sql().to_ascii_lowercase();
            sql.contains("encoding") || sql.contains("names")
        };
        self.statements().any(|statement| statement.kind == StatementKind::Session && names(statement))
    }

    /// Returns whether it may leave something in the session that a later revision would notice, tables or settings, and
    /// that no single statement takes away.
    pub(crate) fn leaves_traces(&self, family: Family) -> bool {
        let leaves = |statement: &Statement| {
            let mut words = statement.words().take(4).map(str::to_ascii_lowercase);
            match words.next().as_deref() {
                Some("create") => words.any(|word| matches!(word.as_str(), "temp" | "temporary")),
                Some("attach" | "pragma" | "set" | "prepare") => true,
                // What these run is not in the script, or in a block.
                Some("call" | "do" | "execute" | "begin" | "if" | "case" | "for" | "while" | "loop" | "repeat") => true,
                Some(hint) => hint.starts_with("/*"), // what MySQL runs there is a setting, as dumps have them
                None => false,
            }
        };
        family != Family::Postgres && self.parts.iter().flat_map(Part::statements).any(leaves)
    }
}
