//! The command line: global options and the list of commands.

use clap::Parser;
use clap::Subcommand;

use crate::cli::accept::AcceptArgs;
use crate::cli::branches::BranchesArgs;
use crate::cli::check::CheckArgs;
use crate::cli::completions::CompletionsArgs;
use crate::cli::current::CurrentArgs;
use crate::cli::db::DbArgs;
use crate::cli::downgrade::DowngradeArgs;
use crate::cli::edit::EditArgs;
use crate::cli::env::EnvArgs;
use crate::cli::exec::ExecArgs;
use crate::cli::global::GlobalArgs;
use crate::cli::graph::GraphArgs;
use crate::cli::heads::HeadsArgs;
use crate::cli::help::HelpArgs;
use crate::cli::history::HistoryArgs;
use crate::cli::init::InitArgs;
use crate::cli::log::LogArgs;
use crate::cli::man::ManArgs;
use crate::cli::merge::MergeArgs;
use crate::cli::rebase::RebaseArgs;
use crate::cli::redo::RedoArgs;
use crate::cli::restore::RestoreArgs;
use crate::cli::resume::ResumeArgs;
use crate::cli::revision::RevisionArgs;
use crate::cli::serve::ServeArgs;
use crate::cli::show::ShowArgs;
use crate::cli::stamp::StampArgs;
use crate::cli::status::StatusArgs;
use crate::cli::upgrade::UpgradeArgs;
use crate::cli::wait::WaitArgs;

/// A graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL
///
/// Revisions are SQL scripts with an upgrade and a downgrade part. Each names the revision it grows from, so together
/// they form a graph with branches and merges, and rev brings a database from where it is to where you want it.
#[derive(Debug, Parser)]
#[command(name = "rev", version, propagate_version = false, max_term_width = 80, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)] // each command's own arguments say what it is
pub enum Command {
    Init(InitArgs),
    Revision(RevisionArgs),
    Merge(MergeArgs),
    Rebase(RebaseArgs),
    Edit(EditArgs),
    Upgrade(UpgradeArgs),
    Downgrade(DowngradeArgs),
    Redo(RedoArgs),
    Restore(RestoreArgs),
    Resume(ResumeArgs),
    Stamp(StampArgs),
    Accept(AcceptArgs),
    Exec(ExecArgs),
    Wait(WaitArgs),
    Current(CurrentArgs),
    Status(StatusArgs),
    Log(LogArgs),
    History(HistoryArgs),
    Graph(GraphArgs),
    Heads(HeadsArgs),
    Branches(BranchesArgs),
    Show(ShowArgs),
    Check(CheckArgs),
    Env(EnvArgs),
    Db(DbArgs),
    Serve(ServeArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    Help(HelpArgs),
}
