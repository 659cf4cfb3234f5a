//! How rewrite rules are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How rewrite rules are read.
pub const RULE: Reading = Reading {
    sql: include_str!("rule.sql"),
    class: 2618,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Enabled, Shape::Text)],
};
