//! Tables that come and go, and their foreign keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::mysql::sql;
use crate::diff::mysql::text::quoted;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the statement that makes a table.
pub(super) fn create(table: &Object, new: &Catalog) -> Step {
    let mut step = Step::new(Does::Create, &table.identity, sql::table(table, new));
    let parts =
        new.parts(&table.identity).filter(|part| part.identity.kind == Kind::Column || sql::is_key(part.identity.kind));
    step.with = parts.map(|part| part.identity.clone()).collect();
    step
}

/// Returns the statement that drops a table.
pub(super) fn drop(table: &Arc<Identity>, old: &Catalog) -> Step {
    let mut step = Step::new(Does::Drop, table, format!("DROP TABLE {}", quoted(&table.name)));
    step.with = old.parts(table).map(|part| part.identity.clone()).collect();
    // Tables, views and sequences share their names.
    step.with.extend([Kind::View, Kind::Sequence].map(|kind| Arc::new(Identity::new(kind, None, &table.name))));
    step.destroys = Some(format!("the rows of table {}", quoted(&table.name)));
    step
}

/// Returns the statement that makes a foreign key.
pub(super) fn add_foreign_key(key: &Object, is_named: bool) -> Step {
    let table = quoted(key.identity.owner.as_deref().unwrap_or_default());
    Step::new(Does::Create, &key.identity, format!("ALTER TABLE {table} ADD {}", sql::key(key, is_named)))
}

/// Returns the statement that drops a foreign key.
pub(super) fn drop_foreign_key(key: &Arc<Identity>) -> Step {
    let table = quoted(key.owner.as_deref().unwrap_or_default());
    Step::new(Does::Drop, key, format!("ALTER TABLE {table} DROP FOREIGN KEY {}", quoted(&key.name)))
}

/// Returns the foreign keys that close a circle among tables that all go: those are dropped before.
pub(super) fn circular(gone: &BTreeSet<Arc<Identity>>, old: &Catalog) -> Vec<Arc<Identity>> {
    let mut edges: BTreeMap<&str, Vec<(&Object, Box<str>)>> = BTreeMap::new();
    for table in gone {
        for key in old.parts(table).filter(|part| part.identity.kind == Kind::ForeignKey) {
            let to = referred(key).filter(|to| *to != table.name && is_gone(gone, to));
            edges.entry(&table.name).or_default().extend(to.map(|to| (key, to)));
        }
    }
    let mut found = Vec::new();
    for table in gone {
        for (key, to) in edges.get(&*table.name).into_iter().flatten() {
            if reaches(&edges, to, &table.name) {
                found.push(key.identity.clone());
            }
        }
    }
    found
}

fn reaches(edges: &BTreeMap<&str, Vec<(&Object, Box<str>)>>, from: &str, to: &str) -> bool {
    let mut met = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(table) = waiting.pop() {
        if table == to {
            return true;
        }
        if met.insert(table) {
            waiting.extend(edges.get(table).into_iter().flatten().map(|(_, next)| &**next));
        }
    }
    false
}

fn is_gone(gone: &BTreeSet<Arc<Identity>>, name: &str) -> bool {
    gone.contains(&Identity::new(Kind::Table, None, name))
}

/// Returns the table of the same database that a foreign key refers to.
pub(super) fn referred(key: &Object) -> Option<Box<str>> {
    let table = key.needs.iter().filter(|needed| needed.kind == Kind::Table);
    let own = key.identity.owner.as_deref();
    let other = table.clone().find(|table| Some(&*table.name) != own);
    let references = key.text(Attribute::References)?;
    match other {
        Some(table) => Some(table.name.clone()),
        // To itself, or to another database.
        None => own.filter(|own| references.starts_with(&format!("{} (", quoted(own)))).map(Into::into),
    }
}

/// Returns the columns that a foreign key refers to, as `` `a` ``.
pub(super) fn referred_columns(key: &Object) -> Vec<String> {
    let references = key.text(Attribute::References).unwrap_or_default();
    let inside =
        references.split_once(" (").and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    inside.split(',').map(|column| column.trim().to_owned()).collect()
}
