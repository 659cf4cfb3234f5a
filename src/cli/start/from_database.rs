//! `rev init --from-database`.

use std::path::Path;
use std::path::PathBuf;

use crate::author::Made;
use crate::author::NewRevision;
use crate::author::NewScript;
use crate::author::Parents;
use crate::author::Prepared;
use crate::author::init;
use crate::author::inside;
use crate::autogenerate::First;
use crate::catalog::Catalog;
use crate::cli::ask::can_ask;
use crate::cli::confirm::Confirming;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::schemas::unread::warn_of;
use crate::cli::ui::first;
use crate::cli::ui::first::Taken;
use crate::cli::ui::made::lines;
use crate::config::Config;
use crate::config::Environment;
use crate::config::FILE_NAME;
use crate::config::ModelSource;
use crate::config::UrlOrigin;
use crate::config::starter;
use crate::config::url::DatabaseUrl;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Anchor;
use crate::graph::Purge;
use crate::graph::Splice;
use crate::graph::Target;
use crate::id::Heads;
use crate::project::Project;
use crate::project::Request;
use crate::project::own_objects;
use crate::run::Session;
use crate::run::scratch::Kept;
use crate::schemas::Sides;
use crate::schemas::dump;
use crate::schemas::expect_file;
use crate::script::create;
use crate::wall;

/// The file of the model in a new project.
const SCHEMA: &str = "schema.sql";

/// How a project begins with a database that is there.
#[derive(Debug, clap::Args)]
pub struct FromDatabaseArgs {
    /// Begin with the schema that a database has already
    ///
    /// Of the database that -u, a variable or migrations.toml names. It is read, and not changed.
    #[arg(long, conflicts_with = "list_templates")]
    from_database: bool,
    /// What the first revision is called
    #[arg(short, long, default_value = "initial schema", requires = "from_database", hide_short_help = true)]
    message: String,
    /// Its id instead of 12 random hex digits
    #[arg(long, value_name = "ID", requires = "from_database", hide_short_help = true)]
    rev_id: Option<String>,
    /// Note the first revision as applied to the database
    #[arg(long, requires = "from_database")]
    stamp: bool,
    /// Do not ask about a protected database
    #[arg(short, long, requires = "stamp", hide_short_help = true)]
    yes: bool,
}

impl FromDatabaseArgs {
    /// Returns whether there is a database to begin with.
    pub fn is_wanted(&self) -> bool {
        self.from_database
    }
}

/// Where the project is made.
struct Place<'a> {
    folder: &'a Path,
    template: Option<&'a str>,
    /// What migrations.toml will hold; nothing where it is there.
    configuration: Option<String>,
}

/// Runs the command.
pub async fn run(
    args: &FromDatabaseArgs,
    folder: &Path,
    template: Option<&str>,
    cx: &mut Context,
) -> Result<Outcome, Failed> {
    let (place, config) = begin(folder, template, cx)?;
    let project = Project::load_to_add(config)?;
    if let Some(revision) = project.graph.revisions().first() {
        let reason = format!("there are revisions already, such as `{}`", revision.id);
        return Err(cannot(reason, "`rev revision --autogenerate` writes the next one").into());
    }
    expect_file(&cx.resolve(&project.config)?)?;
    if args.stamp && !args.yes && project.config.database.protected && (cx.is_json() || !can_ask()) {
        return Err(ErrorKind::NobodyToAsk.into());
    }
    cx.interrupt.heed();
    let (live, dialect) = read(&project, cx).await?;
    if own_objects(&live).is_empty() && live.unread.is_empty() {
        return begin_empty(&place, cx);
    }
    let model = model_file(&project.config, dialect)?;
    let first = First::of(&live);
    let prepared = prepare(args, &place, &first, &project)?;
    let mut sides = Sides::new(&project, Kept::Copied, &cx.interrupt, &cx.actor);
    let tried = first.try_on_scratch(&prepared.script, &mut sides).await;
    let removed = sides.close().await;
    let tried = tried?;
    removed?;
    let prepared = prepared.with_sections(&first.sections(Some(&tried)))?;
    let text = dump(&live, None).text;
    let (made, script) = write(&place, prepared, &model, &text)?;
    cx.run_post_write(&project, &script.path)?;
    let mut taken = Taken { made, script, model, live, first, tried, is_stamped: false };
    if !cx.is_json() {
        cx.text(&lines(&taken.made))?;
        warn_of(&taken.live, cx);
        first::lines(&taken).iter().for_each(|line| cx.talk(line));
    }
    if args.stamp && taken.may_be_stamped() {
        // From here on it is a project like others.
        if folder != Path::new(".") {
            cx.global.config = Some(inside(folder, FILE_NAME));
        }
        stamp(args.yes, cx).await?;
        taken.is_stamped = true;
    }
    match cx.is_json() {
        true => drop(cx.text(&first::json(&taken))?),
        false => next(args, &place, &taken, &project, cx),
    }
    Ok(if taken.is_whole() { Outcome::Done } else { Outcome::Found })
}

