//! Database URLs as people, SQLAlchemy and sqlx write them, parsed once into typed fields.

mod database_url;
mod mask;
mod option_file;
mod parameters;
mod parts;
mod password_file;
mod postgres;
mod same;
mod secret;
mod server;
mod service;
mod sqlite;
mod tls;
mod whole;

pub use database_url::DatabaseUrl;
pub(crate) use mask::HIDDEN;
pub(crate) use mask::is_told;
pub(crate) use mask::mask_passwords;
pub use secret::Secret;
pub use server::Address;
pub use server::Host;
pub use server::ServerUrl;
pub use server::SessionTarget;
pub use sqlite::SqliteMode;
pub use sqlite::SqliteUrl;
pub use tls::Tls;
pub use tls::TlsMode;
