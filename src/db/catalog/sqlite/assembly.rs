//! A catalog of what was read.

use std::collections::BTreeMap;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Unread;
use crate::catalog::Value;
use crate::db::catalog::sqlite::index::index;
use crate::db::catalog::sqlite::needs;
use crate::db::catalog::sqlite::rows::Entry;
use crate::db::catalog::sqlite::rows::Rows;
use crate::db::catalog::sqlite::table::table;
use crate::db::catalog::sqlite::trigger::trigger;
use crate::db::catalog::sqlite::view::view;
use crate::db::catalog::sqlite::virtual_table::virtual_table;
use crate::db::catalog::sqlite::words::Unexpected;
use crate::dialect::Dialect;

/// Makes a catalog of all but rev's own tables and what belongs to others.
pub(super) fn assembled(rows: &Rows, own: &[&str]) -> Catalog {
    let mut catalog = Catalog::empty(Dialect::Sqlite, &rows.version);
    let places = Places::of(rows, own);
    // Tables first: the others are read by what their columns are.
    let (tables, others): (Vec<_>, Vec<_>) = rows.entries.iter().partition(|entry| entry.kind == "table");
    for entry in tables.into_iter().chain(others) {
        let sql = entry.sql.as_deref().unwrap_or_default();
        let read = match places.place(entry) {
            Place::LeftOut => continue,
            Place::Unread(reason) => Err(Unexpected(reason)),
            Place::Here => objects(rows, entry, sql),
        };
        match read {
            Ok(objects) => objects.into_iter().for_each(|object| drop(catalog.insert(object))),
            Err(Unexpected(reason)) => {
                catalog.unread.push(Unread { kind: entry.kind.clone(), name: entry.name.clone(), reason });
            }
        }
    }
    catalog.unread.sort();
    settle_references(&mut catalog);
    settle_collations(&mut catalog);
    needs::settle(&mut catalog);
    catalog
}

fn objects(rows: &Rows, entry: &Entry, sql: &str) -> Result<Vec<Object>, Unexpected> {
    let name = &*entry.name;
    let owner =
        || rows.entries.iter().find(|other| is_relation(other) && other.name.eq_ignore_ascii_case(&entry.table));
    let owner_name = || owner().map_or(&*entry.table, |owner| &*owner.name);
    let on_table = || Identity::new(Kind::Table, None, owner_name());
    match &*entry.kind {
        "table" if rows.forms.get(name).is_some_and(|form| form.kind == "virtual") => {
            Ok(vec![virtual_table(name, sql)?])
        }
        "table" => {
            let objects = table(name, sql)?;
            compared(rows, name, &objects)?;
            Ok(objects)
        }
        "index" => {
            let columns = rows.columns.get(owner_name()).map(Vec::as_slice).unwrap_or_default();
            let columns: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            Ok(vec![index(&on_table(), name, sql, &columns)?])
        }
        "view" => Ok(vec![view(name, sql)?]),
        "trigger" => {
            let is_view = owner().is_some_and(|owner| owner.kind == "view");
            let kind = if is_view { Kind::View } else { Kind::Table };
            Ok(vec![trigger(&Identity::new(kind, None, owner_name()), name, sql)?])
        }
        other => Err(Unexpected(format!("SQLite has no `{other}`"))),
    }
}

fn is_relation(entry: &Entry) -> bool {
    matches!(&*entry.kind, "table" | "view")
}

/// Compares what was read of a table with what SQLite made of the same text.
fn compared(rows: &Rows, name: &str, objects: &[Object]) -> Result<(), Unexpected> {
    let differs = |what: &str| Unexpected(format!("SQLite reads its {what} otherwise"));
    let of_kind = |kind: Kind| objects.iter().filter(move |object| object.identity.kind == kind);
    let known = rows.columns.get(name).map(Vec::as_slice).unwrap_or_default();
    let columns: Vec<&Object> = of_kind(Kind::Column).collect();
    let are_alike = |(read, said): (&&Object, &crate::db::catalog::sqlite::rows::Column)| {
        *read.identity.name == *said.name && read.has(Attribute::Generated) == said.is_generated
    };
    if columns.len() != known.len() || !columns.iter().zip(known).all(are_alike) {
        return Err(differs("columns"));
    }
    let keyed = known.iter().filter(|column| column.is_key).count();
    let key = of_kind(Kind::PrimaryKey).map(|key| key.pieces(Attribute::Columns).len()).sum::<usize>();
    if keyed != key {
        return Err(differs("primary key"));
    }
    if of_kind(Kind::ForeignKey).count() != rows.keys.get(name).map_or(0, std::collections::BTreeSet::len) {
        return Err(differs("foreign keys"));
    }
    let made = of_kind(Kind::Unique).count() + of_kind(Kind::PrimaryKey).count();
    if rows.constraints.get(name).is_some_and(|indexes| *indexes > made) {
        return Err(differs("unique constraints"));
    }
    let has_form = |form: &str| objects[0].pieces(Attribute::Form).iter().any(|piece| **piece == *form);
    match rows.forms.get(name) {
        Some(form) if (form.is_strict, form.is_without_rowid) == (has_form("strict"), has_form("without rowid")) => {
            Ok(())
        }
        _ => Err(differs("form")),
    }
}

/// Where an entry belongs.
enum Place {
    Here,
    LeftOut,
    Unread(String),
}

