//! How composite types are read; their fields are columns.

use crate::db::catalog::postgres::reading::Reading;

/// How composite types are read; their fields are columns.
pub const COMPOSITE: Reading = Reading { sql: include_str!("composite.sql"), class: 1247, says: &[] };
