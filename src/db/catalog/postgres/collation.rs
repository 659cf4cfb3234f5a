//! How collations are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How collations are read.
pub const COLLATION: Reading =
    Reading { sql: include_str!("collation.sql"), class: 3456, says: &[(Attribute::Options, Shape::List)] };