struct Places {
    /// In lower case: rev's own tables, those of SQLite, and shadows.
    left_out: Vec<String>,
    /// Why a table cannot be read, by its name in lower case.
    unread: BTreeMap<String, String>,
}

impl Places {
    fn of(rows: &Rows, own: &[&str]) -> Self {
        let mut left_out: Vec<String> = own.iter().map(|name| name.to_lowercase()).collect();
        let shadows = rows.forms.iter().filter(|(_, form)| form.kind == "shadow");
        left_out.extend(shadows.map(|(name, _)| name.to_lowercase()));
        let mut unread = BTreeMap::new();
        let tables = || rows.entries.iter().filter(|entry| entry.kind == "table");
        for entry in tables() {
            let name = entry.name.to_lowercase();
            if name.starts_with("__turso_internal_") {
                unread.insert(name, "it belongs to Turso".to_owned());
            } else if name == "libsql_vector_meta_shadow" || name.starts_with("libsql_") && name.ends_with("_shadow") {
                unread.insert(name, "it belongs to libSQL".to_owned());
            } else if let Some(module) = module_of(entry).filter(|module| !rows.modules.contains(module)) {
                // Only the module knows which tables are its own; they are named as it is.
                let prefix = format!("{name}_");
                let own = tables().map(|other| other.name.to_lowercase()).filter(|other| other.starts_with(&prefix));
                left_out.extend(own);
                unread.insert(name, format!("its module `{module}` is not loaded"));
            }
        }
        Self { left_out, unread }
    }

    fn place(&self, entry: &Entry) -> Place {
        let (name, table) = (entry.name.to_lowercase(), entry.table.to_lowercase());
        let is_internal = |name: &str| name.starts_with("sqlite_");
        if is_internal(&name) || is_internal(&table) || self.left_out.contains(&name) || self.left_out.contains(&table)
        {
            return Place::LeftOut;
        }
        match (self.unread.get(&name), self.unread.get(&table)) {
            (Some(reason), _) if entry.kind == "table" => Place::Unread(reason.clone()),
            (_, Some(_)) => Place::Unread("its table cannot be read".to_owned()),
            _ if entry.sql.is_none() => Place::LeftOut, // the index of a constraint
            _ => Place::Here,
        }
    }
}

/// Returns the module of a virtual table, in lower case.
fn module_of(entry: &Entry) -> Option<String> {
    let sql = entry.sql.as_deref()?;
    let is_virtual = sql.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("CREATE VIRTUAL"));
    let table = is_virtual.then(|| virtual_table(&entry.name, sql))?.ok()?;
    table.text(Attribute::Method).map(str::to_owned)
}

/// Names the columns that foreign keys refer to as the table spells them, also where only the table is named.
fn settle_references(catalog: &mut Catalog) {
    let settled: Vec<(Identity, Value)> = catalog
        .of_kind(Kind::ForeignKey)
        .filter_map(|key| {
            let [table, columns @ ..] = key.pieces(Attribute::References) else { return None };
            let target = catalog.of_kind(Kind::Table).find(|known| known.identity.name.eq_ignore_ascii_case(table))?;
            let mut columns: Vec<String> = columns.iter().map(|column| column.to_string()).collect();
            if columns.is_empty() {
                let mut parts = catalog.parts(&target.identity);
                let key = parts.find(|part| part.identity.kind == Kind::PrimaryKey);
                let keyed = key.map(|key| key.pieces(Attribute::Columns)).unwrap_or_default();
                columns = keyed.iter().map(|column| crate::db::catalog::sqlite::table::first_name(column)).collect();
            }
            let known = catalog.columns(&target.identity);
            let spelled = columns.into_iter().map(|column| {
                let found = known.iter().find(|object| object.identity.name.eq_ignore_ascii_case(&column));
                found.map_or_else(|| column.into_boxed_str(), |object| object.identity.name.clone())
            });
            let references = std::iter::once(target.identity.name.clone()).chain(spelled);
            Some(((*key.identity).clone(), Value::List(references.collect())))
        })
        .collect();
    for (identity, references) in settled {
        if let Some(key) = catalog.get_mut(&identity) {
            key.set(Attribute::References, references);
        }
    }
}

/// Leaves out collations of keys and indexes that are those of the columns.
fn settle_collations(catalog: &mut Catalog) {
    let is_keyed = |object: &&Object| matches!(object.identity.kind, Kind::Index | Kind::Unique | Kind::PrimaryKey);
    let mut settled = Vec::new();
    for object in catalog.objects().filter(is_keyed) {
        let columns = object.pieces(Attribute::Columns);
        if !columns.iter().any(|column| column.contains(" COLLATE ")) {
            continue;
        }
        let Some(owner) = object.identity.owner.as_deref() else { continue };
        let known = catalog.columns(&Identity::new(Kind::Table, None, owner));
        let without = columns.iter().map(|text| {
            let own = known.iter().find_map(|column| {
                let collation = column.text(Attribute::Collation).unwrap_or("BINARY");
                let name = crate::sql::sqlite_name(&column.identity.name);
                let rest = text.strip_prefix(&format!("{name} COLLATE {collation}"))?;
                Some(format!("{name}{rest}")).filter(|_| rest.is_empty() || rest == " DESC")
            });
            own.map_or_else(|| text.clone(), String::into_boxed_str)
        });
        settled.push(((*object.identity).clone(), Value::List(without.collect())));
    }
    for (identity, columns) in settled {
        if let Some(object) = catalog.get_mut(&identity) {
            object.set(Attribute::Columns, columns);
        }
    }
}
