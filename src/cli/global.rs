//! The options of every command.

use std::path::PathBuf;

use clap::ArgAction;

use crate::cli::ui::ColorChoice;

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The configuration file [env: REV_CONFIG] [default: migrations.toml here or above]
    #[arg(short, long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The environment, a table [env.NAME] of the configuration [env: REV_ENV]
    #[arg(short, long, value_name = "NAME", global = true)]
    pub env: Option<String>,
    /// The database, as sqlite:FILE, postgres://…, mysql://… or mariadb://… [env: REV_URL]
    #[arg(short, long, value_name = "URL", global = true)]
    pub url: Option<String>,
    /// Wait this long for the server to accept connections, as in 30s
    #[arg(long, value_name = "DURATION", global = true)]
    pub wait: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no progress, only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: each statement of a run, all that is known of a revision
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub verbose: bool,
    /// Use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: ColorChoice,
}
