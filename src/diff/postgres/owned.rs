//! The column that a sequence belongs to, and what becomes of the sequence when that goes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::name::own;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Sequences of columns and tables that are dropped, by what takes them along.
#[derive(Debug, Default)]
pub struct Owned {
    /// Those that go, too.
    pub going: BTreeMap<Arc<Identity>, Vec<Arc<Identity>>>,
    /// Those that stay, and must leave before.
    pub staying: BTreeMap<Arc<Identity>, Vec<Arc<Identity>>>,
}

impl Owned {
    /// Puts in front of a step that drops what sequences belong to, with nothing between, that they leave it.
    pub fn left_before(&self, dropping: Step) -> Step {
        let staying = self.staying.get(&dropping.about).into_iter().flatten();
        let leave = |sequence: &Arc<Identity>| format!("ALTER SEQUENCE {} OWNED BY NONE", own(sequence));
        let mut steps = staying.map(|sequence| Step::new(Does::Drop, &dropping.about, leave(sequence)));
        let Some(mut first) = steps.next() else { return dropping };
        first.then = steps.collect();
        first.with = dropping.with.clone();
        first.then.push(dropping);
        first
    }

    /// Returns the steps by which those that stay come to the column that is theirs again.
    pub fn come_back(&self, new: &Catalog) -> Vec<Step> {
        let staying = self.staying.values().flatten().filter_map(|sequence| new.get(sequence));
        let back = |sequence: &Object| {
            let column = owner_column(new, sequence)?;
            let path = sequence.text(Attribute::OwnedBy)?;
            let sql = format!("ALTER SEQUENCE {} OWNED BY {path}", own(&sequence.identity));
            Some(Step::new(Does::Alter, &column, sql))
        };
        staying.filter_map(back).collect()
    }

    /// Finds the sequences of a catalog that belong to what is dropped.
    pub fn of(old: &Catalog, dropped: &BTreeSet<Arc<Identity>>) -> Self {
        let mut owned = Self::default();
        for sequence in old.of_kind(Kind::Sequence) {
            let Some(column) = owner_column(old, sequence) else { continue };
            let table = Identity {
                schema: column.schema.clone(),
                owner: None,
                kind: Kind::Table,
                name: column.owner.clone().unwrap_or_default(),
            };
            let Some(goes) = dropped.get(&table).or_else(|| dropped.get(&*column)) else { continue };
            match dropped.contains(&sequence.identity) {
                true => owned.going.entry(goes.clone()).or_default().push(sequence.identity.clone()),
                false => owned.staying.entry(goes.clone()).or_default().push(sequence.identity.clone()),
            }
        }
        owned
    }
}

/// Returns the column that a sequence belongs to.
pub fn owner_column(catalog: &Catalog, sequence: &Object) -> Option<Arc<Identity>> {
    let path = sequence.text(Attribute::OwnedBy)?;
    let names = unquoted(path);
    let [schema, table, column] = names.as_slice() else { return None };
    let table = Identity::new(Kind::Table, Some(schema), table);
    catalog.get(&table.part(Kind::Column, column)).map(|column| column.identity.clone())
}

/// Returns the names of a path such as `public."A b".c`.
fn unquoted(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_inside = false;
    let mut characters = path.chars().peekable();
    while let Some(character) = characters.next() {
        let last = names.len() - 1;
        match character {
            '"' if is_inside && characters.peek() == Some(&'"') => {
                characters.next();
                names[last].push('"');
            }
            '"' => is_inside = !is_inside,
            '.' if !is_inside => names.push(String::new()),
            _ => names[last].push(character),
        }
    }
    names
}
