//! `rev scratch`.

use std::ffi::OsString;
use std::process::Command;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::programs::exec;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::config::url::DatabaseUrl;
use crate::dialect::Family;
use crate::error::ErrorKind;
use crate::id::Heads;
use crate::project::Built;
use crate::run::Silent;
use crate::run::scratch::Kept;
use crate::run::scratch::Scratch;
use crate::run::scratch::run_program;

/// Make a throw-away database at a target, and run a command with it
///
/// A new database is made like the configured one, upgraded to the target, and removed when the command ends. The command
/// finds it by the variable DATABASE_URL, and its exit status is rev's own. Without a command the database is there until
/// Ctrl-C, and its URL is printed. The configured database is only asked what it is like.
#[derive(Debug, clap::Args)]
pub struct ScratchArgs {
    /// How far to upgrade it: `head`, `base`, a revision id, `label@head`
    #[arg(default_value = "heads")]
    target: String,
    /// Build it from nothing, even if the same was built before
    #[arg(long)]
    no_cache: bool,
    /// Print the URL with its password
    #[arg(long)]
    show_password: bool,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Serialize)]
struct ScratchJson<'a> {
    url: &'a str,
    current: &'a Heads,
    built: usize,
}

/// Runs the command.
pub async fn run(args: &ScratchArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let program = args.command.first();
    if let Some(program) = program {
        if cx.is_json() {
            let message = "with a command, the output of `scratch` is the command's; leave out `--json`".to_owned();
            return Err(ErrorKind::Usage { message, hint: None }.into());
        }
        exec::find(program, cx)?;
    }
    let target = cx.target(&args.target)?;
    let project = cx.project()?;
    cx.resolve(&project.config)?;
    cx.interrupt.heed();
    // Where all is quick, nothing else lets the process begin to listen.
    if let Some(signal) = cx.interrupt.settled().await {
        return Err(ErrorKind::Interrupted { signal }.into());
    }
    let kept = if args.no_cache { Kept::No } else { Kept::Copied };
    let interrupt = cx.interrupt.clone();
    let mut scratch = interrupt.or_stop(Scratch::open(&project.config, kept)).await?;
    let built = project.build(&[target], &mut scratch, &interrupt, &cx.actor, &mut Silent).await;
    let used = match built {
        Ok(built) => with(args, &built, cx).await,
        // What became of the database does not matter: it is removed.
        Err(failure) => Err(failure.error.into()),
    };
    let removed = scratch.close().await;
    let outcome = used?;
    removed?;
    Ok(outcome)
}

/// Runs the command, or waits.
async fn with(args: &ScratchArgs, built: &Built, cx: &mut Context) -> Result<Outcome, Failed> {
    let url = common(&built.url);
    let Some((program, arguments)) = args.command.split_first() else {
        let shown = if args.show_password || !built.url.has_password() { url } else { built.url.to_string() };
        match cx.is_json() {
            true => {
                cx.text(&json::document(&ScratchJson { url: &shown, current: &built.heads, built: built.steps }))?
            }
            false => cx.text(&format!("{}\n", escape(&shown)))?,
        };
        cx.talk(&format!("at {}; Ctrl-C removes it", built.heads));
        cx.interrupt.stopped().await;
        return Ok(Outcome::Done);
    };
    if let Some(signal) = cx.interrupt.asked() {
        return Err(ErrorKind::Interrupted { signal }.into());
    }
    let mut command = Command::new(program);
    command.args(arguments).env("DATABASE_URL", url);
    match run_program(command, &cx.interrupt).await {
        Ok(code) => Ok(Outcome::Ended(code)),
        Err(cause) => Err(exec::cannot_start(program, cause).into()),
    }
}

/// Returns the URL in the form that most programs read: some take the path of `sqlite:/x` for a host, not all know the short
/// name of PostgreSQL, and those of MariaDB and MySQL have parameters of their own.
fn common(url: &DatabaseUrl) -> String {
    let text = url.expose();
    if let Some(path) = text.strip_prefix("sqlite:/") {
        return format!("sqlite:////{path}");
    }
    if url.dialect().family() == Family::Mysql {
        return with_words_of_mysql(&text);
    }
    text.strip_prefix("postgres://").map_or(text.clone(), |rest| format!("postgresql://{rest}"))
}

/// Writes parameters as the programs of MariaDB and MySQL do; what is usual is left out, since others refuse what they do
/// not know.
fn with_words_of_mysql(url: &str) -> String {
    let Some((place, parameters)) = url.split_once('?') else { return url.to_owned() };
    let parameter = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some(match (name, value) {
            ("sslmode", "prefer") => return None,
            ("sslmode", "disable") => "ssl-mode=DISABLED".to_owned(),
            ("sslmode", "require") => "ssl-mode=REQUIRED".to_owned(),
            ("sslmode", "verify-ca") => "ssl-mode=VERIFY_CA".to_owned(),
            ("sslmode", "verify-full") => "ssl-mode=VERIFY_IDENTITY".to_owned(),
            ("sslrootcert", path) => format!("ssl-ca={path}"),
            ("sslcert", path) => format!("ssl-cert={path}"),
            ("sslkey", path) => format!("ssl-key={path}"),
            _ => pair.to_owned(),
        })
    };
    let parameters: Vec<String> = parameters.split('&').filter_map(parameter).collect();
    if parameters.is_empty() { place.to_owned() } else { format!("{place}?{}", parameters.join("&")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Environment;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let url = DatabaseUrl::parse(given, Path::new("/"), &Environment::default()).unwrap();
        assert_eq!(common(&url), expected);
        // rev itself reads it as it was.
        let again = DatabaseUrl::parse(expected, Path::new("/"), &Environment::default()).unwrap();
        assert_eq!(again, url);
    }

    #[test]
    fn a_url_has_the_parameters_of_its_programs() {
        check("mysql://u:p%26@h:1/d", "mysql://u:p%26@h:1/d");
        check("mysql://u@h:1/d?ssl-mode=disabled", "mysql://u@h:1/d?ssl-mode=DISABLED");
        check("mariadb://u@h:1/d?ssl-ca=/ca.pem", "mariadb://u@h:1/d?ssl-mode=VERIFY_CA&ssl-ca=%2Fca.pem");
        check("mysql://u@h:1/d?charset=utf8mb4&ssl=true", "mysql://u@h:1/d?ssl-mode=REQUIRED&charset=utf8mb4");
        check("postgres://u@h:1/d?sslmode=require", "postgresql://u@h:1/d?sslmode=require");
    }
}
