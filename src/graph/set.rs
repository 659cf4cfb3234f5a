//! Some of a graph's revisions.

use petgraph::graph::NodeIndex;

use crate::graph::dag::NodeSet;
use crate::graph::dag::RevisionGraph;
use crate::graph::revision::Revision;
use crate::id::RevisionId;

/// A set of revisions of one graph: a bit each, so that asking costs nothing however large the graph is.
#[derive(Debug, Clone)]
pub struct RevisionSet<'g> {
    pub(super) graph: &'g RevisionGraph,
    pub(super) nodes: NodeSet,
}

impl<'g> RevisionSet<'g> {
    /// Returns whether `id` is one of them.
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.graph.node(id).is_some_and(|node| self.nodes.contains(node.index()))
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.nodes.count_ones(..)
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_clear()
    }

    /// Returns them in file order.
    pub fn iter(&self) -> impl Iterator<Item = &'g Revision> {
        let graph = self.graph;
        self.nodes.ones().map(move |index| graph.revision(NodeIndex::new(index)))
    }
}
