//! What there is to say of an object, piece by piece.

use std::fmt;

use crate::catalog::kind::Kind;
use crate::catalog::level::Level;

macro_rules! attributes {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        /// One thing that there is to say of an object; those that a statement changes together are one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Attribute {
            $($(#[$doc])* $variant,)*
        }

        impl Attribute {
            /// Every attribute, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the words that readers' queries, `--json` and messages use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

attributes! {
    /// The type of a column, sequence or domain; what a function returns.
    Type "type",
    /// The statement or text that makes it, as the server prints it, where the server has one for the whole.
    Definition "definition",
    /// The condition, expression or query of it, as the server prints it.
    Expression "expression",
    /// The columns or expressions of a key or index, in order.
    Columns "columns",
    /// What a foreign key refers to: table and columns.
    References "references",
    /// Set when NULL is refused.
    NotNull "not null",
    /// The default, as SQL.
    Default "default",
    /// `always` or `by default`.
    Identity "identity",
    /// `stored` or `virtual`; the expression is [`Self::Expression`].
    Generated "generated",
    /// The collation, where it is not that of the type or table.
    Collation "collation",
    /// The character set.
    Charset "character set",
    /// Set when a column is not in `SELECT *`.
    Invisible "invisible",
    /// `auto_increment` or `autoincrement`.
    AutoIncrement "auto increment",
    /// The condition that is a part of a column: MariaDB.
    Check "check",
    /// What a column becomes on an update of its row.
    OnUpdate "on update",
    /// How long values of a column are stored.
    Storage "storage",
    /// How long values of a column are compressed.
    Compression "compression",
    /// How much statistics are gathered.
    StatisticsTarget "statistics target",
    /// Labels of an enum, fields of a composite, values of a set, in order.
    Labels "labels",
    /// `start`, `increment` and the like of a sequence.
    Range "range",
    /// The column that a sequence or statistics belong to.
    OwnedBy "owned by",
    /// What kind of table it is: `foreign`, `unlogged`, `virtual`, `without rowid`, `strict` …
    Form "form",
    /// The engine of a table, the method of an index, the language of a routine.
    Method "method",
    /// How a table is cut into partitions.
    PartitionBy "partition by",
    /// The table that it is a partition of, and the bounds.
    PartitionOf "partition of",
    /// The tables it inherits from.
    Inherits "inherits",
    /// Storage parameters and options, sorted.
    Options "options",
    /// The tablespace.
    Tablespace "tablespace",
    /// Row level security: `enabled`, `forced`.
    RowSecurity "row security",
    /// The replica identity of a table.
    ReplicaIdentity "replica identity",
    /// The index that a table is clustered by.
    ClusteredBy "clustered by",
    /// Whether, and when, a constraint or trigger may wait for the end of the transaction.
    Deferrable "deferrable",
    /// Set for what does not hold yet: a constraint that is not valid, an index that is not.
    Invalid "not valid",
    /// Set for a constraint that is not enforced.
    NotEnforced "not enforced",
    /// Set when it is off, or how it is on: a trigger, rule, event.
    Enabled "enabled",
    /// The commands, times and roles of a policy; the events of a trigger.
    Applies "applies",
    /// The version of an extension.
    Version "version",
    /// The one in whose name it runs.
    Definer "definer",
    /// Modes of the session that made it and that it keeps.
    Modes "modes",
    /// What people wrote about it.
    Comment "comment",
    /// Who owns it.
    Owner "owner",
    /// Who may do what with it, sorted.
    Grants "grants",
    /// The name of a not-null constraint.
    NotNullName "not null name",
    /// How a type is spelled, where that is not how [`Self::Type`] says it: it means the same.
    Spelling "spelling",
    /// The statement that makes it, as a person wrote it, where [`Self::Definition`] is not to be run; it is never
    /// compared.
    Source "source",
}

impl Attribute {
    /// Returns the attribute that a reader's query names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|attribute| attribute.as_str() == word)
    }

    /// Returns whether it makes a difference at `level`, said of an object of a kind.
    pub fn counts_at(self, kind: Kind, level: Level) -> bool {
        match self {
            Self::Source => false,
            // That a table inherits is said of the table; that a column would be there without it, no statement changes.
            Self::Inherits if kind == Kind::Column => level == Level::Exact,
            Self::StatisticsTarget | Self::NotNullName | Self::Spelling => level == Level::Exact,
            _ => true,
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an attribute is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// It is set, and that is all.
    Set,
    /// One text: SQL, a word, a number.
    Text(Box<str>),
    /// Several, in an order that means something or is sorted.
    List(Box<[Box<str>]>),
}

impl Value {
    /// Returns the pieces of it: none, one, or several.
    pub fn pieces(&self) -> &[Box<str>] {
        match self {
            Self::Set => &[],
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(pieces) => pieces,
        }
    }

    /// Returns the one text that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Set | Self::List(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set => f.write_str("yes"),
            Self::Text(text) => f.write_str(text),
            Self::List(pieces) => f.write_str(&pieces.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_found_by_its_word() {
        for attribute in Attribute::ALL {
            assert_eq!(Attribute::named(attribute.as_str()), Some(*attribute));
        }
    }
}
