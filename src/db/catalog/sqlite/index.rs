//! Indexes of SQLite, by the text that made them.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::expression::Names;
use crate::db::catalog::sqlite::expression::expression;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;

/// Reads `CREATE INDEX`.
pub(super) fn index(table: &Identity, name: &str, sql: &str, columns: &[String]) -> Result<Object, Unexpected> {
    let names = Names { table: &table.name, columns };
    let mut words = Words::of(sql)?;
    words.expect("create")?;
    let is_unique = words.takes(&["unique"]);
    words.expect("index")?;
    words.name()?;
    words.expect("on")?;
    words.name()?;
    let mut group = words.group()?;
    let mut indexed = Vec::new();
    while !group.is_done() {
        if group.is("libsql_vector_idx") {
            return Err(Unexpected("it is a vector index of libSQL".to_owned()));
        }
        // `asc` and `desc` may be the names of columns.
        let start = group.at();
        if group.is("asc") || group.is("desc") {
            group.take()?;
        }
        group.until(&[",", "asc", "desc"])?;
        let mut text = expression(group.within(start..group.at()), names)?;
        if group.takes(&["desc"]) {
            text.push_str(" DESC");
        } else {
            group.takes(&["asc"]);
        }
        indexed.push(text);
        if !group.is_done() {
            group.expect(",")?;
        }
    }
    let mut index = Object::new(table.part(Kind::Index, name));
    index.set(Attribute::Columns, Value::List(indexed.into_iter().map(String::into_boxed_str).collect()));
    if is_unique {
        index.set(Attribute::Form, Value::from("unique"));
    }
    if words.takes(&["where"]) {
        index.set(Attribute::Expression, Value::from(expression(words.until(&[])?, names)?));
    }
    if !words.is_done() {
        return Err(words.unexpected());
    }
    index.needs = vec![Arc::new(table.clone())];
    Ok(index)
}
