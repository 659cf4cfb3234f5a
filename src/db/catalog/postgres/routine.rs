//! How functions and procedures are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How functions and procedures are read.
pub const ROUTINE: Reading = Reading {
    sql: include_str!("routine.sql"),
    class: 1255,
    says: &[
        (Attribute::Type, Shape::Text),
        (Attribute::Definition, Shape::Text),
        (Attribute::Columns, Shape::List),
        (Attribute::Method, Shape::Text),
    ],
};
