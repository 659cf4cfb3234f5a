//! Rebuilds of tables of SQLite, as far as they can be judged without a database.

use std::collections::BTreeMap;

use crate::check::finding::Remark;
use crate::dialect::Dialect;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::RowChange;
use crate::graph::Step;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::Probe;
use crate::program::compile::CompileFor;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::program::Scope;
use crate::program::shield::Shield;
use crate::script::Script;
use crate::sql::References;

/// The rebuilds of all scripts, and the tables that one of them lets others reference.
#[derive(Debug, Default)]
pub(crate) struct Rebuilds {
    references: References,
    shields: Vec<(RevisionId, Shield)>,
    unshielded: Vec<(RevisionId, Error)>,
}

impl Rebuilds {
    /// Reads one script as SQLite would run it, each direction compiled as a run compiles it; `probe` is of no database.
    pub(crate) fn read(&mut self, script: Script, probe: &Probe) -> Script {
        let mentions = |word: &str| {
            let mut windows = script.source.text.as_bytes().windows(word.len());
            windows.any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
        };
        if mentions("table") {
            self.read_references(&script);
        }
        if !mentions("drop") && !mentions("foreign_keys") {
            return script; // nothing can be built anew
        }
        let revision = script.header.revision.value.clone();
        let mut scripts = BTreeMap::from([(revision.clone(), script)]);
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            self.read_rebuilds(&revision, direction, &scripts, probe);
        }
        scripts.remove(&revision).expect("it was put there")
    }

    fn read_references(&mut self, script: &Script) {
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            let sections = script.statements(direction, Dialect::Sqlite).unwrap_or_default();
            let mut references = References::default();
            for statement in sections.iter().flat_map(|section| &section.statements) {
                references.follow(statement.sql(), true);
            }
            self.references.add(references);
        }
    }

    fn read_rebuilds(
        &mut self,
        revision: &RevisionId,
        direction: Direction,
        scripts: &BTreeMap<RevisionId, Script>,
        probe: &Probe,
    ) {
        let step = Step { revision: revision.clone(), direction, rows: RowChange::default() };
        let plan = Plan { from: Heads::empty(), to: Heads::empty(), steps: vec![step] };
        let target = CompileFor { rows: &plan.from, probe, scope: Scope::Revision, progress: &[] };
        match Program::compile(&plan, scripts, &target) {
            Ok(program) => {
                let shields = program.steps.iter().flat_map(|step| &step.parts).filter_map(Part::shield).cloned();
                self.shields.extend(shields.map(|shield| (revision.clone(), shield)));
            }
            Err(error) => {
                let is_unshielded = |error: &&Error| matches!(*error.kind, ErrorKind::UnshieldedRebuild { .. });
                let found = error.into_problems().into_iter().filter(|error| is_unshielded(&error));
                self.unshielded.extend(found.map(|error| (revision.clone(), error)));
            }
        }
    }
}

/// What a run refuses.
pub(crate) fn unshielded_rebuild(rebuilds: &Rebuilds) -> Vec<Remark> {
    rebuilds.unshielded.iter().map(|(revision, error)| remark(revision, error)).collect()
}

/// What a run refuses where the database has the references that the scripts speak of.
pub(crate) fn parent_changed_in_rebuild(rebuilds: &Rebuilds) -> Vec<Remark> {
    let changes = rebuilds.shields.iter().flat_map(|(revision, shield)| {
        let problems = shield.parent_changes(&mut rebuilds.references.clone());
        problems.into_iter().map(move |error| remark(revision, &error))
    });
    changes.collect()
}

fn remark(revision: &RevisionId, error: &Error) -> Remark {
    let remark = Remark { hint: error.hint(), ..Remark::new(error.kind.to_string()) };
    match &error.span {
        Some(span) => remark.about(revision, span.clone()),
        None => remark,
    }
}
