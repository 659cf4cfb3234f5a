//! How enum types are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How enum types are read.
pub const ENUM: Reading =
    Reading { sql: include_str!("enumeration.sql"), class: 1247, says: &[(Attribute::Labels, Shape::List)] };
