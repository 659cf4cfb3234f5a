//! All statements of SQLite that turn one catalog into another.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::difference::differences;
use crate::diff::options::Options;
use crate::diff::sqlite::alter::Sides;
use crate::diff::sqlite::alter::altered;
use crate::diff::sqlite::create;
use crate::diff::sqlite::rename::Renamed;
use crate::diff::step::Does;
use crate::diff::step::Refusal;
use crate::diff::step::Step;
use crate::sql::sqlite_name;

/// Writes the statements that turn one catalog into another, in any order.
pub(in crate::diff) fn steps(
    old: &Catalog,
    new: &Catalog,
    _: &[Difference],
    options: &Options,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let renamed = Renamed::of(old, new, options)?;
    let before = renamed.applied(old);
    // What differs beyond names: SQLite changes what speaks of a renamed table or column by itself.
    let found = differences(&before, new, options.level);
    let refusals = unread(&found, [old, new]);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let sides = Sides { old: &before, new, level: options.level };
    let mut writer = Writer { sides, steps: Vec::new(), gone: BTreeSet::new() };
    writer.tables(&found, &renamed);
    writer.others(&found);
    Ok(writer.steps)
}

/// Returns what differs of objects that could not be read whole.
fn unread(found: &[Difference], sides: [&Catalog; 2]) -> Vec<Refusal> {
    let reason_of = |identity: &Identity| {
        let names = [Some(&identity.name), identity.owner.as_ref()];
        let all = sides.iter().flat_map(|side| &side.unread);
        let unread = all.into_iter().find(|unread| names.into_iter().flatten().any(|name| **name == *unread.name))?;
        Some(format!("could not be read on both sides: {}", unread.reason))
    };
    let refused = found.iter().filter_map(|difference| {
        Some(Refusal { identity: difference.identity.clone(), reason: reason_of(&difference.identity)? })
    });
    refused.collect()
}

struct Writer<'c> {
    sides: Sides<'c>,
    steps: Vec<Step>,
    /// Tables and views whose parts go with the old one.
    gone: BTreeSet<Arc<Identity>>,
}

