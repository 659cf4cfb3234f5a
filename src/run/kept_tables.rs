//! Tables of MariaDB and MySQL without transactions: rows in them stay when all else is rolled back.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::Error;
use crate::program::program::Part;
use crate::program::program::ProgramStep;
use crate::run::session::Session;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::TableName;
use crate::sql::changed_tables;

/// The tables without transactions among those that a step changes, each with what to call it.
///
/// All statements that are still to come are asked about at once; one that a later statement makes is not there yet, so
/// after each change of the schema it is asked again.
#[derive(Debug, Default)]
pub(crate) struct KeptTables(BTreeMap<TableName, String>);

impl KeptTables {
    /// Asks the server; what it does not tell counts as a table with transactions.
    pub(crate) async fn ask(session: &mut Session, step: &ProgramStep, from: &Part) -> Result<Self, Error> {
        let to_come = step.parts.iter().skip_while(|part| part.number < from.number);
        let statements = to_come.flat_map(Part::statements).filter(|statement| changes_rows(statement));
        let names: BTreeSet<TableName> = statements.flat_map(|statement| changed_tables(statement)).collect();
        let names: Vec<TableName> = names.into_iter().collect();
        match session.db.without_transactions(&names).await {
            Ok(found) => Ok(Self(found.into_iter().collect())),
            Err(failure) if failure.lost => Err(session.failed(failure)),
            Err(_) => Ok(Self::default()),
        }
    }

    /// Returns those that a part changes.
    pub(crate) fn of(&self, part: &Part) -> Vec<String> {
        let names = part.statements().flat_map(|statement| changed_tables(statement));
        names.filter_map(|name| self.0.get(&name).cloned()).collect()
    }
}

/// Returns whether a statement may change rows.
pub(crate) fn changes_rows(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Dml | StatementKind::Other)
}
