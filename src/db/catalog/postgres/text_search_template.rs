//! How text search templates are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How text search templates are read.
pub const TEXT_SEARCH_TEMPLATE: Reading =
    Reading { sql: include_str!("text_search_template.sql"), class: 3764, says: &[(Attribute::Options, Shape::List)] };
