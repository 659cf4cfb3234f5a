//! How foreign servers are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How foreign servers are read.
pub const FOREIGN_SERVER: Reading = Reading {
    sql: include_str!("foreign_server.sql"),
    class: 1417,
    says: &[(Attribute::Definition, Shape::Text), (Attribute::Options, Shape::List)],
};