fn cannot(reason: impl Into<String>, instead: &str) -> ErrorKind {
    ErrorKind::CannotBegin { reason: reason.into(), instead: instead.to_owned() }
}

/// Reads the configuration that is there, or the one that there will be.
fn begin<'a>(folder: &'a Path, template: Option<&'a str>, cx: &mut Context) -> Result<(Place<'a>, Config), Error> {
    if cx.global.config.is_some() || cx.environment.get_filled("REV_CONFIG").is_some() {
        let reason = "`-c` or REV_CONFIG names a configuration, and `init` makes one in a folder";
        return Err(cannot(reason, "name the folder instead: `rev init DIR --from-database`").into());
    }
    let path = inside(folder, FILE_NAME);
    if path.symlink_metadata().is_ok() {
        if folder != Path::new(".") {
            cx.global.config = Some(path);
        }
        return Ok((Place { folder, template, configuration: None }, cx.config()?));
    }
    let url = cx.global.url.as_deref().and_then(|url| lasting(url, folder));
    let text = starter(url.as_deref(), Some(SCHEMA));
    let config = cx.config_of(&path, &text)?;
    Ok((Place { folder, template, configuration: Some(text) }, config))
}

/// Returns the URL as it can be in a file of a folder: without its password, and with paths that lead to the same.
fn lasting(text: &str, folder: &Path) -> Option<String> {
    let url = DatabaseUrl::parse(text, Path::new(""), &Environment::default()).ok()?;
    if url.has_password() || folder != Path::new(".") {
        return Some(url.without_password().expose());
    }
    Some(text.to_owned())
}

/// Reads the schema of the database; one that belongs to a project already is refused.
async fn read(project: &Project, cx: &mut Context) -> Result<(Catalog, Dialect), Error> {
    let mut session = cx.open(project).await?;
    let read = schema(&mut session).await;
    let dialect = session.probe.journal.dialect;
    session.close().await;
    Ok((read?, dialect))
}

async fn schema(session: &mut Session) -> Result<Catalog, Error> {
    let mut tables = session.probe.existing.clone();
    tables.extend(session.probe.others.iter().cloned());
    if !tables.is_empty() {
        let reason = format!("the database has rev's tables already: {}", tables.join(", "));
        let instead = "its project has the revisions; `rev dump -u URL` writes the schema without them";
        return Err(cannot(reason, instead).into());
    }
    let journal = session.probe.journal.clone();
    session.db.catalog(&journal).await
}

/// Makes an ordinary project for a database in which there is nothing.
fn begin_empty(place: &Place<'_>, cx: &mut Context) -> Result<Outcome, Failed> {
    // A model that has no statement is none.
    let url = cx.global.url.as_deref().and_then(|url| lasting(url, place.folder));
    let made = init(place.folder, place.template, &starter(url.as_deref(), None))?;
    if cx.is_json() {
        return cx.text(&first::empty_json(&made));
    }
    cx.text(&lines(&made))?;
    let database = cx.database.as_ref().map_or_else(|| "the database".to_owned(), |database| database.url.clone());
    cx.talk(&format!("{database} is empty, so this is a project without a model and a revision"));
    cx.talk("next: `rev revision -m MESSAGE`");
    Ok(Outcome::Done)
}

