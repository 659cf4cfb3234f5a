//! `rev env`.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::outcome::Failed;
use crate::cli::outcome::Outcome;
use crate::cli::ui::escape;
use crate::cli::ui::json;
use crate::cli::ui::short;
use crate::cli::ui::table;
use crate::config::UrlOrigin;
use crate::error::Error;
use crate::id::Heads;
use crate::id::RevisionId;
use crate::project::Project;
use crate::watch::EnvironmentStatus;
use crate::watch::Standing;
use crate::watch::State;
use crate::watch::Status;

/// List the environments, their databases, and what is pending
///
/// All are asked at the same time, and one that gives no answer within 5 seconds (and --wait) is said to be unreachable.
/// Nothing is written anywhere.
#[derive(Debug, clap::Args)]
pub struct EnvArgs {
    /// Exit with status 1 unless every environment can be reached and is up to date
    #[arg(long)]
    exit_code: bool,
}

#[derive(Serialize)]
struct EnvironmentsJson<'a> {
    heads: Vec<&'a RevisionId>,
    environments: Vec<EnvironmentJson<'a>>,
}

#[derive(Serialize)]
struct EnvironmentJson<'a> {
    name: Option<&'a str>,
    chosen: bool,
    database: Option<String>,
    protected: Option<bool>,
    auto_upgrade: Option<bool>,
    status: &'static str,
    applied: Option<usize>,
    pending: Option<usize>,
    current: Option<&'a Heads>,
    pending_revisions: Option<&'a [RevisionId]>,
    error: Option<json::ErrorJson>,
}

/// Runs the command.
pub async fn run(args: &EnvArgs, cx: &mut Context) -> Result<Outcome, Failed> {
    let project = cx.project()?;
    let wait = cx.wait()?;
    let environments = project.environments(wait).await?;
    if cx.is_json() {
        cx.text(&document(&project, &environments))?;
    } else {
        let text = text(&project, &environments, cx);
        cx.prose(&text)?;
        told_elsewhere(&project, cx);
    }
    let is_fine =
        |one: &EnvironmentStatus| matches!(&one.standing, Standing::Known(known) if known.state == State::UpToDate);
    if args.exit_code && !environments.iter().all(is_fine) { Ok(Outcome::Found) } else { Ok(Outcome::Done) }
}

/// Says when commands do not work on any of these, whatever is chosen.
fn told_elsewhere(project: &Project, cx: &mut Context) {
    let by = match project.config.database.url.origin() {
        UrlOrigin::Flag => "--url says",
        UrlOrigin::Variable => "REV_URL says",
        _ => return,
    };
    let Ok(resolved) = project.config.database.url.resolve() else { return };
    cx.talk(&format!(
        "{by} {}: commands work on that, whichever environment is chosen",
        escape(&resolved.url.to_string())
    ));
}

fn document(project: &Project, environments: &[EnvironmentStatus]) -> String {
    let heads = project.graph.heads().into_iter().map(|revision| &revision.id).collect();
    json::document(&EnvironmentsJson { heads, environments: environments.iter().map(EnvironmentJson::of).collect() })
}

impl<'a> EnvironmentJson<'a> {
    fn of(environment: &'a EnvironmentStatus) -> Self {
        let known = match &environment.standing {
            Standing::Known(known) => Some(known),
            Standing::Unreachable(_) | Standing::Misconfigured(_) => None,
        };
        Self {
            name: environment.name.as_deref(),
            chosen: environment.is_chosen,
            database: environment.url.as_ref().map(ToString::to_string),
            protected: environment.protected,
            auto_upgrade: environment.auto_upgrade,
            status: match &environment.standing {
                Standing::Known(known) => known.state.as_str(),
                Standing::Unreachable(_) => "unreachable",
                Standing::Misconfigured(_) => "misconfigured",
            },
            applied: known.map(|known| known.applied),
            pending: known.map(|known| known.pending.len()),
            current: known.map(|known| &known.current),
            pending_revisions: known.map(|known| &known.pending[..]),
            error: match &environment.standing {
                Standing::Known(_) => None,
                Standing::Unreachable(error) | Standing::Misconfigured(error) => Some(json::ErrorJson::of(error)),
            },
        }
    }
}

