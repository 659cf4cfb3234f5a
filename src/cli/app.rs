//! The program: arguments in, an exit status out.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;

use clap::FromArgMatches;
use clap::error::ErrorKind as ClapKind;

use crate::cli::advice;
use crate::cli::args::Cli;
use crate::cli::args::Command;
use crate::cli::change::accept;
use crate::cli::change::downgrade;
use crate::cli::change::redo;
use crate::cli::change::restore;
use crate::cli::change::resume;
use crate::cli::change::stamp;
use crate::cli::change::upgrade;
use crate::cli::command_line;
use crate::cli::complete;
use crate::cli::context::Context;
use crate::cli::global::log_format;
use crate::cli::habit;
use crate::cli::look::branches;
use crate::cli::look::current;
use crate::cli::look::env;
use crate::cli::look::graph;
use crate::cli::look::heads;
use crate::cli::look::help;
use crate::cli::look::history;
use crate::cli::look::log;
use crate::cli::look::overview;
use crate::cli::look::show;
use crate::cli::look::status;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::programs::completions;
use crate::cli::programs::exec;
use crate::cli::programs::man;
use crate::cli::programs::serve;
use crate::cli::programs::wait;
use crate::cli::revisions::check;
use crate::cli::revisions::edit;
use crate::cli::revisions::merge;
use crate::cli::revisions::rebase;
use crate::cli::revisions::revision;
use crate::cli::schemas::create;
use crate::cli::schemas::diff;
use crate::cli::schemas::drift;
use crate::cli::schemas::dump;
use crate::cli::schemas::load;
use crate::cli::schemas::scratch;
use crate::cli::start::db;
use crate::cli::start::init;
use crate::cli::ui::ColorChoice;
use crate::cli::ui::Filter;
use crate::cli::ui::Level;
use crate::cli::ui::Log;
use crate::cli::ui::LogFormat;
use crate::cli::ui::LogPlace;
use crate::cli::ui::Record;
use crate::cli::ui::Terminal;
use crate::cli::ui::Volume;
use crate::cli::ui::json;
use crate::cli::ui::wrapped;
use crate::config::Environment;
use crate::config::url::is_told;
use crate::config::url::mask_passwords;
use crate::error::ErrorKind;
use crate::run::Actor;
use crate::run::Interrupt;
use crate::secrets;
use crate::typed;

/// Runs the command that `arguments` (with the program's name first) ask for, and returns the exit status.
///
/// `interrupt` stops a run in an orderly way; nothing here listens to signals.
pub async fn run(arguments: Vec<OsString>, environment: Environment, actor: Actor, interrupt: Interrupt) -> u8 {
    match complete::answer(command_line::command, &arguments, &environment) {
        Ok(false) => {}
        Ok(true) => return 0,
        Err(error) => return refused(&error, None, &arguments, &environment),
    }
    let (cli, name) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(mut error) => {
            let hint = habit::explain(&mut error, &arguments);
            return refused(&error, hint, &arguments, &environment);
        }
    };
    let volume = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Volume::Quiet,
        (false, true) => Volume::Verbose,
        (false, false) => Volume::Normal,
    };
    let (log, unopened) = match cli.global.log(&environment, &name) {
        Ok(log) => (log, None),
        Err(error) => (Log::default(), Some(error)),
    };
    let global = &cli.global;
    let config = global.config.as_ref().and_then(|config| config.to_str());
    // Who has typed a password knows where to put it again; what is no URL may be one.
    let is_plain = |url: &str| is_told(url) && mask_passwords(url) == url;
    let url = global.url.as_deref().map(|url| if is_plain(url) { url } else { "URL" });
    typed::note(config, global.env.as_deref(), url);
    let terminal = Terminal::new(cli.global.color, volume, log);
    let mut cx = Context {
        global: cli.global,
        environment,
        actor,
        interrupt,
        lock_wait: None,
        lock_timeout: None,
        terminal,
        database: None,
        has_told_variables: false,
    };
    if let Some(error) = unopened {
        cx.fail(&error.into());
        return 2;
    }
    match Box::pin(dispatch(cli.command.as_ref(), &arguments, &mut cx)).await {
        Ok(outcome) => outcome.exit_code(),
        Err(mut failed) => {
            advice::fit(&mut failed.error, &name);
            cx.fail(&failed);
            failed.exit_code()
        }
    }
}

/// Reads the command line; returns the name of the command, too.
fn parse(arguments: &[OsString]) -> Result<(Cli, String), clap::Error> {
    let matches = command_line::command().try_get_matches_from(arguments)?;
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    Ok((Cli::from_arg_matches(&matches)?, name))
}

