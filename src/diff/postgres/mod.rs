//! The statements of PostgreSQL.
//!
//! Comes in: two catalogs, and where they differ.

mod about;
mod alter;
mod column;
mod create;
mod fate;
mod foreign;
mod inherited;
mod name;
mod not_null;
mod owned;
mod part;
mod rename;
mod steps;
mod table;

pub(super) use rename::renamed;
pub(super) use steps::steps;
