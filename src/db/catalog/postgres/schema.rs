//! How schemas are read.

use crate::db::catalog::postgres::reading::Reading;

/// How schemas are read: all that is said of one is said of other objects too.
pub const SCHEMA: Reading = Reading { sql: include_str!("schema.sql"), class: 2615, says: &[] };
