//! Keys, indexes, foreign keys and checks, as `SHOW CREATE TABLE` prints them.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::column::without_parentheses;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::tokens::name_of;

/// Reads a key, an index or a constraint.
pub(super) fn key(context: &Context, table: &Identity, tokens: &mut Tokens<'_>) -> Result<Object, Unknown> {
    if tokens.take(&["PRIMARY", "KEY"]) {
        return index(context, table.part(Kind::PrimaryKey, "PRIMARY"), None, tokens);
    }
    if tokens.take(&["CONSTRAINT"]) {
        let name = tokens.name()?;
        return match tokens.take(&["FOREIGN", "KEY"]) {
            true => foreign_key(context, table.part(Kind::ForeignKey, &name), tokens),
            false => check(context, table.part(Kind::Check, &name), tokens),
        };
    }
    let (kind, method) = match tokens.peek(0).to_ascii_uppercase().as_str() {
        "UNIQUE" => (Kind::Unique, None),
        "FULLTEXT" => (Kind::Index, Some("fulltext")),
        "SPATIAL" => (Kind::Index, Some("spatial")),
        "VECTOR" => (Kind::Index, Some("vector")),
        "KEY" => (Kind::Index, None),
        _ => return Err(tokens.unknown()),
    };
    if kind == Kind::Unique || method.is_some() {
        tokens.next()?;
    }
    if !tokens.take(&["KEY"]) {
        tokens.expect(&["INDEX"])?;
    }
    let name = tokens.name()?;
    index(context, table.part(kind, &name), method, tokens)
}

fn index(
    context: &Context,
    identity: Identity,
    method: Option<&str>,
    tokens: &mut Tokens<'_>,
) -> Result<Object, Unknown> {
    let mut index = Object::new(identity);
    if index.identity.kind == Kind::PrimaryKey {
        index.naming = Naming::Server;
    }
    if let Some(method) = method {
        index.set(Attribute::Method, method.into());
    }
    let columns = tokens.group()?.items();
    let columns: Vec<Box<str>> = columns.iter().map(|column| context.expression(column).into()).collect();
    index.set(Attribute::Columns, Value::List(columns.into()));
    let mut options: Vec<Box<str>> = Vec::new();
    while !tokens.is_at_end() {
        if tokens.take(&["USING"]) {
            index.set(Attribute::Method, tokens.name()?.to_lowercase().into());
        } else if tokens.take(&["COMMENT"]) {
            index.set(Attribute::Comment, tokens.string()?.into());
        } else if tokens.take(&["IGNORED"]) || tokens.take(&["INVISIBLE"]) {
            index.set(Attribute::Invisible, Value::Set);
        } else if tokens.take(&["WITH", "PARSER"]) {
            options.push(format!("WITH PARSER {}", tokens.next()?).into());
        } else if tokens.peek(1) == "=" {
            options.push(
                format!("{}={}", tokens.next()?, {
                    tokens.next()?;
                    tokens.next()?
                })
                .into(),
            );
        } else if tokens.comes(&["ENGINE_ATTRIBUTE"]) || tokens.comes(&["SECONDARY_ENGINE_ATTRIBUTE"]) {
            options.push(format!("{} {}", tokens.next()?, tokens.next()?).into());
        } else {
            return Err(tokens.unknown());
        }
    }
    if !options.is_empty() {
        options.sort();
        index.set(Attribute::Options, Value::List(options.into()));
    }
    Ok(index)
}

fn foreign_key(context: &Context, identity: Identity, tokens: &mut Tokens<'_>) -> Result<Object, Unknown> {
    let mut key = Object::new(identity);
    let columns: Vec<Box<str>> =
        tokens.group()?.items().iter().map(|column| context.expression(column).into()).collect();
    key.set(Attribute::Columns, Value::List(columns.into()));
    tokens.expect(&["REFERENCES"])?;
    let mut references = context.expression(&tokens.until(|tokens| tokens.comes(&["ON"])));
    while tokens.take(&["ON"]) {
        let event = tokens.next()?;
        let action = tokens.until(|tokens| tokens.comes(&["ON"])).text_without(|_| false);
        // Both are what happens when nothing is said.
        if !matches!(action.as_str(), "RESTRICT" | "NO ACTION") {
            references.push_str(&format!(" ON {event} {action}"));
        }
    }
    key.set(Attribute::References, references.into());
    Ok(key)
}

fn check(context: &Context, identity: Identity, tokens: &mut Tokens<'_>) -> Result<Object, Unknown> {
    tokens.expect(&["CHECK"])?;
    let expression = context.expression(&without_parentheses(tokens.group()?));
    let mut check = Object::new(identity).with(Attribute::Expression, expression);
    if tokens.take(&["NOT", "ENFORCED"]) {
        check.set(Attribute::NotEnforced, Value::Set);
    }
    if tokens.is_at_end() { Ok(check) } else { Err(tokens.unknown()) }
}

/// Finds out which names of a table's keys and constraints are the server's, or might be.
pub(super) fn name_by_server(table: &str, parts: &mut [Object]) {
    let foreign: Vec<(Box<str>, Value)> = parts
        .iter()
        .filter(|part| part.identity.kind == Kind::ForeignKey)
        .filter_map(|key| Some((key.identity.name.clone(), key.get(Attribute::Columns)?.clone())))
        .collect();
    for part in parts {
        let name = &*part.identity.name;
        let is_server = match part.identity.kind {
            Kind::ForeignKey => is_numbered(name, &format!("{table}_ibfk_")),
            Kind::Check => is_numbered(name, &format!("{table}_chk_")) || is_numbered(name, "CONSTRAINT_"),
            Kind::Index | Kind::Unique => {
                let columns = part.get(Attribute::Columns);
                let first = columns.and_then(|columns| columns.pieces().first()).map_or("", |first| &**first);
                let is_implicit = |(key, of): &(Box<str>, Value)| **key == *name && Some(of) == columns;
                is_after_column(name, first) || foreign.iter().any(is_implicit)
            }
            _ => continue,
        };
        part.naming = if is_server { Naming::Server } else { Naming::Chosen };
    }
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    let number = name.strip_prefix(prefix).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// An index without a name gets that of its first column, with a number where another has it.
fn is_after_column(name: &str, first: &str) -> bool {
    if first.starts_with('(') {
        return name == "functional_index" || is_numbered(name, "functional_index_");
    }
    let end = first[1..].find('`').map_or(first.len(), |end| end + 2);
    let column = name_of(&first[..end]);
    name == column || is_numbered(name, &format!("{column}_"))
}
