//! `rev exec`.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::model_dump::Did;
use crate::cli::model_dump::write_dump;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Record;
use crate::cli::ui::escape;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::id::RevisionId;
use crate::program::Halfway;
use crate::project::Project;
use crate::project::Request;
use crate::run::Session;
use crate::watch::State;
use crate::watch::Status;

/// Start a program, after its database was brought up to date
///
/// It upgrades to head first. With --no-upgrade, `auto_upgrade = false` in the configuration, or REV_AUTO_UPGRADE=false it
/// only says what is pending; so it does where a database is protected, unless `auto_upgrade = true` is said there. Then it
/// becomes the command: same process, same environment, signals and output untouched.
#[derive(Debug, clap::Args)]
pub struct ExecArgs {
    /// On failure: `exit` (default) or `continue`
    ///
    /// When the database could not be upgraded, or looked at: the command is not started, or it is all the same.
    #[arg(long, value_name = "WHAT", default_value = "exit", hide_default_value = true, hide_possible_values = true)]
    on_failure: OnFailure,
    /// Do not upgrade, only say what is pending
    #[arg(long)]
    no_upgrade: bool,
    /// Start only if it is at the heads
    #[arg(long)]
    require_head: bool,
    /// Wait this long for another rev [default: 60s]
    ///
    /// As in `10m`. One run at a time changes a database; the others wait for its lock.
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Wait this long for a table [default: 3s]
    ///
    /// Then it is given up, so that nobody queues behind it, and tried again a little later.
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<String>,
    /// Do not ask about a protected database
    #[arg(short, long)]
    yes: bool,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What a failure means for the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OnFailure {
    /// It is not started
    Exit,
    /// It is started all the same
    Continue,
}

/// How many pending revisions are named.
const LISTED: usize = 5;

/// Runs the command.
pub async fn run(args: &ExecArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(usage("there is no command to start"));
    };
    if cx.is_json() {
        return Err(usage("`--json` is not for `exec`, whose output is the command's; `--log-format json` is"));
    }
    if args.require_head && args.on_failure == OnFailure::Continue {
        return Err(usage("`--require-head` and `--on-failure continue` contradict each other"));
    }
    find(program, cx)?;
    let mut is_sound = true;
    if let Err(failed) = prepare(args, cx).await {
        let is_stopped = matches!(*failed.error.kind, ErrorKind::Interrupted { .. });
        if args.on_failure == OnFailure::Exit || is_stopped {
            return Err(failed);
        }
        cx.fail(&failed);
        cx.terminal.warn("the database is not as it is wanted, and the command is started all the same");
        is_sound = false;
    }
    let shown = program.to_string_lossy();
    cx.terminal.tell(&format!("starting {}", escape(&shown)), &Record::Starting { program: &shown, ok: is_sound });
    if let Some(signal) = cx.interrupt.settled().await {
        return Err(ErrorKind::Interrupted { signal }.into());
    }
    let mut command = Command::new(program);
    command.args(arguments);
    become_it(command).map_err(|cause| cannot_start(program, cause).into())
}

/// Upgrades the database, or looks at it.
async fn prepare(args: &ExecArgs, cx: &mut Context) -> Result<(), Failed> {
    cx.lock_wait.clone_from(&args.lock_wait);
    cx.lock_timeout.clone_from(&args.lock_timeout);
    let project = cx.project().map_err(Failed::before_run)?;
    cx.warn_of_unread(&project);
    if args.yes || !project.config.database.protected {
        // From here on, since signals do not end the first process of a container. At a question they must, though.
        cx.interrupt.heed();
    }
    let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
    let upgrades = project.config.database.upgrades_at_start() && !args.no_upgrade;
    if upgrades {
        let request = Request::Upgrade(Target::new(Anchor::Head));
        cx.name_run("upgrade");
        let mut observer = Confirming::new(cx, &project.config, args.yes);
        let report = project.migrate(&request, &mut session, &cx.actor, &mut observer).await?;
        drop(observer);
        cx.report(&report)?;
        write_dump(&project, Did::of(&report), cx).await;
    }
    if !upgrades || args.require_head {
        look(args, &project, &session, cx)?;
    }
    session.close().await;
    Ok(())
}

/// Says what is pending, or refuses.
fn look(args: &ExecArgs, project: &Project, session: &Session, cx: &mut Context) -> Result<(), Failed> {
    let status = project.status(session)?;
    let Some(kind) = behind(&status) else { return Ok(()) };
    if args.require_head {
        return Err(Failed::before_run(kind.into()));
    }
    cx.terminal.warn(&match status.state {
        State::Pending => {
            let database = &project.config.database;
            let is_unsaid = database.protected && database.auto_upgrade.is_none() && !args.no_upgrade;
            let why =
                if is_unsaid { "; this database is protected, and does not say `auto_upgrade = true`" } else { "" };
            pending(&status) + why
        }
        _ => kind.hint().map_or(kind.to_string(), |hint| format!("{kind}; {hint}")),
    });
    Ok(())
}

/// Says what is not applied.
fn pending(status: &Status) -> String {
    let ids: Vec<&str> = status.pending.iter().take(LISTED).map(RevisionId::as_str).collect();
    let more = status.pending.len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("pending: {}{more}; the database is at {}; `rev upgrade` applies them", ids.join(", "), status.current)
}

/// Returns how the database is not at the heads, as an error would say it.
fn behind(status: &Status) -> Option<ErrorKind> {
    let (current, heads) = (status.current.clone(), status.heads.iter().cloned().collect());
    match status.state {
        State::UpToDate => None,
        State::Pending => Some(ErrorKind::NotAtHeads { current, heads }),
        State::UnknownRevision => {
            let revision = status.unknown.first()?.clone();
            Some(ErrorKind::UnknownRow { revision, applied: None, below: None })
        }
        State::InProgress => status.halfway.as_ref().map(Halfway::error),
    }
}

/// Makes sure that there is such a command, before anything is changed for its sake.
pub(in crate::cli) fn find(program: &OsString, cx: &Context) -> Result<(), Error> {
    let path = Path::new(program);
    let places: Vec<PathBuf> = match cx.environment.get("PATH") {
        _ if path.components().count() > 1 => vec![path.to_owned()],
        Some(folders) => std::env::split_paths(folders).map(|folder| folder.join(path)).collect(),
        // The system has folders of its own then.
        None => return Ok(()),
    };
    if places.iter().any(|place| is_executable(place)) || cfg!(not(unix)) {
        return Ok(());
    }
    let is_missing = !places.iter().any(|place| place.exists());
    Err(ErrorKind::CannotStart { command: program.to_string_lossy().into_owned(), is_missing }.into())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

pub(in crate::cli) fn cannot_start(program: &OsString, cause: io::Error) -> Error {
    let command = program.to_string_lossy().into_owned();
    let is_missing = cause.kind() == io::ErrorKind::NotFound;
    Error::from(ErrorKind::CannotStart { command, is_missing }).because(cause)
}

fn usage(message: &str) -> Failed {
    ErrorKind::Usage { message: message.to_owned(), hint: None }.into()
}

/// Puts the command in the place of this process; returns only when that cannot be.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<Outcome, io::Error> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

/// Runs the command to its end, where no process can become another.
#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<Outcome, io::Error> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(Outcome::Ended(code.unwrap_or(1)))
}
