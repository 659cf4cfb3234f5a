//! The configuration: `migrations.toml`, environments, variables, flags and database URLs.
//!
//! Everything is read once and becomes values that cannot be wrong, except the database URL: it is resolved when a
//! command first needs the database, so that commands without one work although a secret is not set.
//!
//! Comes in: a file, variables and flags. Nothing here knows scripts or connects.

mod accounts;
#[allow(clippy::module_inception)] // the file is named after its noun
mod config;
mod database;
mod dotenv;
mod environment;
mod file;
mod find;
mod hook;
mod interpolate;
mod key;
mod layers;
mod mask;
mod model;
mod models;
mod named;
mod output;
mod project;
mod scratch;
mod selection;
mod setting;
mod size;
mod source;
mod starter;
mod trust;
mod unknown;
pub mod url;

pub use accounts::system_user;
pub use config::Config;
pub use config::NamedDatabase;
pub use database::DatabaseConfig;
pub use database::EditedPolicy;
pub use database::LockKind;
pub use database::OtherJournals;
pub use database::TransactionScope;
pub use environment::Environment;
pub use find::FILE_NAME;
pub use find::find;
pub use hook::Hook;
pub use hook::Hooks;
pub use model::Model;
pub use model::ModelSource;
pub use model::Patterns;
pub use scratch::ScratchServer;
pub use selection::Selection;
pub use source::ResolvedUrl;
pub use source::UrlOrigin;
pub use source::UrlSource;
pub use starter::STARTER;
pub use starter::starter;
pub use unknown::UnknownVariable;
