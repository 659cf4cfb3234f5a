//! `rev check`.

use crate::catalog::Level;
use crate::check::Check;
use crate::check::Finding;
use crate::check::Severity;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::Paint;
use crate::cli::ui::Role;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::diff::Difference;
use crate::diff::differences;
use crate::error::Error;
use crate::run::scratch::Kept;
use crate::schemas::Filter;
use crate::schemas::Sides;

/// Look for what is wrong with the scripts and their graph
///
/// For CI and commit hooks: needs no database unless --database asks for it. Exits with status 1 if there is a finding.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Compare with a git branch, tag or commit too: what it has must still be there, and new revisions grow from its heads
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// Compare with the database too: nothing may be edited after it was applied
    #[arg(long)]
    database: bool,
    /// Compare with the model too: what is in it must be in a revision; the scripts are run on a scratch database
    #[arg(long)]
    model: bool,
    /// Do not complain about this, by its code, such as multiple-heads; also `allow` of [check] in the configuration
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    allow: Vec<String>,
}

/// Runs the command.
pub async fn run(args: &CheckArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let config = cx.config()?;
    let mut check = Check::files(&config, &args.allow)?;
    if let Some(reference) = &args.against {
        check.against(reference)?;
    }
    if args.database {
        let mut session = cx.connect(&config, check.ids().iter()).await?;
        cx.name_run("check");
        check.applied(&mut session).await?;
        session.close().await;
    }
    if args.model && check.is_sound() {
        let found = model(cx).await?;
        check.model(&found);
    }
    let findings = check.findings;
    if cx.is_json() {
        cx.text(&json::check(&findings))?;
    } else {
        let paint = cx.terminal.paint;
        let text: String = findings.iter().map(|finding| text(finding, paint)).collect();
        cx.prose(&text)?;
        if findings.is_empty() {
            cx.talk("no findings");
        }
    }
    if findings.is_empty() { Ok(Outcome::Done) } else { Ok(Outcome::Found) }
}

/// Builds what the scripts make and the model on scratch, and compares them.
async fn model(cx: &mut Context) -> Result<Vec<Difference>, Failed> {
    let project = cx.project()?;
    cx.interrupt.heed();
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let found = async {
        let filter = Filter::default().with_configured(&project.config)?;
        let (mut old, mut new) = sides.both(&"heads".parse()?, &"model".parse()?).await?;
        filter.apply(&mut old);
        filter.apply(&mut new);
        Ok::<_, Error>(differences(&old, &new, Level::Logical))
    };
    let found = found.await;
    let removed = sides.close().await;
    let found = found?;
    removed?;
    Ok(found)
}

/// One line a finding, as compilers and linters write them, so that editors find the place.
fn text(finding: &Finding, paint: Paint) -> String {
    let place = match (&finding.span, &finding.file) {
        (Some(span), _) => format!("{span}: "),
        (None, Some(file)) => format!("{}: ", file.display()),
        (None, None) => String::new(),
    };
    let (role, severity) = match finding.severity {
        Severity::Error => (Role::Bad, "error"),
        Severity::Warning => (Role::Warning, "warning"),
    };
    let word = paint.text(role, &format!("{severity}[{}]", finding.code)).into_owned();
    let hint = finding.hint.as_ref().map_or(String::new(), |hint| format!("\n  help: {}", escape(hint)));
    format!("{}{word}: {}{hint}\n", escape(&place), escape(&finding.message))
}
