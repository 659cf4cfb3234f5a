//! Statements that make something, or add rows, only where it is not there yet, or in its place; pure.

use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::changed_tables;
use crate::sql::unquoted;

/// Returns whether something is made anew that may be there, and not only where it is not.
pub(crate) fn replaces(statement: &Statement) -> bool {
    statement.words().nth(1).is_some_and(|word| word.eq_ignore_ascii_case("or"))
}

/// Returns whether a statement changes rows, and nothing else.
pub(crate) fn is_of_rows(statement: &Statement) -> bool {
    let first = statement.words().next().unwrap_or_default();
    let verbs = ["insert", "update", "delete", "replace", "merge", "with"];
    statement.kind == StatementKind::Dml && verbs.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// Returns the names in a statement that adds rows, or makes something that has no name in the catalog that rev knows,
/// only where it is not there yet, or in the place of what is; nothing for any other.
pub(crate) fn conditional_names(statement: &Statement) -> Option<Vec<String>> {
    const BEFORE_NAME: usize = 12;
    let words: Vec<&str> = statement.words().collect();
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(text));
    let has =
        |texts: &[&str]| (0..words.len()).any(|at| texts.iter().enumerate().all(|(next, text)| is(at + next, text)));
    let name = |at: usize| {
        let last = if words.get(at + 1) == Some(&".") { at + 2 } else { at };
        words.get(last).map(|word| unquoted(word))
    };
    match statement.kind {
        StatementKind::Dml
            if is(0, "merge") || is(0, "replace") || is(0, "insert") || is(0, "with") || is(0, "load") =>
        {
            let is_conditional = !is(0, "insert") && !is(0, "with") && !is(0, "load")
                || has(&["on", "conflict"])
                || has(&["on", "duplicate", "key"])
                || ["ignore", "replace"].iter().any(|word| (1..BEFORE_NAME).any(|at| is(at, word)))
                || has(&["merge", "into"]);
            let into = (0..words.len()).find(|at| is(*at, "into"));
            let target = match into {
                Some(into) if is(into + 1, "table") => name(into + 2),
                Some(into) => name(into + 1),
                None => changed_tables(statement).into_iter().next().map(|table| table.name),
            };
            is_conditional.then(|| target.into_iter().collect())
        }
        StatementKind::Ddl | StatementKind::NeedsNoTransaction(_) if is(0, "create") => {
            let condition = (1..BEFORE_NAME).find(|at| is(*at, "if") && is(at + 1, "not") && is(at + 2, "exists"));
            if let Some(condition) = condition {
                return Some(name(condition + 3).into_iter().collect());
            }
            // Whatever is no word of the kind itself may be its name.
            let may_be_name = |word: &&&str| word.len() > 2 || !word.chars().all(|c| c.is_ascii_punctuation());
            const KINDS: [&str; 10] =
                ["aggregate", "rule", "transform", "for", "language", "trusted", "procedural", "event", "user", "role"];
            let names = words.iter().skip(3).take(4).filter(may_be_name).map(|word| unquoted(word));
            (is(1, "or") && is(2, "replace")).then(|| names.filter(|name| !KINDS.contains(&name.as_str())).collect())
        }
        _ => None,
    }
}
