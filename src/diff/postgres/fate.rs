//! What becomes of each object: made, dropped, altered, or made again because of another.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::difference::Alteration;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::postgres::foreign;
use crate::diff::postgres::part::is_constraint;
use crate::diff::postgres::table;

/// What becomes of each object.
#[derive(Debug, Default)]
pub struct Fates {
    /// What is made; also what is dropped and made again.
    pub made: BTreeSet<Arc<Identity>>,
    /// What is dropped, as the old catalog calls it.
    pub dropped: BTreeSet<Arc<Identity>>,
    /// What is altered, by what it is called afterwards: what it is called before, and the attributes.
    pub altered: BTreeMap<Arc<Identity>, (Arc<Identity>, Vec<Attribute>)>,
    /// Columns whose type or default goes for a while, since something of it is made again; with the types that are.
    pub parted: BTreeMap<Arc<Identity>, bool>,
}

impl Fates {
    /// Decides what becomes of the objects that differ, and then of those that need them.
    pub fn of(old: &Catalog, new: &Catalog, differences: &[Difference]) -> Self {
        let mut fates = Self::default();
        let mut broken = Vec::new();
        for difference in differences {
            match &difference.change {
                Change::Added => {
                    fates.made.insert(difference.identity.clone());
                }
                Change::Removed => {
                    fates.dropped.insert(difference.identity.clone());
                    broken.push(difference.identity.clone());
                }
                Change::Altered { old: before, alterations } => {
                    let (Some(from), Some(to)) = (old.get(before), new.get(&difference.identity)) else { continue };
                    let attributes: Vec<_> = alterations.iter().map(|alteration| alteration.attribute).collect();
                    if is_alterable(from, to, alterations) {
                        if is_hard(from, &attributes) {
                            broken.push(before.clone());
                        }
                        fates.altered.insert(difference.identity.clone(), (before.clone(), attributes));
                    } else {
                        fates.dropped.insert(before.clone());
                        fates.made.insert(difference.identity.clone());
                        broken.push(before.clone());
                    }
                }
            }
        }
        fates.spread(old, new, broken);
        fates
    }

    /// Finds what needs something that goes or changes, and must be made again.
    fn spread(&mut self, old: &Catalog, new: &Catalog, mut broken: Vec<Arc<Identity>>) {
        let mut needed_by: BTreeMap<&Identity, Vec<&Object>> = BTreeMap::new();
        for object in old.objects() {
            object.needs.iter().for_each(|needed| needed_by.entry(needed).or_default().push(object));
        }
        let mut met = BTreeSet::new();
        while let Some(identity) = broken.pop() {
            if !met.insert(identity.clone()) {
                continue;
            }
            let is_gone = self.dropped.contains(&identity);
            let is_parted = self.parted.contains_key(&identity);
            for dependent in needed_by.get(&*identity).into_iter().flatten() {
                let Some(after) = new.get(&dependent.identity) else { continue };
                if self.dropped.contains(&dependent.identity) {
                    continue;
                }
                match dependent.identity.kind {
                    Kind::Schema | Kind::Extension | Kind::Table | Kind::Sequence => continue,
                    Kind::Column if is_gone && identity.kind == Kind::Table => {}
                    Kind::Column if !dependent.has(Attribute::Generated) && is_table(old, dependent) => {
                        // A column keeps its values.
                        if is_gone && self.made.contains(&identity) {
                            let is_type =
                                matches!(identity.kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range);
                            let parted = self.parted.entry(dependent.identity.clone()).or_default();
                            *parted |= is_type;
                            if *parted {
                                met.remove(&dependent.identity);
                                broken.push(dependent.identity.clone());
                            }
                        }
                        continue;
                    }
                    kind if !is_gone && !is_parted && !is_hindered(kind, dependent) => continue,
                    _ => {}
                }
                self.altered.remove(&after.identity);
                self.dropped.insert(dependent.identity.clone());
                self.made.insert(after.identity.clone());
                broken.push(dependent.identity.clone());
            }
        }
    }
}

