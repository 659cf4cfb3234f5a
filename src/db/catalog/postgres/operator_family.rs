//! How families of operators are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How families of operators are read.
pub const OPERATOR_FAMILY: Reading =
    Reading { sql: include_str!("operator_family.sql"), class: 2753, says: &[(Attribute::Labels, Shape::List)] };
