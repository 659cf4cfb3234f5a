//! The columns of a table of SQLite.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::sqlite::affinity::converted;
use crate::db::catalog::sqlite::constraint::Constraints;
use crate::db::catalog::sqlite::constraint::conflict;
use crate::db::catalog::sqlite::expression::Names;
use crate::db::catalog::sqlite::expression::collation;
use crate::db::catalog::sqlite::expression::expression;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::db::catalog::sqlite::words::Words;
use crate::sql::Affinity;
use crate::sql::TokenKind;
use crate::sql::sqlite_name;

/// Words that end a type.
const BEHIND_TYPE: &[&str] = &[
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
    ",",
];

/// Reads a column with its constraints, up to the `,` behind it.
pub(super) fn column(
    words: &mut Words<'_>,
    table: &Identity,
    names: Names<'_>,
    constraints: &mut Constraints,
) -> Result<Object, Unexpected> {
    let name = words.name()?;
    let mut column = Object::new(table.part(Kind::Column, &name));
    let declared = type_of(&words.until(BEHIND_TYPE)?);
    let affinity = Affinity::of(&declared);
    column.set(Attribute::Type, Value::from(declared));
    let mut given: Option<String> = None;
    let key_name = sqlite_name(&name);
    while !words.is_done() && !words.is(",") {
        if words.takes(&["constraint"]) {
            given = Some(words.name()?);
            continue;
        }
        let given = given.take();
        if words.takes(&["primary", "key"]) {
            // For a rowid it matters: `INTEGER PRIMARY KEY DESC` is none.
            let is_descending = words.takes(&["desc"]);
            if !is_descending {
                words.takes(&["asc"]);
            }
            let key = if is_descending { format!("{key_name} DESC") } else { key_name.clone() };
            constraints.key(given, Kind::PrimaryKey, vec![key], words)?;
            constraints.is_key_at_column = true;
            if words.takes(&["autoincrement"]) {
                column.set(Attribute::AutoIncrement, Value::Set);
            }
        } else if words.takes(&["unique"]) {
            constraints.key(given, Kind::Unique, vec![key_name.clone()], words)?;
        } else if words.takes(&["check"]) {
            constraints.check(given, words, names)?;
        } else if words.takes(&["references"]) {
            constraints.foreign_key(given, vec![name.clone()], words)?;
        } else if words.takes(&["not", "null"]) {
            column.set(Attribute::NotNull, conflict(words)?.map_or(Value::Set, Value::from));
            given.into_iter().for_each(|name| column.set(Attribute::NotNullName, Value::from(name)));
        } else if words.takes(&["null"]) {
            conflict(words)?;
        } else if words.takes(&["default"]) {
            match default(words, names)?.map(|text| converted(&text, affinity)) {
                Some(text) => column.set(Attribute::Default, Value::from(text)),
                None => column.unset(Attribute::Default),
            }
        } else if words.takes(&["collate"]) {
            match collation(&words.name()?) {
                name if name == "BINARY" => column.unset(Attribute::Collation),
                name => column.set(Attribute::Collation, Value::from(name)),
            }
        } else if words.takes(&["generated", "always", "as"]) || words.takes(&["as"]) {
            column.set(Attribute::Expression, Value::from(expression(words.group()?, names)?));
            let is_stored = words.takes(&["stored"]);
            if !is_stored {
                words.takes(&["virtual"]);
            }
            column.set(Attribute::Generated, Value::from(if is_stored { "stored" } else { "virtual" }));
        } else {
            return Err(words.unexpected());
        }
    }
    Ok(column)
}

/// Returns a declared type, without layout; its letter case means nothing.
fn type_of(words: &Words<'_>) -> String {
    let mut text = String::new();
    for (kind, word) in words.rest() {
        let is_close = matches!(kind, TokenKind::Close) || word == "," || kind == TokenKind::Open;
        if !text.is_empty() && !is_close && !text.ends_with('(') && !text.ends_with(['-', '+']) {
            text.push(' ');
        }
        match kind {
            TokenKind::Word => text.push_str(&word.to_ascii_uppercase()),
            _ => text.push_str(word),
        }
    }
    text
}

/// Reads a default, behind its first word: a value as it is, all else in parentheses; NULL is none.
fn default(words: &mut Words<'_>, names: Names<'_>) -> Result<Option<String>, Unexpected> {
    let text = if words.is("(") {
        expression(words.group()?, names)?
    } else {
        let start = words.at();
        if !words.takes(&["-"]) {
            words.takes(&["+"]);
        }
        let (kind, text) = words.take()?;
        let is_constant = ["null", "true", "false", "current_timestamp", "current_date", "current_time"]
            .iter()
            .any(|known| text.eq_ignore_ascii_case(known));
        match kind {
            // A lone word is a string here.
            TokenKind::Quoted => text_literal(&crate::sql::sqlite_name_of(text)),
            TokenKind::Word if !is_constant => text_literal(text),
            _ => expression(words.within(start..words.at()), names)?,
        }
    };
    Ok(match &*text {
        "NULL" => None,
        "TRUE" => Some("1".to_owned()),
        "FALSE" => Some("0".to_owned()),
        _ if is_plain(&text) => Some(text.strip_prefix('+').unwrap_or(&text).to_owned()),
        _ => Some(format!("({text})")),
    })
}

fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns whether an expression may stand as a default without parentheses.
fn is_plain(text: &str) -> bool {
    let Ok(words) = Words::of(text) else { return false };
    let tokens: Vec<_> = words.rest().collect();
    match tokens.as_slice() {
        [(TokenKind::String | TokenKind::Number, _)] => true,
        [(TokenKind::Word, word)] => word.starts_with("CURRENT_"),
        [(TokenKind::Symbol, "-" | "+"), (TokenKind::Number, _)] => true,
        _ => false,
    }
}
