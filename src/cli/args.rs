//! The command line: global options and the list of commands.

use std::path::PathBuf;

use clap::ArgAction;
use clap::Parser;
use clap::Subcommand;

use crate::cli::branches::BranchesArgs;
use crate::cli::check::CheckArgs;
use crate::cli::completions::CompletionsArgs;
use crate::cli::current::CurrentArgs;
use crate::cli::downgrade::DowngradeArgs;
use crate::cli::edit::EditArgs;
use crate::cli::heads::HeadsArgs;
use crate::cli::history::HistoryArgs;
use crate::cli::init::InitArgs;
use crate::cli::log::LogArgs;
use crate::cli::man::ManArgs;
use crate::cli::merge::MergeArgs;
use crate::cli::redo::RedoArgs;
use crate::cli::revision::RevisionArgs;
use crate::cli::show::ShowArgs;
use crate::cli::stamp::StampArgs;
use crate::cli::status::StatusArgs;
use crate::cli::ui::ColorChoice;
use crate::cli::upgrade::UpgradeArgs;

/// A graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL
///
/// Revisions are SQL scripts with an upgrade and a downgrade part. Each names the revision it grows from, so together
/// they form a graph with branches and merges, and rev brings a database from where it is to where you want it.
#[derive(Debug, Parser)]
#[command(name = "rev", version, propagate_version = false, max_term_width = 100, disable_help_subcommand = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How to begin.
const AFTER_HELP: &str = "\
To begin: `rev init`, `rev revision -m \"create users\"`, write the SQL into the new script, `rev upgrade`.
Exit status: 0 done, 1 something was found, 2 could not begin, 3 failed on the way.";

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

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)] // each command's own arguments say what it is
pub enum Command {
    Init(InitArgs),
    Revision(RevisionArgs),
    Merge(MergeArgs),
    Edit(EditArgs),
    Upgrade(UpgradeArgs),
    Downgrade(DowngradeArgs),
    Redo(RedoArgs),
    Stamp(StampArgs),
    Current(CurrentArgs),
    Status(StatusArgs),
    Log(LogArgs),
    History(HistoryArgs),
    Heads(HeadsArgs),
    Branches(BranchesArgs),
    Show(ShowArgs),
    Check(CheckArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}
