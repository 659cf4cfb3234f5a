//! Pictures for tests, in a line of text.

use std::path::PathBuf;

use crate::direction::Direction;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::journal::Failures;
use crate::journal::LastSteps;
use crate::journal::ProgressRow;
use crate::picture::picture::Picture;
use crate::picture::picture::Position;

/// Reads `a : label; b < a; m < a b + dependency`, in file order, and gives each the message.
pub(super) fn graph(text: &str, message: &str) -> RevisionGraph {
    let revision = |text: &str| {
        let mut words = text.split_whitespace();
        let id = RevisionId::parse(words.next().unwrap()).unwrap();
        let path = PathBuf::from(format!("versions/{id}.sql"));
        let (down_revisions, depends_on, labels) = (Vec::new(), Vec::new(), Vec::new());
        let message = message.to_owned();
        let mut revision = Revision { id, down_revisions, depends_on, labels, message, created: None, path };
        let mut sign = "";
        for word in words {
            match (word, sign) {
                ("<" | "+" | ":", _) => sign = word,
                (_, "<") => revision.down_revisions.push(RevisionId::parse(word).unwrap()),
                (_, "+") => revision.depends_on.push(word.to_owned()),
                _ => revision.labels.push(Label::parse(word).unwrap()),
            }
        }
        revision
    };
    RevisionGraph::build(text.split(';').map(revision).collect()).unwrap()
}

/// Draws the whole graph without a database.
pub(super) fn picture(text: &str, message: &str) -> Picture {
    let graph = graph(text, message);
    Picture::of(&graph, &graph.history(&":".parse().unwrap(), None).unwrap(), None)
}

/// Draws the whole graph with a database that has these rows, and one revision in progress.
pub(super) fn applied(text: &str, message: &str, rows: &str, halfway: &str) -> Picture {
    let graph = graph(text, message);
    let rows: Heads = rows.split('|').filter(|row| !row.is_empty()).map(RevisionId::from_row).collect();
    let progress = ProgressRow {
        revision: RevisionId::from_row(halfway),
        part: 1,
        direction: Direction::Upgrade,
        hash: String::new(),
        intended: None,
        found: None,
        started: "2026-11-20T09:12:44.310Z".into(),
    };
    let position =
        Position { rows: &rows, progress: &[progress], last: &LastSteps::default(), failures: &Failures::default() };
    Picture::of(&graph, &graph.history(&":".parse().unwrap(), None).unwrap(), Some(position))
}