async fn dispatch(command: Option<&Command>, arguments: &[OsString], cx: &mut Context) -> Result<Outcome, Failed> {
    let Some(command) = command else { return overview::run(cx).await };
    match command {
        Command::Init(args) => Box::pin(init::run(args, cx)).await,
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
        Command::Diff(args) => Box::pin(diff::run(args, cx)).await,
        Command::Drift(args) => Box::pin(drift::run(args, cx)).await,
        Command::Dump(args) => Box::pin(dump::run(args, cx)).await,
        Command::Load(args) => Box::pin(load::run(args, cx)).await,
        Command::Create(args) => Box::pin(create::run(args, cx)).await,
        Command::Scratch(args) => Box::pin(scratch::run(args, cx)).await,
        Command::Exec(args) => exec::run(args, cx).await,
        Command::Wait(args) => wait::run(args, cx).await,
        Command::Current(args) => current::run(args, cx).await,
        Command::Status(args) => status::run(args, cx).await,
        Command::Log(args) => log::run(args, cx).await,
        Command::History(args) => history::run(args, cx).await,
        Command::Graph(args) => graph::run(args, cx).await,
        Command::Heads(args) => heads::run(args, cx).await,
        Command::Branches(args) => branches::run(args, cx).await,
        Command::Show(args) => show::run(args, cx).await,
        Command::Check(args) => check::run(args, cx).await,
        Command::Env(args) => env::run(args, cx).await,
        Command::Db(args) => db::run(args, cx).await,
        Command::Serve(args) => serve::run(args, cx).await,
        Command::Completions(args) => completions::run(args, arguments.first().map(Path::new), cx),
        Command::Man(args) => man::run(args, command_line::command(), cx),
        Command::Help(args) => help::run(args, command_line::command, cx),
    }
}

/// Answers to a command line that is not one: help and version are what was asked for, all else is bad usage.
fn refused(error: &clap::Error, hint: Option<String>, arguments: &[OsString], environment: &Environment) -> u8 {
    let asked_for = matches!(error.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion);
    let log = if asked_for { Log::default() } else { log_of(arguments, environment) };
    let is_json = arguments.iter().any(|argument| argument == "--json");
    let message = message(&secrets::hide(&error.to_string()));
    let failed = Failed::from(ErrorKind::Usage { message, hint });
    log.write(&Record::failed(&failed.error, None, None, failed.exit_code(), log.elapsed()));
    if asked_for || !(is_json || log.has_stderr()) {
        // A reader that went away is no reason to complain.
        let text = error.to_string();
        match secrets::hide(&text) {
            Cow::Owned(hidden) if hidden != text => {
                Terminal::new(ColorChoice::Never, Volume::Normal, log).say(hidden.trim_end());
            }
            _ if error.use_stderr() && std::io::stderr().is_terminal() => {
                let _ = write!(anstream::stderr(), "{}", wrapped(&error.render().ansi().to_string()));
            }
            _ => drop(error.print()),
        }
        return if asked_for { 0 } else { failed.exit_code() };
    }
    if is_json {
        let _ = Terminal::new(ColorChoice::Never, Volume::Quiet, log).data(&json::failure(&failed.error));
    }
    failed.exit_code()
}

/// Returns the log on standard error, if one is asked for there, as far as a broken command line tells.
fn log_of(arguments: &[OsString], environment: &Environment) -> Log {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let has_file = environment.get_filled("REV_LOG_FILE").is_some()
        || words.iter().any(|word| *word == "--log-file" || word.starts_with("--log-file="));
    let wants_json = words.contains(&"--log-format=json")
        || words.windows(2).any(|pair| pair == ["--log-format", "json"])
        || matches!(log_format(None, environment), Ok(LogFormat::Json));
    let place = if wants_json && !has_file { LogPlace::Stderr } else { LogPlace::Nowhere };
    Log::open(place, LogFormat::Json, Filter::from(Level::Info), "").unwrap_or_default()
}

/// Returns what is wrong in one line: all that clap says above the usage.
fn message(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).take_while(|line| !line.starts_with(USAGE));
    let lines: Vec<&str> =
        lines.filter(|line| !line.is_empty() && !line.starts_with(MORE) && !line.starts_with(TIP)).collect();
    lines.join("; ").trim_start_matches("error: ").replace(":; ", ": ").replace("; [", " [")
}

/// How the parts of clap's message begin that say how to use the command, not what is wrong.
const USAGE: &str = "Usage:";
const TIP: &str = "tip:";
const MORE: &str = "For more information";
