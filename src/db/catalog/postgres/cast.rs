//! How casts are read.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How casts are read.
pub const CAST: Reading =
    Reading { sql: include_str!("cast.sql"), class: 2605, says: &[(Attribute::Definition, Shape::Text)] };
