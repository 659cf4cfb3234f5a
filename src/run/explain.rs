//! What a failure means, by the statement that failed.

use crate::db::Failure;
use crate::db::Place;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::part::Mode;
use crate::run::send::Role;
use crate::run::send::Sender;
use crate::span::Span;
use crate::sql::Statement;
use crate::sql::holds_statements;

/// Returns where in the script the server found the fault: in the statement, or in the data below it.
fn place_of(failure: &Failure, statement: &Statement) -> Option<Span> {
    match failure.place.as_ref()? {
        Place::CopyLine(number) => {
            let data = statement.copy_data.clone()?;
            let mut start = data.start;
            let mut lines = statement.copy_data()?.split_inclusive('\n');
            for line in lines.by_ref().take(number.checked_sub(1)?) {
                start += line.len();
            }
            let line = lines.next()?.trim_end_matches(['\n', '\r']);
            Some(statement.span.source.span(start..start + line.len()))
        }
        place => place.find(statement.sql()).map(|range| statement.span.sub(range)),
    }
}

impl Sender<'_, '_> {
    /// Returns the error for a statement that failed, at its place in the script if it comes from one.
    pub(crate) fn explain(&mut self, mut failure: Failure, role: &Role<'_>) -> Error {
        self.tell(std::mem::take(&mut failure.notices));
        let is_own = !matches!(role, Role::Statement(_));
        let standing = failure.standing(self.session.db.family(), &self.session.db.address).filter(|_| is_own);
        if let Some(kind) = standing {
            return kind.into();
        }
        let placed = |error: Error| match role {
            Role::Statement(statement) => error.at(statement.span.clone()),
            _ => error,
        };
        if failure.lost {
            let address = self.session.db.address.clone();
            let error = Error::from(ErrorKind::ConnectionLost { address, reason: failure.reason() });
            // With a code, the server itself said which statement took too long for it.
            return if failure.code.is_some() { placed(error) } else { error };
        }
        if let Some(error) = self.session.interrupted(&failure) {
            return placed(error);
        }
        let family = self.session.db.family();
        if failure.is_locked_out(family) {
            let detail = failure.detail.as_deref().map_or(String::new(), |detail| format!("; {detail}"));
            let reason = format!("{}{detail}", failure.reason());
            let error = Error::from(ErrorKind::TableLocked { reason, retries: 0, blockers: Vec::new() });
            return placed(error);
        }
        if failure.is_out_of_time(family) {
            let limit = self.timeouts().statement.filter(|limit| !limit.is_zero());
            let error = Error::from(ErrorKind::StatementTimeout { reason: failure.reason(), limit });
            return placed(error);
        }
        match role {
            Role::Statement(statement) => {
                let needs_none = matches!(failure.code.as_deref(), Some("25001" | "2D000"));
                if needs_none && family == Family::Postgres && self.mode() == Mode::Transaction {
                    failure.hint = Some("put it into its own section: `-- rev: upgrade transaction=off`".to_owned());
                }
                if family == Family::Mysql && failure.hint.is_none() && holds_statements(statement.sql()) {
                    failure.hint =
                        Some("if it changed rows of tables without transactions (MyISAM, Aria), they stay".to_owned());
                }
                let span = place_of(&failure, statement).unwrap_or_else(|| statement.span.clone());
                Error::from(failure.into_statement_error()).at(span)
            }
            Role::Guard => ErrorKind::TransactionEnded.into(),
            // What a server checks only at the end, such as deferred constraints, is the script's doing.
            Role::Commit => failure.into_statement_error().into(),
            Role::Journal(_) if failure.duplicate => ErrorKind::DatabaseMoved { expected: failure.reason() }.into(),
            Role::Engine | Role::Fence | Role::Restore | Role::Journal(_) => {
                ErrorKind::QueryFailed { reason: failure.reason() }.into()
            }
        }
    }
}
