//! How aggregate functions are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How aggregate functions are read.
pub const AGGREGATE: Reading =
    Reading { sql: include_str!("aggregate.sql"), class: 1255, says: &[(Attribute::Options, Shape::List)] };
