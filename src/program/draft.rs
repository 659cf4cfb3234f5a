//! What becomes a part: statements that commit together, before the journal's writes are known.

use crate::dialect::Family;
use crate::journal::Write;
use crate::program::action::Action;
use crate::program::limits::Limits;
use crate::program::part::Mode;
use crate::program::shield::Shield;
use crate::program::shield::Shielding;
use crate::sql::Statement;

/// The statements of a part, before its journal's writes are known.
pub(crate) struct Draft {
    pub(crate) mode: Mode,
    pub(crate) statements: Vec<Statement>,
    /// What is rebuilt on SQLite.
    pub(crate) shield: Option<Shield>,
    /// From which statement on which time-outs hold; the first is from the beginning.
    pub(crate) limits: Vec<(usize, Limits)>,
}

impl Draft {
    pub(crate) fn empty() -> Self {
        Self { mode: Mode::Transaction, statements: Vec::new(), limits: Vec::new(), shield: None }
    }

    /// Returns whether statements of the next section can be in the same transaction.
    pub(crate) fn takes_more(&self) -> bool {
        self.mode == Mode::Transaction && self.shield.is_none()
    }

    /// Sets the time-outs of the statements that follow.
    pub(crate) fn limit(&mut self, limits: Limits) {
        if self.limits.last().is_none_or(|(_, last)| *last != limits) {
            self.limits.push((self.statements.len(), limits));
        }
    }

    /// Returns the statements, and between them where other time-outs begin.
    fn body(&self) -> impl Iterator<Item = Action> {
        let mut changes = self.limits.iter().skip(1).peekable();
        self.statements.iter().enumerate().flat_map(move |(index, statement)| {
            let limits = changes.next_if(|(start, _)| *start == index).map(|(_, limits)| Action::Limits(*limits));
            limits.into_iter().chain([Action::Statement(statement.clone())])
        })
    }

    /// Puts the session back in the journal's transaction on PostgreSQL, else before it: SQLite may be told by a script
    /// that it must not even begin one. On MySQL the guard shows whether the statement, a CALL, committed by itself.
    pub(crate) fn actions(&self, restore: Vec<String>, writes: Vec<Write>, family: Family) -> Vec<Action> {
        if let Some(shield) = &self.shield {
            return shielded(shield, self.body(), restore, writes);
        }
        let statements = self.body();
        let restore = restore.into_iter().map(Action::Restore);
        let mut actions = Vec::with_capacity(self.statements.len() + 8);
        match (self.mode, family) {
            (Mode::Transaction, _) => {
                actions.extend([Action::Begin, Action::SetGuard]);
                actions.extend(statements);
                actions.push(Action::CheckGuard);
                actions.extend(restore);
            }
            (Mode::Alone, Family::Postgres) => {
                actions.extend(statements);
                actions.push(Action::Begin);
                actions.extend(restore);
            }
            (Mode::Alone, Family::Sqlite | Family::Mysql) => {
                actions.extend(statements.chain(restore));
                actions.push(Action::Begin);
            }
        }
        actions.extend(writes.into_iter().map(Action::Write));
        actions.push(Action::Commit);
        actions
    }
}

/// Puts the shield around a transaction: the setting is changed outside of it, and looked at is inside.
fn shielded(
    shield: &Shield,
    body: impl Iterator<Item = Action>,
    restore: Vec<String>,
    writes: Vec<Write>,
) -> Vec<Action> {
    let note = Shielding::Note(Box::new(shield.clone()));
    let mut actions = vec![Action::Shield(Shielding::Raise), Action::Begin, Action::SetGuard, Action::Shield(note)];
    let mut index = 0;
    for action in body {
        let is_statement = matches!(action, Action::Statement(_));
        if is_statement && shield.quiet_renames.contains(&index) {
            actions.push(Action::Shield(Shielding::QuietRename));
            actions.push(action);
            actions.push(Action::Shield(Shielding::LoudRename));
        } else {
            actions.push(action);
        }
        index += usize::from(is_statement);
    }
    actions.extend([Action::CheckGuard, Action::Shield(Shielding::Check)]);
    actions.extend(restore.into_iter().map(Action::Restore));
    actions.extend(writes.into_iter().map(Action::Write));
    actions.extend([Action::Commit, Action::Shield(Shielding::Lower)]);
    actions
}
