//! How extended statistics are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How extended statistics are read.
pub const STATISTICS: Reading = Reading {
    sql: include_str!("statistics.sql"),
    class: 3381,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::StatisticsTarget, Shape::Text)],
};
