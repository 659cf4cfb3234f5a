//! The constraint by which a column or domain must have a value: PostgreSQL 18 gives it a name and options.

use std::borrow::Cow;

use crate::catalog::Attribute;
use crate::catalog::Object;
use crate::catalog::not_null_name;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;

/// Returns the name of the constraint, also where the server chose it; `None` where there is no constraint.
pub fn name(object: &Object) -> Option<Cow<'_, str>> {
    let is_there = object.has(Attribute::NotNull);
    is_there.then(|| {
        let chosen = object.text(Attribute::NotNullName).map(Cow::Borrowed);
        chosen.unwrap_or_else(|| not_null_name(&object.identity).into())
    })
}

/// Returns whether rows that are there may be without a value.
pub fn is_not_valid(object: &Object) -> bool {
    says(object, "not valid")
}

/// Returns whether tables that inherit the column are free to have no value.
pub fn is_not_inherited(object: &Object) -> bool {
    says(object, "no inherit")
}

fn says(object: &Object, words: &str) -> bool {
    object.text(Attribute::NotNull).is_some_and(|how| how.contains(words))
}

/// Returns it as the definition of a column or domain has it. One that is not valid is none there: it would be.
pub fn inside(object: &Object) -> Option<String> {
    if !object.has(Attribute::NotNull) || is_not_valid(object) {
        return None;
    }
    let chosen = object.text(Attribute::NotNullName).map(|name| format!("CONSTRAINT {} ", quoted(name)));
    let inherited = if is_not_inherited(object) { " NO INHERIT" } else { "" };
    Some(format!("{}NOT NULL{inherited}", chosen.unwrap_or_default()))
}

/// Returns the clause of `ALTER TABLE` that adds it to a column that has none.
pub fn added(column: &Object) -> String {
    let of = quoted(&column.identity.name);
    let chosen = column.text(Attribute::NotNullName);
    if chosen.is_none() && !is_not_valid(column) && !is_not_inherited(column) {
        return format!("ALTER COLUMN {of} SET NOT NULL");
    }
    let chosen = chosen.map(|name| format!("CONSTRAINT {} ", quoted(name))).unwrap_or_default();
    let inherited = if is_not_inherited(column) { " NO INHERIT" } else { "" };
    let valid = if is_not_valid(column) { " NOT VALID" } else { "" };
    format!("ADD {chosen}NOT NULL {of}{inherited}{valid}")
}

/// Returns the clauses of `ALTER TABLE` that make it what it is in the new column, under the name that [`renamed`] gives.
pub fn clauses(old: Option<&Object>, new: &Object, attributes: &[Attribute]) -> Vec<String> {
    let of = quoted(&new.identity.name);
    let before = old.filter(|old| old.has(Attribute::NotNull));
    if !attributes.contains(&Attribute::NotNull)
        || before.and_then(|old| old.get(Attribute::NotNull)) == new.get(Attribute::NotNull)
    {
        return Vec::new();
    }
    let dropped = || format!("ALTER COLUMN {of} DROP NOT NULL");
    let Some(old) = before else { return vec![added(new)] };
    if !new.has(Attribute::NotNull) {
        return vec![dropped()];
    }
    if is_not_valid(new) && !is_not_valid(old) {
        return vec![dropped(), added(new)];
    }
    let is_renamed = attributes.contains(&Attribute::NotNullName);
    let name = name(if is_renamed { new } else { old }).unwrap_or_default();
    let mut clauses = Vec::new();
    if is_not_inherited(old) != is_not_inherited(new) {
        let how = if is_not_inherited(new) { "NO INHERIT" } else { "INHERIT" };
        clauses.push(format!("ALTER CONSTRAINT {} {how}", quoted(&name)));
    }
    if is_not_valid(old) && !is_not_valid(new) {
        clauses.push(format!("VALIDATE CONSTRAINT {}", quoted(&name)));
    }
    clauses
}

/// Returns the statement that gives it its new name, which no other clause may be beside.
pub fn renamed(old: &Object, new: &Object, of: &str) -> Option<String> {
    let (before, after) = (name(old)?, name(new)?);
    let is_made_again = is_not_valid(new) && !is_not_valid(old);
    let (from, to) = (quoted(&before), quoted(&after));
    (before != after && !is_made_again)
        .then(|| format!("ALTER {of} {} RENAME CONSTRAINT {from} TO {to}", whole(&new.identity)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::catalog::Value;

    /// A column by what is said of it: nothing, or `not null` with its options, and a name.
    fn column(how: &str, name: &str) -> Object {
        let table = Identity::new(Kind::Table, Some("public"), "t");
        let mut column = Object::new(table.part(Kind::Column, "c"));
        match how {
            "" => {}
            "not null" => column.set(Attribute::NotNull, Value::Set),
            how => column.set(Attribute::NotNull, how.into()),
        }
        if !name.is_empty() {
            column.set(Attribute::NotNullName, name.into());
        }
        column
    }

    /// What leads from one to the other, a statement a line.
    fn check(old: (&str, &str), new: (&str, &str), expected: &str) {
        let (old, new) = (column(old.0, old.1), column(new.0, new.1));
        let attributes = [Attribute::NotNull, Attribute::NotNullName];
        let statements = renamed(&old, &new, "TABLE").into_iter().chain(clauses(Some(&old), &new, &attributes));
        assert_eq!(statements.collect::<Vec<_>>().join("; "), expected);
    }

    #[test]
    fn it_comes_and_goes() {
        check(("", ""), ("not null", ""), "ALTER COLUMN c SET NOT NULL");
        check(("", ""), ("not null", "n"), "ADD CONSTRAINT n NOT NULL c");
        check(("", ""), ("no inherit", ""), "ADD NOT NULL c NO INHERIT");
        check(("", ""), ("no inherit not valid", "n"), "ADD CONSTRAINT n NOT NULL c NO INHERIT NOT VALID");
        check(("not null", "n"), ("", ""), "ALTER COLUMN c DROP NOT NULL");
    }

    #[test]
    fn it_is_altered_where_it_is() {
        check(("not null", ""), ("not null", "n"), "ALTER TABLE public.t RENAME CONSTRAINT t_c_not_null TO n");
        check(("not null", "n"), ("not null", ""), "ALTER TABLE public.t RENAME CONSTRAINT n TO t_c_not_null");
        check(("not valid", "n"), ("not null", "n"), "VALIDATE CONSTRAINT n");
        check(("not null", ""), ("no inherit", ""), "ALTER CONSTRAINT t_c_not_null NO INHERIT");
        check(
            ("no inherit not valid", "n"),
            ("not null", "m"),
            "ALTER TABLE public.t RENAME CONSTRAINT n TO m; ALTER CONSTRAINT m INHERIT; VALIDATE CONSTRAINT m",
        );
        check(
            ("not null", "n"),
            ("not valid", "m"),
            "ALTER COLUMN c DROP NOT NULL; ADD CONSTRAINT m NOT NULL c NOT VALID",
        );
    }
}
