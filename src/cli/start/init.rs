//! `rev init`.

use std::path::PathBuf;

use serde::Serialize;

use crate::author::init;
use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::start::from_database;
use crate::cli::start::from_database::FromDatabaseArgs;
use crate::cli::ui::json;
use crate::cli::ui::made;
use crate::cli::ui::table;
use crate::config::STARTER;
use crate::script::TEMPLATES;

/// Make a folder ready for revisions
///
/// Writes migrations.toml, an empty folder versions/, the template of new scripts, templates/revision.sql, and a
/// .gitignore that leaves databases out. What is there already stays as it is.
///
/// With --from-database also what a database has already: schema.sql, the model, and a first revision that makes all of
/// it. Both ways are run on a scratch database; the database itself is only read.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The folder; it is made if it is missing
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// What new scripts look like, one of --list-templates
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// List the templates that are built in, and make nothing
    #[arg(long)]
    list_templates: bool,
    #[command(flatten)]
    from: FromDatabaseArgs,
}

#[derive(Serialize)]
struct TemplatesJson {
    templates: Vec<TemplateJson>,
}

#[derive(Serialize)]
struct TemplateJson {
    name: &'static str,
    summary: &'static str,
}

/// Runs the command.
pub async fn run(args: &InitArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    if args.list_templates {
        return list_templates(cx);
    }
    if args.from.is_wanted() {
        return from_database::run(&args.from, &args.dir, args.template.as_deref(), cx).await;
    }
    let made = init(&args.dir, args.template.as_deref(), STARTER)?;
    if cx.is_json() {
        return cx.text(&made::json(&made));
    }
    cx.text(&made::lines(&made))?;
    cx.terminal.say("next: name the database in migrations.toml, then `rev revision -m MESSAGE`");
    Ok(Outcome::Done)
}

fn list_templates(cx: &mut Context) -> Result<Outcome, Failed> {
    if cx.is_json() {
        let templates =
            TEMPLATES.iter().map(|template| TemplateJson { name: template.name, summary: template.summary });
        return cx.text(&json::document(&TemplatesJson { templates: templates.collect() }));
    }
    let rows: Vec<Vec<String>> =
        TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.summary.to_owned()]).collect();
    cx.text(&table(&rows))
}
