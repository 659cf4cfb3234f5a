//! What two catalogs disagree on, and the statements that turn one into the other.
//!
//! Comes in: two catalogs. Pure: nothing is sent to a database here, and nothing is guessed; what comes out is run on a
//! scratch database before anybody sees it.

mod difference;
mod mysql;
mod options;
mod order;
mod postgres;
mod sqlite;
mod statements;
mod step;

pub use difference::Alteration;
pub use difference::Change;
pub use difference::Difference;
pub use difference::differences;
pub use options::Options;
pub use options::Rename;
pub use statements::statements;
pub use step::Commit;
pub use step::Does;
pub use step::Refusal;
pub use step::Step;
