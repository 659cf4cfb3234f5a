//! What a shell is told that completes a command line: ids, labels and environments of the project it stands in.
//!
//! Only the configuration and the scripts' headers are read: no command runs, and no connection opens.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use clap::Command;
use clap_complete::CompleteEnv;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::engine::CompletionCandidate;

use crate::config::Config;
use crate::config::Environment;
use crate::config::Selection;
use crate::graph::RevisionGraph;
use crate::project::Project;

/// The variable by which the completion script asks, holding the name of the shell.
pub const ASKED: &str = "REV_COMPLETE";

/// The arguments, in whichever command, that take a target, several, or a range of two.
const TARGETS: [&str; 9] =
    ["until", "target", "targets", "revision", "revisions", "head", "depends_on", "onto", "range"];

/// The targets that have a name of their own.
const WORDS: [(&str, &str); 4] = [
    ("head", "the one head"),
    ("heads", "every head"),
    ("current", "where the database is"),
    ("base", "before the first revision"),
];

/// Answers a shell's question, if this run of the program is one; returns whether it was.
pub fn answer(
    command: fn() -> Command,
    arguments: &[OsString],
    environment: &Environment,
) -> Result<bool, clap::Error> {
    if environment.get_filled(ASKED).is_none() {
        return Ok(false);
    }
    let project = Asked::read(arguments, environment);
    let factory = || project.teach(command());
    CompleteEnv::with_factory(factory).var(ASKED).try_complete(arguments, std::env::current_dir().ok().as_deref())
}

/// What the question says about the project.
#[derive(Debug, Clone)]
struct Asked {
    config: Option<PathBuf>,
    environment: Environment,
}

impl Asked {
    /// Reads the configuration file's name from the words of the command line, which follow `--`.
    fn read(arguments: &[OsString], environment: &Environment) -> Self {
        let words: Vec<&str> =
            arguments.iter().skip_while(|word| *word != "--").filter_map(|word| word.to_str()).collect();
        let spaced = words.windows(2).find(|pair| matches!(pair[0], "-c" | "--config")).map(|pair| pair[1]);
        let joined = words.iter().find_map(|word| word.strip_prefix("--config="));
        // An environment that is only half typed must not stand in the way.
        let environment = environment.iter().filter(|(name, _)| *name != "REV_ENV").collect();
        Self { config: spaced.or(joined).map(PathBuf::from), environment }
    }

    /// Lets the arguments of `command` that name something know what there is.
    fn teach(&self, command: Command) -> Command {
        let (project, asked) = (self.clone(), self.clone());
        let targets = ArgValueCompleter::new(move |typed: &OsStr| project.targets(typed));
        let environments = ArgValueCompleter::new(move |typed: &OsStr| asked.environments(typed));
        command.mut_arg("env", |arg| arg.add(environments)).mut_subcommands(move |command| {
            let targets = targets.clone();
            command.mut_args(move |arg| match TARGETS.contains(&arg.get_id().as_str()) {
                true => arg.add(targets.clone()),
                false => arg,
            })
        })
    }

    /// Reads the configuration; a project that is broken completes nothing.
    fn config(&self) -> Option<Config> {
        let selection = Selection { config: self.config.clone(), ..Selection::default() };
        Config::load(Path::new(""), &selection, &self.environment).ok()
    }

    fn environments(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed.to_string_lossy();
        let names = self.config().map(|config| config.environments).unwrap_or_default();
        names.into_iter().filter(|name| name.starts_with(&*typed)).map(CompletionCandidate::new).collect()
    }

    fn targets(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed.to_string_lossy();
        let graph = self.config().and_then(|config| Project::load(config).ok()).map(|project| project.graph);
        candidates(graph.as_ref(), &typed)
    }
}

/// Returns what can stand where `typed` was begun: the end of a range, behind a label, or a whole target.
fn candidates(graph: Option<&RevisionGraph>, typed: &str) -> Vec<CompletionCandidate> {
    let (before, begun) = typed.rfind([':', '@']).map_or(("", typed), |at| typed.split_at(at + 1));
    let words = WORDS.iter().map(|(word, help)| ((*word).to_owned(), (*help).to_owned()));
    let labels = graph.into_iter().flat_map(RevisionGraph::labels).flat_map(|(label, revision)| {
        let on = format!("the branch {label}");
        [(label.to_string(), revision.message.clone()), (format!("{label}@head"), on)]
    });
    // The newest are asked for most.
    let revisions = graph.into_iter().flat_map(|graph| graph.revisions().iter().rev());
    let revisions = revisions.map(|revision| (revision.id.to_string(), revision.message.clone()));
    let all = words.chain(labels).chain(revisions).zip(0..);
    let fitting = all.filter(|((name, _), _)| name.starts_with(begun));
    let candidate = |((name, help), place): ((String, String), usize)| {
        CompletionCandidate::new(format!("{before}{name}")).help(Some(help.into())).display_order(Some(place))
    };
    fitting.map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Revision;
    use crate::id::Label;
    use crate::id::RevisionId;

    /// The base `1a` labelled `billing`, and `2b` on it.
    fn graph() -> RevisionGraph {
        let revision = |id: &str, down: &[&str], labels: &[&str]| Revision {
            id: RevisionId::parse(id).unwrap(),
            down_revisions: down.iter().map(|id| RevisionId::parse(id).unwrap()).collect(),
            depends_on: Vec::new(),
            labels: labels.iter().map(|label| Label::parse(label).unwrap()).collect(),
            message: format!("message of {id}"),
            created: None,
            path: format!("versions/{id}.sql").into(),
        };
        RevisionGraph::build(vec![revision("1a", &[], &["billing"]), revision("2b", &["1a"], &[])]).unwrap()
    }

    fn check(typed: &str, expected: &[&str]) {
        let found = candidates(Some(&graph()), typed);
        let found: Vec<_> = found.iter().map(|candidate| candidate.get_value().to_str().unwrap()).collect();
        assert_eq!(found, expected, "{typed}");
    }

    #[test]
    fn words_labels_and_the_newest_revisions_come_first() {
        check("", &["head", "heads", "current", "base", "billing", "billing@head", "2b", "1a"]);
        check("b", &["base", "billing", "billing@head"]);
        check("2", &["2b"]);
        check("x", &[]);
    }

    #[test]
    fn the_end_of_a_range_and_what_is_behind_a_label_are_completed() {
        check("1a:2", &["1a:2b"]);
        check("billing@he", &["billing@head", "billing@heads"]);
    }

    #[test]
    fn a_project_that_is_broken_still_has_the_words() {
        assert_eq!(candidates(None, "").len(), WORDS.len());
    }

    #[test]
    fn every_argument_that_takes_a_target_is_taught() {
        use clap::CommandFactory as _;
        let cli = crate::cli::args::Cli::command();
        let found = |name: &str| cli.get_subcommands().any(|sub| sub.get_arguments().any(|arg| arg.get_id() == name));
        for name in TARGETS {
            assert!(found(name), "no command has an argument {name}");
        }
    }
}
