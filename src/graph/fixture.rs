//! Graphs for tests, in a line of text.

use std::path::PathBuf;

use crate::error::ErrorKind;
use crate::graph::dag::RevisionGraph;
use crate::graph::plan::Plan;
use crate::graph::problem::GraphProblem;
use crate::graph::revision::Revision;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;

/// Reads `a : label; b < a; m < a b + dependency`, revisions in file order.
pub(super) fn revisions(text: &str) -> Vec<Revision> {
    text.split(';').filter(|part| !part.trim().is_empty()).map(revision).collect()
}

/// Builds the graph of such a line.
pub(super) fn try_graph(text: &str) -> Result<RevisionGraph, Vec<GraphProblem>> {
    RevisionGraph::build(revisions(text))
}

/// Builds the graph of such a line, which must be sound.
pub(super) fn graph(text: &str) -> RevisionGraph {
    try_graph(text).expect("the fixture is sound")
}

/// Reads ids with spaces between them.
pub(super) fn heads(text: &str) -> Heads {
    text.split_whitespace().map(RevisionId::from_row).collect()
}

fn revision(text: &str) -> Revision {
    let mut sign = "";
    let mut words = text.split_whitespace();
    let id = RevisionId::parse(words.next().expect("the fixture is sound")).expect("the fixture is sound");
    let path = PathBuf::from(format!("versions/{id}.sql"));
    let mut revision = Revision {
        id,
        down_revisions: Vec::new(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        message: String::new(),
        created: None,
        path,
    };
    for word in words {
        match (word, sign) {
            ("<" | "+" | ":", _) => sign = word,
            (_, "<") => revision.down_revisions.push(RevisionId::parse(word).expect("the fixture is sound")),
            (_, "+") => revision.depends_on.push(word.to_owned()),
            (_, ":") => revision.labels.push(Label::parse(word).expect("the fixture is sound")),
            _ => panic!("{text:?}"),
        }
    }
    revision
}

/// Checks a plan, given as `steps => heads`, or its refusal, given as the code.
pub(super) fn check_plan(plan: Result<Plan, ErrorKind>, expected: &str, context: &[&str]) {
    let found = match plan {
        Ok(plan) => {
            let steps: Vec<&str> = plan.steps.iter().map(|step| step.revision.as_str()).collect();
            format!("{} => {}", steps.join(" "), plan.to)
        }
        Err(error) => error.code().to_owned(),
    };
    assert_eq!(found, expected, "{context:?}");
}
