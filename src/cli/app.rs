//! The program: arguments in, an exit status out.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::Parser;
use clap::error::ErrorKind as ClapKind;

use crate::cli::accept;
use crate::cli::args::Cli;
use crate::cli::args::Command;
use crate::cli::branches;
use crate::cli::check;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::current;
use crate::cli::downgrade;
use crate::cli::edit;
use crate::cli::graph;
use crate::cli::heads;
use crate::cli::history;
use crate::cli::init;
use crate::cli::log;
use crate::cli::man;
use crate::cli::merge;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::rebase;
use crate::cli::redo;
use crate::cli::restore;
use crate::cli::resume;
use crate::cli::revision;
use crate::cli::serve;
use crate::cli::show;
use crate::cli::stamp;
use crate::cli::status;
use crate::cli::ui::ColorChoice;
use crate::cli::ui::Terminal;
use crate::cli::ui::Volume;
use crate::cli::ui::json;
use crate::cli::upgrade;
use crate::config::Environment;
use crate::engine::Actor;
use crate::engine::Interrupt;
use crate::error::ErrorKind;

/// Runs the command that `arguments` (with the program's name first) ask for, and returns the exit status.
///
/// `interrupt` stops a run in an orderly way; nothing here listens to signals.
pub async fn run(arguments: Vec<OsString>, environment: Environment, actor: Actor, interrupt: Interrupt) -> u8 {
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, &arguments),
    };
    let volume = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Volume::Quiet,
        (false, true) => Volume::Verbose,
        (false, false) => Volume::Normal,
    };
    let terminal = Terminal::new(cli.global.color, volume);
    let mut cx =
        Context { global: cli.global, environment, actor, interrupt, lock_wait: None, lock_timeout: None, terminal };
    match dispatch(&cli.command, &mut cx).await {
        Ok(outcome) => outcome.exit_code(),
        Err(failed) => {
            cx.fail(&failed);
            failed.exit_code()
        }
    }
}

async fn dispatch(command: &Command, cx: &mut Context) -> Result<Outcome, Failed> {
    match command {
        Command::Init(args) => init::run(args, cx),
        Command::Revision(args) => revision::run(args, cx).await,
        Command::Merge(args) => merge::run(args, cx).await,
        Command::Rebase(args) => rebase::run(args, cx).await,
        Command::Edit(args) => edit::run(args, cx).await,
        Command::Upgrade(args) => upgrade::run(args, cx).await,
        Command::Downgrade(args) => downgrade::run(args, cx).await,
        Command::Redo(args) => redo::run(args, cx).await,
        Command::Restore(args) => restore::run(args, cx).await,
        Command::Resume(args) => resume::run(args, cx).await,
        Command::Stamp(args) => stamp::run(args, cx).await,
        Command::Accept(args) => accept::run(args, cx).await,
        Command::Current(args) => current::run(args, cx).await,
        Command::Status(args) => status::run(args, cx).await,
        Command::Log(args) => log::run(args, cx).await,
        Command::History(args) => history::run(args, cx).await,
        Command::Graph(args) => graph::run(args, cx).await,
        Command::Heads(args) => heads::run(args, cx),
        Command::Branches(args) => branches::run(args, cx),
        Command::Show(args) => show::run(args, cx).await,
        Command::Check(args) => check::run(args, cx).await,
        Command::Serve(args) => serve::run(args, cx).await,
        Command::Completions(args) => completions::run(args, Cli::command(), cx),
        Command::Man(args) => man::run(args, Cli::command(), cx),
    }
}

/// Answers to a command line that is not one: help and version are what was asked for, all else is bad usage.
fn refused(error: &clap::Error, arguments: &[OsString]) -> u8 {
    let asked_for = matches!(error.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion);
    if asked_for || !arguments.iter().any(|argument| argument == "--json") {
        // A reader that went away is no reason to complain.
        let _ = error.print();
        return if asked_for { 0 } else { 2 };
    }
    let failed = Failed::from(ErrorKind::Usage { message: message(&error.to_string()) });
    let _ = Terminal::new(ColorChoice::Never, Volume::Quiet).data(&json::failure(&failed.error));
    failed.exit_code()
}

/// Returns what is wrong in one line: all that clap says above the usage.
fn message(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).take_while(|line| !line.starts_with(USAGE));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with(MORE)).collect();
    lines.join("; ").trim_start_matches("error: ").replace(":; ", ": ").replace("; [", " [")
}

/// How the parts of clap's message begin that say how to use the command, not what is wrong.
const USAGE: &str = "Usage:";
const MORE: &str = "For more information";
