//! `rev db create` and `rev db drop`.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::ask::ask;
use crate::cli::ask::can_ask;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::db::Others;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::watch::create_database;
use crate::watch::drop_database;

/// Make or remove the database itself
///
/// A revision changes what is in a database; these make the database that revisions can then be applied to, and remove
/// it with all that is in it. No script is read.
#[derive(Debug, clap::Args)]
pub struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    Create(CreateArgs),
    Drop(DropArgs),
}

/// Make the database, empty, unless it is there
///
/// On PostgreSQL through the database `postgres` or else `template1`, with the template's encoding; on MariaDB and MySQL
/// with the character set utf8mb4; for SQLite an empty file.
#[derive(Debug, clap::Args)]
struct CreateArgs {}

/// Remove the database with all that is in it
///
/// Asks for its name on a terminal, and needs --yes elsewhere. A protected one needs --yes everywhere, and on a terminal
/// the name of its environment as well. While others are connected to it, it stays. Of SQLite, the restore points stay.
#[derive(Debug, clap::Args)]
struct DropArgs {
    /// End the connections of others; for SQLite, remove the file under them
    #[arg(long)]
    force: bool,
    /// Wait this long for another rev on a SQLite database to finish, as in 10m [default: 60s]
    #[arg(long, value_name = "DURATION")]
    lock_wait: Option<String>,
    /// Do not ask for the name of the database
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct CreatedJson<'a> {
    database: &'a str,
    created: bool,
}

#[derive(Serialize)]
struct DroppedJson<'a> {
    database: &'a str,
    dropped: bool,
    restore_points: Vec<String>,
}

/// Runs the command.
pub async fn run(args: &DbArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    match &args.command {
        DbCommand::Create(_) => create(cx).await,
        DbCommand::Drop(args) => drop_it(args, cx).await,
    }
}

async fn create(cx: &mut Context) -> Result<Outcome, Failed> {
    let config = cx.config()?;
    let database = cx.resolve(&config)?.to_string();
    let created = create_database(&config).await?;
    if cx.is_json() {
        return cx.text(&json::document(&CreatedJson { database: &database, created }));
    }
    let database = escape(&database);
    cx.talk(&match created {
        true => format!("created {database}"),
        false => format!("nothing to do: {database} is there"),
    });
    Ok(Outcome::Done)
}

async fn drop_it(args: &DropArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    cx.lock_wait.clone_from(&args.lock_wait);
    let config = cx.config()?;
    let url = cx.resolve(&config)?;
    confirm(&config, &url, args.yes).map_err(Failed::before_run)?;
    let others = if args.force { Others::Disconnect } else { Others::Spare };
    let dropped = drop_database(&config, others).await?;
    let database = url.to_string();
    let points: Vec<String> = dropped.restore_points.iter().map(|path| path.display().to_string()).collect();
    if cx.is_json() {
        let body = DroppedJson { database: &database, dropped: dropped.was_there, restore_points: points };
        return cx.text(&json::document(&body));
    }
    cx.talk(&match dropped.was_there {
        true => format!("removed {}", escape(&database)),
        false => format!("nothing to do: {} is not there", escape(&database)),
    });
    for point in &points {
        cx.talk(&format!("restore point: {} stays", escape(point)));
    }
    Ok(Outcome::Done)
}

/// Asks on the terminal for the name of what is removed; a protected database needs `--yes` before it is even asked for.
fn confirm(config: &Config, url: &DatabaseUrl, yes: bool) -> Result<(), Error> {
    let name = match url {
        DatabaseUrl::Sqlite(file) => file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        DatabaseUrl::Server(server) => server.database.clone(),
    };
    let what = format!("{url} will be removed, with all that is in it");
    match (config.database.protected, yes) {
        (true, false) => Err(ErrorKind::ProtectedDrop { database: url.to_string() }.into()),
        (true, true) if can_ask() => {
            let name = config.environment.as_ref().unwrap_or(&name);
            ask(&format!("this database is protected: {what}"), name, ErrorKind::NobodyToAsk)
        }
        (false, false) => ask(&what, &name, ErrorKind::NotConfirmed { done: "removed" }),
        (_, true) => Ok(()),
    }
}
