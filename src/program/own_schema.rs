//! Statements that make the schema that rev itself makes before them, for its own tables.

use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::journal::Probe;
use crate::program::program::ProgramStep;
use crate::sql::Statement;
use crate::sql::significant;

/// Returns what would fail because rev makes the schema of its tables first; nothing where it is there.
pub(crate) fn made_twice(steps: &[ProgramStep], probe: &Probe) -> Vec<Error> {
    let schema = &probe.journal.schema;
    if probe.schema_exists || schema.is_empty() {
        return Vec::new();
    }
    let statements = steps.iter().flat_map(ProgramStep::statements);
    // What makes it later may follow a statement that drops it.
    let first = statements.into_iter().find(|statement| makes(statement, schema));
    first
        .into_iter()
        .map(|statement| Error::from(ErrorKind::SchemaMadeTwice { schema: schema.clone() }).at(statement.span.clone()))
        .collect()
}

fn makes(statement: &Statement, schema: &str) -> bool {
    let sql = statement.sql();
    let mut words = significant(sql, 0..sql.len(), Family::Postgres);
    let mut is_next = |word: &str| words.next().is_some_and(|next| next.eq_ignore_ascii_case(word));
    if !(is_next("create") && is_next("schema")) {
        return false;
    }
    let mut name = words.next().unwrap_or_default();
    if name.eq_ignore_ascii_case("authorization") {
        name = words.next().unwrap_or_default();
    }
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\"") == schema,
        None => name.to_lowercase() == schema,
    }
}
