//! The steps of all objects.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::diff::difference::Difference;
use crate::diff::options::Options;
use crate::diff::postgres::about::about;
use crate::diff::postgres::alter::altered;
use crate::diff::postgres::column;
use crate::diff::postgres::create;
use crate::diff::postgres::fate::Fates;
use crate::diff::postgres::inherited;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::reference;
use crate::diff::postgres::name::whole;
use crate::diff::postgres::not_null;
use crate::diff::postgres::owned::Owned;
use crate::diff::postgres::owned::owner_column;
use crate::diff::postgres::part;
use crate::diff::postgres::table;
use crate::diff::step::Does;
use crate::diff::step::Refusal;
use crate::diff::step::Step;

/// Writes the statements that turn one catalog into another, in any order.
pub fn steps(
    old: &Catalog,
    new: &Catalog,
    differences: &[Difference],
    _options: &Options,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let mut writer =
        Writer { old, new, fates: Fates::of(old, new, differences), steps: Vec::new(), refusals: Vec::new() };
    writer.rename();
    writer.drop();
    writer.part();
    writer.alter();
    writer.make();
    if writer.refusals.is_empty() { Ok(writer.steps) } else { Err(writer.refusals) }
}

struct Writer<'c> {
    old: &'c Catalog,
    new: &'c Catalog,
    fates: Fates,
    steps: Vec<Step>,
    refusals: Vec<Refusal>,
}

