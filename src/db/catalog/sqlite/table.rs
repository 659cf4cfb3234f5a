//! Tables of SQLite, by the text that made them.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::affinity::one_spelling;
use crate::db::catalog::sqlite::column::column;
use crate::db::catalog::sqlite::constraint::Constraints;
use crate::db::catalog::sqlite::expression::Names;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;
use crate::sql::sqlite_name;
use crate::sql::sqlite_name_of;

/// Reads `CREATE TABLE`: the table, its columns and its constraints.
pub(super) fn table(name: &str, sql: &str) -> Result<Vec<Object>, Unexpected> {
    let identity = Identity::new(Kind::Table, None, name);
    let mut words = Words::of(sql)?;
    words.expect("create")?;
    words.expect("table")?;
    words.name()?;
    let body = words.group()?;
    let forms = forms(&mut words)?;
    let names = column_names(body.clone())?;
    let names = Names { table: name, columns: &names };
    let mut constraints = Constraints::of(&identity);
    let mut columns = columns(body, &identity, names, &mut constraints)?;
    settle(&mut columns, &mut constraints, &forms);
    let mut table = Object::new(identity);
    if !forms.is_empty() {
        table.set(Attribute::Form, Value::List(forms.into_iter().map(Into::into).collect()));
    }
    let parts = columns.into_iter().chain(constraints.named()?);
    Ok(std::iter::once(table).chain(parts).collect())
}

fn forms(words: &mut Words<'_>) -> Result<Vec<&'static str>, Unexpected> {
    let mut forms = Vec::new();
    while !words.is_done() {
        if words.takes(&["strict"]) {
            forms.push("strict");
        } else if words.takes(&["without", "rowid"]) {
            forms.push("without rowid");
        } else {
            return Err(words.unexpected());
        }
        if !words.is_done() {
            words.expect(",")?;
        }
    }
    forms.sort_unstable();
    forms.dedup();
    Ok(forms)
}

/// Returns the names of the columns: expressions before them may speak of them.
fn column_names(mut words: Words<'_>) -> Result<Vec<String>, Unexpected> {
    let mut names = Vec::new();
    while !words.is_done() && !is_constraint(&words) {
        names.push(words.name()?);
        words.until(&[","])?;
        words.takes(&[","]);
    }
    Ok(names)
}

fn is_constraint(words: &Words<'_>) -> bool {
    ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| words.is(word))
}

fn columns(
    mut words: Words<'_>,
    table: &Identity,
    names: Names<'_>,
    constraints: &mut Constraints,
) -> Result<Vec<Object>, Unexpected> {
    let mut columns: Vec<Object> = Vec::new();
    while !words.is_done() && !is_constraint(&words) {
        let mut column = column(&mut words, table, names, constraints)?;
        column.position = u32::try_from(columns.len() + 1).ok();
        column.needs = vec![Arc::new(table.clone())];
        columns.push(column);
        if !words.is_done() {
            words.expect(",")?;
        }
    }
    while !words.is_done() {
        // The comma between two constraints may be left out.
        words.takes(&[","]);
        match constraints.of_table(&mut words, names)? {
            None => return Err(words.unexpected()),
            Some(false) => {}
            Some(true) => {
                let key = constraints.primary_key().map(|key| key.pieces(Attribute::Columns).to_vec());
                let name = key.and_then(|key| key.first().map(|column| sqlite_name_of(column))).unwrap_or_default();
                let is_it = |column: &&mut Object| *column.identity.name == *name;
                columns.iter_mut().filter(is_it).for_each(|column| column.set(Attribute::AutoIncrement, Value::Set));
            }
        }
    }
    Ok(columns)
}

/// Says what SQLite adds to what is written, and leaves out what means nothing.
fn settle(columns: &mut [Object], constraints: &mut Constraints, forms: &[&str]) {
    let is_without_rowid = forms.contains(&"without rowid");
    let is_at_column = constraints.is_key_at_column;
    let mut key = constraints.primary_key();
    let keyed: Vec<String> =
        key.iter().flat_map(|key| key.pieces(Attribute::Columns)).map(|column| first_name(column)).collect();
    let is_descending = key.as_ref().is_some_and(|key| key.pieces(Attribute::Columns)[0].ends_with(" DESC"));
    for column in columns.iter_mut() {
        let name = &*column.identity.name;
        let is_key = keyed.iter().any(|key| key == name);
        let is_alone = is_key && keyed.len() == 1;
        let declared = column.text(Attribute::Type).unwrap_or_default().to_owned();
        let can_be_rowid = is_alone && declared == "INTEGER" && !is_without_rowid;
        let is_rowid = can_be_rowid && !(is_descending && is_at_column);
        if let (true, Some(key)) = (is_rowid && is_descending, key.as_mut()) {
            // The rowid has one direction, unless `DESC` at the column makes it an index of its own.
            key.set(Attribute::Columns, Value::List([sqlite_name(name).into_boxed_str()].into()));
        }
        // A rowid is never NULL, and neither is the key of a table without one, or of a strict one.
        if is_rowid {
            column.unset(Attribute::NotNull);
            column.unset(Attribute::NotNullName);
        } else if !forms.is_empty() && is_key && !column.has(Attribute::NotNull) {
            column.set(Attribute::NotNull, Value::Set);
        }
        let spelled = one_spelling(&declared);
        if !is_alone && spelled != declared {
            column.set(Attribute::Type, Value::from(spelled));
            column.set(Attribute::Spelling, Value::from(declared));
        }
    }
}

/// Returns the name that a column of a key begins with.
pub(super) fn first_name(column: &str) -> String {
    let words = Words::of(column).ok();
    words.and_then(|mut words| words.name().ok()).unwrap_or_default()
}
