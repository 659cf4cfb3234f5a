//! From scripts to the graph of their revisions.

use crate::error::Error;
use crate::graph::Field;
use crate::graph::GraphProblem;
use crate::graph::Revision;
use crate::graph::RevisionGraph;
use crate::id::RevisionId;
use crate::script::outline::Outline;

impl Outline {
    /// Returns what the graph needs to know of the script.
    pub fn to_revision(&self) -> Revision {
        let header = &self.header;
        Revision {
            id: header.revision.value.clone(),
            down_revisions: header.down_revisions.iter().map(|parent| RevisionId::from_row(&parent.value)).collect(),
            depends_on: header.depends_on.iter().map(|dependency| dependency.value.clone()).collect(),
            labels: header.branch_labels.iter().map(|label| label.value.clone()).collect(),
            message: header.message.clone(),
            created: header.created.as_ref().map(|created| created.value.clone()),
            path: self.path.clone(),
        }
    }

    /// Builds the graph of scripts that were read; a problem in it is shown at its line of the header.
    pub fn graph(outlines: &[Self]) -> Result<RevisionGraph, Error> {
        let built = RevisionGraph::build(outlines.iter().map(Self::to_revision).collect());
        built.map_err(|problems| Self::placed(problems, outlines))
    }

    /// Joins the problems of a graph that did not build, of which there is at least one.
    pub fn placed(problems: Vec<GraphProblem>, outlines: &[Self]) -> Error {
        let placed = |problem: GraphProblem| {
            let error = Error::from(problem.kind);
            let Some(outline) = outlines.get(problem.revision) else { return error };
            error.at(match problem.field {
                Field::Revision => outline.revision_span(),
                Field::DownRevision(k) => outline.down_revision_span(k),
                Field::DependsOn(k) => outline.depends_on_span(k),
                Field::BranchLabel(k) => outline.branch_label_span(k),
            })
        };
        let problems = problems.into_iter().map(placed).collect();
        Error::join(problems).expect_err("a graph that does not build has a problem")
    }
}
