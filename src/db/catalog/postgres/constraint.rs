//! How constraints of tables and domains are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How constraints of tables and domains are read.
pub const CONSTRAINT: Reading = Reading {
    sql: include_str!("constraint.sql"),
    class: 2606,
    says: &[
        (Attribute::Definition, Shape::Text),
        (Attribute::Deferrable, Shape::Text),
        (Attribute::Invalid, Shape::Flag),
        (Attribute::NotEnforced, Shape::Flag),
        (Attribute::Options, Shape::List),
        (Attribute::Tablespace, Shape::Text),
    ],
};
