//! How text search dictionaries are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How text search dictionaries are read.
pub const TEXT_SEARCH_DICTIONARY: Reading = Reading {
    sql: include_str!("text_search_dictionary.sql"),
    class: 3600,
    says: &[(Attribute::Options, Shape::List)],
};
