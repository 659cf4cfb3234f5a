//! The command line: global options and the list of commands.

use clap::Parser;
use clap::Subcommand;

use crate::cli::change::accept::AcceptArgs;
use crate::cli::change::downgrade::DowngradeArgs;
use crate::cli::change::redo::RedoArgs;
use crate::cli::change::restore::RestoreArgs;
use crate::cli::change::resume::ResumeArgs;
use crate::cli::change::stamp::StampArgs;
use crate::cli::change::upgrade::UpgradeArgs;
use crate::cli::global::GlobalArgs;
use crate::cli::look::branches::BranchesArgs;
use crate::cli::look::current::CurrentArgs;
use crate::cli::look::env::EnvArgs;
use crate::cli::look::graph::GraphArgs;
use crate::cli::look::heads::HeadsArgs;
use crate::cli::look::help::HelpArgs;
use crate::cli::look::history::HistoryArgs;
use crate::cli::look::log::LogArgs;
use crate::cli::look::show::ShowArgs;
use crate::cli::look::status::StatusArgs;
use crate::cli::programs::completions::CompletionsArgs;
use crate::cli::programs::exec::ExecArgs;
use crate::cli::programs::man::ManArgs;
use crate::cli::programs::serve::ServeArgs;
use crate::cli::programs::wait::WaitArgs;
use crate::cli::revisions::check::CheckArgs;
use crate::cli::revisions::edit::EditArgs;
use crate::cli::revisions::merge::MergeArgs;
use crate::cli::revisions::rebase::RebaseArgs;
use crate::cli::revisions::revision::RevisionArgs;
use crate::cli::schemas::create::CreateArgs;
use crate::cli::schemas::diff::DiffArgs;
use crate::cli::schemas::drift::DriftArgs;
use crate::cli::schemas::dump::DumpArgs;
use crate::cli::schemas::load::LoadArgs;
use crate::cli::schemas::scratch::ScratchArgs;
use crate::cli::start::db::DbArgs;
use crate::cli::start::init::InitArgs;

/// A graph of plain SQL revisions for SQLite, PostgreSQL, MariaDB and MySQL
///
/// Revisions are SQL scripts with an upgrade and a downgrade part. Each names the revision it grows from, so together
/// they form a graph with branches and merges, and rev brings a database from where it is to where you want it.
///
/// Without a command, rev says where the database is and what to type next.
#[derive(Debug, Parser)]
#[command(name = "rev", version, propagate_version = false, max_term_width = 80, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do; without it, how things stand is said.
    #[command(subcommand)]
    pub command: Option<Command>,
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
    Diff(DiffArgs),
    Drift(DriftArgs),
    Dump(DumpArgs),
    Load(LoadArgs),
    Create(CreateArgs),
    Scratch(ScratchArgs),
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
