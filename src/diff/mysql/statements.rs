//! All statements that turn one catalog into another.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Unread;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::difference::differences;
use crate::diff::mysql::alter::Alter;
use crate::diff::mysql::alter::is_named;
use crate::diff::mysql::program;
use crate::diff::mysql::rename::renamed;
use crate::diff::mysql::sql;
use crate::diff::mysql::table;
use crate::diff::options::Options;
use crate::diff::order::ordered;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Writes the statements that turn one catalog into another, in an order that runs.
pub(in crate::diff) fn statements(
    old: &Catalog,
    new: &Catalog,
    given: &[Difference],
    options: &Options,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let refusals: Vec<_> = given.iter().filter_map(|found| refusal(found, old, new)).collect();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let (old, mut steps) = renamed(old, new, &options.renames);
    let mut found = given.to_vec();
    if !steps.is_empty() {
        let met: BTreeSet<_> = given.iter().map(|found| &found.identity).collect();
        found = differences(&old, new, options.level);
        found.retain(|found| met.contains(&found.identity));
    }
    let rest = written(&old, new, &found, options);
    let rest = ordered(rest, &old, new).map_err(|circle| circle.refusals())?;
    steps.extend(program::in_its_modes(rest, &old, new));
    Ok(steps)
}

/// What could not be read may be anything.
fn refusal(found: &Difference, old: &Catalog, new: &Catalog) -> Option<Refusal> {
    let identity = &found.identity;
    let (kind, name) = match &identity.owner {
        Some(owner) => ("table", owner),
        None => (identity.kind.as_str(), &identity.name),
    };
    let is_met = |unread: &&Unread| match (unread.kind.as_str(), identity.kind) {
        // All of a kind.
        ("trigger", Kind::Trigger)
        | ("event", Kind::Event)
        | ("routine", Kind::Function | Kind::Procedure | Kind::Package)
            if unread.name == "*" =>
        {
            true
        }
        ("package body", Kind::Package) => *unread.name == **name,
        ("trigger", Kind::Trigger) => *unread.name == *identity.name,
        (unread_kind, _) => unread_kind == kind && *unread.name == **name,
    };
    let unread = old.unread.iter().chain(&new.unread).find(is_met)?;
    Some(Refusal { identity: identity.clone(), reason: format!("could not be read: {}", unread.reason) })
}

fn written(old: &Catalog, new: &Catalog, differences: &[Difference], options: &Options) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut tables: BTreeMap<Identity, Vec<&Difference>> = BTreeMap::new();
    for found in differences {
        let identity = &found.identity;
        match identity.kind {
            Kind::Table => tables.entry((**identity).clone()).or_default().push(found),
            Kind::Column | Kind::PrimaryKey | Kind::Unique | Kind::Index | Kind::Check => {
                tables.entry(sql::table_of(identity).unwrap_or_else(|| (**identity).clone())).or_default().push(found);
            }
            Kind::ForeignKey => {}
            Kind::Trigger if found.change == Change::Removed && is_gone(identity, new) => {}
            _ => steps.extend(program::steps(old, new, found)),
        }
    }
    for found in moved_triggers(old, new, differences) {
        steps.extend(program::steps(old, new, &found));
    }
    let mut gone = BTreeSet::new();
    for (identity, found) in &tables {
        let own = found.iter().find(|found| found.identity.kind == Kind::Table);
        match (own.map(|found| &found.change), new.get(identity)) {
            (Some(Change::Added), Some(object)) => steps.push(table::create(object, new)),
            (Some(Change::Removed), _) => {
                let identity = Arc::new(identity.clone());
                steps.push(table::drop(&identity, old));
                gone.insert(identity);
            }
            _ => {
                let alter = Alter::new(old, new, options.level, identity);
                steps.extend(alter.map(|alter| alter.write(found)).unwrap_or_default());
            }
        }
    }
    for key in table::circular(&gone, old) {
        let drop = table::drop_foreign_key(&key);
        for step in &mut steps {
            step.with.retain(|part| *part != key);
        }
        steps.push(drop);
    }
    steps.extend(foreign_keys(old, new, differences, options));
    steps
}

