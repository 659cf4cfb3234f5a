//! Routines, packages and sequences, as `SHOW CREATE` prints them.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::tokens::body_of;
use crate::db::catalog::mysql::view::definer_of;
use crate::sql::Reading;

/// Reads a function or procedure; for the body of a package, the object of the package with nothing but that.
pub(super) fn routine(
    context: &Context,
    kind: Kind,
    name: &str,
    sql_mode: &str,
    text: &str,
) -> Result<Object, Unknown> {
    let mut routine = Object::new(Identity::new(kind, None, name));
    // It is printed with the quotes of its own mode.
    let mut tokens = Tokens::new(text, Reading::asked(context.dialect, &context.version, sql_mode));
    tokens.expect(&["CREATE"])?;
    if tokens.comes(&["DEFINER"])
        && let Some(definer) = definer_of(context, &mut tokens)?
    {
        routine.set(Attribute::Definer, definer.into());
    }
    let text = body_of(tokens.tail());
    if text.is_empty() {
        return Err(tokens.unknown());
    }
    let is_body = tokens.comes(&["PACKAGE", "BODY"]);
    routine.set(if is_body { Attribute::Expression } else { Attribute::Definition }, text.into());
    modes(context, &mut routine, sql_mode, None);
    Ok(routine)
}

/// Notes what the session must be in which it is made: it keeps that, and means something else in another.
pub(super) fn modes(context: &Context, object: &mut Object, sql_mode: &str, time_zone: Option<&str>) {
    let mut modes: Vec<Box<str>> = Vec::new();
    if sql_mode != context.sql_mode {
        modes.push(format!("sql_mode = '{sql_mode}'").into());
    }
    if let Some(time_zone) = time_zone.filter(|zone| *zone != context.time_zone) {
        modes.push(format!("time_zone = '{time_zone}'").into());
    }
    if !modes.is_empty() {
        object.set(Attribute::Modes, Value::List(modes.into()));
    }
}

/// Reads a sequence of MariaDB.
pub(super) fn sequence(context: &Context, text: &str) -> Result<Object, Unknown> {
    let mut tokens = context.tokens(text);
    tokens.expect(&["CREATE", "SEQUENCE"])?;
    let mut sequence = Object::new(Identity::new(Kind::Sequence, None, &tokens.name()?));
    let range = tokens.until(|tokens| tokens.comes(&["ENGINE", "="]) || tokens.comes(&["COMMENT", "="]));
    sequence.set(Attribute::Range, range.text_without(|_| false).into());
    while !tokens.is_at_end() {
        if tokens.take(&["ENGINE", "="]) {
            sequence.set(Attribute::Method, tokens.name()?.into());
        } else if tokens.take(&["COMMENT", "="]) {
            sequence.set(Attribute::Comment, tokens.string()?.into());
        } else {
            return Err(tokens.unknown());
        }
    }
    Ok(sequence)
}
