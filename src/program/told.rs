//! Statements that ask what those before them did: rev's own must not go between; pure.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::program::draft::Draft;
use crate::program::part::Mode;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::ToldOf;
use crate::sql::sets_variables_only;
use crate::sql::told;

/// Puts a statement of MySQL or MariaDB into one transaction with those that it asks about, if all of them can be in one.
///
/// `drafts` are those of its own section.
pub(crate) fn join(drafts: &mut Vec<Draft>, first: usize, statement: &Statement) -> bool {
    let before: Vec<&Statement> = drafts[first..].iter().flat_map(|draft| &draft.statements).collect();
    let reaches = told(statement).into_values().filter(|of| *of != ToldOf::LastNumber);
    let reaches: Option<Vec<usize>> = reaches.map(|of| reach(&before, of)).collect();
    let Some(from) = reaches.and_then(|reaches| reaches.into_iter().min()) else { return false };
    if !before[from..].iter().chain([&statement]).all(|one| can_join(one)) {
        return false;
    }
    let mut wanted = before.len() - from;
    let mut joined = Vec::new();
    while wanted > 0 && drafts.len() > first {
        let Some(mut draft) = drafts.pop() else { break };
        wanted = wanted.saturating_sub(draft.statements.len());
        draft.statements.append(&mut joined);
        joined = draft.statements;
        if wanted == 0 {
            joined.push(statement.clone());
            drafts.push(Draft { mode: Mode::Transaction, statements: joined, ..draft });
            return true;
        }
    }
    false
}

/// Whether a statement can be in a transaction with others, and is all or nothing with them.
fn can_join(statement: &Statement) -> bool {
    let first = statement.words().next().unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|word| first.eq_ignore_ascii_case(word));
    match statement.kind {
        StatementKind::Dml => is(&["insert", "update", "delete", "replace", "with", "set"]),
        StatementKind::Query => true,
        StatementKind::Session => sets_variables_only(statement),
        StatementKind::Other => is(&["get"]),
        _ => false,
    }
}

/// Returns an error for each statement that would be told of rev's own statements instead of the script's.
pub(crate) fn disturbed(drafts: &[Draft]) -> Vec<Error> {
    let mut before: Vec<&Statement> = Vec::new();
    let mut errors = Vec::new();
    for draft in drafts {
        let start = before.len();
        // The difference of two is right, though each of them counts rev's own.
        let totals = draft.statements.iter().filter(|one| told(one).values().any(|of| *of == ToldOf::All)).count();
        for statement in &draft.statements {
            let is_disturbed = |of: ToldOf| match of {
                ToldOf::All => totals < 2,
                // Nothing that rev puts in between two parts has a number of its own.
                ToldOf::LastNumber => reach(&before, of).is_none(),
                _ => reach(&before, of).is_none_or(|from| from < start),
            };
            let value = told(statement).into_iter().find(|(_, of)| is_disturbed(*of));
            errors.extend(value.map(|(value, _)| {
                let family = statement.reading.family;
                Error::from(ErrorKind::DisturbedValue { value, family }).at(statement.span.clone())
            }));
            before.push(statement);
        }
    }
    errors
}

/// Returns the first of the statements that must stand with the one behind them, with nothing between.
fn reach(before: &[&Statement], of: ToldOf) -> Option<usize> {
    let first_word = |statement: &Statement| statement.words().next().unwrap_or_default().to_ascii_lowercase();
    let is_one_of = |statement: &Statement, words: &[&str]| words.contains(&first_word(statement).as_str());
    before.iter().rposition(|statement| match of {
        ToldOf::Previous => true,
        ToldOf::LastWork => !matches!(statement.kind, StatementKind::Query | StatementKind::Session),
        ToldOf::LastQuery => statement.kind == StatementKind::Query,
        ToldOf::LastNumber => matches!(statement.kind, StatementKind::Dml | StatementKind::Other) || selects(statement),
        ToldOf::LastChange => is_one_of(statement, &["insert", "replace", "update", "delete", "with"]),
        ToldOf::LastRow => is_one_of(statement, &["insert", "replace", "with"]),
        ToldOf::All => false,
    })
}

/// Whether it is DDL that puts rows in.
fn selects(statement: &Statement) -> bool {
    statement.kind == StatementKind::Ddl && statement.words().any(|word| word.eq_ignore_ascii_case("select"))
}
