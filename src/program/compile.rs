//! From a plan to a program: every statement found, cut into parts and checked; pure.

use std::collections::BTreeMap;

use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Plan;
use crate::graph::Step;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::journal::HistoryEntry;
use crate::journal::Probe;
use crate::journal::ProgressRow;
use crate::journal::Write;
use crate::journal::stamped;
use crate::program::action::Action;
use crate::program::draft::Draft;
use crate::program::history_entry::history_entry;
use crate::program::history_entry::revision_span;
use crate::program::limits::Limits;
use crate::program::lost_value::lost_value;
use crate::program::new_file::too_late;
use crate::program::own_schema::made_twice;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::pragma::unshielded;
use crate::program::program::Program;
use crate::program::program::ProgramStep;
use crate::program::program::Scope;
use crate::program::restore::Restore;
use crate::program::risk::way_back;
use crate::program::sendable::unsendable;
use crate::program::shield::Shield;
use crate::program::told;
use crate::program::undo::Undo;
use crate::script::CompiledSection;
use crate::script::Script;
use crate::script::SectionState;
use crate::script::TransactionMode;
use crate::script::Warning;
use crate::script::statements_hash;
use crate::sql::Reading;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::foreign_keys;

/// What a plan is compiled for.
#[derive(Debug)]
pub struct CompileFor<'a> {
    /// The rows of the version table as they stand, also those that others imply.
    pub rows: &'a Heads,
    /// The database, as it was found at connect.
    pub probe: &'a Probe,
    /// What commits together.
    pub scope: Scope,
    /// The parts of an interrupted revision that are done.
    pub progress: &'a [ProgressRow],
}

impl Program {
    /// Turns a plan into all that will be sent, or into every fault that can be known beforehand.
    ///
    /// `scripts` holds a script for each revision of the plan.
    pub fn compile(
        plan: &Plan,
        scripts: &BTreeMap<RevisionId, Script>,
        target: &CompileFor<'_>,
    ) -> Result<Self, Error> {
        let given_up = target.progress.first().map(|row| (row.revision.clone(), target.progress.len()));
        let restore = Restore::new(target.probe);
        let stamped = stamped(&plan.from, &plan.to);
        let (problems, warnings) = (Vec::new(), Vec::new());
        let mut compiler = Compiler { target, restore, given_up, stamped, problems, warnings };
        let mut steps = Vec::with_capacity(plan.steps.len());
        let mut after = target.rows.clone();
        for step in &plan.steps {
            step.rows.apply(&mut after);
            steps.extend(compiler.step(step, &after, scripts.get(&step.revision)));
        }
        let Compiler { mut problems, mut warnings, .. } = compiler;
        // A run of one revision commits together anyway, and a shield stands around one transaction.
        let scope = match steps.as_slice() {
            [step] if step.shield().is_some() && step.parts.len() == 1 => Scope::Revision,
            _ => target.scope,
        };
        if scope == Scope::Run {
            problems.extend(not_one_transaction(target, &steps));
        }
        let dialect = target.probe.journal.dialect;
        problems.extend(steps.iter().filter_map(lost_value));
        problems.extend(steps.iter().flat_map(|step| unsendable(step, target.probe)));
        problems.extend(made_twice(&steps, target.probe));
        Error::join(problems)?;
        if dialect.family() == Family::Sqlite {
            let probe = target.probe;
            let is_new = target.rows.is_empty() && !probe.has_foreign_tables && probe.existing.is_empty();
            warnings.extend(too_late(&steps, is_new));
        }
        Ok(Self {
            dialect,
            from: plan.from.clone(),
            to: plan.to.clone(),
            scope,
            steps,
            warnings,
            gives_up: None,
            makes_journal_in: target.probe.makes_journal_in(),
        })
    }
}

struct Compiler<'a> {
    target: &'a CompileFor<'a>,
    restore: Restore,
    /// The revision that a stamp gives up; its proofs go with the first step.
    given_up: Option<(RevisionId, usize)>,
    /// What the history says of a stamp: its rows would look alike whichever way it goes.
    stamped: String,
    problems: Vec<Error>,
    warnings: Vec<Warning>,
}

