//! Graphs for tests, in a line of text.

use std::path::PathBuf;

use crate::graph::dag::RevisionGraph;
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
    try_graph(text).unwrap()
}

/// Reads ids with spaces between them.
pub(super) fn heads(text: &str) -> Heads {
    text.split_whitespace().map(RevisionId::from_row).collect()
}

fn revision(text: &str) -> Revision {
    let mut sign = "";
    let mut words = text.split_whitespace();
    let id = RevisionId::parse(words.next().unwrap()).unwrap();
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
            (_, "<") => revision.down_revisions.push(RevisionId::parse(word).unwrap()),
            (_, "+") => revision.depends_on.push(word.to_owned()),
            (_, ":") => revision.labels.push(Label::parse(word).unwrap()),
            _ => panic!("{text:?}"),
        }
    }
    revision
}
