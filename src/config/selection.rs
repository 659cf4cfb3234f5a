//! What the command line says about the configuration.

use std::path::PathBuf;
use std::time::Duration;

/// What the command line says about the configuration; the rest comes from variables and the file.
#[derive(Default)]
pub struct Selection {
    /// `-c`: exactly this file.
    pub config: Option<PathBuf>,
    /// `-e`: the environment.
    pub env: Option<String>,
    /// `-u`: the database.
    pub url: Option<String>,
    /// `--wait`.
    pub wait: Option<Duration>,
    /// `--lock-wait`.
    pub lock_wait: Option<Duration>,
    /// `--lock-timeout`.
    pub lock_timeout: Option<Duration>,
}
