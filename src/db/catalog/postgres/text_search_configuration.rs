//! How text search configurations are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How text search configurations are read.
pub const TEXT_SEARCH_CONFIGURATION: Reading = Reading {
    sql: include_str!("text_search_configuration.sql"),
    class: 3602,
    says: &[(Attribute::Options, Shape::List), (Attribute::Labels, Shape::List)],
};
