//! How default privileges are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How default privileges are read.
pub const DEFAULT_PRIVILEGE: Reading = Reading {
    sql: include_str!("default_privilege.sql"),
    class: 826,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Applies, Shape::Text), (Attribute::Grants, Shape::List)],
};
