//! All that users defined in a database.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::identity::Identity;
use crate::catalog::kind::Kind;
use crate::catalog::object::Object;
use crate::dialect::Dialect;

/// All that users defined in a database, in one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The database's product: catalogs of two products are never compared.
    pub dialect: Dialect,
    /// What the server calls its version, for messages.
    pub version: String,
    objects: BTreeMap<Arc<Identity>, Object>,
    /// What there is, but could not be read; a catalog with any is not known to be equal to another.
    pub unread: Vec<Unread>,
}

/// An object that could not be read whole: of a kind that the reader does not know, or for want of a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Unread {
    /// What the server calls its kind.
    pub kind: String,
    /// Its name, as the server prints it.
    pub name: String,
    /// Why it was not read.
    pub reason: String,
}

impl Catalog {
    /// Makes the catalog of a database with nothing in it.
    pub fn empty(dialect: Dialect, version: &str) -> Self {
        Self { dialect, version: version.to_owned(), objects: BTreeMap::new(), unread: Vec::new() }
    }

    /// Makes the catalog of a database as its server creates it: on PostgreSQL there is the schema `public`.
    pub fn fresh(dialect: Dialect, version: &str) -> Self {
        let mut catalog = Self::empty(dialect, version);
        if dialect == Dialect::Postgres {
            catalog.insert(Object::new(Identity::new(Kind::Schema, None, "public")));
        }
        catalog
    }

    /// Returns the first number of the server's version; of one that is not known, the highest.
    pub fn major(&self) -> u32 {
        let digits: String = self.version.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(u32::MAX)
    }

    /// Adds an object; one of the same identity is replaced, and returned.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        self.objects.insert(object.identity.clone(), object)
    }

    /// Removes an object.
    pub fn remove(&mut self, identity: &Identity) -> Option<Object> {
        self.objects.remove(identity)
    }

    /// Returns the object of an identity.
    pub fn get(&self, identity: &Identity) -> Option<&Object> {
        self.objects.get(identity)
    }

    /// Returns the object of an identity, to be changed.
    pub fn get_mut(&mut self, identity: &Identity) -> Option<&mut Object> {
        self.objects.get_mut(identity)
    }

    /// Iterates over all objects, sorted by schema, then owner, kind and name.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// Iterates over the objects of a kind, sorted.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.objects().filter(move |object| object.identity.kind == kind)
    }

    /// Iterates over the parts of an object: a table's columns, constraints, indexes, triggers, by kind, then name.
    pub fn parts<'c>(&'c self, whole: &Identity) -> impl Iterator<Item = &'c Object> + use<'c> {
        let first = Identity {
            schema: whole.schema.clone(),
            owner: Some(whole.name.clone()),
            kind: Kind::ALL[0],
            name: "".into(),
        };
        let (schema, owner) = (first.schema.clone(), first.owner.clone());
        let is_part = move |object: &&Object| object.identity.schema == schema && object.identity.owner == owner;
        self.objects.range(Arc::new(first)..).map(|(_, object)| object).take_while(is_part)
    }

    /// Returns the columns of a table or view, in their order.
    pub fn columns(&self, table: &Identity) -> Vec<&Object> {
        let mut columns: Vec<_> = self.parts(table).filter(|part| part.identity.kind == Kind::Column).collect();
        columns.sort_by_key(|column| column.position);
        columns
    }

    /// Returns how many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Returns whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_table_are_its_own() {
        let mut catalog = Catalog::empty(Dialect::Sqlite, "3");
        for name in ["a", "a.b", "b"] {
            let table = Identity::new(Kind::Table, None, name);
            catalog.insert(Object::new(table.part(Kind::Column, "z")));
            catalog.insert(Object::new(table.part(Kind::Index, "i")));
            catalog.insert(Object::new(table));
        }
        let table = Identity::new(Kind::Table, None, "a");
        let parts: Vec<_> = catalog.parts(&table).map(|part| part.identity.to_string()).collect();
        assert_eq!(parts, ["column a.z", "index a.i"]);
    }
}
