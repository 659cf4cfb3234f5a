//! How classes of operators are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How classes of operators are read.
pub const OPERATOR_CLASS: Reading =
    Reading { sql: include_str!("operator_class.sql"), class: 2616, says: &[(Attribute::Definition, Shape::Text)] };
