//! Columns of the table of the lock that an older rev did not make.

use sea_query::ColumnDef;

/// Returns the columns that only leases use.
pub(super) fn lease_columns() -> [ColumnDef; 3] {
    [
        ColumnDef::new("lease").string_len(64).take(),
        ColumnDef::new("lease_ends").big_integer().take(),
        ColumnDef::new("fenced").big_integer().take(),
    ]
}
