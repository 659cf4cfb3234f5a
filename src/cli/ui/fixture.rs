//! A program for tests.

use std::path::PathBuf;

use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryEntry;
use crate::journal::Outcome;
use crate::journal::Write;
use crate::program::Action;
use crate::program::Limits;
use crate::program::Mode;
use crate::program::Part;
use crate::program::Program;
use crate::program::ProgramStep;
use crate::program::Scope;
use crate::script::SectionState;
use crate::script::Warning;
use crate::span::Source;
use crate::sql::split;

/// Two revisions on PostgreSQL: `b`, whose first part of two was done by an earlier run, and `c`.
pub(super) fn program() -> Program {
    let text =
        "-- rev: upgrade\nSET x = 1;\nCREATE TABLE t (\n  i INTEGER\n);\nCREATE INDEX CONCURRENTLY i ON t (i);\n";
    let mut first = actions("versions/b.sql", text);
    let last = first.split_off(2);
    first.push(Action::Write(Write::Proof {
        revision: id("b"),
        direction: Direction::Upgrade,
        part: 1,
        hash: String::new(),
    }));
    let mut b = step("b", "create \x1b t", vec![(Mode::Transaction, first), (Mode::Alone, last)]);
    b.parts[1].actions.extend(writes("a", "b"));
    b.parts[1].actions.push(Action::Write(Write::ClearProgress { revision: id("b"), proofs: 1 }));
    b.parts_done = 1;
    let mut c = step("c", "", vec![(Mode::Transaction, actions("versions/c.sql", "DROP TABLE t;"))]);
    c.parts[0].actions.extend(writes("b", "c"));
    let span = Source::new("versions/c.sql", "DROP TABLE t;").span(5..10);
    Program {
        dialect: Dialect::Postgres,
        from: heads("a"),
        to: heads("c"),
        scope: Scope::Revision,
        steps: vec![b, c],
        warnings: vec![Warning { code: "odd", message: "this is odd".to_owned(), span }],
        gives_up: None,
        makes_journal_in: None,
    }
}

pub(super) fn id(text: &str) -> RevisionId {
    RevisionId::from_row(text)
}

pub(super) fn heads(text: &str) -> Heads {
    text.split_whitespace().map(id).collect()
}

fn actions(path: &str, text: &str) -> Vec<Action> {
    let source = Source::new(path, text);
    let statements = split(&source, 0..text.len(), Dialect::Postgres.family()).unwrap();
    statements.into_iter().map(Action::Statement).collect()
}

fn writes(delete: &str, insert: &str) -> Vec<Action> {
    let rows = Write::Rows { delete: heads(delete).0, insert: heads(insert).0 };
    vec![Action::Write(rows), Action::Write(Write::History(Box::new(entry(insert))))]
}

fn step(name: &str, message: &str, parts: Vec<(Mode, Vec<Action>)>) -> ProgramStep {
    let part = |((mode, actions), number): ((Mode, Vec<Action>), usize)| {
        let (limits, hash) = (Limits::default(), String::new());
        Part { number, row: number, mode, limits, hash, actions }
    };
    ProgramStep {
        revision: id(name),
        direction: Direction::Upgrade,
        message: message.to_owned(),
        path: PathBuf::from(format!("versions/{name}.sql")),
        after: heads(name),
        entry: entry(name),
        way_back: SectionState::Present,
        parts: parts.into_iter().zip(1..).map(part).collect(),
        parts_done: 0,
        undo: None,
    }
}

fn entry(name: &str) -> HistoryEntry {
    HistoryEntry {
        revision: id(name),
        direction: Direction::Upgrade,
        outcome: Outcome::Done,
        checksum: None,
        message: String::new(),
        down_revisions: String::new(),
        depends_on: String::new(),
        branch_labels: String::new(),
        downgrade: None,
        error: None,
    }
}
