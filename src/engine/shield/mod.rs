//! The shield around a rebuild of a table on SQLite: no row of another table is lost by it.

mod picture;
mod pragma;
mod raised;
#[allow(clippy::module_inception)] // a file is named after what it holds
mod shield;

pub use shield::Shield;
pub use shield::Shielding;

pub(super) use pragma::unshielded;
pub(super) use raised::Raised;
pub(super) use raised::check_parents;
