//! What an object is.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $word:literal $plural:literal,)*) => {
        /// What an object is, of any database; the order is that in which objects are listed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every kind, in the order in which objects are listed.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the word for one, as filters, `--json` and messages use it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns the word for several.
            pub fn plural(self) -> &'static str {
                match self {
                    $(Self::$variant => $plural,)*
                }
            }

            /// Returns the kind that a word stands for, singular or plural.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == word || kind.plural() == word)
            }
        }
    };
}

kinds! {
    /// A database's own settings: its comment, its default character set.
    Database "database" "databases",
    /// A schema of PostgreSQL.
    Schema "schema" "schemas",
    /// An extension of PostgreSQL; what belongs to it is not in a catalog.
    Extension "extension" "extensions",
    /// A collation.
    Collation "collation" "collations",
    /// An enum type.
    Enum "enum" "enums",
    /// A domain.
    Domain "domain" "domains",
    /// A composite type.
    Composite "composite" "composites",
    /// A range type.
    Range "range" "ranges",
    /// A conversion between types.
    Cast "cast" "casts",
    /// An operator.
    Operator "operator" "operators",
    /// A class of operators, for indexes.
    OperatorClass "operator-class" "operator-classes",
    /// A family of operators.
    OperatorFamily "operator-family" "operator-families",
    /// A sequence, also one that belongs to a column.
    Sequence "sequence" "sequences",
    /// A table: ordinary, partitioned, a partition, foreign, virtual.
    Table "table" "tables",
    /// A column of a table or view.
    Column "column" "columns",
    /// A primary key.
    PrimaryKey "primary-key" "primary-keys",
    /// A unique constraint.
    Unique "unique" "uniques",
    /// A CHECK constraint.
    Check "check" "checks",
    /// An exclusion constraint.
    Exclusion "exclusion" "exclusions",
    /// A foreign key.
    ForeignKey "foreign-key" "foreign-keys",
    /// An index that no constraint owns.
    Index "index" "indexes",
    /// A view.
    View "view" "views",
    /// A materialized view.
    MaterializedView "materialized-view" "materialized-views",
    /// A function.
    Function "function" "functions",
    /// A procedure.
    Procedure "procedure" "procedures",
    /// An aggregate function.
    Aggregate "aggregate" "aggregates",
    /// A package of MariaDB's Oracle mode.
    Package "package" "packages",
    /// A trigger.
    Trigger "trigger" "triggers",
    /// A trigger on what happens to the schema.
    EventTrigger "event-trigger" "event-triggers",
    /// A scheduled event of MariaDB and MySQL.
    Event "event" "events",
    /// A rewrite rule.
    Rule "rule" "rules",
    /// A policy of row level security.
    Policy "policy" "policies",
    /// An extended statistics object.
    Statistics "statistics" "statistics",
    /// A publication.
    Publication "publication" "publications",
    /// A text search parser.
    TextSearchParser "text-search-parser" "text-search-parsers",
    /// A text search dictionary.
    TextSearchDictionary "text-search-dictionary" "text-search-dictionaries",
    /// A text search template.
    TextSearchTemplate "text-search-template" "text-search-templates",
    /// A text search configuration.
    TextSearchConfiguration "text-search-configuration" "text-search-configurations",
    /// A foreign data wrapper.
    ForeignDataWrapper "foreign-data-wrapper" "foreign-data-wrappers",
    /// A foreign server.
    ForeignServer "foreign-server" "foreign-servers",
    /// What a role is called on a foreign server.
    UserMapping "user-mapping" "user-mappings",
    /// Rights that new objects get.
    DefaultPrivilege "default-privilege" "default-privileges",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('-', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_words() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.as_str()), Some(*kind));
            assert_eq!(Kind::named(kind.plural()), Some(*kind));
        }
    }
}
