//! What becomes of a table of SQLite that stays: what its ALTER TABLE can do, else the table is rebuilt.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Level;
use crate::catalog::Object;
use crate::dialect::Family;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::sqlite::create;
use crate::diff::sqlite::rebuild::rebuild;
use crate::diff::step::Does;
use crate::diff::step::Step;
use crate::sql::significant;
use crate::sql::sqlite_name;
use crate::sql::sqlite_name_of;

/// Two catalogs, of which the old one already has the new one's names.
#[derive(Clone, Copy)]
pub(super) struct Sides<'c> {
    pub(super) old: &'c Catalog,
    pub(super) new: &'c Catalog,
    pub(super) level: Level,
}

/// The statements for one table, and whether it is rebuilt.
pub(super) struct Altered {
    pub(super) steps: Vec<Step>,
    pub(super) is_rebuilt: bool,
}

/// Writes what turns a table that both have into the new one; `found` is what differs of it and its parts.
pub(super) fn altered(table: &Arc<Identity>, sides: Sides<'_>, found: &[&Difference]) -> Altered {
    match by_alter(table, sides, found) {
        Some(steps) => Altered { steps, is_rebuilt: false },
        None => Altered { steps: rebuild(table, sides.old, sides.new), is_rebuilt: true },
    }
}

/// Returns the ALTER TABLE statements; nothing when SQLite has none for it.
fn by_alter(table: &Arc<Identity>, sides: Sides<'_>, found: &[&Difference]) -> Option<Vec<Step>> {
    let Sides { old, new, level } = sides;
    let (mut added, mut dropped, mut constraints) = (Vec::new(), Vec::new(), Vec::new());
    for difference in found {
        let identity = &difference.identity;
        match (&difference.change, identity.kind) {
            (Change::Added, Kind::Column) => added.push(new.get(identity)?),
            (Change::Removed, Kind::Column) => dropped.push(old.get(identity)?),
            (Change::Added, Kind::Check | Kind::ForeignKey) => constraints.push(new.get(identity)?),
            // Only the place of the column, which is seen to below.
            (Change::Altered { alterations, .. }, Kind::Column) if alterations.is_empty() => {}
            _ => return None,
        }
    }
    added.sort_by_key(|column| column.position);
    if level == Level::Exact && !ends_in_order(table, sides, &added, &dropped) {
        return None;
    }
    // One that has values must be left.
    let is_plain = |column: &&&Object| !column.has(Attribute::Generated);
    let plain = old.columns(table).iter().filter(is_plain).count();
    if !dropped.is_empty() && dropped.iter().filter(is_plain).count() >= plain {
        return None;
    }
    if !dropped.iter().all(|column| can_be_dropped(column, sides.old, table, sides.new)) {
        return None;
    }
    let mut steps = Vec::new();
    let name = sqlite_name(&table.name);
    for column in dropped {
        let sql = format!("ALTER TABLE {name} DROP COLUMN {}", sqlite_name(&column.identity.name));
        let mut step = Step::new(Does::Alter, table, sql);
        if !column.has(Attribute::Generated) {
            step.destroys = Some(format!("the values of `{}`", column.identity.path()));
        }
        steps.push(step);
    }
    for column in added {
        let own: Vec<&Object>;
        (own, constraints) = constraints.into_iter().partition(|part| speaks_of(part, &column.identity.name));
        let texts: Option<Vec<String>> = own.iter().map(|part| create::constraint_at_column(part)).collect();
        if !can_be_added(column, &own) {
            return None;
        }
        let texts: String = texts?.into_iter().map(|text| format!(" {text}")).collect();
        let sql = format!("ALTER TABLE {name} ADD COLUMN {}{texts}", create::column(column));
        steps.push(Step::new(Does::Alter, table, sql));
    }
    constraints.is_empty().then_some(steps)
}

/// Returns whether the columns are in the new order, when some are dropped and others added at the end.
fn ends_in_order(table: &Identity, sides: Sides<'_>, added: &[&Object], dropped: &[&Object]) -> bool {
    let names = |columns: Vec<&Object>| columns.into_iter().map(|column| column.identity.clone()).collect::<Vec<_>>();
    let mut order = names(sides.old.columns(table));
    order.retain(|identity| !dropped.iter().any(|column| column.identity == *identity));
    order.extend(added.iter().map(|column| column.identity.clone()));
    order == names(sides.new.columns(table))
}

/// Returns whether ADD COLUMN takes it: rows that are there must have a value without a look at each.
fn can_be_added(column: &Object, constraints: &[&Object]) -> bool {
    let default = column.text(Attribute::Default);
    let is_constant = default.is_none_or(|text| !text.starts_with('(') && !text.starts_with("CURRENT_"));
    let is_key = constraints.iter().any(|part| part.identity.kind == Kind::ForeignKey);
    let is_generated = column.has(Attribute::Generated);
    let is_stored = column.text(Attribute::Generated) == Some("stored");
    let has_rows_value = default.is_some() || is_generated || !column.has(Attribute::NotNull);
    let is_one_column = constraints.iter().all(|part| part.pieces(Attribute::Columns).len() < 2);
    is_constant && has_rows_value && !is_stored && !(is_key && default.is_some()) && is_one_column
}

/// Returns whether DROP COLUMN takes it: nothing else of the table may speak of it.
fn can_be_dropped(column: &Object, old: &Catalog, table: &Identity, new: &Catalog) -> bool {
    let name = &*column.identity.name;
    // An index that is another afterwards is dropped before.
    let stays = |part: &&Object| {
        part.identity.kind != Kind::Trigger
            && (part.identity.kind != Kind::Index || new.get(&part.identity).is_some_and(|after| *after == **part))
    };
    let others = old.parts(table).filter(|part| part.identity != column.identity).filter(stays);
    !others.into_iter().any(|part| speaks_of(part, name))
}

/// Returns whether a part of a table names a column.
fn speaks_of(part: &Object, column: &str) -> bool {
    let texts = [Attribute::Columns, Attribute::Expression].into_iter().flat_map(|what| part.pieces(what));
    let is_plain = part.identity.kind == Kind::ForeignKey;
    let mut words: BTreeSet<String> = BTreeSet::new();
    for text in texts {
        if is_plain {
            words.insert(text.to_lowercase());
        } else {
            words.extend(
                significant(text, 0..text.len(), Family::Sqlite).map(|word| sqlite_name_of(word).to_lowercase()),
            );
        }
    }
    words.contains(&column.to_lowercase())
}
