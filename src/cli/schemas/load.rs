//! `rev load`.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::loading::LoadingArgs;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::project::Load;
use crate::run::Session;
use crate::schemas::DumpOf;
use crate::schemas::read;

/// Build an empty database from a dump
///
/// Runs the SQL of a file, and notes the revisions as applied that it is of, without running their scripts. What `rev dump`
/// wrote says which these are; for other files `--revision` says it. On SQLite and PostgreSQL a failure leaves nothing.
#[derive(Debug, clap::Args)]
pub struct LoadArgs {
    /// The file of SQL
    file: PathBuf,
    /// What the file is of: `head`, `heads`, an id, a label; `rev dump` wrote it into its own
    #[arg(long, value_name = "TARGET")]
    revision: Option<String>,
    #[command(flatten)]
    loading: LoadingArgs,
}

/// Runs the command.
pub async fn run(args: &LoadArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    cx.lock_wait.clone_from(&args.loading.lock_wait);
    let target = args.revision.as_deref().map(|text| cx.target(text)).transpose().map_err(Failed::before_run)?;
    let source = read(&args.file).map_err(Failed::before_run)?;
    let dump = DumpOf::read(&source.text);
    let targets = targets(args, dump.as_ref(), target).map_err(|kind| Failed::before_run(kind.into()))?;
    let project = cx.project().map_err(Failed::before_run)?;
    let session = cx.open(&project).await.map_err(Failed::before_run)?;
    cx.name_run("load");
    if let Some(dump) = &dump {
        expect_same(args, dump, &session).map_err(Failed::before_run)?;
    }
    let load = Load { sources: vec![source], targets, may_be_empty: dump.is_some() };
    args.loading.run(&load, &project, session, cx).await
}

/// Returns what the file is of.
fn targets(args: &LoadArgs, dump: Option<&DumpOf>, target: Option<Target>) -> Result<Vec<Target>, ErrorKind> {
    let file = args.file.display();
    let usage = |message: String, hint: &str| ErrorKind::Usage { message, hint: Some(hint.to_owned()) };
    if dump.is_some_and(|dump| !dump.is_whole) {
        let message =
            format!("`{file}` does not end with the line that ends a dump: it was cut off, or something follows");
        return Err(usage(message, "dump the database again, or take out what follows `-- end of rev dump`"));
    }
    let named = dump.map(|dump| dump.revisions.as_slice()).unwrap_or_default();
    match (target, named) {
        (Some(target), []) => Ok(vec![target]),
        (None, ids @ [_, ..]) => Ok(ids.iter().map(Target::revision).collect()),
        (Some(_), ids @ [_, ..]) => {
            let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            let message = format!("`{file}` says itself that it is of {}", ids.join(", "));
            Err(usage(message, "leave out `--revision`"))
        }
        (None, []) => {
            let message = format!("nothing says which revisions `{file}` is of");
            let hint =
                "say it with `--revision`, as in `--revision head`, or load what `rev dump` wrote of a whole schema";
            Err(usage(message, hint))
        }
    }
}

/// Refuses the dump of another product.
fn expect_same(args: &LoadArgs, dump: &DumpOf, session: &Session) -> Result<(), Error> {
    let dialect = session.probe.journal.dialect;
    if dump.dialect.family() == dialect.family() {
        return Ok(());
    }
    let (found, wanted) = (dump.dialect.product(), dialect.product());
    let message = format!("`{}` is a dump of {found}, and the database is {wanted}", args.file.display());
    Err(ErrorKind::Usage { message, hint: None }.into())
}