impl Writer<'_> {
    /// Writes what becomes of tables.
    fn tables(&mut self, found: &[Difference], renamed: &Renamed) {
        let mut parts: BTreeMap<Identity, Vec<&Difference>> = BTreeMap::new();
        for difference in found {
            let identity = &difference.identity;
            let table = match (identity.kind, &identity.owner) {
                (Kind::Table, _) => (**identity).clone(),
                (Kind::Index | Kind::Trigger, _) | (_, None) => continue,
                (_, Some(owner)) => Identity::new(Kind::Table, None, owner),
            };
            parts.entry(table).or_default().push(difference);
        }
        let names = parts.keys().chain(renamed.tables.iter().map(|(_, after)| &**after));
        let tables: BTreeSet<Identity> =
            names.chain(renamed.columns.iter().map(|(table, ..)| &**table)).cloned().collect();
        let mut group = rename_tables(renamed, self.sides.old);
        let Sides { old: before, new: after, .. } = self.sides;
        let created = referenced_first(after, tables.iter().filter(|table| before.get(table).is_none()));
        let dropped = referenced_first(before, tables.iter().filter(|table| after.get(table).is_none()));
        for table in tables {
            let found = parts.get(&table).map(Vec::as_slice).unwrap_or_default();
            let (old, new) = (self.sides.old.get(&table), self.sides.new.get(&table));
            match (old, new) {
                (Some(old), None) => self.drop_table(old, &dropped),
                (None, Some(new)) => self.create_table(new, &created),
                (Some(old), Some(new)) if is_virtual(old) || is_virtual(new) => {
                    if !found.is_empty() {
                        self.gone.insert(new.identity.clone());
                        self.drop_table(old, &dropped);
                        self.create_table(new, &created);
                    }
                }
                (Some(_), Some(new)) => {
                    let steps = self.alter_table(&new.identity, found, renamed);
                    if renamed.tables.iter().any(|(_, after)| *after == new.identity) {
                        group.extend(steps);
                    } else {
                        self.steps.extend(together(steps));
                    }
                }
                (None, None) => {}
            }
        }
        let touched = renamed.tables.iter().flat_map(|(before, after)| [before.clone(), after.clone()]);
        self.steps.extend(together(group).map(|mut step| {
            step.with.extend(touched);
            step
        }));
    }

    fn drop_table(&mut self, table: &Object, order: &[Arc<Identity>]) {
        let (identity, old) = (&table.identity, self.sides.old);
        let sql = format!("DROP TABLE {}", sqlite_name(&identity.name));
        let mut step = Step::new(Does::Drop, identity, sql);
        step.destroys = Some(format!("all rows of `{}`", identity.path()));
        let is_ordered = |part: &&Object| part.identity.kind != Kind::Trigger && goes_with(part, identity, order);
        step.with = old.parts(identity).filter(is_ordered).map(|part| part.identity.clone()).collect();
        self.gone.insert(identity.clone());
        // In a circle of foreign keys, one goes while another still references it.
        let is_referenced = order.iter().flat_map(|other| old.parts(other)).any(|part| {
            let owner = part.identity.owner.as_deref().unwrap_or_default();
            let refers = part.needs.iter().any(|needed| needed == identity) && *owner != *identity.name;
            refers && !goes_with(part, &Identity::new(Kind::Table, None, owner), order)
        });
        if is_referenced {
            let pragma = |how: &str| Step::new(Does::Drop, identity, format!("PRAGMA foreign_keys = {how}"));
            let with = std::mem::take(&mut step.with);
            let mut first = pragma("OFF");
            first.with = with;
            first.then = vec![step, pragma("ON")];
            step = first;
        }
        self.steps.push(step);
    }

    fn create_table(&mut self, table: &Object, order: &[Arc<Identity>]) {
        let identity = &table.identity;
        if is_virtual(table) {
            self.steps.push(Step::new(Does::Create, identity, create::written(table)));
            return;
        }
        let mut step = Step::new(Does::Create, identity, create::table(self.sides.new, identity, &identity.name));
        let is_other = |part: &&Object| matches!(part.identity.kind, Kind::Index | Kind::Trigger);
        let is_ordered = |part: &&Object| !is_other(part) && goes_with(part, identity, order);
        step.with = self.sides.new.parts(identity).filter(is_ordered).map(|part| part.identity.clone()).collect();
        self.steps.push(step);
    }

    /// Writes what becomes of a table that stays, after it has its new name.
    fn alter_table(&mut self, table: &Arc<Identity>, found: &[&Difference], renamed: &Renamed) -> Vec<Step> {
        let name = sqlite_name(&table.name);
        let mut steps = Vec::new();
        for (_, before, after) in renamed.columns.iter().filter(|(owner, ..)| owner == table) {
            let (before, after) = (sqlite_name(before), sqlite_name(after));
            let sql = format!("ALTER TABLE {name} RENAME COLUMN {before} TO {after}");
            steps.push(Step::new(Does::Alter, table, sql));
        }
        if !found.is_empty() {
            let altered = altered(table, self.sides, found);
            if altered.is_rebuilt {
                self.gone.insert(table.clone());
            }
            steps.extend(altered.steps);
        }
        // Those that go let go of what they refer to.
        let keys = found.iter().filter(|difference| difference.change == Change::Removed);
        let keys: Vec<_> = keys.map(|difference| difference.identity.clone()).collect();
        if let Some(step) = steps.first_mut() {
            step.with = keys;
        }
        steps
    }

    /// Writes what becomes of indexes, views and triggers.
    fn others(&mut self, found: &[Difference]) {
        let Sides { old, new, .. } = self.sides;
        let is_other = |identity: &Identity| matches!(identity.kind, Kind::Index | Kind::View | Kind::Trigger);
        let mut dropped: BTreeSet<Arc<Identity>> = BTreeSet::new();
        let mut created: BTreeSet<Arc<Identity>> = BTreeSet::new();
        for difference in found.iter().filter(|difference| is_other(&difference.identity)) {
            let identity = difference.identity.clone();
            match &difference.change {
                Change::Added => drop(created.insert(identity)),
                Change::Removed => drop(dropped.insert(identity)),
                Change::Altered { .. } => {
                    dropped.insert(identity.clone());
                    created.insert(identity);
                }
            }
        }
        self.gone.extend(dropped.iter().filter(|identity| identity.kind == Kind::View).cloned());
        for whole in &self.gone {
            let parts = new.parts(whole).map(|part| part.identity.clone());
            created.extend(parts.filter(|identity| is_other(identity)));
        }
        // The indexes of a table that is dropped go with it.
        dropped.retain(|identity| {
            let owner = identity.owner.as_deref().map(|owner| Identity::new(Kind::Table, None, owner));
            identity.kind != Kind::Index || owner.is_none_or(|owner| new.get(&owner).is_some())
        });
        for object in dropped.iter().filter_map(|identity| old.get(identity)) {
            let kind = object.identity.kind.as_str().to_ascii_uppercase();
            let sql = format!("DROP {kind} {}", sqlite_name(&object.identity.name));
            self.steps.push(Step::new(Does::Drop, &object.identity, sql));
        }
        for object in created.iter().filter_map(|identity| new.get(identity)) {
            let is_index = object.identity.kind == Kind::Index;
            let sql = if is_index { create::index(object) } else { create::written(object) };
            self.steps.push(Step::new(Does::Create, &object.identity, sql));
        }
    }
}

