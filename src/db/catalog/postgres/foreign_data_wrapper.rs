//! How foreign data wrappers are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How foreign data wrappers are read.
pub const FOREIGN_DATA_WRAPPER: Reading = Reading {
    sql: include_str!("foreign_data_wrapper.sql"),
    class: 2328,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Options, Shape::List)],
};
