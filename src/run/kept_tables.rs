//! Tables of MariaDB and MySQL without transactions: rows in them stay when all else is rolled back.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::Error;
use crate::program::part::Part;
use crate::program::program::ProgramStep;
use crate::run::session::Session;
use crate::sql::ObjectKind;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::TableName;
use crate::sql::Touch;
use crate::sql::changed_tables;

/// What is known of the tables that a step changes: which have no transactions, with what to call them.
///
/// The first question is about all statements that are still to come. One that makes a table, or gives it another engine,
/// makes only that one unknown again: what a run asks grows with its statements, and not with their square.
#[derive(Debug, Default)]
pub(crate) struct KeptTables {
    has_asked: bool,
    /// By the tables' own names in lower case.
    known: BTreeMap<String, BTreeMap<TableName, Option<String>>>,
}

impl KeptTables {
    /// Returns those that a part changes; asks the server for what is not known of them. What it does not tell counts as a
    /// table with transactions.
    pub(crate) async fn of(
        &mut self,
        session: &mut Session,
        step: &ProgramStep,
        part: &Part,
    ) -> Result<Vec<String>, Error> {
        let own: Vec<TableName> = part.statements().filter(|one| changes_rows(one)).flat_map(changed_tables).collect();
        if own.iter().any(|name| self.get(name).is_none()) {
            let unknown: BTreeSet<TableName> = if std::mem::replace(&mut self.has_asked, true) {
                own.iter().filter(|name| self.get(name).is_none()).cloned().collect()
            } else {
                let to_come = step.parts.iter().skip_while(|one| one.number < part.number);
                to_come.flat_map(Part::statements).filter(|one| changes_rows(one)).flat_map(changed_tables).collect()
            };
            self.ask(session, unknown.into_iter().collect()).await?;
        }
        Ok(own.iter().filter_map(|name| self.get(name)?.clone()).collect())
    }

    async fn ask(&mut self, session: &mut Session, names: Vec<TableName>) -> Result<(), Error> {
        let found = match session.db.without_transactions(&names).await {
            Ok(found) => found,
            Err(failure) if failure.lost => return Err(session.failed(failure)),
            Err(_) => Vec::new(),
        };
        let told = names.into_iter().map(|name| (name, None));
        for (name, told) in told.chain(found.into_iter().map(|(name, told)| (name, Some(told)))) {
            self.known.entry(name.name.to_lowercase()).or_default().insert(name, told);
        }
        Ok(())
    }

    fn get(&self, name: &TableName) -> Option<&Option<String>> {
        self.known.get(&name.name.to_lowercase())?.get(name)
    }

    /// Forgets what a part's statements may make another one: to be called for each part, before or after it runs.
    pub(crate) fn pass(&mut self, part: &Part) {
        if self.known.is_empty() {
            return;
        }
        for statement in part.statements() {
            match statement.kind {
                StatementKind::Dml | StatementKind::Query | StatementKind::Lock if !calls(statement) => {}
                StatementKind::Session if !uses(statement) => {}
                StatementKind::Ddl => match Touch::of(statement) {
                    Touch::Nothing => {}
                    Touch::Objects(touched) if touched.iter().all(|one| one.object.kind != ObjectKind::Schema) => {
                        for one in touched {
                            self.known.remove(&one.object.name.to_lowercase());
                        }
                    }
                    Touch::Objects(_) | Touch::Other => self.known.clear(),
                },
                _ => self.known.clear(),
            }
        }
    }
}

/// Returns whether a statement may change rows.
pub(crate) fn changes_rows(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Dml | StatementKind::Other)
}

fn first_word(statement: &Statement) -> &str {
    statement.words().next().unwrap_or_default()
}

/// Returns whether a routine is called, which may do anything.
fn calls(statement: &Statement) -> bool {
    first_word(statement).eq_ignore_ascii_case("call")
}

/// Returns whether names without a database mean another one after it.
fn uses(statement: &Statement) -> bool {
    first_word(statement).eq_ignore_ascii_case("use")
}
