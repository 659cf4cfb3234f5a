//! What is asked: a configuration with its scripts and graph, and the requests that become programs and runs.
//!
//! Comes in: programs and runs. What only looks, writes scripts, checks them or prints them stands above.

pub(crate) mod accept;
pub(crate) mod build;
pub(crate) mod edited;
pub(crate) mod halfway;
pub mod hooks;
pub(crate) mod inside;
pub(crate) mod known;
pub(crate) mod load;
pub(crate) mod migrate;
pub(crate) mod moved;
pub(crate) mod origins;
#[allow(clippy::module_inception)] // a file is named after what it holds
pub(crate) mod project;
pub(crate) mod recall;
pub(crate) mod redo;
pub(crate) mod request;
pub(crate) mod resume;
pub(crate) mod start;
pub(crate) mod test_database;

pub use build::Built;
pub use edited::EditedScript;
pub use inside::expect_inside;
pub use inside::outside;
pub use load::Load;
pub use load::own_objects;
pub use moved::MovedRevision;
pub use origins::Origin;
pub use project::Project;
pub use redo::Rewriting;
pub use request::Request;
pub use request::Sections;
pub use start::upgrade;
pub use test_database::TestDatabase;
