//! How columns of tables, composite types and views are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How columns of tables, composite types and views are read.
pub const COLUMN: Reading = Reading {
    sql: include_str!("column.sql"),
    class: 1259,
    says: &[
        (Attribute::Type, Shape::Text),
        (Attribute::NotNull, Shape::Flag),
        (Attribute::Default, Shape::Text),
        (Attribute::Identity, Shape::List),
        (Attribute::Generated, Shape::Text),
        (Attribute::Expression, Shape::Text),
        (Attribute::Collation, Shape::Text),
        (Attribute::Storage, Shape::Text),
        (Attribute::Compression, Shape::Text),
        (Attribute::StatisticsTarget, Shape::Text),
        (Attribute::Options, Shape::List),
        (Attribute::Inherits, Shape::Flag),
        (Attribute::NotNullName, Shape::Text),
    ],
};
