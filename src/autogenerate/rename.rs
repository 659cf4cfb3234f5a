//! Objects that may be the same under another name. A person says which are; it is never guessed.

use std::collections::BTreeSet;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::Change as Became;
use crate::diff::Difference;
use crate::diff::Rename;
use crate::error::ErrorKind;

/// What can be renamed.
const KINDS: [Kind; 2] = [Kind::Table, Kind::Column];

/// Reads `OLD:NEW`, two paths of names; of a column's new one, the last name is enough, and so it is of a schema that nothing
/// else is in doubt about.
///
/// # Errors
///
/// When the one did not go, or the other did not come.
pub fn resolve(text: &str, old: &Catalog, new: &Catalog) -> Result<Rename, ErrorKind> {
    let wrong = |reason: &str| ErrorKind::BadRename { text: text.to_owned(), reason: reason.to_owned() };
    let (before, after) = text.split_once(':').ok_or_else(|| wrong("it is not OLD:NEW"))?;
    let gone = one_of(before, old).map_err(|found| match found {
        0 => wrong(&format!("there is no table or column `{before}`")),
        _ => wrong(&format!("several are called `{before}`; write its schema, too")),
    })?;
    let is_fitting = |one: &Object| one.identity.kind == gone.identity.kind;
    let come = match one_of(after, new) {
        Ok(one) if is_fitting(one) => one,
        _ => {
            let with_owner = gone.identity.owner.as_deref().map(|owner| format!("{owner}.{after}"));
            let found = with_owner.as_deref().map_or(Err(0), |path| one_of(path, new));
            found.map_err(|_| wrong(&format!("there will be no {} `{after}`", gone.identity.kind)))?
        }
    };
    if old.get(&come.identity).is_some() {
        return Err(wrong(&format!("{} is there already", come.identity)));
    }
    if new.get(&gone.identity).is_some() {
        return Err(wrong(&format!("{} stays", gone.identity)));
    }
    Ok(Rename { kind: gone.identity.kind, old: gone.identity.path(), new: come.identity.path() })
}

/// Finds the one table or column whose path ends like this; how many there are where it is not one.
fn one_of<'c>(path: &str, catalog: &'c Catalog) -> Result<&'c Object, usize> {
    let found: Vec<_> = KINDS
        .iter()
        .flat_map(|kind| catalog.of_kind(*kind))
        .filter(|object| {
            let whole = object.identity.path();
            whole == path || whole.strip_suffix(path).is_some_and(|rest| rest.ends_with('.'))
        })
        .collect();
    // `users` is a table before it is a column of that name.
    let tables: Vec<_> = found.iter().copied().filter(|one| one.identity.kind == Kind::Table).collect();
    match (&found[..], &tables[..]) {
        ([one], _) | (_, [one]) => Ok(one),
        _ => Err(found.len()),
    }
}

/// Returns what went and what came that are alike enough to be asked about, each once, the likeliest first.
pub fn candidates(old: &Catalog, new: &Catalog, found: &[Difference], known: &[Rename]) -> Vec<Rename> {
    let of = |change: Became, kind: Kind| {
        found.iter().filter(move |one| one.change == change && one.identity.kind == kind).map(|one| &*one.identity)
    };
    let mut pairs = Vec::new();
    for kind in KINDS {
        let come: Vec<_> = of(Became::Added, kind).collect();
        for gone in of(Became::Removed, kind) {
            for come in come.iter().filter(|come| come.schema == gone.schema && come.owner == gone.owner) {
                let likeness = likeness(gone, come, old, new);
                if likeness >= 50 {
                    pairs.push((likeness, gone, *come));
                }
            }
        }
    }
    pairs.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| (one.1, one.2).cmp(&(other.1, other.2))));
    let known_of = |pick: fn(&Rename) -> &String| known.iter().map(pick).cloned().collect::<BTreeSet<_>>();
    let (mut gone_before, mut come_before) = (known_of(|one| &one.old), known_of(|one| &one.new));
    let mut likely = Vec::new();
    for (_, gone, come) in pairs {
        if gone_before.contains(&gone.path()) || come_before.contains(&come.path()) {
            continue;
        }
        gone_before.insert(gone.path());
        come_before.insert(come.path());
        likely.push(Rename { kind: gone.kind, old: gone.path(), new: come.path() });
    }
    likely
}

/// Returns how alike two are, of 100: columns by their type, tables by the columns that both have.
fn likeness(gone: &Identity, come: &Identity, old: &Catalog, new: &Catalog) -> usize {
    if gone.kind == Kind::Column {
        let kind = |catalog: &Catalog, column: &Identity| {
            catalog.get(column).and_then(|one| one.text(Attribute::Type)).map(str::to_owned)
        };
        let (before, after) = (kind(old, gone), kind(new, come));
        return if before.is_some() && before == after { 100 } else { 0 };
    }
    let columns = |catalog: &Catalog, table: &Identity| -> BTreeSet<(String, Option<String>)> {
        let of = |column: &Object| (column.identity.name.to_string(), column.text(Attribute::Type).map(str::to_owned));
        catalog.columns(table).into_iter().map(of).collect()
    };
    let (before, after) = (columns(old, gone), columns(new, come));
    let most = before.len().max(after.len());
    (before.intersection(&after).count() * 100).checked_div(most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Level;
    use crate::dialect::Dialect;
    use crate::diff::differences;

    fn catalog(tables: &[(&str, &[(&str, &str)])]) -> Catalog {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        for (name, columns) in tables {
            let table = Identity::new(Kind::Table, Some("app"), name);
            for (column, kind) in *columns {
                catalog.insert(Object::new(table.part(Kind::Column, column)).with(Attribute::Type, *kind));
            }
            catalog.insert(Object::new(table));
        }
        catalog
    }

    fn rename(kind: Kind, old: &str, new: &str) -> Rename {
        Rename { kind, old: old.to_owned(), new: new.to_owned() }
    }

    #[test]
    fn a_rename_is_read_by_the_ends_of_paths() {
        let old = catalog(&[("users", &[("id", "int"), ("name", "text")]), ("logs", &[("id", "int")])]);
        let new = catalog(&[("users", &[("id", "int"), ("full_name", "text")]), ("events", &[("id", "int")])]);
        let column = rename(Kind::Column, "app.users.name", "app.users.full_name");
        for text in ["users.name:full_name", "users.name:users.full_name", "app.users.name:app.users.full_name"] {
            assert_eq!(resolve(text, &old, &new).unwrap(), column, "{text}");
        }
        assert_eq!(resolve("logs:events", &old, &new).unwrap(), rename(Kind::Table, "app.logs", "app.events"));
        for text in ["users.name", "users.nam:full_name", "users.name:ful_name", "users.id:full_name", "id:key", "a:b"]
        {
            assert!(resolve(text, &old, &new).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_alike_is_asked_about_once() {
        let old = catalog(&[("users", &[("id", "int"), ("name", "text")]), ("logs", &[("id", "int"), ("at", "date")])]);
        let new = catalog(&[
            ("users", &[("id", "int"), ("full_name", "text"), ("nick", "text"), ("age", "int")]),
            ("events", &[("id", "int"), ("at", "date")]),
        ]);
        let found = differences(&old, &new, Level::Logical);
        let expected = [
            rename(Kind::Table, "app.logs", "app.events"),
            rename(Kind::Column, "app.users.name", "app.users.full_name"),
        ];
        let mut likely = candidates(&old, &new, &found, &[]);
        likely.sort_by(|one, other| one.old.cmp(&other.old));
        assert_eq!(likely, expected);
        assert_eq!(candidates(&old, &new, &found, &expected), []);
    }
}
