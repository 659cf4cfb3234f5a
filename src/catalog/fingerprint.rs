//! A hash of a catalog.

use std::fmt;

use sha2::Digest;
use sha2::Sha256;

use crate::catalog::attribute::Value;
use crate::catalog::catalog::Catalog;
use crate::catalog::level::Level;
use crate::catalog::object::Naming;
use crate::catalog::object::Object;

/// A hash of a catalog at a level: equal for two databases of one product exactly when nothing differs between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Catalog {
    /// Returns the hash of all that counts at `level`.
    pub fn fingerprint(&self, level: Level) -> Fingerprint {
        // Names that the server chose do not count, so that the order of names cannot either.
        let mut pieces: Vec<_> = self.objects().map(|object| object.content(level)).collect();
        pieces.sort_unstable();
        let mut hash = Sha256::new();
        hash.update("rev catalog 1");
        text(&mut hash, self.dialect.as_str());
        pieces.iter().for_each(|piece| hash.update(piece));
        for unread in &self.unread {
            [&unread.kind, &unread.name].into_iter().for_each(|piece| text(&mut hash, piece));
        }
        Fingerprint(hash.finalize().into())
    }
}

impl Object {
    /// Returns the hash of all that counts at `level`, with the name where a person chose it.
    pub fn content(&self, level: Level) -> [u8; 32] {
        let mut hash = Sha256::new();
        let identity = &self.identity;
        text(&mut hash, identity.kind.as_str());
        for name in [&identity.schema, &identity.owner] {
            text(&mut hash, name.as_deref().unwrap_or("\0"));
        }
        if self.is_named_at(level) {
            text(&mut hash, &identity.name);
        }
        hash.update(self.position_at(level).unwrap_or_default().to_le_bytes());
        for (attribute, value) in self.attributes(level) {
            text(&mut hash, attribute.as_str());
            let pieces = value.pieces();
            hash.update([matches!(value, Value::List(_)).into()]);
            hash.update((pieces.len() as u64).to_le_bytes());
            pieces.iter().for_each(|piece| text(&mut hash, piece));
        }
        hash.finalize().into()
    }

    /// Returns whether its name makes a difference at `level`.
    pub fn is_named_at(&self, level: Level) -> bool {
        level == Level::Exact || self.naming == Naming::Chosen
    }
}

/// Its length leads, so that no two sequences of texts look the same.
fn text(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Attribute;
    use crate::catalog::Identity;
    use crate::catalog::Kind;
    use crate::dialect::Dialect;

    fn catalog(check: &str, naming: Naming, position: u32) -> Catalog {
        let mut catalog = Catalog::empty(Dialect::Postgres, "18");
        let table = Identity::new(Kind::Table, Some("public"), "t");
        let mut column = Object::new(table.part(Kind::Column, "a")).with(Attribute::Type, "integer");
        column.position = Some(position);
        let mut constraint = Object::new(table.part(Kind::Check, check)).with(Attribute::Expression, "a > 0");
        constraint.naming = naming;
        for object in [column, constraint, Object::new(table)] {
            catalog.insert(object);
        }
        catalog
    }

    fn are_equal(level: Level, left: &Catalog, right: &Catalog) -> bool {
        left.fingerprint(level) == right.fingerprint(level)
    }

    #[test]
    fn names_that_the_server_chose_count_only_exactly() {
        let (left, right) = (catalog("t_check", Naming::Server, 1), catalog("t_check1", Naming::Server, 1));
        assert!(are_equal(Level::Logical, &left, &right));
        assert!(!are_equal(Level::Exact, &left, &right));
        let (left, right) = (catalog("x", Naming::Chosen, 1), catalog("y", Naming::Chosen, 1));
        assert!(!are_equal(Level::Logical, &left, &right));
    }

    #[test]
    fn the_order_of_columns_counts_only_exactly() {
        let (left, right) = (catalog("x", Naming::Chosen, 1), catalog("x", Naming::Chosen, 2));
        assert!(are_equal(Level::Logical, &left, &right));
        assert!(!are_equal(Level::Exact, &left, &right));
    }
}
