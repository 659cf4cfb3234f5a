//! Objects that are the same under another name.

use std::borrow::Cow;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Level;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::catalog::not_null_name;
use crate::diff::options::Options;
use crate::diff::options::Rename;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::qualified;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;
use crate::diff::postgres::not_null;
use crate::diff::step::Does;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Returns the statements of all renames, and the catalog after them.
pub fn renamed(old: &Catalog, options: &Options) -> Result<(Vec<Step>, Catalog), Vec<Refusal>> {
    let mut catalog = old.clone();
    let mut steps = Vec::new();
    for rename in &options.renames {
        let from = catalog.of_kind(rename.kind).find(|object| object.identity.path() == rename.old);
        let Some(from) = from.map(|object| object.identity.clone()) else { continue };
        let to = target(&from, rename);
        match (rename.kind, from.schema == to.schema) {
            (Kind::Table, true) => {
                let sql = format!("ALTER TABLE {} RENAME TO {}", own(&from), quoted(&to.name));
                steps.push(Step::new(Does::Alter, &Arc::new(to.clone()), sql));
            }
            (Kind::Table, false) => {
                let schema = quoted(to.schema.as_deref().unwrap_or_default());
                let about = Arc::new(to.clone());
                steps.push(Step::new(Does::Alter, &about, format!("ALTER TABLE {} SET SCHEMA {schema}", own(&from))));
                if from.name != to.name {
                    let between = qualified(to.schema.as_deref(), &from.name);
                    let sql = format!("ALTER TABLE {between} RENAME TO {}", quoted(&to.name));
                    steps.push(Step::new(Does::Alter, &about, sql));
                }
            }
            (Kind::Column, _) => {
                let (before, after) = (quoted(&from.name), quoted(&to.name));
                let sql = format!("ALTER TABLE {} RENAME COLUMN {before} TO {after}", whole(&from));
                steps.push(Step::new(Does::Alter, &Arc::new(to.clone()), sql));
            }
            _ => {
                let reason = "only tables and columns are renamed".to_owned();
                return Err(vec![Refusal { identity: from, reason }]);
            }
        }
        catalog = after(&catalog, &from, &to);
    }
    Ok((steps, catalog))
}

/// Returns what an object is called afterwards, of a path of names.
fn target(from: &Identity, rename: &Rename) -> Identity {
    let mut to = from.clone();
    match rename.kind {
        Kind::Column => {
            let whole = format!("{}.", from.path().strip_suffix(&*from.name).unwrap_or_default().trim_end_matches('.'));
            to.name = rename
                .new
                .strip_prefix(&whole)
                .unwrap_or_else(|| rename.new.rsplit('.').next().unwrap_or_default())
                .into();
        }
        _ => match rename.new.split_once('.') {
            Some((schema, name)) => {
                to.schema = Some(schema.into());
                to.name = name.into();
            }
            None => to.name = rename.new.as_str().into(),
        },
    }
    to
}

/// Returns the catalog with one object, and all that names it, under another name.
fn after(catalog: &Catalog, from: &Arc<Identity>, to: &Identity) -> Catalog {
    let other = |identity: &Arc<Identity>| -> Arc<Identity> {
        let is_part = from.kind == Kind::Table
            && identity.schema == from.schema
            && identity.owner.as_deref() == Some(&*from.name);
        match () {
            () if identity == from => Arc::new(to.clone()),
            () if is_part => {
                Arc::new(Identity { schema: to.schema.clone(), owner: Some(to.name.clone()), ..(**identity).clone() })
            }
            () => identity.clone(),
        }
    };
    let mut renamed = Catalog::empty(catalog.dialect, &catalog.version);
    renamed.unread = catalog.unread.clone();
    for object in catalog.objects() {
        let touches = object.identity == *from
            || object.needs.contains(from)
            || from.kind == Kind::Column
                && object.identity.owner == from.owner
                && object.identity.schema == from.schema;
        let mut moved = object.clone();
        moved.identity = other(&object.identity);
        moved.needs = object.needs.iter().map(other).collect();
        if from.kind == Kind::Table && moved.identity.owner != object.identity.owner {
            // Names that the server made of the old one stay.
            moved.naming = Naming::Chosen;
        }
        if moved.identity != object.identity && catalog.major() >= 18 {
            keep_name_of_not_null(object, &mut moved);
        }
        if touches || moved.identity != object.identity || moved.needs != object.needs {
            texts(&mut moved, from, to);
        }
        renamed.insert(moved);
    }
    renamed
}

/// The constraint keeps the name that the server made of the old ones.
fn keep_name_of_not_null(before: &Object, after: &mut Object) {
    let Some(name) = not_null::name(before).map(Cow::into_owned) else { return };
    match name == not_null_name(&after.identity) {
        true => after.unset(Attribute::NotNullName),
        false => after.set(Attribute::NotNullName, name.into()),
    }
}

/// Names follow in definitions; where this is wrong, the object is made again for nothing.
fn texts(object: &mut Object, from: &Identity, to: &Identity) {
    let (before, after) = match from.kind {
        Kind::Table => (own(from), own(to)),
        _ => (quoted(&from.name), quoted(&to.name)),
    };
    let said: Vec<_> = object.attributes(Level::Exact).map(|(attribute, value)| (attribute, value.clone())).collect();
    for (attribute, value) in said {
        if matches!(
            attribute,
            Attribute::Comment | Attribute::Type | Attribute::Grants | Attribute::Owner | Attribute::NotNullName
        ) {
            continue;
        }
        let value = match value {
            Value::Set => continue,
            Value::Text(text) => Value::Text(replaced(&text, &before, &after).into()),
            Value::List(pieces) => {
                Value::List(pieces.iter().map(|piece| replaced(piece, &before, &after).into()).collect())
            }
        };
        object.set(attribute, value);
    }
}

/// Replaces a name where it is a word of its own, outside of literals.
fn replaced(text: &str, before: &str, after: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
    let mut result = String::new();
    let mut rest = text;
    let mut is_literal = false;
    while let Some(character) = rest.chars().next() {
        let is_name = !is_literal
            && rest.starts_with(before)
            && !is_word(result.chars().last())
            && !is_word(rest[before.len()..].chars().next());
        if is_name {
            result.push_str(after);
            rest = &rest[before.len()..];
            continue;
        }
        is_literal ^= character == '\'';
        result.push(character);
        rest = &rest[character.len_utf8()..];
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_as_a_word() {
        assert_eq!(replaced("(a > 0) AND (ab <> 'a')", "a", "b"), "(b > 0) AND (ab <> 'a')");
        assert_eq!(replaced("public.t.a, public.t2", "public.t", "public.u"), "public.u.a, public.t2");
    }
}
