//! How indexes that no constraint owns are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How indexes that no constraint owns are read.
pub const INDEX: Reading = Reading {
    sql: include_str!("index.sql"),
    class: 1259,
    says: &[
        (Attribute::Definition, Shape::Text),
        (Attribute::Form, Shape::Text),
        (Attribute::Invalid, Shape::Flag),
        (Attribute::Tablespace, Shape::Text),
        (Attribute::StatisticsTarget, Shape::List),
    ],
};
