//! How range types are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How range types are read.
pub const RANGE: Reading =
    Reading { sql: include_str!("range.sql"), class: 1247, says: &[(Attribute::Options, Shape::List)] };
