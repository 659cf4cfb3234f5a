//! Schemas as values: what a side of a comparison is, its catalog, and what differs between two.
//!
//! Comes in: a project, and words for sides. Nothing here changes a database but scratch ones.

mod built;
mod dump;
mod filter;
mod left_out;
mod model;
mod proof;
mod script_proof;
mod side;
mod sides;
mod text;
mod write;

pub use dump::Dump;
pub use dump::DumpOf;
pub use dump::dump;
pub use dump::is_dump;
pub use filter::Filter;
pub use filter::Pattern;
pub use left_out::LeftOut;
pub use left_out::Writable;
pub use left_out::whole_but;
pub use left_out::writable;
pub use model::expect_model;
pub use model::model;
pub use model::read;
pub use proof::Proof;
pub use proof::refused;
pub use script_proof::Claim;
pub use script_proof::ScriptProof;
pub use side::Side;
pub use sides::Schema;
pub use sides::Sides;
pub use sides::expect_file;
pub use text::sql_text;
pub use text::statement_text;
pub use write::write_whole;
