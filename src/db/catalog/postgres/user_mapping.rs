//! How user mappings are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How user mappings are read.
pub const USER_MAPPING: Reading =
    Reading { sql: include_str!("user_mapping.sql"), class: 1418, says: &[(Attribute::Options, Shape::List)] };
