//! What a revision that goes on needs from the session of the run that stopped.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::lost_state::Held;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::sql::SessionValues;
use crate::sql::Statement;
use crate::sql::StatementKind;

/// Returns an error if a part that waits needs something that went with the session of the parts that are done.
///
/// `SET @id = LAST_INSERT_ID()` is said again for the parts that follow, as all settings are, but it would not say the
/// same any more, and nobody would notice: the rows would go in with another id.
pub(crate) fn lost_value(step: &ProgramStep) -> Option<Error> {
    if step.parts_done == 0 {
        return None;
    }
    let (done, waiting): (Vec<&Part>, Vec<&Part>) = step.parts.iter().partition(|part| part.number <= step.parts_done);
    let (mut known, mut held) = (Known::default(), Held::default());
    for statement in done.into_iter().flat_map(Part::statements) {
        known.passed(statement, &SessionValues::of(statement));
        held.passed(statement, statement.reading.family);
    }
    for statement in waiting.into_iter().flat_map(Part::statements) {
        // What is told of the statement before stands with that in one part.
        let values = SessionValues::of(statement).without_told();
        // A setting may matter to any statement.
        let setting = known.settings.first().filter(|_| statement.kind != StatementKind::Session).cloned();
        if let Some(value) = known.lost(&values).or(setting) {
            return Some(Error::from(ErrorKind::LostValue { value }).at(statement.span.clone()));
        }
        if let Some(what) = held.lost(statement, statement.reading.family) {
            return Some(Error::from(ErrorKind::LostState { what }).at(statement.span.clone()));
        }
        known.runs(statement, &values);
        held.runs(statement, statement.reading.family);
    }
    None
}

/// Which values a new session does not have.
#[derive(Default)]
struct Known {
    lost: BTreeSet<String>,
    /// Found out from the database, which nothing has changed since: it would say the same again.
    found: BTreeSet<String>,
    /// Settings of the session that the database or a function gave, and that would not come out the same.
    settings: BTreeSet<String>,
    /// Settings that the database gave, which nothing has changed since.
    found_settings: BTreeSet<String>,
    /// Whether a statement ran of which the session could tell something.
    has_changed: bool,
}

impl Known {
    /// Notes a statement of the session that is gone.
    fn passed(&mut self, statement: &Statement, values: &SessionValues) {
        let is_lost = self.lost(values).is_some();
        for name in &values.sets {
            self.lost.remove(name);
            self.found.remove(name);
            match statement.kind {
                StatementKind::Session if values.is_fixed && !is_lost => {}
                StatementKind::Session if !is_lost => _ = self.found.insert(name.clone()),
                _ => _ = self.lost.insert(name.clone()),
            }
        }
        for name in &values.settings {
            let is_found = statement.kind == StatementKind::Session;
            let settings = if is_found { &mut self.found_settings } else { &mut self.settings };
            settings.insert(name.clone());
        }
        if !matches!(statement.kind, StatementKind::Session | StatementKind::Query | StatementKind::Lock) {
            self.has_changed = true;
            self.lost.append(&mut self.found);
            self.settings.append(&mut self.found_settings);
        }
    }

    /// Notes a statement that is going to run.
    fn runs(&mut self, statement: &Statement, values: &SessionValues) {
        self.lost.retain(|name| !values.sets.contains(name));
        self.has_changed &= statement.kind != StatementKind::Dml;
    }

    fn lost(&self, values: &SessionValues) -> Option<String> {
        let is_function = |name: &str| name.ends_with(')') || name.starts_with("@@");
        let is_lost = |name: &&String| self.lost.contains(*name) || self.has_changed && is_function(name);
        values.reads.iter().find(is_lost).cloned()
    }
}
