//! A stamp that comes with what makes it true: the statements of a dump, and then the rows; pure.

use crate::dialect::Dialect;
use crate::error::Error;
use crate::journal::Probe;
use crate::program::action::Action;
use crate::program::own_schema::made_twice;
use crate::program::part::Mode;
use crate::program::part::Part;
use crate::program::program::Program;
use crate::program::restore::Restore;
use crate::program::sendable::unsendable;
use crate::sql::Statement;

impl Program {
    /// Puts statements before all that a stamp writes: into its transaction, or, where each commits by itself, into a part
    /// of their own.
    ///
    /// # Errors
    ///
    /// When the server would not take a statement.
    pub(crate) fn loading(mut self, statements: Vec<Statement>, probe: &Probe) -> Result<Self, Error> {
        let Some(step) = self.steps.first_mut() else { return Ok(self) };
        let statements = statements.into_iter().map(Action::Statement);
        let is_one = self.dialect.has_transactional_ddl();
        match step.parts.first_mut() {
            Some(part) if is_one => {
                let restore = Restore::new(probe);
                let before = restore.before_last_write().into_iter().map(Action::Restore);
                let guard = part.actions.iter().position(|action| *action == Action::SetGuard).map_or(0, |at| at + 1);
                let written = part.actions.iter().position(|action| matches!(action, Action::Write(_)));
                let written = written.unwrap_or(part.actions.len());
                part.actions.splice(written..written, before);
                part.actions.splice(guard..guard, statements);
                if self.dialect == Dialect::Sqlite {
                    // Rows may come before those that they refer to.
                    let defer = "PRAGMA defer_foreign_keys = ON".to_owned();
                    part.actions.insert(guard, Action::Restore(defer));
                }
                part.actions.extend(restore.after_commit().into_iter().map(Action::Restore));
            }
            Some(last) => {
                let (limits, hash) = (last.limits, last.hash.clone());
                let actions = statements.collect();
                (last.number, last.row) = (2, 2);
                step.parts.insert(0, Part { number: 1, row: 1, mode: Mode::Alone, limits, hash, actions });
            }
            None => {}
        }
        let mut problems = unsendable(step, probe);
        problems.extend(made_twice(std::slice::from_ref(step), probe));
        Error::join(problems)?;
        Ok(self)
    }

    /// Takes the statements out again that commit by themselves: they run before the stamp does.
    pub(crate) fn take_loading(&mut self) -> Vec<Statement> {
        let Some(step) = self.steps.first_mut().filter(|_| !self.dialect.has_transactional_ddl()) else {
            return Vec::new();
        };
        if step.parts.len() < 2 {
            return Vec::new();
        }
        let part = step.parts.remove(0);
        step.parts.iter_mut().for_each(|part| (part.number, part.row) = (1, 1));
        part.statements().cloned().collect()
    }
}
