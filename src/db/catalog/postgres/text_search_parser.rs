//! How text search parsers are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How text search parsers are read.
pub const TEXT_SEARCH_PARSER: Reading =
    Reading { sql: include_str!("text_search_parser.sql"), class: 3601, says: &[(Attribute::Options, Shape::List)] };
