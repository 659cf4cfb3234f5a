//! How operators are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How operators are read.
pub const OPERATOR: Reading =
    Reading { sql: include_str!("operator.sql"), class: 2617, says: &[(Attribute::Options, Shape::List)] };