impl Compiler<'_> {
    fn step(&mut self, step: &Step, after: &Heads, script: Option<&Script>) -> Option<ProgramStep> {
        self.check_width(step);
        let (drafts, undo) = match (step.direction, script) {
            (Direction::Stamp, _) | (_, None) => (vec![Draft::empty()], None),
            (_, Some(script)) => self.drafts(step, script)?,
        };
        let mut entry = self.entry(step, script)?;
        let message = entry.message.clone();
        if step.direction == Direction::Stamp {
            entry.message.clone_from(&self.stamped);
        }
        let drafts = self.with_a_last_part(step, drafts);
        let rows_before = undo.as_ref().map_or(0, |undo| undo.parts);
        let parts = self.parts(step, drafts, rows_before, &entry);
        let parts_done = self.parts_done(step, script, &parts)?;
        Some(ProgramStep {
            revision: step.revision.clone(),
            direction: step.direction,
            message,
            path: script.map(|script| script.source.path.clone()).unwrap_or_default(),
            after: after.clone(),
            way_back: way_back(script, self.target.probe.journal.dialect),
            entry,
            parts,
            parts_done,
            undo,
        })
    }

    /// Cuts the sections that run into parts.
    fn drafts(&mut self, step: &Step, script: &Script) -> Option<(Vec<Draft>, Option<Undo>)> {
        let dialect = self.target.probe.journal.dialect;
        if step.direction == Direction::Downgrade {
            let revision = step.revision.clone();
            let refused = match script.state(Direction::Downgrade, dialect) {
                SectionState::Missing => Some(ErrorKind::MissingDowngrade { revision, dialect }),
                SectionState::Irreversible => Some(ErrorKind::Irreversible { revision }),
                SectionState::Present | SectionState::Blank => None,
            };
            if let Some(kind) = refused {
                self.problems.push(Error::from(kind).at(revision_span(script)));
                return None;
            }
        }
        let mut sections = self.sections(script, step.direction, step.direction)?;
        let undo = self.undo(step, script, &mut sections)?;
        let mut drafts: Vec<Draft> = Vec::new();
        for section in sections {
            self.cut(section, &mut drafts);
        }
        self.problems.extend(told::disturbed(&drafts));
        if drafts.is_empty() {
            let nothing = (step.direction == Direction::Upgrade).then(|| script.nothing_to_run(&[dialect].into()));
            self.warnings.extend(nothing.flatten().map(Warning::from));
            drafts.push(Draft::empty());
        }
        if dialect.family() == Family::Sqlite {
            self.raise_shields(&mut drafts);
        }
        Some((drafts, undo))
    }

    /// Splits the sections of a direction, for a step up or down.
    ///
    /// What only looks wrong keeps a revision from being applied, never one that is applied from being undone.
    fn sections<'s>(
        &mut self,
        script: &'s Script,
        direction: Direction,
        step: Direction,
    ) -> Option<Vec<CompiledSection<'s>>> {
        let probe = self.target.probe;
        let dialect = probe.journal.dialect;
        let reading = Reading::asked(dialect, &probe.server_version, &probe.text_mode);
        let split = match step {
            Direction::Downgrade => script.statements_as(direction, dialect, reading),
            _ => script.checked_statements(direction, dialect, reading),
        };
        match split {
            Ok(sections) => Some(sections),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    /// Finds what a downgrade undoes of its upgrade that stopped half-way, and takes out what is about the rest of it.
    fn undo(&mut self, step: &Step, script: &Script, sections: &mut [CompiledSection<'_>]) -> Option<Option<Undo>> {
        let is_upgrade = |row: &&ProgressRow| row.revision == step.revision && row.direction == Direction::Upgrade;
        let done: Vec<&ProgressRow> = self.target.progress.iter().filter(is_upgrade).collect();
        if step.direction != Direction::Downgrade || done.is_empty() {
            return Some(None);
        }
        let mut upgrade = Vec::new();
        let warnings = self.warnings.len();
        for section in self.sections(script, Direction::Upgrade, step.direction)? {
            self.cut(section, &mut upgrade);
        }
        self.warnings.truncate(warnings);
        match Undo::find(&step.revision, &done, &upgrade, sections) {
            Ok(undo) => Some(Some(undo)),
            Err(error) => {
                let error = if error.span.is_some() { error } else { error.at(revision_span(script)) };
                self.problems.push(error);
                None
            }
        }
    }

    /// Finds the tables that are rebuilt: each in one transaction, or with foreign keys switched off by the script.
    fn raise_shields(&mut self, drafts: &mut [Draft]) {
        let mut is_off = false;
        for draft in drafts.iter_mut() {
            match draft.mode {
                Mode::Transaction => draft.shield = Shield::of(&draft.statements, is_off),
                Mode::Alone => {
                    let set = |statement: &Statement| foreign_keys(statement.sql());
                    is_off = draft.statements.iter().rev().find_map(set).map_or(is_off, |on| !on);
                }
            }
        }
        let shielded =
            drafts.iter().filter_map(|draft| draft.shield.as_ref()).flat_map(|shield| shield.tables.keys().cloned());
        let statements: Vec<(Mode, &Statement)> =
            drafts.iter().flat_map(|draft| draft.statements.iter().map(|statement| (draft.mode, statement))).collect();
        self.problems.extend(unshielded(&statements, &shielded.collect()));
    }

    fn cut(&mut self, section: CompiledSection<'_>, drafts: &mut Vec<Draft>) {
        self.warnings.extend(section.warnings);
        let limits = match section.section.transaction {
            TransactionMode::Transactional => Limits::Configured(section.section.timeouts),
            TransactionMode::Off => Limits::Server(section.section.timeouts),
        };
        let each_alone = self.target.probe.journal.dialect.family() == Family::Mysql;
        let has_shields = self.target.probe.journal.dialect.family() == Family::Sqlite
            && section.section.transaction == TransactionMode::Transactional;
        if let Some(shield) = has_shields.then(|| Shield::of(&section.statements, false)).flatten() {
            // A part of its own, so that other sections keep their foreign keys.
            drafts.push(Draft {
                mode: Mode::Transaction,
                statements: section.statements,
                limits: vec![(0, limits)],
                shield: Some(shield),
            });
            return;
        }
        let first = drafts.len();
        let joins = each_alone && section.section.transaction == TransactionMode::Transactional;
        for statement in section.statements {
            if joins && told::join(drafts, first, &statement) {
                continue;
            }
            // DDL and locks commit whatever was open, and a session statement has nothing to roll back.
            let commits = each_alone
                && matches!(statement.kind, StatementKind::Ddl | StatementKind::Session | StatementKind::Lock);
            let mode = match section.section.transaction {
                TransactionMode::Transactional if !commits => Mode::Transaction,
                TransactionMode::Transactional | TransactionMode::Off => Mode::Alone,
            };
            match drafts.last_mut() {
                Some(last) if !each_alone && mode == Mode::Transaction && last.takes_more() => {
                    last.limit(limits);
                    last.statements.push(statement);
                }
                _ => drafts.push(Draft { mode, statements: vec![statement], limits: vec![(0, limits)], shield: None }),
            }
        }
    }

    /// Adds an empty part where all that are left of the script ran already: when the part that failed is taken out of
    /// it, the rows of the last part are still to be written.
    fn with_a_last_part(&self, step: &Step, mut drafts: Vec<Draft>) -> Vec<Draft> {
        if self.rows_of(step).count() == drafts.len() {
            drafts.push(Draft::empty());
        }
        drafts
    }

    /// Returns the parts of a step that an earlier run finished, in order.
    fn rows_of<'s>(&'s self, step: &'s Step) -> impl Iterator<Item = &'s ProgressRow> {
        let is_of_step = |row: &&ProgressRow| {
            row.revision == step.revision && row.direction == step.direction && row.intended.is_none()
        };
        self.target.progress.iter().filter(is_of_step)
    }

    fn parts(&mut self, step: &Step, drafts: Vec<Draft>, rows_before: usize, entry: &HistoryEntry) -> Vec<Part> {
        let count = drafts.len();
        let after_commit = self.restore.after_commit();
        // Nothing but such statements changes pragmas, so a script without any has nothing to put back on SQLite. A
        // routine of MySQL may change its caller's session.
        let puts_back = self.target.probe.journal.dialect.family() != Family::Sqlite
            || drafts
                .iter()
                .flat_map(|draft| &draft.statements)
                .any(|statement| statement.kind == StatementKind::Session);
        drafts
            .into_iter()
            .zip(1..)
            .map(|(draft, number)| {
                let hash = statements_hash(&draft.statements);
                let is_last = number == count;
                let writes = match is_last {
                    true => self.last_writes(step, rows_before + count, entry),
                    false => vec![Write::Proof {
                        revision: step.revision.clone(),
                        direction: step.direction,
                        part: rows_before + number,
                        hash: hash.clone(),
                    }],
                };
                let restore = match (is_last, step.direction) {
                    (_, Direction::Stamp) => Vec::new(),
                    _ if !puts_back => Vec::new(),
                    (true, _) => self.restore.before_last_write(),
                    (false, _) => self.restore.between_parts(),
                };
                let mut actions = draft.actions(restore, writes, self.target.probe.journal.dialect.family());
                if is_last && puts_back && step.direction != Direction::Stamp {
                    actions.extend(after_commit.iter().cloned().map(Action::Restore));
                }
                let limits = draft.limits.first().map(|(_, limits)| *limits).unwrap_or_default();
                Part { number, row: rows_before + number, mode: draft.mode, limits, hash, actions }
            })
            .collect()
    }

    /// Returns what the last part writes: what must be checked before the commit, and then the history, which holds how
    /// long all of that took.
    fn last_writes(&mut self, step: &Step, parts: usize, entry: &HistoryEntry) -> Vec<Write> {
        let mut writes = vec![Write::Rows { delete: step.rows.delete.clone(), insert: step.rows.insert.clone() }];
        let proofs = self.proofs_to_clear(step, parts);
        writes.extend(proofs.map(|(revision, proofs)| Write::ClearProgress { revision, proofs }));
        writes.push(Write::History(Box::new(entry.clone())));
        writes
    }

    /// Returns whose proofs the last part deletes, and how many there must be.
    fn proofs_to_clear(&mut self, step: &Step, parts: usize) -> Option<(RevisionId, usize)> {
        match step.direction {
            // A stamp goes over a half-run revision only to give it up.
            Direction::Stamp => self.given_up.take(),
            Direction::Upgrade | Direction::Downgrade => (parts > 1).then(|| (step.revision.clone(), parts - 1)),
        }
    }

    fn entry(&mut self, step: &Step, script: Option<&Script>) -> Option<HistoryEntry> {
        let dialect = self.target.probe.journal.dialect;
        match history_entry(&step.revision, step.direction, script, dialect) {
            Ok(entry) => Some(entry),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    /// Returns how many parts an earlier run finished; their statements must be what they were.
    fn parts_done(&mut self, step: &Step, script: Option<&Script>, parts: &[Part]) -> Option<usize> {
        let done: Vec<&ProgressRow> = self.rows_of(step).collect();
        let before = parts.first().map_or(1, |part| part.row);
        let part_of = |row: &ProgressRow| parts.get(row.part.checked_sub(before)?);
        let edited = done.iter().find(|row| part_of(row).is_none_or(|part| part.hash != row.hash));
        if let Some(row) = edited {
            let kind = ErrorKind::EditedHalfway { revision: step.revision.clone(), part: row.part };
            let mut error = Error::from(kind);
            let place = part_of(row).and_then(|part| part.statements().next()).map(|statement| &statement.span);
            if let Some(span) = place.cloned().or_else(|| script.map(revision_span)) {
                error = error.at(span);
            }
            self.problems.push(error);
            return None;
        }
        Some(done.len())
    }

    fn check_width(&mut self, step: &Step) {
        let Some(width) = self.target.probe.width else { return };
        let too_long = step.rows.insert.iter().filter(|id| id.as_str().chars().count() > width);
        self.problems.extend(too_long.map(|revision| {
            let table = self.target.probe.journal.version.clone();
            ErrorKind::IdTooLong { revision: revision.clone(), table, width }.into()
        }));
    }
}

fn not_one_transaction(target: &CompileFor<'_>, steps: &[ProgramStep]) -> Option<Error> {
    let dialect = target.probe.journal.dialect;
    // Stamps run nothing but the journal's own statements, which any server can roll back.
    let mut steps = steps.iter().filter(|step| step.direction != Direction::Stamp).peekable();
    steps.peek()?;
    let reason = if !dialect.has_transactional_ddl() {
        format!("on {} DDL commits by itself", dialect.product())
    } else if let Some(step) = steps.clone().find(|step| step.parts_done > 0) {
        format!("parts of revision `{}` were kept by an earlier run", step.revision)
    } else if let Some((step, shield)) = steps.clone().find_map(|step| Some((step, step.shield()?))) {
        let revision = &step.revision;
        let what = match shield.tables.is_empty() {
            true => "switches foreign keys off".to_owned(),
            false => format!("rebuilds {}", shield.names()),
        };
        format!("revision `{revision}` {what}, so foreign keys must be off before its transaction begins")
    } else {
        let step = steps.find(|step| step.parts.iter().any(|part| part.mode == Mode::Alone))?;
        format!("revision `{}` has statements outside of a transaction", step.revision)
    };
    Some(ErrorKind::NotOneTransaction { reason }.into())
}
