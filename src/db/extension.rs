//! Libraries that SQLite loads into each connection, because the configuration says so.

use sqlx::_unstable::config::drivers::Config;
use sqlx::_unstable::config::drivers::SqliteConfig;
use sqlx::_unstable::config::drivers::SqliteExtension;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

/// Has each of `extensions` loaded when a connection opens, and before anything is asked of it; SQL itself cannot load
/// any.
///
/// The driver's other ways are `unsafe`, since a library can do anything; this is the one by which its own programs
/// load what their configuration names.
pub(super) fn with_extensions(
    options: SqliteConnectOptions,
    extensions: &[String],
) -> Result<SqliteConnectOptions, sqlx::Error> {
    if extensions.is_empty() {
        return Ok(options);
    }
    let mut config = Config::default();
    let paths = extensions.iter().cloned().map(SqliteExtension::Path).collect();
    config.sqlite = SqliteConfig { unsafe_load_extensions: paths };
    options.__unstable_apply_driver_config(&config)
}
