//! What messages of several kinds have in common.

use std::time::Duration;

use crate::id::RevisionId;

pub(super) fn list<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 10;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

pub(super) fn no_schema(schema: &str) -> String {
    match schema.is_empty() {
        true => "none of the schemas of `search_path` exists".to_owned(),
        false => format!("schema `{schema}` does not exist"),
    }
}

pub(super) fn named(schema: &Option<String>, table: &str) -> String {
    schema.as_ref().map_or_else(|| format!("`{table}`"), |schema| format!("`{schema}.{table}`"))
}

pub(super) fn orphans(row: &Option<String>, rows: usize) -> String {
    match (row, rows) {
        (Some(row), 1) => format!("row {row}"),
        (None, 1) => "a row".to_owned(),
        (Some(row), _) => format!("row {row} and {} more", rows - 1),
        (None, _) => format!("{rows} rows"),
    }
}

pub(super) fn note(text: &Option<String>) -> String {
    text.as_ref().map_or(String::new(), |text| format!(" ({text})"))
}

pub(super) fn because(reason: &Option<String>) -> String {
    reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"))
}

pub(super) fn beyond(limit: Option<Duration>) -> String {
    limit.map_or(String::new(), |limit| format!(" for its limit of {} s", limit.as_secs_f64()))
}

pub(super) fn place(table: &str) -> String {
    if table.is_empty() { String::new() } else { format!(" of [{table}]") }
}

pub(super) fn stopped_at(statement: &Option<String>) -> String {
    statement.as_ref().map_or(String::new(), |statement| format!(", at {statement}"))
}

pub(super) fn again(retries: u32) -> String {
    match retries {
        0 => String::new(),
        1 => " after 1 retry".to_owned(),
        _ => format!(" after {retries} retries"),
    }
}

pub(super) fn held(blockers: &[String]) -> String {
    if blockers.is_empty() { String::new() } else { format!("; held by {}", blockers.join("; and by ")) }
}

pub(super) fn nearest_or(nearest: &Option<String>, otherwise: &str) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => otherwise.to_owned(),
    }
}

pub(super) fn unknown_row(below: &str) -> String {
    format!(
        "a newer release may have upgraded this database: use its scripts, or check out the branch that has this one; `rev downgrade {below} --stored` undoes it with the downgrade that was stored; if it is gone for good, `rev stamp --purge {below}` says what is true"
    )
}

pub(super) fn edited(revision: &RevisionId, ran_nothing: bool) -> String {
    match ran_nothing {
        true => format!("it had nothing to run then; `rev redo {revision} --stored` runs what it holds now"),
        false => format!(
            "put it back as it was, and make the change in a new revision; if it makes no difference, say so with `rev accept {revision}`"
        ),
    }
}

pub(super) fn edited_downgrade(revision: &RevisionId, ran_nothing: bool) -> String {
    match ran_nothing {
        true => format!(
            "it had nothing to run then; `rev redo {revision} --stored` runs what it holds now, and its downgrade is the script's from then on"
        ),
        false => format!(
            "`--stored` runs the one that was applied; to run the script's, say that it is right with `rev accept {revision}`"
        ),
    }
}