/// One line an environment: its name, its database, what is special about it, and where it stands.
fn text(project: &Project, environments: &[EnvironmentStatus], cx: &Context) -> String {
    let cells = |one: &EnvironmentStatus| {
        let mark = if one.is_chosen { "*" } else { " " };
        let name = one.name.as_deref().map_or("[database]".into(), escape);
        let protected = one.protected.unwrap_or_default();
        // What `exec` does is told where it is not what it does anyway.
        let special = one.auto_upgrade.filter(|upgrades| *upgrades == protected);
        let word = special.map(|upgrades| if upgrades { "auto-upgrade" } else { "no auto-upgrade" });
        let flags: Vec<&str> = protected.then_some("protected").into_iter().chain(word).collect();
        let url = one.url.as_ref().map_or("-".to_owned(), |url| escape(&url.to_string()).into_owned());
        vec![format!("{mark} {name}"), url, or_dash(&flags.join(", ")), standing(&one.standing)]
    };
    let rows: Vec<Vec<String>> = environments.iter().map(cells).collect();
    let mut lines = table(&rows);
    let is_too_wide = |columns| lines.lines().any(|line| line.chars().count() > columns);
    if cx.terminal.columns.is_some_and(is_too_wide) {
        lines = in_two_lines(&rows);
    }
    let per_environment = lines.lines().count() / environments.len().max(1);
    if !cx.global.verbose {
        return lines;
    }
    let mut text = String::new();
    let mut lines = lines.lines();
    for one in environments {
        lines.by_ref().take(per_environment).for_each(|line| text.push_str(&format!("{line}\n")));
        let Standing::Known(known) = &one.standing else { continue };
        for revision in known.pending.iter().filter_map(|id| project.graph.get(id)) {
            text.push_str(&format!("    {}\n", short(&project.graph, revision, None, cx.terminal.paint)));
        }
    }
    text
}

/// Lists the database of each environment below it, for a terminal that is too narrow for both.
fn in_two_lines(rows: &[Vec<String>]) -> String {
    let (mut first, mut urls) = (Vec::new(), Vec::new());
    for row in rows {
        let [name, url, rest @ ..] = row.as_slice() else { continue };
        first.push([std::slice::from_ref(name), rest].concat());
        urls.push(url);
    }
    let first = table(&first);
    first.lines().zip(urls).map(|(line, url)| format!("{line}\n    {url}\n")).collect()
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Known(known) => known_standing(known),
        Standing::Unreachable(error) => format!("unreachable: {}", told(error)),
        Standing::Misconfigured(error) => format!("misconfigured: {}", told(error)),
    }
}

fn known_standing(known: &Status) -> String {
    const LISTED: usize = 3;
    let list = |ids: &[RevisionId]| {
        let mut names: Vec<String> = ids.iter().take(LISTED).map(|id| escape(id.as_str()).into_owned()).collect();
        if ids.len() > LISTED {
            names.push(format!("{} more", ids.len() - LISTED));
        }
        names.join(", ")
    };
    let at = format!("at {}", escape(&known.current.to_string()));
    match known.state {
        State::UpToDate => format!("up to date, {at}"),
        State::Pending => format!("{} pending ({}), {at}", known.pending.len(), list(&known.pending)),
        State::InProgress => {
            let stopped = known.halfway.as_ref().map_or("", |halfway| halfway.revision.as_str());
            format!("in progress ({}), {at}", escape(stopped))
        }
        State::UnknownRevision => format!("unknown revision ({}), {at}", list(&known.unknown)),
    }
}

fn told(error: &Error) -> String {
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    escape(&problems.join("; ").replace('\n', " ")).into_owned()
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.to_owned() }
}
