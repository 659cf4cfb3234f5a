//! New scripts, and scripts that move.
//!
//! Comes in: projects. Nothing here needs a database.

pub(crate) mod alembic;
#[allow(clippy::module_inception)] // the file is named after its noun
mod author;
mod dump;
pub(crate) mod init;
mod left_out;
mod origin;
pub(crate) mod rebase;
pub(crate) mod template;

pub use author::NewRevision;
pub use author::NewScript;
pub use author::Parents;
pub use author::Prepared;
pub use dump::Dump;
pub use dump::LeftOut;
pub use init::Made;
pub use init::init;
pub use init::inside;
pub use rebase::Rebase;
