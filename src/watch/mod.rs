//! Looking at databases, waiting for them, making and removing them.
//!
//! Comes in: projects and sessions. Nothing here runs a revision.

pub(crate) mod environments;
pub(crate) mod existence;
pub(crate) mod observation;
pub(crate) mod reach;
pub(crate) mod status;

pub use environments::EnvironmentStatus;
pub use environments::Standing;
pub use existence::Dropped;
pub use existence::create_database;
pub use existence::drop_database;
pub use observation::Observation;
pub use observation::Portrait;
pub use reach::Reach;
pub use reach::Until;
pub use status::FullStatus;
pub use status::State;
pub use status::Status;