fn is_table(catalog: &Catalog, column: &Object) -> bool {
    let whole = |kind| Identity {
        schema: column.identity.schema.clone(),
        owner: None,
        kind,
        name: column.identity.owner.clone().unwrap_or_default(),
    };
    catalog.get(&whole(Kind::Table)).is_some()
}

/// Returns whether an object stops the server from altering a column that it needs.
fn is_hindered(kind: Kind, dependent: &Object) -> bool {
    match kind {
        Kind::Column => dependent.has(Attribute::Generated),
        Kind::View | Kind::MaterializedView | Kind::Rule | Kind::Policy | Kind::Trigger => true,
        Kind::Function | Kind::Procedure | Kind::Publication => true,
        _ => false,
    }
}

/// Returns whether the server refuses an alteration as long as views and the like use the object.
fn is_hard(object: &Object, attributes: &[Attribute]) -> bool {
    object.identity.kind == Kind::Column
        && attributes.iter().any(|attribute| matches!(attribute, Attribute::Type | Attribute::Collation))
}

/// Returns whether an object can be altered as it is; else it is dropped and made again.
fn is_alterable(old: &Object, new: &Object, alterations: &[Alteration]) -> bool {
    let changed: BTreeSet<_> = alterations.iter().map(|alteration| alteration.attribute).collect();
    let only = |attributes: &[Attribute]| {
        let decorations = [Attribute::Comment, Attribute::Owner, Attribute::Grants];
        changed.iter().all(|attribute| attributes.contains(attribute) || decorations.contains(attribute))
    };
    let kind = old.identity.kind;
    match kind {
        Kind::Table => table::is_alterable(old, new),
        Kind::Column => {
            let generated = changed.contains(&Attribute::Expression) || changed.contains(&Attribute::Generated);
            let becomes_plain = old.text(Attribute::Generated) == Some("stored") && !new.has(Attribute::Generated);
            !generated || becomes_plain
        }
        Kind::View => {
            let (before, after) = (old.pieces(Attribute::Labels), new.pieces(Attribute::Labels));
            only(&[Attribute::Labels, Attribute::Definition, Attribute::Options]) && after.starts_with(before)
        }
        Kind::MaterializedView => only(&[Attribute::ClusteredBy, Attribute::Options]),
        Kind::Function | Kind::Procedure => only(&[Attribute::Definition, Attribute::Method]),
        Kind::Enum => {
            let (before, after) = (old.pieces(Attribute::Labels), new.pieces(Attribute::Labels));
            let kept: Vec<_> = after.iter().filter(|label| before.contains(label)).collect();
            kept == before.iter().collect::<Vec<_>>()
        }
        Kind::Domain => only(&[Attribute::NotNull, Attribute::NotNullName, Attribute::Default]),
        Kind::Sequence => true,
        Kind::Extension => true,
        Kind::ForeignKey => only(&[Attribute::Deferrable, Attribute::NotEnforced]) || becomes_valid(&changed, old),
        Kind::Trigger | Kind::Rule | Kind::EventTrigger => only(&[Attribute::Enabled]),
        Kind::Index | Kind::Statistics => only(&[Attribute::StatisticsTarget]),
        Kind::ForeignServer => {
            only(&[Attribute::Definition, Attribute::Options]) && foreign::is_alterable_server(old, new)
        }
        Kind::ForeignDataWrapper => only(&[Attribute::Definition, Attribute::Options]),
        Kind::UserMapping => only(&[Attribute::Options]),
        Kind::DefaultPrivilege => false,
        kind if is_constraint(kind) => only(&[]) || becomes_valid(&changed, old),
        _ => only(&[]),
    }
}

fn becomes_valid(changed: &BTreeSet<Attribute>, old: &Object) -> bool {
    changed.len() == 1 && changed.contains(&Attribute::Invalid) && old.has(Attribute::Invalid)
}