impl Writer<'_> {
    fn add(&mut self, does: Does, identity: &Arc<Identity>, sql: String) -> &mut Step {
        let index = self.steps.len();
        self.steps.push(Step::new(does, identity, sql));
        &mut self.steps[index]
    }

    /// Constraints and indexes that only changed their names are not built again.
    fn rename(&mut self) {
        let is_one = |identity: &&Arc<Identity>| part::is_constraint(identity.kind) || identity.kind == Kind::Index;
        let unnamed = |object: &Object| {
            let said: Vec<_> = object.attributes(crate::catalog::Level::Exact).map(|(a, v)| (a, v.clone())).collect();
            (object.identity.schema.clone(), object.identity.owner.clone(), object.identity.kind, said)
        };
        let mut gone: Vec<_> =
            self.fates.dropped.iter().filter(is_one).filter_map(|identity| self.old.get(identity)).collect();
        let came: Vec<_> =
            self.fates.made.iter().filter(is_one).filter_map(|identity| self.new.get(identity)).collect();
        for to in came {
            let same = |from: &&Object| unnamed(from) == unnamed(to) && from.identity != to.identity;
            let Some(at) = gone.iter().position(|from| same(from) && !self.fates.made.contains(&from.identity)) else {
                continue;
            };
            let from = gone.swap_remove(at);
            self.fates.dropped.remove(&from.identity);
            self.fates.made.remove(&to.identity);
            let (before, after) = (quoted(&from.identity.name), quoted(&to.identity.name));
            let sql = match from.identity.kind {
                Kind::Index => format!("ALTER INDEX {} RENAME TO {after}", own(&from.identity)),
                _ if create::is_of_domain(to, self.new) => {
                    format!("ALTER DOMAIN {} RENAME CONSTRAINT {before} TO {after}", whole(&from.identity))
                }
                _ => format!("ALTER TABLE {} RENAME CONSTRAINT {before} TO {after}", whole(&from.identity)),
            };
            self.add(Does::Alter, &to.identity, sql);
        }
    }

    fn drop(&mut self) {
        let dropped = self.fates.dropped.clone();
        let wholes: BTreeSet<_> =
            dropped.iter().filter(|identity| is_whole(identity.kind)).map(|identity| names(identity)).collect();
        let goes_with = |identity: &Identity| {
            let owner = identity.owner.as_deref().map(|owner| (identity.schema.as_deref(), owner));
            owner.is_some_and(|owner| wholes.contains(&owner))
        };
        let mut with: BTreeMap<(Option<&str>, &str), Vec<Arc<Identity>>> = BTreeMap::new();
        for identity in dropped.iter().filter(|identity| goes_with(identity) && identity.kind != Kind::ForeignKey) {
            with.entry((identity.schema.as_deref(), identity.owner.as_deref().unwrap_or_default()))
                .or_default()
                .push(identity.clone());
        }
        let mut owned = Owned::of(self.old, &dropped);
        let taken: BTreeSet<_> = with.values().chain(owned.going.values()).flatten().cloned().collect();
        for identity in &dropped {
            if taken.contains(identity) || goes_with(identity) && identity.kind != Kind::ForeignKey {
                continue;
            }
            let Some(object) = self.old.get(identity) else { continue };
            let name = quoted(&identity.name);
            let sql = match identity.kind {
                Kind::Column => match self.old.get(&part_of(identity, Kind::Table)) {
                    Some(_) if inherited::stays_below(identity, self.old, &self.fates) => {
                        format!("ALTER TABLE ONLY {} DROP COLUMN {name}", whole(identity))
                    }
                    Some(_) => format!("ALTER TABLE {} DROP COLUMN {name}", whole(identity)),
                    None if self.old.get(&part_of(identity, Kind::Composite)).is_some() => {
                        format!("ALTER TYPE {} DROP ATTRIBUTE {name}", whole(identity))
                    }
                    // What was said of a view's column.
                    None => {
                        if !self.fates.made.contains(identity) {
                            let bare = Object::new((**identity).clone());
                            match altered(object, &bare, column::OF_VIEWS, self.old) {
                                Ok(steps) => self.steps.extend(steps),
                                Err(reason) => self.refusals.push(Refusal { identity: identity.clone(), reason }),
                            }
                            self.steps.extend(about(Some(object), &bare));
                        }
                        continue;
                    }
                },
                kind if part::is_constraint(kind) => {
                    let of = if create::is_of_domain(object, self.old) { "DOMAIN" } else { "TABLE" };
                    format!("ALTER {of} {} DROP CONSTRAINT {name}", whole(identity))
                }
                Kind::DefaultPrivilege => {
                    for sql in create::default_privileges(object, false) {
                        self.add(Does::Drop, identity, sql);
                    }
                    continue;
                }
                _ => format!("DROP {}", reference(object)),
            };
            let is_inherited = identity.kind == Kind::Column && inherited::is_inherited(identity, self.old);
            if is_inherited && !self.fates.made.contains(identity) {
                continue; // it goes with the parent's
            }
            let mut with = with.get(&names(identity)).filter(|_| is_whole(identity.kind)).cloned().unwrap_or_default();
            with.extend(owned.going.remove(identity).unwrap_or_default());
            let destroys = match identity.kind {
                Kind::Table => Some(format!("all rows of {}", own(identity))),
                Kind::Column if !object.has(Attribute::Generated) => {
                    Some(format!("all values of {}.{name}", whole(identity)))
                }
                Kind::Sequence => Some(format!("the counter of {}", own(identity))),
                _ => None,
            };
            let then = match identity.kind {
                Kind::Column => inherited::go_below(identity, self.old, &self.fates),
                _ => Vec::new(),
            };
            let mut step = Step::new(Does::Drop, identity, sql);
            (step.with, step.destroys, step.then) = (with, destroys, then);
            self.steps.push(owned.left_before(step));
        }
        self.steps.extend(owned.come_back(self.new));
    }

    /// Columns of a type that is made again are text meanwhile; a default goes and comes with the function that it calls.
    fn part(&mut self) {
        for (identity, is_retyped) in self.fates.parted.clone() {
            let (Some(old), Some(new)) = (self.old.get(&identity), self.new.get(&identity)) else { continue };
            let (table, name) = (whole(&identity), quoted(&identity.name));
            let mut leaves = Vec::new();
            let mut returns = Vec::new();
            if old.has(Attribute::Default) {
                leaves.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
            }
            if is_retyped {
                let (from, to) =
                    (old.text(Attribute::Type).unwrap_or_default(), new.text(Attribute::Type).unwrap_or_default());
                let array = if from.ends_with("[]") { "[]" } else { "" };
                leaves.push(format!("ALTER COLUMN {name} TYPE text{array} USING {name}::text{array}"));
                let collate = new.text(Attribute::Collation).map(|name| format!(" COLLATE {name}")).unwrap_or_default();
                returns.push(format!("ALTER COLUMN {name} TYPE {to}{collate} USING {name}::{to}"));
            }
            if let Some(default) = new.text(Attribute::Default) {
                returns.push(format!("ALTER COLUMN {name} SET DEFAULT {default}"));
            }
            if let Some((_, attributes)) = self.fates.altered.get_mut(&identity) {
                attributes.retain(|attribute| {
                    *attribute != Attribute::Default
                        && (!is_retyped || !matches!(attribute, Attribute::Type | Attribute::Collation))
                });
            }
            if !leaves.is_empty() {
                self.add(Does::Drop, &identity, format!("ALTER TABLE {table} {}", leaves.join(", ")));
            }
            if !returns.is_empty() {
                let destroys = self.lost_by_types(is_retyped.then_some((old, new)));
                let step = self.add(Does::Create, &identity, format!("ALTER TABLE {table} {}", returns.join(", ")));
                step.destroys = destroys.map(|what| format!("what values of {table}.{name} {what} cannot hold"));
            }
        }
    }

    /// Returns the type that does not hold all that the columns of its old form do; the cast cuts, or fails.
    fn lost_by_types(&self, sides: Option<(&Object, &Object)>) -> Option<String> {
        let (before, after) = sides?;
        let remade = before.needs.iter().filter(|needed| self.fates.made.contains(*needed));
        let is_lossy = |(old, new): &(&Object, &Object)| match new.identity.kind {
            Kind::Enum => {
                let kept = new.pieces(Attribute::Labels);
                old.pieces(Attribute::Labels).iter().any(|label| !kept.contains(label))
            }
            Kind::Domain => {
                let kind = |object: &Object| object.text(Attribute::Type).unwrap_or_default().to_owned();
                !column::is_wider(&kind(old), &kind(new))
            }
            _ => old.content(crate::catalog::Level::Exact) != new.content(crate::catalog::Level::Exact),
        };
        let types = remade.filter_map(|needed| Some((self.old.get(needed)?, self.new.get(needed)?)));
        let is_type = |(old, _): &(&Object, &Object)| {
            matches!(old.identity.kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range)
        };
        let is_retyped = before.get(Attribute::Type) != after.get(Attribute::Type);
        let lossy = types.filter(is_type).any(|sides| is_lossy(&sides)) || is_retyped;
        lossy.then(|| after.text(Attribute::Type).unwrap_or_default().to_owned())
    }

    fn alter(&mut self) {
        for (identity, (before, attributes)) in std::mem::take(&mut self.fates.altered) {
            let (Some(from), Some(to)) = (self.old.get(&before), self.new.get(&identity)) else { continue };
            let is_inherited = || {
                to.has(Attribute::Inherits)
                    || inherited::is_inherited(&before, self.old) && inherited::is_inherited(&identity, self.new)
            };
            if identity.kind == Kind::Column && is_inherited() && self.follows(from, to, &attributes) {
                continue;
            }
            self.steps.extend(inherited::before_parents(from, to, self.new, &self.fates));
            match altered(from, to, &attributes, self.new) {
                Ok(steps) => self.steps.extend(steps),
                Err(reason) => self.refusals.push(Refusal { identity: identity.clone(), reason }),
            }
            self.steps.extend(inherited::after_parents(from, to, self.old, &self.fates));
            self.steps.extend(about(Some(from), to));
        }
    }

    /// Returns whether the columns of the table's parents are altered alike, which takes this one along.
    fn follows(&self, from: &Object, to: &Object, attributes: &[Attribute]) -> bool {
        let parents =
            to.needs.iter().filter_map(|whole| self.new.get(whole)).filter(|whole| whole.identity.kind == Kind::Table);
        let mut parents = parents.flat_map(|table| table.needs.iter()).filter(|parent| parent.kind == Kind::Table);
        parents.any(|parent| {
            let column = parent.part(Kind::Column, &to.identity.name);
            let (Some(before), Some(after)) = (self.old.get(&column), self.new.get(&column)) else { return false };
            let is_alike = |one: &Object, other: &Object, attribute| match attribute {
                Attribute::Comment => false,
                // That of the parent has been given to it, or is its own.
                Attribute::NotNullName => not_null::name(one) == not_null::name(other),
                attribute => one.get(attribute) == other.get(attribute),
            };
            attributes.iter().all(|a| is_alike(before, from, *a) && is_alike(after, to, *a))
        })
    }

    fn make(&mut self) {
        let made = self.fates.made.clone();
        let tables: BTreeSet<_> =
            made.iter().filter(|identity| identity.kind == Kind::Table).map(|identity| names(identity)).collect();
        let composites: BTreeSet<_> =
            made.iter().filter(|identity| identity.kind == Kind::Composite).map(|identity| names(identity)).collect();
        for identity in &made {
            let Some(object) = self.new.get(identity) else { continue };
            let owner = (identity.schema.as_deref(), identity.owner.as_deref().unwrap_or_default());
            let is_inside = identity.owner.is_some()
                && (tables.contains(&owner) && table::makes(object) || composites.contains(&owner));
            if identity.kind == Kind::Table {
                self.make_table(object);
            } else if is_inside {
                // The statement of the table or type makes it.
            } else if identity.kind == Kind::Column {
                self.make_column(object);
            } else {
                self.make_other(object);
            }
            self.steps.extend(about(None, object));
        }
    }

    fn make_table(&mut self, object: &Object) {
        let sql = table::created(object, self.new);
        let parts = self.new.parts(&object.identity).filter(|part| table::makes(part));
        let with: Vec<_> = parts.map(|part| part.identity.clone()).collect();
        self.add(Does::Create, &object.identity, sql).with = with.clone();
        for (index, sql) in table::altered(None, object) {
            let about = table::index_of(object, index, self.new);
            self.add(Does::Alter, &about, sql);
        }
        for column in self.new.columns(&object.identity) {
            let mut clauses = column::beyond(column);
            if column.has(Attribute::Inherits) {
                clauses.extend(self.beyond_parents(object, column));
            }
            if !clauses.is_empty() {
                self.add(
                    Does::Alter,
                    &column.identity,
                    format!("ALTER TABLE {} {}", own(&object.identity), clauses.join(", ")),
                );
            }
        }
    }

    /// Returns what an inherited column says that those of the parents do not.
    fn beyond_parents(&self, table: &Object, column: &Object) -> Vec<String> {
        let parents = table.needs.iter().filter(|parent| parent.kind == Kind::Table);
        let parent =
            parents.filter_map(|parent| self.new.get(&parent.part(Kind::Column, &column.identity.name))).next();
        let mut parent = parent.cloned();
        if let Some(parent) = parent.as_mut().filter(|parent| not_null::is_not_inherited(parent)) {
            parent.unset(Attribute::NotNull);
        }
        column::clauses(parent.as_ref(), column, &[Attribute::Default, Attribute::NotNull])
    }

    fn make_column(&mut self, object: &Object) {
        let identity = &object.identity;
        if self.new.get(&part_of(identity, Kind::Composite)).is_some() {
            let sql = format!("ALTER TYPE {} ADD ATTRIBUTE {}", whole(identity), create::field(object));
            self.add(Does::Create, identity, sql);
            return;
        }
        if self.new.get(&part_of(identity, Kind::Table)).is_none() {
            let kind =
                if self.new.get(&part_of(identity, Kind::View)).is_some() { "VIEW" } else { "MATERIALIZED VIEW" };
            for clause in column::clauses(None, object, column::OF_VIEWS) {
                self.add(Does::Alter, identity, format!("ALTER {kind} {} {clause}", whole(identity)));
            }
            return;
        }
        let mut clauses = Vec::new();
        if !object.has(Attribute::Inherits) && !inherited::comes_before_parents(identity, self.old, self.new) {
            clauses.push(format!("ADD COLUMN {}", column::defined(object)));
        }
        let beyond = column::beyond(object);
        let has_no_value =
            [Attribute::Default, Attribute::Identity, Attribute::Generated].into_iter().all(|a| !object.has(a));
        // Rows that are there need a value first, which only a person knows.
        let is_late = !clauses.is_empty()
            && object.has(Attribute::NotNull)
            && !not_null::is_not_valid(object)
            && has_no_value
            && !object.has(Attribute::Inherits);
        if is_late {
            let mut nullable = object.clone();
            nullable.unset(Attribute::NotNull);
            clauses = vec![format!("ADD COLUMN {}", column::defined(&nullable))];
        }
        if !clauses.is_empty() {
            let step =
                self.add(Does::Create, identity, format!("ALTER TABLE {} {}", whole(identity), clauses.join(", ")));
            if is_late {
                let sql = format!("ALTER TABLE {} {}", whole(identity), not_null::added(object));
                let late = Step { note: Some(column::required(identity)), ..Step::new(Does::Alter, identity, sql) };
                step.then.push(late);
            } else if object.has(Attribute::NotNull) && !not_null::is_not_valid(object) && has_no_value {
                step.note = Some(format!("fails when {} has rows: fill in a default", whole(identity)));
            }
        }
        if !beyond.is_empty() {
            self.add(Does::Alter, identity, format!("ALTER TABLE {} {}", whole(identity), beyond.join(", ")));
        }
    }

    fn make_other(&mut self, object: &Object) {
        let identity = &object.identity;
        // Where the name is taken by one that stays, the server chooses another.
        let is_taken = self.old.get(identity).is_some() && !self.fates.dropped.contains(identity);
        let is_named = !(object.naming == Naming::Server && is_taken);
        match create::created(object, self.new, is_named) {
            Ok(made) => {
                for (index, sql) in made.into_iter().enumerate() {
                    let does = if index == 0 { Does::Create } else { Does::Alter };
                    self.add(does, identity, sql).with =
                        if index == 0 { said_columns(object, self.new) } else { Vec::new() };
                }
            }
            Err(reason) => self.refusals.push(Refusal { identity: identity.clone(), reason }),
        }
        if let (Kind::Sequence, Some(column)) = (identity.kind, object.text(Attribute::OwnedBy)) {
            let sql = format!("ALTER SEQUENCE {} OWNED BY {column}", own(identity));
            // About the column, which needs the sequence: the other way round they would wait for each other.
            let column = owner_column(self.new, object).unwrap_or_else(|| identity.clone());
            self.add(Does::Alter, &column, sql);
        }
    }
}

/// Returns the columns of a view of which something is said: they come with it.
fn said_columns(object: &Object, catalog: &Catalog) -> Vec<Arc<Identity>> {
    match object.identity.kind {
        Kind::View | Kind::MaterializedView => {
            catalog.columns(&object.identity).into_iter().map(|column| column.identity.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::Table | Kind::View | Kind::MaterializedView | Kind::Composite | Kind::Domain)
}

fn names(identity: &Identity) -> (Option<&str>, &str) {
    (identity.schema.as_deref(), &identity.name)
}

fn part_of(identity: &Identity, kind: Kind) -> Identity {
    Identity { schema: identity.schema.clone(), owner: None, kind, name: identity.owner.clone().unwrap_or_default() }
}
