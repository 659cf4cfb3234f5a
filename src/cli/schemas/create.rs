//! `rev create`.

use crate::cli::context::Context;
use crate::cli::context::Named;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::loading::LoadingArgs;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Target;
use crate::project::Load;
use crate::schemas::expect_model;
use crate::schemas::model;

/// Build an empty database of development from the model
///
/// Runs what `[model]` says, and notes all revisions as applied, without running their scripts: a quick start for
/// development and tests, where the model may be ahead of the revisions. Not for a protected database.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    #[command(flatten)]
    loading: LoadingArgs,
}

/// Runs the command.
pub async fn run(args: &CreateArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    cx.lock_wait.clone_from(&args.loading.lock_wait);
    let project = cx.project().map_err(Failed::before_run)?;
    let url = cx.resolve(&project.config).map_err(Failed::before_run)?;
    let refused = |kind: ErrorKind| Failed::before_run(Error::from(kind));
    if project.config.database.protected {
        let database = cx.database.as_ref().map_or_else(|| url.to_string(), Named::to_string);
        let message = format!("{database} is protected, and `create` is for databases of development");
        let hint = "`rev upgrade` applies the revisions, and `rev load FILE` builds it from a dump".to_owned();
        return Err(refused(ErrorKind::Usage { message, hint: Some(hint) }));
    }
    expect_model(&project.config, url.dialect()).map_err(refused)?;
    let session = cx.open(&project).await.map_err(Failed::before_run)?;
    cx.name_run("create");
    let sources = model(&project.config, session.probe.journal.dialect, &cx.interrupt).await;
    let sources = sources.map_err(Failed::before_run)?;
    let targets = vec![Target::new(Anchor::Heads)];
    args.loading.run(&Load { sources, targets, may_be_empty: false }, &project, session, cx).await
}
