//! A column, as `SHOW CREATE TABLE` prints it.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;

/// Reads a column of a table whose character set and collation are `usual`.
pub(super) fn column(
    context: &Context,
    table: &Identity,
    usual: Option<&(String, String)>,
    tokens: &mut Tokens<'_>,
) -> Result<Object, Unknown> {
    let name = tokens.name()?;
    let mut column = Object::new(table.part(Kind::Column, &name));
    column.set(Attribute::Type, type_of(tokens)?.into());
    let (mut charset, mut collation) = (None, None);
    let mut options: Vec<Box<str>> = Vec::new();
    while !tokens.is_at_end() {
        if tokens.take(&["CHARACTER", "SET"]) || tokens.take(&["CHARSET"]) {
            charset = Some(tokens.name()?);
        } else if tokens.take(&["COLLATE"]) {
            collation = Some(tokens.name()?);
        } else if tokens.take(&["GENERATED", "ALWAYS", "AS", "ROW"]) {
            column.set(Attribute::Generated, format!("row {}", tokens.name()?.to_lowercase()).into());
        } else if tokens.take(&["GENERATED", "ALWAYS", "AS"]) || tokens.take(&["AS"]) {
            let expression = tokens.group()?;
            column.set(Attribute::Expression, context.expression(&without_parentheses(expression)).into());
            column.set(Attribute::Generated, "virtual".into());
        } else if tokens.take(&["STORED"]) || tokens.take(&["PERSISTENT"]) {
            column.set(Attribute::Generated, "stored".into());
        } else if tokens.take(&["VIRTUAL"]) {
            column.set(Attribute::Generated, "virtual".into());
        } else if tokens.take(&["NOT", "NULL"]) {
            column.set(Attribute::NotNull, Value::Set);
        } else if tokens.take(&["NOT", "SECONDARY"]) {
            options.push("NOT SECONDARY".into());
        } else if tokens.take(&["NULL"]) {
            column.unset(Attribute::NotNull);
        } else if tokens.take(&["DEFAULT"]) {
            let default = expression(context, tokens)?;
            if !default.eq_ignore_ascii_case("NULL") {
                column.set(Attribute::Default, default.into());
            }
        } else if tokens.take(&["ON", "UPDATE"]) {
            column.set(Attribute::OnUpdate, expression(context, tokens)?.into());
        } else if tokens.take(&["AUTO_INCREMENT"]) {
            column.set(Attribute::AutoIncrement, Value::Set);
        } else if tokens.take(&["INVISIBLE"]) {
            column.set(Attribute::Invisible, Value::Set);
        } else if tokens.take(&["COMMENT"]) {
            column.set(Attribute::Comment, tokens.string()?.into());
        } else if tokens.take(&["CHECK"]) {
            column.set(Attribute::Check, context.expression(&tokens.group()?).into());
        } else if tokens.comes(&["COMPRESSED"]) {
            column.set(Attribute::Compression, tokens.until(begins_attribute).text_without(|_| false).into());
        } else if begins_option(tokens) {
            options.push(tokens.until(begins_attribute).text_without(|_| false).into());
        } else {
            return Err(tokens.unknown());
        }
    }
    if let Some((charset, collation)) = context.charset(charset, collation)
        && usual.is_none_or(|(_, usual)| *usual != collation)
    {
        column.set(Attribute::Charset, charset.into());
        column.set(Attribute::Collation, collation.into());
    }
    if !options.is_empty() {
        options.sort();
        column.set(Attribute::Options, Value::List(options.into()));
    }
    json(&mut column, &name, usual);
    Ok(column)
}

/// Reads a default, or what an update sets.
fn expression(context: &Context, tokens: &mut Tokens<'_>) -> Result<String, Unknown> {
    if tokens.is_at_end() { Err(tokens.unknown()) } else { Ok(context.expression(&tokens.until(begins_attribute))) }
}

/// Of two pairs of parentheses, as MySQL prints them, one is enough.
pub(super) fn without_parentheses(expression: Tokens<'_>) -> Tokens<'_> {
    let mut inside = expression.clone();
    match inside.group() {
        Ok(group) if inside.is_at_end() => group,
        _ => expression,
    }
}

/// MariaDB has no type for JSON: it makes a text of the same check and collation for it, and so may a person.
fn json(column: &mut Object, name: &str, usual: Option<&(String, String)>) {
    let collation = column.text(Attribute::Collation).or(usual.map(|(_, collation)| &**collation));
    let check = format!("json_valid(`{}`)", name.replace('`', "``"));
    if column.text(Attribute::Type) == Some("longtext")
        && collation == Some("utf8mb4_bin")
        && column.text(Attribute::Check) == Some(&*check)
    {
        column.set(Attribute::Type, "json".into());
        for implied in [Attribute::Check, Attribute::Charset, Attribute::Collation] {
            column.unset(implied);
        }
    }
}

/// Reads a type; the width in which a number is shown is left out where it changes nothing.
fn type_of(tokens: &mut Tokens<'_>) -> Result<String, Unknown> {
    const INTEGERS: [&str; 6] = ["tinyint", "smallint", "mediumint", "int", "bigint", "year"];
    let word = tokens.next()?.to_lowercase();
    let mut text = word.clone();
    let mut width = None;
    if tokens.comes(&["("]) {
        width = Some(format!("({})", tokens.group()?.text_without(|_| false)));
    }
    let mut signs = String::new();
    while ["unsigned", "signed", "zerofill"].iter().any(|sign| tokens.comes(&[sign])) {
        signs.push_str(&format!(" {}", tokens.next()?.to_lowercase()));
    }
    if let Some(width) = width {
        let is_boolean = word == "tinyint" && width == "(1)" && signs.is_empty();
        let is_shown_only = INTEGERS.contains(&&*word) && !signs.contains("zerofill") && !is_boolean;
        text.push_str(if is_shown_only { "" } else { &width });
    }
    Ok(text + &signs)
}

/// Returns whether something else than the expression before it comes.
fn begins_attribute(tokens: &Tokens<'_>) -> bool {
    const WORDS: [&str; 12] = [
        "COMMENT",
        "CHECK",
        "INVISIBLE",
        "AUTO_INCREMENT",
        "STORED",
        "VIRTUAL",
        "DEFAULT",
        "COMPRESSED",
        "WITHOUT",
        "WITH",
        "GENERATED",
        "NULL",
    ];
    WORDS.iter().any(|word| tokens.comes(&[word]))
        || tokens.comes(&["ON", "UPDATE"])
        || tokens.comes(&["NOT", "NULL"])
        || begins_option(tokens)
}

fn begins_option(tokens: &Tokens<'_>) -> bool {
    const WORDS: [&str; 6] =
        ["SRID", "REF_SYSTEM_ID", "COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"];
    WORDS.iter().any(|word| tokens.comes(&[word]))
        || tokens.comes(&["WITHOUT", "SYSTEM", "VERSIONING"])
        || tokens.comes(&["WITH", "SYSTEM", "VERSIONING"])
        // An option that an engine of MariaDB defines.
        || (tokens.peek(0).starts_with('`') && tokens.peek(1) == "=")
}
