//! How extensions are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How extensions are read.
pub const EXTENSION: Reading = Reading {
    sql: include_str!("extension.sql"),
    class: 3079,
    says: &[(Attribute::Version, Shape::Text), (Attribute::Definition, Shape::Text)],
};
