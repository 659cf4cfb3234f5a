//! How event triggers are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How event triggers are read.
pub const EVENT_TRIGGER: Reading = Reading {
    sql: include_str!("event_trigger.sql"),
    class: 3466,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Enabled, Shape::Text)],
};
