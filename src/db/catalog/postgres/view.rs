//! How views and materialized views are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How views and materialized views are read.
pub const VIEW: Reading = Reading {
    sql: include_str!("view.sql"),
    class: 1259,
    says: &[
        (Attribute::Labels, Shape::List),
        (Attribute::Definition, Shape::Text),
        (Attribute::Options, Shape::List),
        (Attribute::Method, Shape::Text),
        (Attribute::Tablespace, Shape::Text),
        (Attribute::ClusteredBy, Shape::Text),
    ],
};
