//! What tells an object from all others.

use std::fmt;

use crate::catalog::kind::Kind;

/// What tells an object from all others of its database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The schema that it is in; `None` where the database has none, or the kind is in none.
    pub schema: Option<Box<str>>,
    /// The table, view or other object that it is a part of.
    pub owner: Option<Box<str>>,
    /// What it is.
    pub kind: Kind,
    /// Its name, without quotes; for routines and operators with the types of what they take, which tell them apart.
    pub name: Box<str>,
}

impl Identity {
    /// Makes the identity of an object that is no part of another.
    pub fn new(kind: Kind, schema: Option<&str>, name: &str) -> Self {
        Self { kind, schema: schema.map(Into::into), owner: None, name: name.into() }
    }

    /// Makes the identity of a part of this object.
    pub fn part(&self, kind: Kind, name: &str) -> Self {
        Self { kind, schema: self.schema.clone(), owner: Some(self.name.clone()), name: name.into() }
    }

    /// Returns the path of names, as globs of filters see it: `schema.owner.name`, without what there is none of.
    pub fn path(&self) -> String {
        let parts = [self.schema.as_deref(), self.owner.as_deref(), Some(&*self.name)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_with_its_table() {
        let table = Identity::new(Kind::Table, Some("public"), "users");
        assert_eq!(table.part(Kind::PrimaryKey, "users_pkey").to_string(), "primary key public.users.users_pkey");
    }
}
