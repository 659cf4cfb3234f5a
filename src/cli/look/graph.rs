//! `rev graph`.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::graph::Range;
use crate::id::RevisionId;
use crate::picture::Entry;
use crate::picture::Form;
use crate::picture::MOST_LISTED;
use crate::picture::Picture;
use crate::picture::Position;
use crate::project::Project;
use crate::run::Session;
use crate::script::create;
use crate::script::replace;

/// Draw the revisions: SVG, a page, or text for Graphviz or Mermaid
///
/// The picture is the same on every machine, so that it can be kept beside the scripts; with -i it also shows where the
/// database is.
#[derive(Debug, clap::Args)]
pub struct GraphArgs {
    /// What to draw with [default: what the name of the file says]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only a part: `A:B`, `A:`, `:B`, `-3:current`, `current:+2`, `label@base:`
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    range: Option<String>,
    /// Ask the database, and show what is applied
    #[arg(short, long)]
    indicate_current: bool,
}

/// The formats by name.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// An image that browsers, GitHub and GitLab show
    Svg,
    /// Text for Graphviz
    Dot,
    /// Text that GitHub and GitLab draw inside of Markdown
    Mermaid,
    /// A page with the scripts inside, to search and to read; the one that `rev serve` shows
    Html,
}

/// The answer when a file was written.
#[derive(Serialize)]
struct Drawn {
    path: String,
    format: &'static str,
    revisions: usize,
}

/// Runs the command.
pub async fn run(args: &GraphArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let form = args.form(cx.is_json())?;
    let range: Range = match &args.range {
        Some(text) => text.parse().map_err(Error::from)?,
        None => Range::default(),
    };
    let project = cx.project()?;
    let picture = args.picture(&range, &project, cx).await?;
    let Some(form) = form else { return cx.text(&json::document(&picture)) };
    let scripts = if form == Form::Html { scripts(&project, &picture)? } else { BTreeMap::new() };
    let text = form.write(&picture, &scripts)?;
    let Some(path) = &args.output else { return cx.long(&text).await };
    write(path, &text)?;
    if cx.is_json() {
        let path = path.to_string_lossy().into_owned();
        return cx.text(&json::document(&Drawn { path, format: form.as_str(), revisions: picture.revisions.len() }));
    }
    cx.talk(&escape(&picture.caption()));
    cx.text(&escape(&path.display().to_string()))
}

impl GraphArgs {
    /// Returns what to draw with; nothing where the picture itself is wanted, as JSON.
    fn form(&self, is_json: bool) -> Result<Option<Form>, Error> {
        let usage = |message: &str| Err(ErrorKind::Usage { message: message.to_owned(), hint: None }.into());
        match (self.format, &self.output) {
            (Some(_), None) if is_json => {
                usage("--json is itself a format: leave --format out, or name a file with -o")
            }
            (Some(format), _) => Ok(Some(format.form())),
            (None, None) if is_json => Ok(None),
            (None, Some(path)) => match Form::of_path(path) {
                Some(form) => Ok(Some(form)),
                None => usage("say what to draw with: --format svg, dot, mermaid or html"),
            },
            (None, None) => usage("say what to draw with, as in --format svg, or where, as in -o revisions.svg"),
        }
    }

    async fn picture(&self, range: &Range, project: &Project, cx: &mut Context) -> Result<Picture, Error> {
        let graph = &project.graph;
        if !self.indicate_current && !range.needs_rows() {
            return Ok(Picture::of(graph, &graph.history(range, None)?, None));
        }
        let mut session = cx.open(project).await?;
        let last = session.last_steps().await?;
        let failures = session.failures(&last).await?;
        let Session { rows, progress, .. } = &session;
        let position = self.indicate_current.then_some(Position { rows, progress, last: &last, failures: &failures });
        let picture = Picture::of(graph, &graph.history(range, Some(rows))?, position);
        session.close().await;
        Ok(picture)
    }
}

impl Format {
    fn form(self) -> Form {
        match self {
            Self::Svg => Form::Svg,
            Self::Dot => Form::Dot,
            Self::Mermaid => Form::Mermaid,
            Self::Html => Form::Html,
        }
    }
}

/// More of a script than this does not come into a page.
const LONGEST_SCRIPT: usize = 256 * 1024;

/// Reads the scripts of the revisions that are drawn.
fn scripts(project: &Project, picture: &Picture) -> Result<BTreeMap<RevisionId, String>, Error> {
    let read = |entry: &Entry| {
        let script = project.script(&entry.revision)?;
        let text = script.source.text.as_str();
        let end = text.floor_char_boundary(LONGEST_SCRIPT.min(text.len()));
        let rest = if end < text.len() { "\n-- (the rest is not shown)\n" } else { "" };
        Ok((entry.revision.clone(), format!("{}{rest}", &text[..end])))
    };
    // A page that is refused for its length needs none.
    if picture.revisions.len() > MOST_LISTED {
        Ok(BTreeMap::new())
    } else {
        picture.revisions.iter().map(read).collect()
    }
}

/// Writes the file whole, also over one that is there: a picture is drawn again and again.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    if path.exists() { replace(path, text) } else { create(path, text) }
}
