//! The reader of PostgreSQL: a kind is one file with its query beside it, and a line of the table below.
//!
//! Comes in: a connection.

mod array;
mod column;
mod constraint;
mod found;
mod generated_name;
mod index;
mod read;
mod reading;
mod schema;
mod sequence;
mod table;

pub(super) use read::read;

/// Every kind.
const READINGS: &[reading::Reading] = &[
    schema::SCHEMA,
    table::TABLE,
    column::COLUMN,
    constraint::CONSTRAINT,
    index::INDEX,
    sequence::SEQUENCE,
];
