//! Columns that come from the table that another inherits from: what becomes of them when the two part, or come together.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::column;
use crate::diff::postgres::fate::Fates;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the columns of a name in the tables that inherit from the table of a column.
fn below<'c>(column: &Identity, old: &'c Catalog) -> impl Iterator<Item = &'c Object> + use<'c> {
    let table = Identity {
        schema: column.schema.clone(),
        owner: None,
        kind: Kind::Table,
        name: column.owner.clone().unwrap_or_default(),
    };
    let name = column.name.clone();
    let inherits =
        move |child: &&Object| child.has(Attribute::Inherits) && child.needs.iter().any(|needed| **needed == table);
    let children = old.of_kind(Kind::Table).filter(inherits);
    children.filter_map(move |child| old.get(&child.identity.part(Kind::Column, &name)))
}

/// Returns whether a parent of its table has the column, too. It may be a column of its own as well.
pub fn is_inherited(column: &Identity, catalog: &Catalog) -> bool {
    let table = Identity {
        schema: column.schema.clone(),
        owner: None,
        kind: Kind::Table,
        name: column.owner.clone().unwrap_or_default(),
    };
    let parents = catalog.get(&table).into_iter().flat_map(|table| &table.needs);
    let mut parents = parents.filter(|needed| needed.kind == Kind::Table);
    parents.any(|parent| catalog.get(&parent.part(Kind::Column, &column.name)).is_some())
}

/// Returns whether a column comes with what a table does to inherit it, [`before_parents`].
pub fn comes_before_parents(column: &Identity, old: &Catalog, new: &Catalog) -> bool {
    let table = Identity {
        schema: column.schema.clone(),
        owner: None,
        kind: Kind::Table,
        name: column.owner.clone().unwrap_or_default(),
    };
    let (Some(from), Some(to)) = (old.get(&table), new.get(&table)) else { return false };
    changes_parents(from, to) && is_inherited(column, new) && !has_parent_with(from, to, column, new)
}

/// Returns whether a column that is dropped must stay in a table that inherits it: its values would go with the parent's.
pub fn stays_below(column: &Identity, old: &Catalog, fates: &Fates) -> bool {
    below(column, old).any(|column| column.has(Attribute::Inherits) && !fates.dropped.contains(&column.identity))
}

/// Returns the steps that drop it below where it does not go with the parent's: it has been left to all, or is one of
/// their own.
pub fn go_below(column: &Identity, old: &Catalog, fates: &Fates) -> Vec<Step> {
    let is_left = stays_below(column, old, fates);
    let goes = move |below: &&Object| {
        fates.dropped.contains(&below.identity)
            && !fates.made.contains(&below.identity)
            && (is_left || !below.has(Attribute::Inherits))
    };
    let gone = below(column, old).filter(goes);
    gone.map(|column| dropped(Does::Drop, &column.identity, column)).collect()
}

fn dropped(does: Does, about: &Arc<Identity>, column: &Object) -> Step {
    let (table, name) = (whole(&column.identity), quoted(&column.identity.name));
    let mut step = Step::new(does, about, format!("ALTER TABLE {table} DROP COLUMN {name}"));
    step.destroys = (!column.has(Attribute::Generated)).then(|| format!("all values of {table}.{name}"));
    step
}

/// Returns whether a table has other parents than before.
fn changes_parents(from: &Object, to: &Object) -> bool {
    to.identity.kind == Kind::Table && from.get(Attribute::Inherits) != to.get(Attribute::Inherits)
}

/// Returns the steps that add what a table must have before it can inherit it. They are about the table, since they come
/// before what alters it.
pub fn before_parents(from: &Object, to: &Object, new: &Catalog, fates: &Fates) -> Vec<Step> {
    if !changes_parents(from, to) {
        return Vec::new();
    }
    let comes = |column: &&Object| {
        is_inherited(&column.identity, new)
            && fates.made.contains(&column.identity)
            && !has_parent_with(from, to, &column.identity, new)
    };
    let columns = new.columns(&to.identity).into_iter().filter(comes);
    let added = |column: &Object| format!("ALTER TABLE {} ADD COLUMN {}", own(&to.identity), column::defined(column));
    columns.map(|column| Step::new(Does::Alter, &to.identity, added(column))).collect()
}

/// Returns the steps that drop what a table keeps when it no longer inherits it.
pub fn after_parents(from: &Object, to: &Object, old: &Catalog, fates: &Fates) -> Vec<Step> {
    if !changes_parents(from, to) {
        return Vec::new();
    }
    let goes = |column: &&Object| {
        is_inherited(&column.identity, old)
            && fates.dropped.contains(&column.identity)
            && !fates.made.contains(&column.identity)
            && !has_parent_with(from, to, &column.identity, old)
    };
    let columns = old.columns(&from.identity).into_iter().filter(goes);
    columns.map(|column| dropped(Does::Alter, &to.identity, column)).collect()
}

/// Returns whether a parent that stays one has a column of that name in a catalog: it brings it, or takes it along.
fn has_parent_with(from: &Object, to: &Object, column: &Identity, catalog: &Catalog) -> bool {
    let stays = |parent: &&Arc<Identity>| parent.kind == Kind::Table && to.needs.contains(parent);
    from.needs.iter().filter(stays).any(|parent| catalog.get(&parent.part(Kind::Column, &column.name)).is_some())
}
