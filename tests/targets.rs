//! Runs the examples of docs/targets.md.
#![allow(clippy::unwrap_used)] // a page that does not have what it must is a failure of the test

use std::path::PathBuf;

use rev::error::ErrorKind;
use rev::graph::Purge;
use rev::graph::Revision;
use rev::graph::RevisionGraph;
use rev::graph::Target;
use rev::id::Heads;
use rev::id::RevisionId;

const PAGE: &str = include_str!("../docs/targets.md");

#[test]
fn every_example_on_the_page_is_true() {
    let graph = graph(PAGE.split("<!-- graph:").nth(1).unwrap().split("-->").next().unwrap());
    let examples: Vec<Vec<&str>> = PAGE.lines().filter(|line| line.starts_with("| `rev ")).map(cells).collect();
    assert!(examples.len() > 20);
    for example in examples {
        let &[command, before, after] = &example[..] else { panic!("{example:?}") };
        let found = match run(&graph, command, &heads(before)) {
            Ok(to) if to.is_empty() => "nothing".to_owned(),
            Ok(to) => to.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "),
            Err(error) => format!("refused: `{}`", error.code()),
        };
        assert_eq!(found, after, "{command} at {before}");
    }
}

fn run(graph: &RevisionGraph, command: &str, rows: &Heads) -> Result<Heads, ErrorKind> {
    let words: Vec<&str> = command.trim_matches('`').split(' ').skip(1).collect();
    let targets: Vec<Target> = words[1..].iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let plan = match words[0] {
        "upgrade" => graph.plan_upgrade(&targets[0], rows),
        "downgrade" => graph.plan_downgrade(&targets[0], rows),
        "stamp" => graph.plan_stamp(&targets, rows, Purge::Keep),
        other => panic!("{other}"),
    };
    Ok(plan?.to)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

fn heads(cell: &str) -> Heads {
    let names = cell.split(", ").filter(|name| *name != "nothing");
    names.map(|name| RevisionId::from_row(name.trim_matches('`'))).collect()
}

/// Reads `id < parents + dependencies : labels; …`.
fn graph(text: &str) -> RevisionGraph {
    let revision = |text: &str| {
        let (text, labels) = text.split_once(':').unwrap_or((text, ""));
        let (text, needs) = text.split_once('+').unwrap_or((text, ""));
        let (id, parents) = text.split_once('<').unwrap_or((text, ""));
        Revision {
            id: id.trim().parse().unwrap(),
            down_revisions: parents.split_whitespace().map(|id| id.parse().unwrap()).collect(),
            depends_on: needs.split_whitespace().map(str::to_owned).collect(),
            labels: labels.split_whitespace().map(|label| label.parse().unwrap()).collect(),
            message: String::new(),
            created: None,
            path: PathBuf::new(),
        }
    };
    RevisionGraph::build(text.split(';').map(revision).collect()).unwrap()
}
