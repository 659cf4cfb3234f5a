//! How publications are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How publications are read.
pub const PUBLICATION: Reading = Reading {
    sql: include_str!("publication.sql"),
    class: 6104,
    says: &[(Attribute::Options, Shape::List), (Attribute::Labels, Shape::List)],
};
