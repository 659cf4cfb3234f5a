//! How domains are read; their checks are constraints.

use crate::catalog::Attribute;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::reading::Shape;

/// How domains are read; their checks are constraints.
pub const DOMAIN: Reading = Reading {
    sql: include_str!("domain.sql"),
    class: 1247,
    says: &[
        (Attribute::Type, Shape::Text),
        (Attribute::NotNull, Shape::Flag),
        (Attribute::Default, Shape::Text),
        (Attribute::Collation, Shape::Text),
        (Attribute::NotNullName, Shape::Text),
    ],
};
