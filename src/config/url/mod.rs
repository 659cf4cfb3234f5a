//! Database URLs as people, SQLAlchemy and sqlx write them, parsed once into typed fields.

mod database_url;
mod mask;
mod parts;
mod postgres;
mod secret;
mod server;
mod sqlite;
mod tls;
mod whole;

pub use database_url::DatabaseUrl;
pub(crate) use mask::HIDDEN;
pub(crate) use mask::is_told;
pub(crate) use mask::mask_passwords;
pub use secret::Secret;
pub use server::Address;
pub use server::ServerUrl;
pub use sqlite::SqliteMode;
pub use sqlite::SqliteUrl;
pub use tls::Tls;
pub use tls::TlsMode;