/// Returns the file that the model will be in.
fn model_file(config: &Config, dialect: Dialect) -> Result<PathBuf, ErrorKind> {
    let Some(source) = config.models.get(&dialect).and_then(|model| model.source.as_ref()) else {
        let reason = format!("{FILE_NAME} is there, and has no [model] for {}", dialect.product());
        return Err(cannot(reason, "add `sql = \"schema.sql\"` below a line `[model]` to it"));
    };
    let path = match source {
        ModelSource::Files(paths) if paths.len() == 1 => paths[0].clone(),
        ModelSource::Files(_) | ModelSource::Command(_) => {
            let reason = format!("[model] in {FILE_NAME} is not a single file, which could be written");
            return Err(cannot(reason, "`rev revision --autogenerate --from scripts` makes a first revision of it"));
        }
    };
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if config.versions.iter().any(|folder| absolute(&path).starts_with(absolute(folder))) {
        let reason = format!("{} is in a script folder, where it would be read as a revision", path.display());
        return Err(cannot(reason, "name another file below `[model]`"));
    }
    match path.symlink_metadata() {
        Ok(_) => Err(cannot(format!("{} is there already", path.display()), "move it out of the way")),
        Err(_) => Ok(path),
    }
}

/// Makes the script of the first revision, without what becomes of it.
fn prepare(args: &FromDatabaseArgs, place: &Place<'_>, first: &First, project: &Project) -> Result<Prepared, Error> {
    // The configured template may be a file that is still to be made.
    let is_made = project.config.template.as_deref().is_some_and(|template| !template.exists());
    let template = place.template.or(is_made.then_some("default"));
    let new = NewRevision {
        message: args.message.clone(),
        id: args.rev_id.clone(),
        parents: Parents::Of(vec![Target::new(Anchor::Base)]),
        splice: Splice::Refuse,
        depends_on: Vec::new(),
        labels: Vec::new(),
        folder: None,
        template: template.map(str::to_owned),
    };
    project.prepare_revision(&new, &first.sections(None), &Heads::empty(), wall::now())
}

/// Writes all files, or none.
fn write(place: &Place<'_>, prepared: Prepared, model: &Path, schema: &str) -> Result<(Made, NewScript), Error> {
    let mut made = match &place.configuration {
        Some(configuration) => init(place.folder, place.template, configuration)?,
        None => Made::default(),
    };
    match write_schema(place, prepared, model, schema, &mut made) {
        Ok(script) => Ok((made, script)),
        Err(error) => {
            made.undo();
            Err(error)
        }
    }
}

fn write_schema(
    place: &Place<'_>,
    prepared: Prepared,
    model: &Path,
    schema: &str,
    made: &mut Made,
) -> Result<NewScript, Error> {
    let configuration = inside(place.folder, FILE_NAME);
    if place.configuration.is_some() && made.kept.contains(&configuration) {
        // It came while the schema was read.
        return Err(cannot(format!("{} is there already", configuration.display()), "type it again").into());
    }
    create(model, schema)?;
    made.add(model);
    let script = prepared.write()?;
    made.add(&script.path);
    Ok(script)
}

/// Notes the revision as applied, as `rev stamp head` does.
async fn stamp(yes: bool, cx: &mut Context) -> Result<(), Failed> {
    let project = cx.project().map_err(Failed::before_run)?;
    let mut session = cx.open(&project).await.map_err(Failed::before_run)?;
    let request = Request::Stamp(vec![Target::new(Anchor::Head)], Purge::Keep);
    cx.name_run(request.command());
    let mut observer = Confirming::new(cx, &project.config, yes);
    let report = Box::pin(project.migrate(&request, &mut session, &cx.actor, &mut observer)).await;
    session.close().await;
    report?;
    Ok(())
}

/// Says what is to be typed next.
fn next(args: &FromDatabaseArgs, place: &Place<'_>, taken: &Taken, project: &Project, cx: &mut Context) {
    let resolved = project.config.database.url.resolve();
    let is_named = resolved.as_ref().is_ok_and(|resolved| resolved.origin == UrlOrigin::Flag);
    let has_password = resolved.is_ok_and(|resolved| resolved.url.has_password());
    if is_named && has_password && place.configuration.is_some() {
        let file = inside(place.folder, FILE_NAME);
        cx.talk(&format!("the password is not in {}; REV_URL or `-u` says it", file.display()));
    }
    if taken.is_stamped {
        return;
    }
    if args.stamp {
        cx.talk("not stamped, since the revision does not make what is there");
    }
    let at = if place.folder == Path::new(".") { String::new() } else { format!(" in {}", place.folder.display()) };
    let with = if is_named && place.configuration.is_none() { ", with the same `-u`" } else { "" };
    cx.talk(&format!("next{at}: `rev stamp head`{with}, which notes that the database has this schema"));
}
