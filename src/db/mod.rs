//! The databases: one connection, the statements that go through it, and what the servers say.
//!
//! Comes in: URLs and SQL as text. Nothing here knows a revision, a script or a plan.

mod admin;
mod blocker;
mod cancel;
mod catalog;
mod connect;
mod database;
mod definition;
mod extension;
mod failure;
mod lease;
mod lock;
mod notice;
mod pages;
mod place;
mod presence;
mod progress;
mod reach;
mod scratch;
mod settings;
mod standing;
#[cfg(unix)]
mod tunnel;

pub use admin::Others;
pub use blocker::Blocker;
pub use cancel::Canceller;
pub use connect::Access;
pub use database::Database;
pub use database::Done;
pub use database::FailureAt;
pub use definition::DETACHING;
pub use definition::INVALID;
pub use failure::Failure;
pub use lease::LeaseLock;
pub use lock::Lock;
pub use notice::Asks;
pub use notice::Notice;
pub use pages::Pages;
pub use place::Place;
pub use progress::StatementProgress;
pub use scratch::Shape;
pub use scratch::check_reached;
pub use scratch::remove_scratch;
pub use settings::Usual;
pub use settings::forced;
pub(crate) use standing::STANDBY;