/// Returns tables of a catalog, those first that others of them reference; circles are cut somewhere.
fn referenced_first<'t>(catalog: &Catalog, tables: impl Iterator<Item = &'t Identity>) -> Vec<Arc<Identity>> {
    let tables: Vec<&Object> = tables.filter_map(|table| catalog.get(table)).collect();
    let mut order = Vec::new();
    let mut met = BTreeSet::new();
    for table in &tables {
        // Where an entry comes up for the second time, all that it needs was met.
        let mut waiting = vec![(*table, false)];
        while let Some((table, is_second)) = waiting.pop() {
            if is_second {
                order.push(table.identity.clone());
                continue;
            }
            if !met.insert(table.identity.clone()) {
                continue;
            }
            waiting.push((table, true));
            let keys = catalog.parts(&table.identity).filter(|part| part.identity.kind == Kind::ForeignKey);
            let needed: BTreeSet<_> = keys.flat_map(|key| &key.needs).collect();
            let is_needed = |other: &&&Object| needed.contains(&other.identity);
            waiting.extend(tables.iter().rev().filter(is_needed).map(|table| (*table, false)));
        }
    }
    order
}

/// Returns whether a part comes and goes with its table: a foreign key that cuts a circle does not, SQLite takes one to a
/// table that is not there.
fn goes_with(part: &Object, table: &Identity, order: &[Arc<Identity>]) -> bool {
    let place = |table: &Identity| order.iter().position(|known| **known == *table);
    part.identity.kind != Kind::ForeignKey || part.needs.iter().all(|needed| place(needed) <= place(table))
}

fn is_virtual(table: &Object) -> bool {
    table.pieces(Attribute::Form).iter().any(|form| &**form == "virtual")
}

/// Makes one step of several, so that nothing comes between them.
fn together(steps: Vec<Step>) -> Option<Step> {
    let mut steps = steps.into_iter();
    let mut first = steps.next()?;
    first.then.extend(steps);
    Some(first)
}

/// Writes the renames of tables; where a name is still another's, or differs in letter case alone, through a third one.
fn rename_tables(renamed: &Renamed, old: &Catalog) -> Vec<Step> {
    let mut first = Vec::new();
    let mut last = Vec::new();
    for (before, after) in &renamed.tables {
        let rename = |from: &str, to: &str| {
            let sql = format!("ALTER TABLE {} RENAME TO {}", sqlite_name(from), sqlite_name(to));
            Step::new(Does::Alter, after, sql)
        };
        let in_the_way = |(other, _): &(Arc<Identity>, Arc<Identity>)| other.name.eq_ignore_ascii_case(&after.name);
        if !renamed.tables.iter().any(in_the_way) {
            last.push(rename(&before.name, &after.name));
            continue;
        }
        let is_taken =
            |name: &str| old.of_kind(Kind::Table).any(|table| table.identity.name.eq_ignore_ascii_case(name));
        let numbered = (1..).map(|number| format!("rev_moved_{}_{number}", after.name));
        let between = numbered.skip_while(|name| is_taken(name)).take(1).collect::<String>();
        first.push(rename(&before.name, &between));
        last.push(rename(&between, &after.name));
    }
    first.into_iter().chain(last).collect()
}
