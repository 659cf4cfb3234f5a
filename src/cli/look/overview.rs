//! `rev` without a command.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::look::status;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Paint;
use crate::cli::ui::Role;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::config::Config;
use crate::config::url::DatabaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::project::Project;
use crate::typed;
use crate::watch::FullStatus;
use crate::watch::State;

/// How long a command may take that prints the URL.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to begin where no project is.
const BEGIN: &str = "\
there is no project here, and none in a folder above

to begin:
  `rev init` makes this folder ready for revisions
  `rev revision -m \"create users\"` makes the first script: write the SQL into it
  `rev upgrade` applies it

`rev help` lists the commands
";

/// Says where the project and its database stand, and what to type next.
///
/// It is a look, as `git status` is: a database that gives no answer is told of in a line, and is no failure.
pub async fn run(cx: &mut Context) -> Result<Outcome, Failed> {
    let config = match cx.config() {
        Ok(config) => config,
        Err(error) if matches!(*error.kind, ErrorKind::NoConfig { .. }) && !cx.is_json() => return cx.text(BEGIN),
        Err(error) => return Err(error.into()),
    };
    let paint = cx.terminal.paint;
    let mut text = head(&config, paint);
    let project = match Project::load(config) {
        Ok(project) => project,
        Err(error) => {
            if !cx.is_json() {
                cx.text(&text)?;
            }
            return Err(error.into());
        }
    };
    cx.warn_of_unread(&project);
    let full = match project.overlook().await.map_err(Failed::unreachable_if_so) {
        Err(failed) if failed.is_unreachable && !cx.is_json() => {
            text.push_str(&unreachable(&project, &failed.error, paint));
            return cx.prose(&typed::in_commands(text));
        }
        Err(failed) => {
            if !cx.is_json() {
                cx.text(&text)?;
            }
            return Err(failed);
        }
        Ok(full) => full,
    };
    if cx.is_json() {
        cx.resolve(&project.config)?;
        return cx.text(&json::status(&full));
    }
    text.push_str(&format!("\n{}{}", status::text(&project, &full, paint), next(&project, &full)));
    cx.prose(&typed::in_commands(text))
}

/// Returns the lines about the configuration and the database, as far as they are known without asking it.
fn head(config: &Config, paint: Paint) -> String {
    let file = match &config.file {
        Some(path) => escape(&path.display().to_string()).into_owned(),
        None => "no migrations.toml: the defaults hold".to_owned(),
    };
    let database = &config.database;
    let protected = if database.protected { ", protected" } else { "" };
    let named = match config.database.url.resolve_within(PATIENCE) {
        Ok(resolved) => {
            let (url, by) = (resolved.url.to_string(), escape(&resolved.source).into_owned());
            format!("{} ({by}{protected}){}", escape(&url), missing(&resolved.url))
        }
        // Whoever asks it next is told why.
        Err(_) => "not known".to_owned(),
    };
    let line = |name: &str, value: &str| format!("{} {value}\n", paint.text(Role::Faint, &format!("{name:<14}")));
    line("configuration", &file) + &line("database", &named)
}

fn missing(url: &DatabaseUrl) -> &'static str {
    match url {
        DatabaseUrl::Sqlite(sqlite) if !sqlite.path.exists() => ": no such file yet",
        _ => "",
    }
}

/// Returns what is known where the database gave no answer.
fn unreachable(project: &Project, error: &Error, paint: Paint) -> String {
    let count = match project.graph.revisions().len() {
        1 => "1 revision".to_owned(),
        several => format!("{several} revisions"),
    };
    let mut text = format!("\n{} {}\n", paint.text(Role::Warning, "not reached:"), told(error));
    if let Some(hint) = error.hint() {
        text.push_str(&format!("  help: {}\n", escape(&hint)));
    }
    // Only of a server that does not answer it is known that waiting may help.
    let is_there = matches!(*error.kind, ErrorKind::AccessDenied { .. } | ErrorKind::NoSuchDatabase { .. });
    let wait = if is_there { "" } else { "; `--wait 30s` waits for the server" };
    text + &format!("\nscripts: {count}\nnext: `rev status` asks again{wait}\n")
}

fn told(error: &Error) -> String {
    let problems: Vec<String> = error.problems().iter().map(|problem| problem.message()).collect();
    escape(&problems.join("; ").replace('\n', " ")).into_owned()
}

/// Returns what to type next, unless the status has said it.
fn next(project: &Project, full: &FullStatus) -> String {
    let several = full.status.heads.len() > 1;
    let next = match full.status.state {
        State::UnknownRevision | State::InProgress => return String::new(),
        // The status has said it.
        _ if full.edited.iter().any(|edited| edited.ran_nothing) => return String::new(),
        _ if !full.edited.is_empty() => {
            "`rev check --database` shows what was edited, and `rev accept ID` says that an edit is harmless"
        }
        State::UpToDate if project.graph.revisions().is_empty() => {
            "`rev revision -m \"create users\"` makes the first script"
        }
        State::UpToDate if several => "`rev merge heads -m MESSAGE` joins the branches",
        State::UpToDate => "`rev revision -m MESSAGE` makes a new script",
        State::Pending if several => {
            "`rev upgrade heads` applies all branches; `rev merge heads -m MESSAGE` joins them"
        }
        State::Pending => "`rev upgrade` applies what is pending; `rev upgrade --dry-run` shows it",
    };
    format!("\nnext: {next}\n")
}
