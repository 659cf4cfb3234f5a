//! How triggers are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How triggers are read.
pub const TRIGGER: Reading = Reading {
    sql: include_str!("trigger.sql"),
    class: 2620,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Enabled, Shape::Text)],
};
