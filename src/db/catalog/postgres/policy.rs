//! How policies are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How policies are read.
pub const POLICY: Reading =
    Reading { sql: include_str!("policy.sql"), class: 3256, says: &[(Attribute::Definition, Shape::Text)] };
