//! How tables are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How tables are read.
pub const TABLE: Reading = Reading {
    sql: include_str!("table.sql"),
    class: 1259,
    says: &[
        (Attribute::Type, Shape::Text),
        (Attribute::Form, Shape::Text),
        (Attribute::Method, Shape::Text),
        (Attribute::Definition, Shape::Text),
        (Attribute::PartitionBy, Shape::Text),
        (Attribute::PartitionOf, Shape::List),
        (Attribute::Inherits, Shape::List),
        (Attribute::Options, Shape::List),
        (Attribute::Tablespace, Shape::Text),
        (Attribute::RowSecurity, Shape::List),
        (Attribute::ReplicaIdentity, Shape::Text),
        (Attribute::ClusteredBy, Shape::Text),
    ],
};
