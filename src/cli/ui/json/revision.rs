//! The documents of revisions, and of the graph.

use std::path::Path;

use serde::Serialize;

use crate::cli::ui::halfway::HalfwayJson;
use crate::cli::ui::json::failure::document;
use crate::cli::ui::json::failure::path;
use crate::cli::ui::revision::Applied;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::Label;
use crate::id::RevisionId;
use crate::script::SectionState;

/// Returns the document of `heads`.
pub fn heads(heads: &[&Revision]) -> String {
    document(&HeadsJson { heads: heads.iter().map(|revision| &revision.id).collect() })
}

/// Returns the document of `history`.
pub fn history(graph: &RevisionGraph, revisions: &[&Revision], applied: Option<&Applied<'_>>) -> String {
    let revisions = revisions.iter().map(|revision| RevisionJson::of(graph, revision, applied)).collect();
    document(&HistoryJson { revisions })
}

/// Returns the document of `show`; the states are those of the sections that run on the configured dialect.
pub fn show(
    graph: &RevisionGraph,
    revision: &Revision,
    applied: Option<&Applied<'_>>,
    upgrade: SectionState,
    downgrade: SectionState,
) -> String {
    document(&ShowJson { revision: RevisionJson::of(graph, revision, applied), upgrade, downgrade })
}

/// Returns the document of `branches`.
pub fn branches(graph: &RevisionGraph, branch_points: &[&Revision]) -> String {
    let branch = |revision: &&'_ Revision| BranchJson {
        revision: revision.id.clone(),
        children: graph.children(&revision.id).into_iter().map(|child| child.id.clone()).collect(),
    };
    document(&BranchesJson { branches: branch_points.iter().map(branch).collect() })
}

/// Returns the document of `revision` and `merge`.
pub fn new_script(revision: &RevisionId, path: &Path) -> String {
    edited(Some(revision), path)
}

/// Returns the document of `edit`; of a script that is wrong, the id may not be known.
pub fn edited(revision: Option<&RevisionId>, path: &Path) -> String {
    document(&NewScriptJson { revision, path: self::path(path) })
}

#[derive(Serialize)]
struct HeadsJson<'a> {
    heads: Vec<&'a RevisionId>,
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    revisions: Vec<RevisionJson<'a>>,
}

#[derive(Serialize)]
struct ShowJson<'a> {
    #[serde(flatten)]
    revision: RevisionJson<'a>,
    upgrade: SectionState,
    downgrade: SectionState,
}

/// A revision as its script declares it, and where it stands.
#[derive(Serialize)]
struct RevisionJson<'a> {
    revision: &'a RevisionId,
    down_revisions: &'a [RevisionId],
    depends_on: &'a [String],
    branch_labels: &'a [Label],
    message: &'a str,
    created: Option<&'a str>,
    path: String,
    is_head: bool,
    is_current: Option<bool>,
    applied: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_progress: Option<HalfwayJson<'a>>,
}

impl<'a> RevisionJson<'a> {
    fn of(graph: &RevisionGraph, revision: &'a Revision, applied: Option<&'a Applied<'_>>) -> Self {
        let id = &revision.id;
        Self {
            revision: id,
            down_revisions: &revision.down_revisions,
            depends_on: &revision.depends_on,
            branch_labels: &revision.labels,
            message: &revision.message,
            created: revision.created.as_deref(),
            path: path(&revision.path),
            is_head: graph.is_head(id),
            is_current: applied.map(|applied| applied.current.contains(id)),
            applied: applied.map(|applied| applied.revisions.contains(id)),
            in_progress: applied.and_then(|applied| applied.halfway(id)).map(HalfwayJson::of),
        }
    }
}

#[derive(Serialize)]
struct BranchesJson {
    branches: Vec<BranchJson>,
}

#[derive(Serialize)]
struct BranchJson {
    revision: RevisionId,
    children: Vec<RevisionId>,
}

#[derive(Serialize)]
struct NewScriptJson<'a> {
    revision: Option<&'a RevisionId>,
    path: String,
}
