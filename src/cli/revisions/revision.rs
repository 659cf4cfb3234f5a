//! `rev revision`.

use std::fs;
use std::io;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use crate::author::Parents;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::revisions::autogenerate;
use crate::cli::revisions::autogenerate::AutogenerateArgs;
use crate::cli::revisions::new::NewArgs;
use crate::cli::ui::dump;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Target;
use crate::project::Project;
use crate::wall;

/// Make a new revision's script
///
/// It grows from the head, or from what --head names. The path of the script is printed; write the SQL into it.
#[derive(Debug, clap::Args)]
pub struct RevisionArgs {
    /// What it is for; the first line of the script
    #[arg(short, long, default_value = "", hide_default_value = true)]
    message: String,
    /// What it grows from: `head`, `base` for nothing, an id or its beginning, `label@head`
    #[arg(long, value_name = "TARGET", default_value = "head", allow_hyphen_values = true)]
    head: Vec<String>,
    #[command(flatten)]
    new: NewArgs,
    /// What else must be applied before it: ids, labels
    #[arg(long, value_name = "TARGET", value_delimiter = ',')]
    depends_on: Vec<String>,
    /// Take the SQL of a file as its upgrade
    ///
    /// Such as a dump; `-` reads it from the standard input.
    ///
    /// With --autogenerate: `live` compares the configured database with the model, `scripts` what the scripts make. Without
    /// it, the database if it is at the head.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The database that the file is for
    ///
    /// Needed where the file does not say it; the sections are for that database alone then.
    #[arg(long, value_name = "DIALECT", requires = "from", conflicts_with = "autogenerate", hide_short_help = true, value_parser = ["sqlite", "postgres", "mysql", "mariadb"])]
    dialect: Option<String>,
    #[command(flatten)]
    generated: AutogenerateArgs,
}

/// Runs the command.
pub async fn run(args: &RevisionArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let depends_on = args.depends_on.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    let heads = args.head.iter().map(|text| cx.target(text)).collect::<Result<_, _>>()?;
    if args.generated.is_wanted()? {
        let message = args.message.clone();
        return autogenerate::run(&args.generated, &args.new, args.from.as_deref(), message, heads, depends_on, cx)
            .await;
    }
    match &args.from {
        None => args.new.create(args.message.clone(), Parents::Of(heads), depends_on, cx).await,
        Some(file) => from_file(args, file, Parents::Of(heads), depends_on, cx).await,
    }
}

/// Writes a script with the SQL of a file, and says what became of it.
async fn from_file(
    args: &RevisionArgs,
    file: &Path,
    parents: Parents,
    depends_on: Vec<Target>,
    cx: &mut Context,
) -> Result<Outcome, Failed> {
    let only = args.dialect.as_deref().and_then(|word| Dialect::ALL.into_iter().find(|it| it.as_str() == word));
    let (path, bytes) = read_all(file)?;
    let project = cx.project_to_add()?;
    let dump = match project.read_dump(&path, bytes.clone(), only)? {
        Some(dump) => dump,
        None => match configured_dialect(&project) {
            Some(dialect) => project.read_dump(&path, bytes, Some(dialect))?,
            None => None,
        }
        .ok_or_else(|| unknown(&path))?,
    };
    let message = match (args.message.as_str(), file.file_stem()) {
        ("", Some(name)) if file != Path::new(STDIN) => name.to_string_lossy().into_owned(),
        (message, _) => message.to_owned(),
    };
    let new = args.new.revision(message, parents, depends_on);
    let rows = cx.rows_for(&project, Project::needs_rows(&new)).await?;
    let script = project.create_revision_from(&new, &dump, only, &rows, wall::now())?;
    cx.run_post_write(&project, &script.path)?;
    if cx.is_json() {
        return cx.text(&dump::json(&script, &dump));
    }
    dump::lines(&dump).iter().for_each(|line| cx.terminal.say(line));
    cx.text(&format!("{}\n", script.path.display()))
}

/// What stands for the standard input.
const STDIN: &str = "-";

fn read_all(file: &Path) -> Result<(PathBuf, Vec<u8>), Error> {
    let unreadable = |cause| Error::from(ErrorKind::Unreadable { path: file.to_owned() }).because(cause);
    if file != Path::new(STDIN) {
        return Ok((file.to_owned(), fs::read(file).map_err(unreadable)?));
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
    Ok((PathBuf::from("<stdin>"), bytes))
}

/// Returns the kind of the configured database, if one is configured.
fn configured_dialect(project: &Project) -> Option<Dialect> {
    project.config.database.url.resolve().ok().map(|resolved| resolved.url.dialect())
}

fn unknown(path: &Path) -> Error {
    let reason = "nothing says which database it is for".to_owned();
    let instead = "say it with `--dialect sqlite`, `postgres`, `mysql` or `mariadb`".to_owned();
    ErrorKind::CannotAdopt { path: path.to_owned(), reason, instead }.into()
}
