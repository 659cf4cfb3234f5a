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

/// Returns the clauses of `ALTER TABLE` by which it comes or goes; from one that holds to one that does not, it does both.
pub fn clauses(old: Option<&Object>, new: &Object, attributes: &[Attribute]) -> Vec<String> {
    let dropped = || format!("ALTER COLUMN {} DROP NOT NULL", quoted(&new.identity.name));
    if !attributes.contains(&Attribute::NotNull) {
        return Vec::new();
    }
    match (old.filter(|old| old.has(Attribute::NotNull)), new.has(Attribute::NotNull)) {
        (None, false) => Vec::new(),
        (None, true) => vec![added(new)],
        (Some(_), false) => vec![dropped()],
        (Some(old), true) if is_made_again(old, new) => vec![dropped(), added(new)],
        (Some(_), true) => Vec::new(),
    }
}

/// No clause makes one hold no longer.
fn is_made_again(old: &Object, new: &Object) -> bool {
    is_not_valid(new) && !is_not_valid(old)
}

/// Returns the statements that alter it where it is; no other clause may be beside some of them.
pub fn altered(old: &Object, new: &Object, attributes: &[Attribute]) -> Vec<String> {
    let mut statements = Vec::new();
    if !old.has(Attribute::NotNull) || !new.has(Attribute::NotNull) || is_made_again(old, new) {
        return statements;
    }
    let is_renamed = attributes.contains(&Attribute::NotNullName);
    if is_renamed {
        statements.extend(renamed(old, new, "TABLE"));
    }
    let name = name(if is_renamed { new } else { old }).unwrap_or_default();
    let (table, name) = (whole(&new.identity), quoted(&name));
    if is_not_inherited(old) != is_not_inherited(new) {
        let how = if is_not_inherited(new) { "NO INHERIT" } else { "INHERIT" };
        statements.push(format!("ALTER TABLE {table} ALTER CONSTRAINT {name} {how}"));
    }
    if is_not_valid(old) && !is_not_valid(new) {
        statements.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
    }
    statements
}

/// Returns the statement that gives it its new name.
pub fn renamed(old: &Object, new: &Object, of: &str) -> Option<String> {
    let (before, after) = (name(old)?, name(new)?);
    let (from, to) = (quoted(&before), quoted(&after));
    (before != after).then(|| format!("ALTER {of} {} RENAME CONSTRAINT {from} TO {to}", whole(&new.identity)))
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
        let statements = altered(&old, &new, &attributes).into_iter().chain(clauses(Some(&old), &new, &attributes));
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
        check(("not valid", "n"), ("not null", "n"), "ALTER TABLE public.t VALIDATE CONSTRAINT n");
        check(("not null", ""), ("no inherit", ""), "ALTER TABLE public.t ALTER CONSTRAINT t_c_not_null NO INHERIT");
        check(
            ("no inherit not valid", "n"),
            ("not null", "m"),
            "ALTER TABLE public.t RENAME CONSTRAINT n TO m; ALTER TABLE public.t ALTER CONSTRAINT m INHERIT; \
             ALTER TABLE public.t VALIDATE CONSTRAINT m",
        );
        check(
            ("not null", "n"),
            ("not valid", "m"),
            "ALTER COLUMN c DROP NOT NULL; ADD CONSTRAINT m NOT NULL c NOT VALID",
        );
    }
}