/// A trigger that is made again fires last, so those that follow it are made again as well.
fn moved_triggers(old: &Catalog, new: &Catalog, differences: &[Difference]) -> Vec<Difference> {
    let of_triggers = differences.iter().filter(|found| found.identity.kind == Kind::Trigger);
    let mut met: BTreeSet<_> = of_triggers.map(|found| found.identity.clone()).collect();
    let mut moved = Vec::new();
    loop {
        let follows = |trigger: &&Object| {
            let is_left = !met.contains(&trigger.identity) && old.get(&trigger.identity).is_some();
            is_left && trigger.needs.iter().any(|needed| needed.kind == Kind::Trigger && met.contains(needed))
        };
        let Some(trigger) = new.of_kind(Kind::Trigger).find(follows) else { return moved };
        let identity = trigger.identity.clone();
        let change = Change::Altered { old: identity.clone(), alterations: Vec::new() };
        met.insert(identity.clone());
        moved.push(Difference { identity, change });
    }
}

/// Foreign keys have statements of their own: one that is dropped and added in the same fails, and circles are cut so.
fn foreign_keys(old: &Catalog, new: &Catalog, differences: &[Difference], options: &Options) -> Vec<Step> {
    let mut steps = Vec::new();
    let add = |identity: &Identity, steps: &mut Vec<Step>| {
        if let Some(key) = new.get(identity) {
            steps.push(table::add_foreign_key(key, is_named(key, old, new, options.level)));
        }
    };
    let changes: BTreeMap<_, _> = differences.iter().map(|found| (&*found.identity, &found.change)).collect();
    for found in differences.iter().filter(|found| found.identity.kind == Kind::ForeignKey) {
        match &found.change {
            Change::Added => add(&found.identity, &mut steps),
            Change::Removed if is_gone(&found.identity, new) => {} // it goes with its table
            Change::Removed => steps.push(table::drop_foreign_key(&found.identity)),
            Change::Altered { alterations, .. }
                if alterations.is_empty() && options.level == crate::catalog::Level::Logical => {}
            Change::Altered { old, .. } => {
                steps.push(table::drop_foreign_key(old));
                add(&found.identity, &mut steps);
            }
        }
    }
    for key in old.of_kind(Kind::ForeignKey) {
        let stays = new.get(&key.identity).is_some() && !changes.contains_key(&*key.identity);
        if stays && is_in_the_way(key, old, new, &changes) {
            steps.push(table::drop_foreign_key(&key.identity));
            add(&key.identity, &mut steps);
        }
    }
    steps
}

/// Returns whether the servers refuse a change of its columns, or of the key that it refers to, as long as it is there.
fn is_in_the_way(key: &Object, old: &Catalog, new: &Catalog, changes: &BTreeMap<&Identity, &Change>) -> bool {
    const KINDS: [Attribute; 5] =
        [Attribute::Type, Attribute::Charset, Attribute::Collation, Attribute::Generated, Attribute::Expression];
    let own = key.identity.owner.clone().unwrap_or_default();
    let other = table::referred(key);
    let mut sides = vec![(own, key.pieces(Attribute::Columns).iter().map(ToString::to_string).collect::<Vec<_>>())];
    sides.extend(other.clone().map(|other| (other, table::referred_columns(key))));
    let is_changed = |(owner, columns): &(Box<str>, Vec<String>)| {
        let table = Identity::new(Kind::Table, None, owner);
        let collation =
            |catalog: &Catalog| catalog.get(&table).and_then(|table| table.get(Attribute::Collation).cloned());
        let is_converted = changes.contains_key(&table) && collation(old) != collation(new);
        columns.iter().any(|column| {
            let name = column.trim_matches('`').replace("``", "`");
            let identity = table.part(Kind::Column, &name);
            let is_altered = match changes.get(&identity) {
                Some(Change::Altered { alterations, .. }) => {
                    alterations.iter().any(|change| KINDS.contains(&change.attribute))
                }
                Some(Change::Added | Change::Removed) | None => false,
            };
            let is_text = || {
                let object = new.get(&identity);
                object.is_some_and(|column| sql::is_text(column.text(Attribute::Type).unwrap_or_default()))
            };
            is_altered || is_converted && is_text()
        })
    };
    let first = table::referred_columns(key).into_iter().next().unwrap_or_default();
    let loses_key = changes.iter().any(|(identity, change)| {
        let is_key = matches!(identity.kind, Kind::PrimaryKey | Kind::Unique | Kind::Index);
        is_key
            && identity.owner == other
            && !matches!(change, Change::Added)
            && old
                .get(identity)
                .is_some_and(|key| key.pieces(Attribute::Columns).first().is_some_and(|column| **column == *first))
    });
    sides.iter().any(is_changed) || loses_key
}

fn is_gone(part: &Identity, new: &Catalog) -> bool {
    sql::table_of(part).is_some_and(|table| new.get(&table).is_none())
}
