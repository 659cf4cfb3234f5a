//! How sequences are read; those of identity columns are parts of the columns.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How sequences are read; those of identity columns are parts of the columns.
pub const SEQUENCE: Reading = Reading {
    sql: include_str!("sequence.sql"),
    class: 1259,
    says: &[
        (Attribute::Type, Shape::Text),
        (Attribute::Range, Shape::List),
        (Attribute::OwnedBy, Shape::Text),
        (Attribute::Form, Shape::Text),
    ],
};
